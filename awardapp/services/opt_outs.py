"""Asking for no more letters on a topic that is not service mail, and for them again."""

from __future__ import annotations

from datetime import datetime

from awardapp import emails
from awardapp.domain.letters import Topic
from awardapp.extensions import db
from awardapp.models import LetterOptOut, User


def person_of(token: str) -> User | None:
    """Whose letters a personal address ends, or None."""
    user_id = emails.read_link(token, purpose=emails.NO_MORE)
    return db.session.get(User, user_id) if user_id is not None else None


def topics_without(user: User) -> set[Topic]:
    """The topics a person wants no letters on."""
    found = db.session.scalars(db.select(LetterOptOut.topic).where(LetterOptOut.user_id == user.id))
    return {Topic(topic) for topic in found if topic in set(Topic)}


def stop(user: User, topic: Topic, *, now: datetime) -> None:
    """No more letters on the topic. Asked twice is asked once."""
    if db.session.get(LetterOptOut, (user.id, topic.value)) is None:
        db.session.add(LetterOptOut(user_id=user.id, topic=topic.value, since=now))
        db.session.flush()


def resume(user: User, topic: Topic) -> None:
    """Letters on the topic again."""
    row = db.session.get(LetterOptOut, (user.id, topic.value))
    if row is not None:
        db.session.delete(row)
        db.session.flush()

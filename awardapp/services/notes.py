"""A member's private notes on passages of a file."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain import passages
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.extensions import db
from awardapp.models import Membership, PassageNote, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import sheets as sheet_queries
from awardapp.services import sheets


def _clean(text: str) -> str:
    text = text.strip()
    if not text:
        raise RuleViolation(N_("Write the note."), field="text")
    if len(text) > passages.LONGEST_NOTE:
        raise RuleViolation(N_("This text is too long to be kept."), field="text")
    return text


def add(
    *,
    actor: User,
    member: Membership,
    ref: str,
    section: str,
    language: str,
    start: int,
    quote: str,
    text: str,
    now: datetime,
) -> PassageNote:
    """Note something on a passage, which begins the assessment. `start` says which one where the words stand twice.

    Raises RuleViolation when the words are not in that part of the file; see sheets.hold for who may.
    """
    held = sheets.hold(actor=actor, member=member, ref=ref, now=now)
    reading = assessment_queries.reading(member, ref)
    texts = passages.texts_of(reading.version.content) if reading else {}
    quote = quote.replace("\r\n", "\n").strip()
    if not quote:
        raise RuleViolation(N_("Select a passage or copy its words."), field="quote")
    if len(quote) > passages.LONGEST_QUOTE:
        raise RuleViolation(N_("A note stands on a shorter passage: select less."), field="quote")
    found = passages.find(texts.get((section, language), ""), quote, near=start)
    if found is None:
        raise RuleViolation(
            N_("These words do not stand in this part of the file. Copy them exactly as they stand."), field="quote"
        )
    note = PassageNote(
        assessment_id=held.assessment.id,
        section=section,
        language=language,
        start=found,
        quote=quote,
        text=_clean(text),
        created_at=now,
        changed_at=now,
    )
    db.session.add(note)
    db.session.flush()
    return note


def change(*, actor: User, member: Membership, note: PassageNote, text: str, now: datetime) -> None:
    """Write a note anew. Raises RuleViolation for an empty one."""
    _own(actor, member, note)
    note.text = _clean(text)
    note.changed_at = now
    db.session.flush()


def remove(*, actor: User, member: Membership, note: PassageNote) -> None:
    """Throw a note away."""
    _own(actor, member, note)
    db.session.delete(note)
    db.session.flush()


def _own(actor: User, member: Membership, note: PassageNote) -> None:
    if member.user_id != actor.id or sheet_queries.owner_of(note) != member.id:
        raise NotPermitted(N_("You are not permitted to do this."))

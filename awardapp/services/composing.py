"""Letters of the secretariat's own: one text in both languages to everybody of an audience, as drafts in the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp import emails
from awardapp.domain import letter_words
from awardapp.domain.announcements import Outcome
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.letter_words import Words
from awardapp.domain.letters import SECRETARIAT_LETTER, SECRETARIAT_NEWS
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, LetterWords, Notification, Publication, PublishedOutcome, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.notifications import notify

# What a person chooses from. Files are named by what was announced, never by what is decided and sealed.
AUDIENCES: dict[str, str] = {
    "registered": N_("Everybody registered for a city that this call concerns"),
    "draft": N_("Cities with a file begun and not handed in"),
    "submitted": N_("Cities with a file to be checked"),
    "returned": N_("Cities with a file returned for changes"),
    "valid": N_("Cities with a valid file"),
    "not_valid": N_("Cities with a file that is not valid"),
    "shortlisted": N_("Cities announced as shortlisted"),
    "winner": N_("Cities announced as winners"),
    "committee": N_("Members of the technical committee"),
    "juror": N_("Jurors"),
    "adviser": N_("Advisers"),
    "observer": N_("Observers"),
    "secretariat": N_("The secretariat"),
}
_BY_STATUS = {status.value for status in SubmissionStatus}
_BY_OUTCOME = {"shortlisted": Outcome.SHORTLISTED, "winner": Outcome.WINNER}


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person to be written to, about a file or about none."""

    person: User
    submission: Submission | None


def addressees(cycle: Cycle, audience: str, *, language: str = "") -> list[Addressee]:
    """Whom a letter to this audience goes to, of one language or of both. Raises RuleViolation for an unknown audience."""
    if audience not in AUDIENCES:
        raise RuleViolation(N_("Choose whom to write to."), field="audience")
    return [one for one in _everybody(cycle, audience) if language in ("", one.person.language)]


def is_about_files(audience: str) -> bool:
    """Whether each letter to this audience is about one file, whose city and number it can name."""
    return audience in _BY_STATUS or audience in _BY_OUTCOME


def _everybody(cycle: Cycle, audience: str) -> Iterator[Addressee]:
    if audience == "registered":
        yield from (Addressee(person, None) for person in people_queries.registered_applicants(cycle))
    elif is_about_files(audience):
        files = _files(cycle, audience)
        people = people_queries.delegates_by_city([one.city_id for one in files])
        yield from (Addressee(person, one) for one in files for person in people.get(one.city_id, []))
    else:
        members = people_queries.members(cycle, Role(audience))
        yield from (Addressee(member.user, None) for member in members if member.user.is_active)


def _files(cycle: Cycle, audience: str) -> Sequence[Submission]:
    query = select(Submission).where(Submission.cycle_id == cycle.id).order_by(Submission.id)
    if audience in _BY_OUTCOME:
        announced = (
            select(PublishedOutcome.submission_id)
            .join(Publication)
            .where(Publication.cycle_id == cycle.id, PublishedOutcome.outcome == _BY_OUTCOME[audience])
        )
        return db.session.scalars(query.where(Submission.id.in_(announced))).all()
    return db.session.scalars(query.where(Submission.status == SubmissionStatus(audience))).all()


def compose(
    *, actor: User, cycle: Cycle, audience: str, language: str, words: Words, is_news: bool, now: datetime
) -> LetterWords:
    """Write a letter of one's own to an audience, one draft for each person (and file). Returns its words.

    `is_news` marks what is not service mail: it names a way to get no more, and goes to nobody who asked so. Raises
    NotPermitted, RuleViolation when a part is missing, a place is unknown or nobody would get it.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    for part in ("subject_en", "subject_zh", "body_en", "body_zh"):
        if not getattr(words, part).strip():
            raise RuleViolation(N_("Write it in both languages: letters go out in each."), field=part)
    found = addressees(cycle, audience, language=language)
    places = letter_words.places_for(is_about_file=is_about_files(audience), has_deadline=cycle.deadline_at is not None)
    letter_words.check(words, places=places)
    if not found:
        raise RuleViolation(N_("Nobody would get this letter."), field="audience")
    kind = SECRETARIAT_NEWS if is_news else SECRETARIAT_LETTER
    row = LetterWords(
        cycle_id=cycle.id,
        kind=kind,
        group_key="",
        template_sha256=emails.template_digest(kind),
        audience=audience,
        written_by=actor.id,
        written_at=now,
        **{name: text.strip() for name, text in asdict(words).items()},
    )
    db.session.add(row)
    db.session.flush()  # its number names the group
    row.group_key = f"{kind}:{row.id}"
    for one in found:
        letter: Notification = notify(
            kind,
            recipient=one.person,
            cause=f"words:{row.id}" + (f":submission:{one.submission.id}" if one.submission else ""),
            cycle=cycle,
            submission=one.submission,
            group=row.group_key,
            now=now,
        )
        letter.words_id = row.id
    db.session.flush()
    audit.record(
        actor=actor,
        action="letters.compose",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"words": row.id, "audience": audience, "language": language, "letters": len(found)},
    )
    return row

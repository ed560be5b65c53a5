"""What is noted in the jury's meetings: notes on each city and on the whole, and by hand who was out of the room.

Written by whoever keeps the meeting: its chair, the deputy, the clerk. Nothing of a ballot belongs into the notes, and nothing
here knows one.
"""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.extensions import db
from awardapp.models import Cycle, Deliberation, DeliberationAbsence, DeliberationNote, Membership, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import deliberations as queries
from awardapp.queries import people as people_queries
from awardapp.services import ballots
from awardapp.services.deliberations import leads, note, still_open
from awardapp.services.locks import lock_row

LONGEST_NOTES = 50_000
LONGEST_REASON = 1000
OUT = N_("You are out of the room for this city.")


class NotesChanged(StaleVersion):
    """Somebody else has written in these notes since; `stored` is what they wrote."""

    def __init__(self, stored: str) -> None:
        super().__init__(N_("Somebody else saved these notes after you opened them."))
        self.stored = stored


def is_out(actor: User, cycle: Cycle, submission: Submission) -> bool:
    """Whether the person is a juror with a tie to this city."""
    member = people_queries.membership(actor, cycle, Role.JUROR)
    return member is not None and assessment_queries.conflict(member, submission) is not None


def note_out(
    *, actor: User, meeting: Deliberation, member: Membership, submission: Submission, reason: str, now: datetime
) -> None:
    """Write down by hand that a juror was out of the room for a city, with the reason. Raises NotPermitted, RuleViolation."""
    still_open(meeting)
    _keeping(actor, meeting, submission)
    if not reason.strip():
        raise RuleViolation(N_("Write down why the juror was out of the room."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleViolation(N_("This text is too long to be kept."), field="reason")
    if member.cycle_id != meeting.cycle_id or member.role is not Role.JUROR:
        raise NotPermitted(N_("Only members of the jury take part in its meetings."))
    if submission.id not in {one.id for one in ballots.finalists(meeting.cycle)}:
        raise RuleViolation(N_("Only finalists are deliberated on."))
    if _noted(meeting, member, submission) is not None:
        raise RuleViolation(N_("%(name)s is noted as out of the room for this city already."), name=member.user.name)
    db.session.add(
        DeliberationAbsence(
            deliberation_id=meeting.id,
            submission_id=submission.id,
            membership_id=member.id,
            reason=reason.strip(),
            noted_by=actor.id,
            noted_at=now,
        )
    )
    note(actor, meeting, "note_out", now=now, member=member.id, submission=submission.id)


def undo_out(*, actor: User, meeting: Deliberation, member: Membership, submission: Submission, now: datetime) -> None:
    """Take back what was noted by mistake; it stays in the database. A tie cannot be taken back. Raises NotPermitted."""
    still_open(meeting)
    _keeping(actor, meeting, submission)
    noted = _noted(meeting, member, submission)
    if noted is None or noted.reason is None:
        raise NotPermitted(N_("Only what was noted by hand can be taken back."))
    noted.undone_by, noted.undone_at = actor.id, now
    note(actor, meeting, "undo_out", now=now, member=member.id, submission=submission.id)


def _noted(meeting: Deliberation, member: Membership, submission: Submission) -> DeliberationAbsence | None:
    return next(
        (
            one
            for one in queries.absences(meeting)
            if one.membership_id == member.id and one.submission_id == submission.id
        ),
        None,
    )


def text_of(meeting: Deliberation, submission: Submission | None) -> str:
    """The notes as they stand."""
    note = queries.notes(meeting).get(submission.id if submission is not None else None)
    return note.text if note is not None else ""


def save_notes(
    *, actor: User, meeting: Deliberation, submission: Submission | None, text: str, base: str, now: datetime
) -> str:
    """Keep the notes on a city, or on the meeting as a whole (None); every state stays. They can be finished after the
    meeting, until the lock. `base`: digest of the text they were written from. Returns the digest of what is kept.

    Raises NotPermitted for whoever does not keep the meeting or has a tie to the city, NotesChanged, RuleViolation for an
    endless text, IllegalTransition after the lock.
    """
    lock_row(meeting)
    if meeting.cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(N_("The jury's decision is locked."))
    _keeping(actor, meeting, submission)
    tidy = text.replace("\r\n", "\n").replace("\x00", "")
    if len(tidy) > LONGEST_NOTES:
        raise RuleViolation(N_("This text is too long to be kept."), field="notes")
    stored = text_of(meeting, submission)
    if digest(stored) not in (base, digest(tidy)):
        raise NotesChanged(stored)
    if stored != tidy:
        db.session.add(
            DeliberationNote(
                deliberation_id=meeting.id,
                submission_id=submission.id if submission is not None else None,
                text=tidy,
                saved_by=actor.id,
                saved_at=now,
            )
        )
        db.session.flush()
    return digest(tidy)


def _keeping(actor: User, meeting: Deliberation, submission: Submission | None) -> None:
    require(leads(actor, meeting))
    if submission is not None and is_out(actor, meeting.cycle, submission):
        raise NotPermitted(OUT)

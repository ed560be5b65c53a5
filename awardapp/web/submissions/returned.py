"""What a city sees of a file that was sent back to it: the notes, where they stand, and what of the form is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from awardapp import emails
from awardapp.domain.lateness import LATE_PHASES, is_open
from awardapp.domain.returning import FILES, PARTNERS
from awardapp.domain.submissions import SubmissionStatus
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import LateLink, Submission, SubmissionReturn, User
from awardapp.queries import handing_in as queries
from awardapp.services import intake
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Asked:
    """One field about which something was asked: the id on the form's page to go to, its label, the words ("" for none)."""

    key: str
    anchor: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Returned:
    """An open return. `closed` are the inputs that stay as they were handed in."""

    row: SubmissionReturn
    asked: list[Asked]
    closed: set[str]

    def on(self, key: str) -> str:
        """The note at a field, "" where there is none."""
        return self.row.notes.get(key, "")

    def is_open(self, key: str) -> bool:
        return not self.row.is_limited or key in self.row.notes


def returned_of(submission: Submission) -> Returned | None:
    """The return the city has to answer, None while nothing is asked of it."""
    if submission.status is not SubmissionStatus.RETURNED:
        return None
    row = queries.last_return(submission)
    if row is None:
        return None
    form = submission.form
    asked = [
        Asked(field.key, f"field-{field.key}", pick(field, "label"), row.notes[field.key])
        for field in form.fields
        if field.key in row.notes
    ]
    for key, label in ((PARTNERS, _("Partner cities")), (FILES, _("Files"))):
        if key in row.notes:
            asked.append(Asked(key, "", label, row.notes[key]))
    return Returned(row, asked, intake.closed_inputs(submission))


def late_link_of(submission: Submission, *, now: datetime) -> LateLink | None:
    """The reader's late link where the right to change and hand in rests on it now."""
    deadline = submission.cycle.deadline_at
    if submission.status is SubmissionStatus.RETURNED or deadline is None or now < deadline:
        return None
    until = intake.due_at(submission, actor=access.actor(), now=now)
    link = queries.live_link(access.actor(), submission) if until is not None and until > now else None
    return link


def late_links_of(user: User, files: Sequence[Submission], *, now: datetime) -> list[tuple[LateLink, str]]:
    """The person's late links that work now, each with its token. `files` are those of their cities: while the calls of all
    of them are open, or long over, there can be none, and nothing is asked.
    """
    calls = [file.cycle for file in files]
    if calls and not any(c.phase in LATE_PHASES and c.deadline_at is not None and c.deadline_at <= now for c in calls):
        return []
    return [
        (link, emails.sign_link(link.id, purpose=emails.LATE))
        for link in queries.live_links_of(user, access.city_ids())
        if is_open(link.acceptance.cycle.phase, until_at=link.until_at, now=now)
    ]

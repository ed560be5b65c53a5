"""What the page of a file in the validity check shows of its last return: what was asked for, and what the city changed."""

from __future__ import annotations

from dataclasses import dataclass

from awardapp.domain.returning import FILES, PARTNERS
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Submission, SubmissionReturn
from awardapp.queries import handing_in as queries
from awardapp.queries import submissions as submission_queries
from awardapp.services.comparing import changed_keys


@dataclass(frozen=True, slots=True)
class Asked:
    """A note at a field, and whether the city changed the field since; None while the file is with its city."""

    label: str
    words: str
    is_changed: bool | None


@dataclass(frozen=True, slots=True)
class LastReturn:
    """The last time the file was sent back. `others` are fields that were changed without having been asked for."""

    returned: SubmissionReturn
    is_back: bool
    asked: list[Asked]
    others: list[str]


def last_return(submission: Submission) -> LastReturn | None:
    """The last return as long as it matters: while the file is out, and while the version that answered it counts."""
    returned = queries.last_return(submission)
    if returned is None:
        return None
    is_back = returned.answered_version is not None and returned.answered_version == submission.version
    if not is_back and submission.status != "returned":
        return None
    form = submission.form
    labels = {field.key: pick(field, "label") for field in form.fields} | {
        PARTNERS: _("Partner cities"),
        FILES: _("Files"),
    }
    changed: set[str] | None = None
    if is_back:
        before = submission_queries.version(submission, returned.version)
        after = submission_queries.version(submission, submission.version)
        changed = changed_keys(before.content, after.content, form) if before and after else set()
    return LastReturn(
        returned,
        is_back,
        [
            Asked(label, returned.notes[key], None if changed is None else key in changed)
            for key, label in labels.items()
            if key in returned.notes
        ],
        [label for key, label in labels.items() if changed and key in changed and key not in returned.notes],
    )

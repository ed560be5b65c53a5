"""What everybody but its city calls a submission: title and theme as they were handed in last.

The columns of a submission are its working text, in which a city may go on writing; until it hands in again that is the
city's alone. A draft has no title for others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ScalarSelect, case, func, or_, select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Submission, SubmissionVersion, Theme

# The working text is what was handed in while nothing was saved since, and where it was put back: on acceptance. Versions
# are long, so only the others are looked into.
_IS_AS_HANDED_IN = or_(Submission.status == SubmissionStatus.VALID, Submission.changed_at <= Submission.submitted_at)
_COUNTS = (SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version)


def _in_version(key: str) -> ScalarSelect[Any]:
    return (
        select(SubmissionVersion.content[key].as_string())
        .where(Submission.version > 0, *_COUNTS)
        .correlate(Submission)
        .scalar_subquery()
    )


_THEME_IN_VERSION = (
    select(Theme.id)
    .join(SubmissionVersion, SubmissionVersion.content["theme"].as_string() == Theme.key)
    .where(Theme.cycle_id == Submission.cycle_id, *_COUNTS)
    .correlate(Submission)
    .scalar_subquery()
)

TITLE_EN = func.coalesce(case((_IS_AS_HANDED_IN, Submission.title_en), else_=_in_version("title_en")), "")
TITLE_ZH = func.coalesce(case((_IS_AS_HANDED_IN, Submission.title_zh), else_=_in_version("title_zh")), "")
THEME_ID = case((_IS_AS_HANDED_IN, Submission.theme_id), else_=_THEME_IN_VERSION)


def of(submission_ids: Collection[int]) -> dict[int, Mapping[str, str]]:
    """The titles of these submissions in both languages, by id; "" where nothing was handed in. One query."""
    rows = db.session.execute(
        select(Submission.id, TITLE_EN.label("title_en"), TITLE_ZH.label("title_zh")).where(
            Submission.id.in_(submission_ids)
        )
    )
    return {row.id: {"title_en": row.title_en, "title_zh": row.title_zh} for row in rows}

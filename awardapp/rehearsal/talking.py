"""What the invented committee says about a file after reading it, so that the demonstration has a discussion to show."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from awardapp.extensions import db
from awardapp.models import Assessment, Membership
from awardapp.rehearsal.course import Rehearsal
from awardapp.services import discussions

_SAID = (
    "I gave less for replicability: the submission does not say what it cost to run.",
    "The costs are in the attached plan. What convinces me is that two neighbours have already copied it.",
)


def discuss(run: Rehearsal, reader: Membership) -> None:
    """The other readers of the first file that this member has handed in say something about it."""
    handed_in = (
        select(Assessment)
        .where(Assessment.cycle_id == run.cycle.id, Assessment.status == "submitted")
        .order_by(Assessment.submitted_at, Assessment.id)
    )
    first = db.session.scalars(handed_in.where(Assessment.membership_id == reader.id).limit(1)).one_or_none()
    if first is None:
        return
    others = db.session.scalars(
        handed_in.where(Assessment.submission_id == first.submission_id, Assessment.membership_id != reader.id)
    ).all()
    for n, (assessment, words) in enumerate(zip(others, _SAID, strict=False)):
        member = assessment.membership
        discussions.say(
            actor=member.user,
            member=member,
            submission=first.submission,
            text=words,
            now=run.at(days=13) + timedelta(minutes=40 * n),
        )
    run.commit()

"""The committee's room in tests of its pages: a cycle at work, a member, the chair, files given to them, sheets filled in."""

from __future__ import annotations

from typing import Any

from awardapp import clock
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import Assignment, Cycle, Membership
from awardapp.services import assessments
from tests import factories as make


def given(cycle: Cycle, member: Membership, **more: Any) -> Assignment:
    """A valid file given to a member; `more` describes its city."""
    submission = make.make_submission(cycle, make.make_city(**more), status=SubmissionStatus.VALID)
    return make.make_assignment(submission, member)


def room(cycle: Cycle, path: str = "") -> str:
    """An address of the room."""
    return f"/committee/{cycle.slug}/{path}"


def of_file(cycle: Cycle, assignment: Assignment, page: str) -> str:
    """An address below a file: "assessment", "changes", "discussion" ..."""
    return room(cycle, f"submissions/{assignment.submission.ref}/{page}")


def sheet(cycle: Cycle, assignment: Assignment) -> str:
    """The address of a file's review screen."""
    return of_file(cycle, assignment, "assessment")


def marks(cycle: Cycle, mark: str = "7.5") -> dict[str, Any]:
    """The same mark on every criterion, as a sheet posts it."""
    return {f"mark-{criterion.id}": mark for criterion in cycle.criteria}


def fields(values: dict[str, Any]) -> dict[str, Any]:
    """Form fields whose names are no Python names."""
    return values


def score(
    member: Membership, assignment: Assignment, mark: float, comment: str = "Good work", *, submit: bool = True
) -> None:
    """The member hands in the same mark on every criterion."""
    assessments.record(
        actor=member.user,
        member=member,
        assignment=assignment,
        marks={criterion.id: mark for criterion in member.cycle.criteria},
        comment=comment,
        private_note="",
        submit=submit,
        now=clock.now(),
    )

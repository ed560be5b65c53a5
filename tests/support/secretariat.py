"""What tests of the secretariat's room say again and again."""

from __future__ import annotations

from sqlalchemy import select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Submission
from awardapp.services import examinations
from tests import factories as make
from tests.conftest import NOW


def at(cycle: Cycle, path: str = "/") -> str:
    """An address of the room."""
    return f"/secretariat/{cycle.slug}{path}"


def letters(kind: str) -> list[Notification]:
    """Every letter of a kind, oldest first."""
    return list(db.session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id)))


def waiting(cycle: Cycle, n: int = 1) -> list[Submission]:
    """Files that wait for their check."""
    return [make.make_submission(cycle, status=SubmissionStatus.SUBMITTED) for _ in range(n)]


def examine() -> None:
    """What the worker does within half a minute of a hand-in."""
    examinations.store(examinations.examine(examinations.due()), now=NOW)

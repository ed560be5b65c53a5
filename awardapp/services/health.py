"""Signs of life of the parts, and the removal of what has expired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError

from awardapp.domain.announcements import AnnouncementStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Bundle,
    Certificate,
    HalfSignIn,
    Heartbeat,
    Notification,
    OneTimeLink,
    PasskeyChallenge,
    PeriodicRun,
    Preview,
    PublicationFile,
    ReportFile,
    SignIn,
    WorkStatus,
)
from awardapp.services import freezes


def note_heartbeat(name: str, *, now: datetime) -> None:
    """A kind of process was alive at this moment."""
    row = db.session.get(Heartbeat, name)
    if row is None:
        db.session.add(Heartbeat(name=name, at=now))
    else:
        row.at = now
    db.session.flush()


def claim_slot(name: str, *, slot: datetime, now: datetime) -> bool:
    """Take a periodic job's time slot; False when it is taken."""
    try:
        with db.session.begin_nested():
            db.session.add(PeriodicRun(name=name, slot=slot, started_at=now))
    except IntegrityError:
        return False
    return True


def remove_expired(*, now: datetime) -> None:
    """Remove sign-ins and one-time links a month after their end, and old slots of periodic jobs."""
    month_ago = now - timedelta(days=30)
    db.session.execute(delete(SignIn).where(SignIn.expires_at < month_ago))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < month_ago))
    db.session.execute(delete(PeriodicRun).where(PeriodicRun.slot < month_ago))
    db.session.execute(delete(HalfSignIn).where(HalfSignIn.expires_at < now))
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))


def worker_age(*, now: datetime) -> float | None:
    """Seconds since the worker's last sign of life; None when it never gave one."""
    heartbeat = db.session.get(Heartbeat, "worker")
    return (now - heartbeat.at).total_seconds() if heartbeat else None


@dataclass(frozen=True, slots=True)
class Ages:
    """Seconds since the worker's last sign of life and since the oldest waiting work became due; None: no such row."""

    worker: float | None
    outbox: float | None
    dead: int
    is_frozen: bool = False


def ages(*, now: datetime) -> Ages:
    """How old the signs are. Raises sqlalchemy.exc.OperationalError when the database does not answer."""
    db.session.execute(text("SELECT 1"))
    heartbeat = db.session.get(Heartbeat, "worker")
    oldest: list[datetime] = []
    dead = 0
    for model in (Notification, Bundle, Preview, ReportFile, Certificate, PublicationFile):
        waiting = db.session.execute(
            select(func.min(func.coalesce(model.not_before, model.created_at))).where(
                model.status == WorkStatus.QUEUED, (model.not_before.is_(None)) | (model.not_before <= now)
            )
        ).scalar_one()
        if waiting is not None:
            oldest.append(waiting)
        dead += db.session.scalar(select(func.count()).select_from(model).where(model.status == WorkStatus.DEAD)) or 0
    # An announcement past its instant, or refused, counts as work like any other: more would tell that there is one.
    overdue = db.session.scalar(
        select(func.min(Announcement.embargo_until)).where(
            Announcement.status == AnnouncementStatus.SCHEDULED, Announcement.embargo_until <= now
        )
    )
    if overdue is not None:
        oldest.append(overdue)
    refused = (Announcement.refused_at.is_not(None), Announcement.status != AnnouncementStatus.PUBLISHED)
    dead += db.session.scalar(select(func.count()).select_from(Announcement).where(*refused)) or 0
    return Ages(
        worker=(now - heartbeat.at).total_seconds() if heartbeat else None,
        outbox=max(0.0, (now - min(oldest)).total_seconds()) if oldest else None,
        dead=dead,
        is_frozen=freezes.is_frozen(),
    )

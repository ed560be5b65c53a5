"""Several announcements released together: one instant, one release, published in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, set_digest
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Announcement, Ceremony, CeremonyPart, Cycle, Release, User
from awardapp.queries import people as people_queries
from awardapp.services import announcements, audit, publishing
from awardapp.services.locks import lock_row

TOGETHER_LEAST = 2


def gather(
    *, actor: User, cycle: Cycle, chosen: Sequence[Announcement], embargo_until: datetime | None, now: datetime
) -> Ceremony:
    """Put announcements together, in the order given, under one instant.

    Raises NotPermitted, RuleViolation for fewer than two or an instant in the past, IllegalTransition when one of them is
    sealed already, belongs to others, or is the shortlist: its cities are told long before the ceremony.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if len(chosen) < TOGETHER_LEAST:
        raise RuleViolation(N_("Choose two announcements or more."))
    if embargo_until is not None and embargo_until <= now:
        raise RuleViolation(N_("The embargo must end in the future; leave it empty to publish at once."))
    for one in sorted(chosen, key=lambda one: one.id):
        lock_row(one)
        if one.status is not AnnouncementStatus.DRAFT:
            raise IllegalTransition(N_("Only drafts are put together. Open the seal of the others first."))
        if one.cycle_id != cycle.id or one.kind is AnnouncementKind.SHORTLIST:
            raise IllegalTransition(N_("The shortlist is announced by itself."))
        if publishing.ceremony_of(one.id) is not None:
            raise IllegalTransition(N_("One of them belongs to others already."))
    ceremony = Ceremony(cycle_id=cycle.id, embargo_until=embargo_until, created_by=actor.id, created_at=now)
    ceremony.parts = [CeremonyPart(announcement_id=one.id, position=n) for n, one in enumerate(chosen, 1)]
    db.session.add(ceremony)
    _set_instant(chosen, embargo_until)
    _note("gather", actor, ceremony, now, announcements=[one.id for one in chosen])
    return ceremony


def set_instant(*, actor: User, ceremony: Ceremony, embargo_until: datetime | None, now: datetime) -> None:
    """Another instant for all of them, while all are drafts. Raises NotPermitted, IllegalTransition, RuleViolation."""
    require(can_run_cycle(people_queries.standing(actor, ceremony.cycle)))
    parts = _locked(ceremony)
    if embargo_until is not None and embargo_until <= now:
        raise RuleViolation(
            N_("The embargo must end in the future; leave it empty to publish at once."), field="embargo_until"
        )
    if any(one.status is not AnnouncementStatus.DRAFT for one in parts):
        raise IllegalTransition(N_("The instant is sealed with them. Open every seal to change it."))
    ceremony.embargo_until = embargo_until
    _set_instant(parts, embargo_until)
    _note("set_instant", actor, ceremony, now)


def part(*, actor: User, ceremony: Ceremony, now: datetime) -> None:
    """Let each go by itself again; what was released lapses, the seals stay. Raises NotPermitted, IllegalTransition."""
    require(can_run_cycle(people_queries.standing(actor, ceremony.cycle)))
    parts = _locked(ceremony)
    if any(one.releases or one.status is AnnouncementStatus.PUBLISHED for one in parts):
        raise IllegalTransition(N_("They are released together. Stop their publication first."))
    _note("part", actor, ceremony, now, announcements=[one.id for one in parts])
    db.session.delete(ceremony)
    db.session.flush()


def release(*, actor: User, ceremony: Ceremony, shown_sha256: str, now: datetime) -> AnnouncementStatus:
    """One person's release of all of them, exactly as shown. The second one schedules them, or publishes them in their
    order in this one transaction.

    When anything has changed that one of them was made from, every release of all lapses instead. The password was asked for
    by the caller. Raises NotPermitted, IllegalTransition.
    """
    require(can_run_cycle(people_queries.standing(actor, ceremony.cycle)))
    parts = _locked(ceremony)
    if any(one.status is not AnnouncementStatus.SEALED for one in parts):
        raise IllegalTransition(N_("Every one of them must be sealed before they are released."))
    if shown_sha256 != digest(ceremony, parts):
        raise IllegalTransition(
            N_("The announcement was changed after you opened this page. Read the new version before you release it.")
        )
    for one in parts:
        announcements.check(one, shown_version=None)
        announcements.add_release(actor, one, now=now)
    lock_row(ceremony.cycle)
    changed = {one.id: publishing.faults(one, now=now) for one in parts}
    if any(changed.values()):
        publishing.refuse(parts, changed, now=now)
    elif all(announcements.is_released(one) for one in parts):
        for one in parts:
            one.status = AnnouncementStatus.SCHEDULED
        if ceremony.embargo_until is None or ceremony.embargo_until <= now:
            publishing.publish_or_refuse(parts, now=now)
    db.session.flush()
    return parts[0].status


def digest(ceremony: Ceremony, parts: Sequence[Announcement]) -> str:
    """What a release of all of them is bound to: their digests and states, in their order, and the instant."""
    return set_digest(
        [(one.id, f"{one.snapshot_sha256}:{one.edit_version}") for one in parts], embargo_until=ceremony.embargo_until
    )


def with_parts(cycle: Cycle) -> list[tuple[Ceremony, list[Announcement]]]:
    """The cycle's ceremonies in the order in which they were made, each with its announcements in theirs. Three queries."""
    found = db.session.scalars(
        select(Ceremony)
        .options(selectinload(Ceremony.parts).selectinload(CeremonyPart.announcement))
        .where(Ceremony.cycle_id == cycle.id)
        .order_by(Ceremony.id)
    ).all()
    return [(one, [part.announcement for part in one.parts]) for one in found]


def one(cycle: Cycle, ceremony_id: int) -> Ceremony | None:
    """One ceremony of the cycle."""
    return db.session.execute(
        select(Ceremony).where(Ceremony.cycle_id == cycle.id, Ceremony.id == ceremony_id)
    ).scalar_one_or_none()


def parts_of(ceremony: Ceremony) -> list[Announcement]:
    """Its announcements in the order of publication, as they are stored now."""
    return list(
        db.session.scalars(
            select(Announcement)
            .join(CeremonyPart, CeremonyPart.announcement_id == Announcement.id)
            .options(selectinload(Announcement.releases).selectinload(Release.user))
            .where(CeremonyPart.ceremony_id == ceremony.id)
            .order_by(CeremonyPart.position)
            .execution_options(populate_existing=True)
        )
    )


def _locked(ceremony: Ceremony) -> list[Announcement]:
    lock_row(ceremony)
    first = db.session.scalar(
        select(CeremonyPart.announcement_id).where(CeremonyPart.ceremony_id == ceremony.id).limit(1)
    )
    return publishing.locked(first) if first is not None else []


def _set_instant(chosen: Sequence[Announcement], embargo_until: datetime | None) -> None:
    for one in chosen:
        one.embargo_until = embargo_until
        one.edit_version += 1
    db.session.flush()


def _note(verb: str, actor: User, ceremony: Ceremony, now: datetime, **details: object) -> None:
    audit.record(
        actor=actor,
        action=f"ceremony.{verb}",
        object=f"ceremony:{ceremony.id}",
        cycle_id=ceremony.cycle_id,
        now=now,
        details=dict(details),
    )

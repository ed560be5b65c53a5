"""Publishing: the released snapshot is copied into the publication tables, all in one transaction, or refused and said so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from awardapp.domain import announcements as rules
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Ceremony,
    CeremonyPart,
    Publication,
    PublishedOutcome,
    Submission,
    SubmissionEvent,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import audit, casebank, freezes, publication_files, selections, snapshots
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_all, notify_city

NEXT_PHASE = {
    AnnouncementKind.SHORTLIST: (CyclePhase.SHORTLIST_SEALED, CyclePhase.SHORTLIST_PUBLIC),
    AnnouncementKind.WINNERS: (CyclePhase.WINNERS_SEALED, CyclePhase.WINNERS_PUBLIC),
}


def due(*, now: datetime) -> Sequence[int]:
    """Ids of released announcements whose embargo has ended; of those released together every one."""
    return db.session.scalars(
        select(Announcement.id)
        .where(Announcement.status == AnnouncementStatus.SCHEDULED, Announcement.embargo_until <= now)
        .order_by(Announcement.id)
    ).all()


def ceremony_of(announcement_id: int) -> int | None:
    """The id of the ceremony this is announced with, None when it goes by itself."""
    return db.session.scalar(select(CeremonyPart.ceremony_id).where(CeremonyPart.announcement_id == announcement_id))


def locked(announcement_id: int) -> list[Announcement]:
    """The announcement, or all that are released together with it in their order, each row locked until the transaction
    ends; empty when there is none.

    Everybody locks in this order (the ceremony, then announcements by id), so nobody waits in a circle.
    """
    together = ceremony_of(announcement_id)
    wanted, positions = [announcement_id], {}
    if together is not None:
        db.session.execute(select(Ceremony.id).where(Ceremony.id == together).with_for_update())
        rows = db.session.execute(
            select(CeremonyPart.announcement_id, CeremonyPart.position).where(CeremonyPart.ceremony_id == together)
        )
        positions = {row.announcement_id: row.position for row in rows}
        wanted = list(positions) or wanted
    found = db.session.scalars(
        select(Announcement)
        .options(selectinload(Announcement.releases))
        .where(Announcement.id.in_(wanted))
        .order_by(Announcement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return sorted(found, key=lambda one: positions.get(one.id, 0))


def publish_or_refuse(announcements: Sequence[Announcement], *, now: datetime) -> bool:
    """Publish all of these, which were released together, or none: when anything is not what was sealed, every release
    lapses, the secretariat is told, and False comes back.

    The rows are locked by the caller. Raises what `publish` raises, IllegalTransition while the site is frozen.
    """
    freezes.require_open()
    lock_row(
        announcements[0].cycle
    )  # before anything is read that is compared: decisions are taken under the same lock
    for one in announcements:
        _check(one, now=now)
    changed = {one.id: faults(one, now=now) for one in announcements}
    if any(changed.values()):
        refuse(announcements, changed, now=now)
        return False
    for one in announcements:
        publish(one, now=now)
    return True


def faults(announcement: Announcement, *, now: datetime) -> list[str]:
    """Message ids of what keeps a released announcement from being published: it changed, or its instant is not allowed."""
    found = snapshots.differences(announcement)
    instant = max(now, announcement.embargo_until or now)
    why_not = snapshots.why_not_at(announcement, instant=instant)
    return [*found, why_not] if why_not else found


def refuse(announcements: Sequence[Announcement], changed: dict[int, list[str]], *, now: datetime) -> None:
    """Withdraw every release of these and say why: a list that is no longer what was decided is never published."""
    for one in announcements:
        because = changed.get(one.id, [])
        one.releases.clear()
        one.status = AnnouncementStatus.SEALED
        one.edit_version += 1
        note("refuse", None, one, now, because=because)
        if because:
            one.refused_at, one.refused_because = now, because
            _tell_secretariat(one, now=now)
    db.session.flush()


def _tell_secretariat(announcement: Announcement, *, now: datetime) -> None:
    """A letter that names neither a city nor an outcome: whoever reads it goes and looks."""
    notify_all(
        "announcement_refused",
        recipients=[member.user for member in people_queries.members(announcement.cycle, Role.SECRETARIAT)],
        cause=f"announcement:{announcement.id}:state:{announcement.edit_version}",
        now=now,
        cycle=announcement.cycle,
        context={"announcement_id": announcement.id},
    )


def publish(announcement: Announcement, *, now: datetime) -> Publication:
    """Copy the released snapshot into the publication tables, with events and letters, in this one transaction.

    Raises IllegalTransition when it is not scheduled or the site is frozen, NotPermitted without two releases, RuleViolation
    before the embargo's end or when what it was made from is not what it was at the seal.
    """
    cycle = announcement.cycle
    freezes.require_open()
    lock_row(cycle)
    _check(announcement, now=now)
    sealed = announcement.snapshot or {}
    if faults(announcement, now=now):
        raise RuleViolation(N_("This is not what was sealed any more. Nothing was published."))
    publication = Publication(
        cycle_id=cycle.id,
        kind=announcement.kind,
        award_key=announcement.award_key,
        title_en=sealed["title_en"],
        title_zh=sealed["title_zh"],
        statement_en=sealed["statement_en"],
        statement_zh=sealed["statement_zh"],
        record_sha256=sealed["record_sha256"],
        record=_record(announcement, sealed),
        receipts=sealed.get("receipts"),
        published_at=now,
    )
    db.session.add(publication)
    db.session.flush()
    _copy_lines(publication, sealed["lines"], now=now)
    announcement.status = AnnouncementStatus.PUBLISHED
    announcement.published_at = now
    if announcement.kind in NEXT_PHASE:
        before, after = NEXT_PHASE[announcement.kind]
        if cycle.phase is not before:
            raise IllegalTransition(N_("The cycle is not in the phase in which this can be announced."))
        cycle.phase = after
    _send_letters(sealed["letters"], publication, now=now)
    casebank.follow_publication(publication, now=now)
    publication_files.follow(publication, sealed, now=now)
    note("publish", None, announcement, now)
    return publication


def _check(announcement: Announcement, *, now: datetime) -> None:
    rules.check_publishable(
        announcement.status,
        releases=released_by(announcement),
        sealed_sha256=announcement.snapshot_sha256,
        embargo_until=announcement.embargo_until,
        now=now,
    )


def _record(announcement: Announcement, sealed: dict[str, Any]) -> str | None:
    """The record's text where the rules publish it."""
    if not announcement.cycle.rules.publish_score_table or not sealed["record_sha256"]:
        return None
    stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
    selection = selections.selection_of(announcement.cycle, stage)
    return selection.record if selection is not None else None


def _copy_lines(publication: Publication, lines: Sequence[dict[str, Any]], *, now: datetime) -> None:
    for position, line in enumerate(lines, 1):
        db.session.add(
            PublishedOutcome(
                publication_id=publication.id,
                position=position,
                outcome=Outcome(line["outcome"]),
                award_key=line["award_key"],
                submission_id=line["submission"],
                city_id=line["city"],
                title_en=line["title_en"],
                title_zh=line["title_zh"],
                reason_en=line["reason_en"],
                reason_zh=line["reason_zh"],
            )
        )
        db.session.add(
            SubmissionEvent(
                submission_id=line["submission"],
                kind=f"announced_{line['outcome']}",
                at=now,
                details={"award": line["award_key"]},
            )
        )
    db.session.flush()


def _send_letters(planned: Sequence[dict[str, Any]], publication: Publication, *, now: datetime) -> None:
    """The letters go to who acts for each city in this moment; the release of two people has approved them."""
    ids = [letter["submission"] for letter in planned]
    found = {
        s.id: s
        for s in db.session.scalars(
            select(Submission).options(selectinload(Submission.city)).where(Submission.id.in_(ids))
        )
    }
    for letter in planned:
        notify_city(
            letter["kind"],
            submission=found[letter["submission"]],
            cause=f"publication:{publication.id}:submission:{letter['submission']}",
            now=now,
            context={"publication_id": publication.id, "award_key": letter["award_key"]},
        )


def released_by(announcement: Announcement) -> list[tuple[int, str]]:
    """Who released which digest."""
    return [(r.user_id, r.snapshot_sha256) for r in announcement.releases]


def note(
    verb: str,
    actor: User | None,
    announcement: Announcement,
    now: datetime,
    *,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Write into the log what happens to an announcement, with the digest it has at that moment."""
    audit.record(
        actor=actor,
        action=f"announcement.{verb}",
        object=f"announcement:{announcement.id}",
        cycle_id=announcement.cycle_id,
        reason=reason,
        now=now,
        details={"kind": announcement.kind.value, "sha256": announcement.snapshot_sha256, **details},
    )

"""From sealed decisions to the public: prepare, seal, release by two people, publish by copying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from awardapp.domain import announcements as rules
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Cycle,
    Publication,
    PublishedOutcome,
    Release,
    Submission,
    SubmissionEvent,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import audit, awards, casebank, selections, snapshots
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_city

_NEXT_PHASE = {
    AnnouncementKind.SHORTLIST: (CyclePhase.SHORTLIST_SEALED, CyclePhase.SHORTLIST_PUBLIC),
    AnnouncementKind.WINNERS: (CyclePhase.WINNERS_SEALED, CyclePhase.WINNERS_PUBLIC),
}


def prepare(*, actor: User, cycle: Cycle, kind: AnnouncementKind, award_key: str = "", now: datetime) -> Announcement:
    """Begin an announcement of the shortlist, the winners or one special award; there is one of each.

    Raises NotPermitted, IllegalTransition when what it announces is not decided yet.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if kind is AnnouncementKind.SPECIAL:
        award = snapshots.award_of(cycle, award_key)
        if award is None or not awards.given(award):
            raise IllegalTransition(N_("This award has not been given yet."))
    elif cycle.phase is not _NEXT_PHASE[kind][0]:
        raise IllegalTransition(N_("There is no sealed decision to announce."))
    present = db.session.execute(
        select(Announcement).where(
            Announcement.cycle_id == cycle.id, Announcement.kind == kind, Announcement.award_key == award_key
        )
    ).scalar_one_or_none()
    if present is not None:
        return present
    announcement = Announcement(
        cycle_id=cycle.id,
        kind=kind,
        award_key=award_key,
        status=AnnouncementStatus.DRAFT,
        created_by=actor.id,
        created_at=now,
    )
    db.session.add(announcement)
    db.session.flush()
    audit.record(
        actor=actor,
        action="announcement.prepare",
        object=f"announcement:{announcement.id}",
        cycle_id=cycle.id,
        now=now,
        details={"kind": kind.value, "award": award_key},
    )
    return announcement


def edit(
    *,
    actor: User,
    announcement: Announcement,
    title_en: str,
    title_zh: str,
    statement_en: str,
    statement_zh: str,
    embargo_until: datetime | None,
    edit_version: int,
    now: datetime,
) -> None:
    """Change the words or the instant of a draft. Raises IllegalTransition once sealed, StaleVersion, RuleViolation."""
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    lock_row(announcement)
    if announcement.status is not AnnouncementStatus.DRAFT:
        raise IllegalTransition(
            N_("A sealed announcement cannot be changed. Open it again first; releases then lapse.")
        )
    if edit_version != announcement.edit_version:
        raise StaleVersion(N_("Somebody else changed this announcement after you opened it."))
    if embargo_until is not None and embargo_until <= now:
        raise RuleViolation(
            N_("The embargo must end in the future; leave it empty to publish at once."), field="embargo_until"
        )
    announcement.title_en = title_en.strip()
    announcement.title_zh = title_zh.strip()
    announcement.statement_en = statement_en.strip()
    announcement.statement_zh = statement_zh.strip()
    announcement.embargo_until = embargo_until
    announcement.edit_version += 1
    db.session.flush()


def seal(*, actor: User, announcement: Announcement, now: datetime) -> None:
    """Freeze the snapshot; from now on people release exactly this. Raises NotPermitted, RuleViolation."""
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    lock_row(announcement)
    if announcement.status is not AnnouncementStatus.DRAFT:
        raise IllegalTransition(N_("This announcement is sealed already."))
    found = snapshots.problems(announcement, now=now)
    if found:
        raise RuleViolation(found[0])
    announcement.snapshot = snapshots.snapshot(announcement)
    announcement.snapshot_sha256 = rules.digest(announcement.snapshot)
    announcement.status = AnnouncementStatus.SEALED
    _audit("seal", actor, announcement, now)


def unseal(*, actor: User, announcement: Announcement, reason: str, now: datetime) -> None:
    """Open a sealed or scheduled announcement again; every release of it lapses. Possible until its instant.

    Raises NotPermitted, IllegalTransition when published, RuleViolation without a reason.
    """
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    lock_row(announcement)
    if announcement.status not in (AnnouncementStatus.SEALED, AnnouncementStatus.SCHEDULED):
        raise IllegalTransition(N_("Only a sealed announcement that is not public yet can be opened again."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    _audit("unseal", actor, announcement, now, reason=reason.strip())
    announcement.status = AnnouncementStatus.DRAFT
    announcement.snapshot = None
    announcement.snapshot_sha256 = None
    announcement.releases.clear()
    announcement.edit_version += 1
    db.session.flush()


def release(*, actor: User, announcement: Announcement, shown_sha256: str, now: datetime) -> AnnouncementStatus:
    """One person's release of what was shown. The second one schedules it, or publishes it when no embargo is left.

    Raises NotPermitted, IllegalTransition when it changed since the page was opened or this person released it already.
    """
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    lock_row(announcement)
    rules.check_release(announcement.status, shown_sha256=shown_sha256, sealed_sha256=announcement.snapshot_sha256)
    if any(r.user_id == actor.id and r.snapshot_sha256 == shown_sha256 for r in announcement.releases):
        raise IllegalTransition(N_("You have released this already. A second person must do so too."))
    announcement.releases.append(Release(user_id=actor.id, snapshot_sha256=shown_sha256, released_at=now))
    _audit("release", actor, announcement, now)
    if rules.is_released(_releases(announcement), sealed_sha256=announcement.snapshot_sha256):
        announcement.status = AnnouncementStatus.SCHEDULED
        if announcement.embargo_until is None or announcement.embargo_until <= now:
            publish(announcement, now=now)
    db.session.flush()
    return announcement.status


def record_look(*, actor: User, announcement: Announcement, now: datetime) -> None:
    """Note that somebody opened a result that is not public yet. Raises NotPermitted."""
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    _audit("look", actor, announcement, now)


def _releases(announcement: Announcement) -> list[tuple[int, str]]:
    return [(r.user_id, r.snapshot_sha256) for r in announcement.releases]


def due(*, now: datetime) -> Sequence[int]:
    """Ids of released announcements whose embargo has ended."""
    return db.session.scalars(
        select(Announcement.id)
        .where(Announcement.status == AnnouncementStatus.SCHEDULED, Announcement.embargo_until <= now)
        .order_by(Announcement.id)
    ).all()


def locked(announcement_id: int) -> Announcement | None:
    """The announcement with its releases, its row locked until the transaction ends."""
    return db.session.execute(
        select(Announcement)
        .options(selectinload(Announcement.releases))
        .where(Announcement.id == announcement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def publish(announcement: Announcement, *, now: datetime) -> Publication:
    """Copy the released snapshot into the publication tables, with events and letters, in this one transaction.

    Raises IllegalTransition when it is not scheduled, NotPermitted without two releases, RuleViolation before the embargo's
    end or when the sealed decisions no longer match the snapshot.
    """
    cycle = announcement.cycle
    lock_row(cycle)
    rules.check_publishable(
        announcement.status,
        releases=_releases(announcement),
        sealed_sha256=announcement.snapshot_sha256,
        embargo_until=announcement.embargo_until,
        now=now,
    )
    sealed = announcement.snapshot or {}
    if rules.digest(sealed) != announcement.snapshot_sha256:
        raise RuleViolation(N_("The sealed snapshot does not match its digest. Nothing was published."))
    record = None
    if cycle.rules.publish_score_table and sealed["record_sha256"]:
        stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
        selection = selections.selection_of(cycle, stage)
        record = selection.record if selection is not None else None
    publication = Publication(
        cycle_id=cycle.id,
        kind=announcement.kind,
        award_key=announcement.award_key,
        title_en=sealed["title_en"],
        title_zh=sealed["title_zh"],
        statement_en=sealed["statement_en"],
        statement_zh=sealed["statement_zh"],
        record_sha256=sealed["record_sha256"],
        record=record,
        published_at=now,
    )
    db.session.add(publication)
    db.session.flush()
    for position, line in enumerate(sealed["lines"], 1):
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
    announcement.status = AnnouncementStatus.PUBLISHED
    announcement.published_at = now
    if announcement.kind in _NEXT_PHASE:
        before, after = _NEXT_PHASE[announcement.kind]
        if cycle.phase is not before:
            raise IllegalTransition(N_("The cycle is not in the phase in which this can be announced."))
        cycle.phase = after
    _send_letters(announcement, sealed["letters"], publication, now=now)
    casebank.follow_publication(publication, now=now)
    _audit("publish", None, announcement, now)
    return publication


def _send_letters(
    announcement: Announcement, planned: Sequence[dict[str, Any]], publication: Publication, *, now: datetime
) -> None:
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


def _audit(
    verb: str, actor: User | None, announcement: Announcement, now: datetime, *, reason: str | None = None
) -> None:
    audit.record(
        actor=actor,
        action=f"announcement.{verb}",
        object=f"announcement:{announcement.id}",
        cycle_id=announcement.cycle_id,
        reason=reason,
        now=now,
        details={"kind": announcement.kind.value, "sha256": announcement.snapshot_sha256},
    )

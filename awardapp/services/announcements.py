"""From sealed decisions to the public: prepare, edit, seal, release by two people, stop, open again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp.domain import announcements as rules
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Release, User
from awardapp.queries import people as people_queries
from awardapp.services import announcement_checks, awards, publishing, snapshots
from awardapp.services.locks import lock_row
from awardapp.services.publishing import NEXT_PHASE, note


def prepare(*, actor: User, cycle: Cycle, kind: AnnouncementKind, award_key: str = "", now: datetime) -> Announcement:
    """Begin an announcement of the shortlist, the winners or one special award; there is one of each.

    Raises NotPermitted, IllegalTransition when what it announces is not decided yet.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if kind is AnnouncementKind.SPECIAL:
        award = snapshots.award_of(cycle, award_key)
        if award is None or not awards.given(award):
            raise IllegalTransition(N_("This award has not been given yet."))
    elif cycle.phase is not NEXT_PHASE[kind][0]:
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
    note("prepare", actor, announcement, now, award=award_key)
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
    together = publishing.ceremony_of(announcement.id) is not None
    if together and embargo_until != announcement.embargo_until:
        raise RuleViolation(
            N_("The instant is that of all announcements released together; change it on their page."),
            field="embargo_until",
        )
    if embargo_until is not None and embargo_until <= now and not together:
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
    found = announcement_checks.problems(announcement, now=now)
    if found:
        raise RuleViolation(found[0].msgid, **found[0].params)
    announcement.snapshot = snapshots.snapshot(announcement)
    announcement.snapshot_sha256 = rules.digest(announcement.snapshot)
    announcement.status = AnnouncementStatus.SEALED
    note("seal", actor, announcement, now)


def abort(*, actor: User, announcement: Announcement, reason: str, now: datetime) -> None:
    """Stop the publication of what was released, by one person or two: the seal stays, every release lapses.

    Of announcements released together all are stopped. Possible until the instant of publication. The password was asked
    for by the caller. Raises NotPermitted, IllegalTransition when nothing is released or it is public, RuleViolation.
    """
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    together = publishing.locked(announcement.id)
    if announcement.status is AnnouncementStatus.PUBLISHED:
        raise IllegalTransition(N_("It is public already and cannot be stopped any more."))
    if not any(one.releases for one in together):
        raise IllegalTransition(N_("Nobody has released it; there is nothing to stop."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    _void(together)
    for one in together:
        note("abort", actor, one, now, reason=reason.strip())


def unseal(*, actor: User, announcement: Announcement, reason: str, now: datetime) -> None:
    """Open a sealed or scheduled announcement again; every release of it lapses. Possible until its instant.

    Of announcements released together the others stay sealed, and are not released any more. Raises NotPermitted,
    IllegalTransition when published, RuleViolation without a reason.
    """
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    together = publishing.locked(announcement.id)
    if announcement.status not in (AnnouncementStatus.SEALED, AnnouncementStatus.SCHEDULED):
        raise IllegalTransition(N_("Only a sealed announcement that is not public yet can be opened again."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    note("unseal", actor, announcement, now, reason=reason.strip())
    _void(together)
    announcement.status = AnnouncementStatus.DRAFT
    announcement.snapshot = None
    announcement.snapshot_sha256 = None
    announcement.refused_at = announcement.refused_because = None
    db.session.flush()


def _void(together: list[Announcement]) -> None:
    """Every release lapses. The version moves on, so that a page opened before cannot release what was stopped since."""
    for one in together:
        one.releases.clear()
        one.edit_version += 1
        if one.status is AnnouncementStatus.SCHEDULED:
            one.status = AnnouncementStatus.SEALED
    db.session.flush()


def release(
    *, actor: User, announcement: Announcement, shown_sha256: str, now: datetime, shown_version: int | None = None
) -> AnnouncementStatus:
    """One person's release of what was shown. The second one schedules it, or publishes it when no embargo is left.

    `shown_version` is the state of the page: what was stopped or opened since is not released by an older page. When
    anything the list was made from has changed, every release lapses instead and `refused_at` is set. The password was
    asked for by the caller. Raises NotPermitted, IllegalTransition when it changed since the page was opened, this person
    released it already, or it is released together with others.
    """
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    lock_row(announcement)
    if publishing.ceremony_of(announcement.id) is not None:
        raise IllegalTransition(N_("This is released together with others, on their page."))
    check(announcement, shown_version=shown_version)
    rules.check_release(announcement.status, shown_sha256=shown_sha256, sealed_sha256=announcement.snapshot_sha256)
    add_release(actor, announcement, now=now)
    lock_row(announcement.cycle)
    if changed := publishing.faults(announcement, now=now):
        publishing.refuse([announcement], {announcement.id: changed}, now=now)
    elif is_released(announcement):
        announcement.status = AnnouncementStatus.SCHEDULED
        if announcement.embargo_until is None or announcement.embargo_until <= now:
            publishing.publish(announcement, now=now)
    db.session.flush()
    return announcement.status


def check(announcement: Announcement, *, shown_version: int | None) -> None:
    """Refuse to release what was refused, stopped or changed. Raises IllegalTransition."""
    if announcement.refused_at is not None:
        raise IllegalTransition(
            N_("This is no longer what was sealed. Open the seal, look at what has changed, and seal it anew.")
        )
    if shown_version is not None and shown_version != announcement.edit_version:
        raise IllegalTransition(
            N_("The announcement was changed after you opened this page. Read the new version before you release it.")
        )


def add_release(actor: User, announcement: Announcement, *, now: datetime) -> None:
    """One person's name under the digest. Raises IllegalTransition when it stands there already."""
    sha256 = announcement.snapshot_sha256 or ""
    if any(r.user_id == actor.id and r.snapshot_sha256 == sha256 for r in announcement.releases):
        raise IllegalTransition(N_("You have released this already. A second person must do so too."))
    announcement.releases.append(Release(user_id=actor.id, snapshot_sha256=sha256, released_at=now))
    note("release", actor, announcement, now)


def is_released(announcement: Announcement) -> bool:
    """Whether two people released exactly what is sealed. Who has left the secretariat since is not one of them."""
    present = {member.user_id for member in people_queries.members(announcement.cycle, Role.SECRETARIAT)}
    releases = [(user_id, sha256) for user_id, sha256 in publishing.released_by(announcement) if user_id in present]
    return rules.is_released(releases, sealed_sha256=announcement.snapshot_sha256)


def record_look(*, actor: User, announcement: Announcement, now: datetime, what: str = "page") -> None:
    """Note that somebody opened a result that is not public yet, and what of it. Raises NotPermitted."""
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    note("look", actor, announcement, now, what=what)

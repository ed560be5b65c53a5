"""From a sealed decision to the public: two people and one instant; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    AuditEntry,
    Publication,
)
from awardapp.queries import people as people_queries
from awardapp.services import announcement_checks, announcements, publishing
from tests import factories as make
from tests.conftest import Queue
from tests.support.announcing import (
    Scene,
    delegate,
    locked_shortlist,
    nothing_is_public,
    prepared,
    release,
    sealed,
)
from worker.cycles import publish_due

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return locked_shortlist()


# Preparing ----------------------------------------------------------------------------------------------------------


def test_only_the_secretariat_of_the_cycle_prepares_seals_releases_and_opens(scene: Scene, now: datetime) -> None:
    outsider = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    juror = make.make_member(scene.cycle, Role.JUROR).user
    announcement = sealed(scene, now)
    for person in (outsider, juror, delegate(scene.rest)):
        with pytest.raises(NotPermitted):
            announcements.prepare(actor=person, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
        with pytest.raises(NotPermitted):
            announcements.seal(actor=person, announcement=announcement, now=now)
        with pytest.raises(NotPermitted):
            release(announcement, person, now)
        with pytest.raises(NotPermitted):
            announcements.unseal(actor=person, announcement=announcement, reason="I want to.", now=now)
        with pytest.raises(NotPermitted):
            announcements.record_look(actor=person, announcement=announcement, now=now)


@pytest.mark.parametrize("phase", [p for p in CyclePhase if p is not CyclePhase.SHORTLIST_SEALED])
def test_a_shortlist_is_announced_only_while_it_is_sealed(scene: Scene, now: datetime, phase: CyclePhase) -> None:
    scene.cycle.phase = phase
    with pytest.raises(IllegalTransition):
        announcements.prepare(actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)


def test_preparing_twice_gives_the_same_announcement(scene: Scene, now: datetime) -> None:
    one = announcements.prepare(actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
    two = announcements.prepare(actor=scene.second, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
    assert one.id == two.id


def test_a_form_filled_from_an_older_text_is_refused(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    with pytest.raises(StaleVersion):
        announcements.edit(
            actor=scene.second,
            announcement=announcement,
            title_en="Another",
            title_zh="另一个",
            statement_en="",
            statement_zh="",
            embargo_until=None,
            edit_version=announcement.edit_version - 1,
            now=now,
        )
    assert announcement.title_en == "The result"


def test_an_incomplete_announcement_is_not_sealed(scene: Scene, now: datetime) -> None:
    announcement = announcements.prepare(actor=scene.first, cycle=scene.cycle, kind=AnnouncementKind.SHORTLIST, now=now)
    assert len(announcement_checks.problems(announcement, now=now)) == 2
    with pytest.raises(RuleViolation):
        announcements.seal(actor=scene.first, announcement=announcement, now=now)
    assert announcement.status is AnnouncementStatus.DRAFT


def test_an_embargo_that_ended_before_the_seal_must_be_set_anew(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now, embargo=now + HOUR)
    with pytest.raises(RuleViolation):
        announcements.seal(actor=scene.first, announcement=announcement, now=now + HOUR)


def test_a_sealed_announcement_cannot_be_changed_or_sealed_again(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(IllegalTransition):
        prepared(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.seal(actor=scene.second, announcement=announcement, now=now)


# Two people ---------------------------------------------------------------------------------------------------------


def test_nothing_is_published_before_two_releases(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    assert release(announcement, scene.first, now) is AnnouncementStatus.SEALED
    db.session.commit()
    assert publish_due() == 0
    with pytest.raises(RuleViolation):
        publishing.publish(announcement, now=now)
    db.session.rollback()
    assert nothing_is_public()
    assert scene.cycle.phase is CyclePhase.SHORTLIST_SEALED


def test_the_same_person_cannot_release_twice(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    with pytest.raises(IllegalTransition):
        release(announcement, scene.first, now)
    db.session.commit()
    assert len(announcement.releases) == 1
    assert nothing_is_public()


def test_a_release_of_somebody_who_left_the_secretariat_is_not_one_of_the_two(scene: Scene, now: datetime) -> None:
    third = make.make_member(scene.cycle, Role.SECRETARIAT).user
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    for member in people_queries.members(scene.cycle, Role.SECRETARIAT):
        if member.user_id == scene.first.id:
            member.ended_at = now
    db.session.commit()
    assert release(announcement, scene.second, now) is AnnouncementStatus.SEALED
    assert nothing_is_public()
    assert release(announcement, third, now) is AnnouncementStatus.PUBLISHED


def test_one_cannot_release_something_other_than_what_was_shown(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256="0" * 64, now=now)
    assert announcement.releases == []


def test_a_draft_cannot_be_released(scene: Scene, now: datetime) -> None:
    announcement = prepared(scene, now)
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256="", now=now)


def test_opening_the_seal_voids_the_releases_and_the_digest_shown_before(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    shown = announcement.snapshot_sha256 or ""
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    assert announcement.status is AnnouncementStatus.SCHEDULED
    announcements.unseal(actor=scene.second, announcement=announcement, reason="A name is misspelt.", now=now)
    db.session.commit()
    assert (announcement.status, announcement.snapshot, announcement.releases) == (AnnouncementStatus.DRAFT, None, [])

    announcements.edit(
        actor=scene.first,
        announcement=announcement,
        title_en="The corrected result",
        title_zh="更正后的结果",
        statement_en="These are the cities.",
        statement_zh="名单如下。",
        embargo_until=now + HOUR,
        edit_version=announcement.edit_version,
        now=now,
    )
    announcements.seal(actor=scene.first, announcement=announcement, now=now)
    assert announcement.snapshot_sha256 != shown
    with pytest.raises(IllegalTransition):
        announcements.release(actor=scene.first, announcement=announcement, shown_sha256=shown, now=now)
    assert release(announcement, scene.first, now) is AnnouncementStatus.SEALED
    assert release(announcement, scene.second, now) is AnnouncementStatus.SCHEDULED
    reasons = db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "announcement.unseal")).all()
    assert reasons == ["A name is misspelt."]


def test_opening_the_seal_needs_a_reason_and_a_seal(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    with pytest.raises(RuleViolation):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="  ", now=now)
    announcements.unseal(actor=scene.first, announcement=announcement, reason="Wrong word.", now=now)
    with pytest.raises(IllegalTransition):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="Again.", now=now)


def test_a_snapshot_altered_in_the_database_is_not_published(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    announcement.snapshot = {**(announcement.snapshot or {}), "title_en": "Something else"}
    db.session.flush()
    release(announcement, scene.first, now)
    with pytest.raises(RuleViolation):
        release(announcement, scene.second, now)
    db.session.rollback()
    assert nothing_is_public()


# The instant --------------------------------------------------------------------------------------------------------


def test_not_one_microsecond_before_the_embargo_ends(scene: Scene, now: datetime) -> None:
    instant = now + HOUR
    announcement = sealed(scene, now, embargo=instant)
    release(announcement, scene.first, now)
    assert release(announcement, scene.second, now) is AnnouncementStatus.SCHEDULED
    db.session.commit()

    early = instant - timedelta(microseconds=1)
    assert list(publishing.due(now=early)) == []
    with pytest.raises(RuleViolation):
        publishing.publish(announcement, now=early)
    db.session.rollback()
    assert nothing_is_public()

    assert list(publishing.due(now=instant)) == [announcement.id]
    publishing.publish(announcement, now=instant)
    assert announcement.published_at == instant
    assert scene.cycle.phase is CyclePhase.SHORTLIST_PUBLIC


def test_a_second_release_after_the_instant_publishes_at_once(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    release(announcement, scene.first, now)
    assert release(announcement, scene.second, now + HOUR) is AnnouncementStatus.PUBLISHED


def test_the_worker_publishes_once_however_often_it_looks(scene: Scene, queue: Queue) -> None:
    now = clock.now()
    announcement = sealed(scene, now, embargo=now + timedelta(minutes=5))
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    assert publish_due() == 0
    assert nothing_is_public()
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 1
    assert publish_due() == 0
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 1
    assert queue.names().count("notifications.deliver") == 4


def test_the_worker_leaves_alone_what_was_opened_again(scene: Scene) -> None:
    now = clock.now()
    announcement = sealed(scene, now, embargo=now + timedelta(minutes=5))
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    announcements.unseal(actor=scene.first, announcement=announcement, reason="Stop.", now=now)
    db.session.commit()
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 0
    assert nothing_is_public()


def test_what_is_published_cannot_be_opened_or_published_again(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    release(announcement, scene.first, now)
    release(announcement, scene.second, now)
    db.session.commit()
    with pytest.raises(IllegalTransition):
        announcements.unseal(actor=scene.first, announcement=announcement, reason="Regret.", now=now)
    with pytest.raises(IllegalTransition):
        publishing.publish(announcement, now=now)
    with pytest.raises(IllegalTransition):
        release(announcement, make.make_member(scene.cycle, Role.SECRETARIAT).user, now)

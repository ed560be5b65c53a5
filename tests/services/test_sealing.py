"""What voids a release, what stops a publication, and what does neither: the seal holds until its instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Announcement, AuditEntry, Decision, Delegate, Notification, Publication, Selection
from awardapp.services import announcements, freezes, health, publishing, snapshots
from tests import factories as make
from tests.support.announcing import Scene, delegate, locked_shortlist, release, sealed
from worker.cycles import publish_due

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return locked_shortlist()


def scheduled(scene: Scene, *, minutes: int = 5) -> Announcement:
    """Released by two people for an instant a few minutes away on the program's own clock."""
    now = clock.now()
    announcement = sealed(scene, now, embargo=now + timedelta(minutes=minutes))
    for person in (scene.first, scene.second):
        release(announcement, person, now)
    db.session.commit()
    assert announcement.status is AnnouncementStatus.SCHEDULED
    return announcement


def published() -> int:
    return db.session.scalar(select(func.count()).select_from(Publication)) or 0


def deeds(verb: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == f"announcement.{verb}")))


# What the seal names -------------------------------------------------------------------------------------------------


def test_the_seal_names_the_people_of_every_letter_the_pages_the_files_and_the_certificates(
    scene: Scene, now: datetime
) -> None:
    colleague = make.make_delegate(scene.rest.city, make.make_user("Liu Yang", language="zh"))
    content = sealed(scene, now).snapshot or {}
    people = {letter["submission"]: letter["delegates"] for letter in content["letters"]}
    first = delegate(scene.rest)
    assert people[scene.rest.id] == [
        {"id": first.id, "name": first.name, "language": "en"},
        {"id": colleague.id, "name": "Liu Yang", "language": "zh"},
    ]
    assert first.email not in str(content)
    assert content["version"] == 2
    assert f"/announcements/{scene.cycle.slug}/shortlist" in content["pages"]
    assert {one["submission"] for one in content["certificates"]} <= {s.id for s in scene.submissions}
    codes = [one["code"] for one in content["certificates"]]
    assert len(set(codes)) == len(codes) > 0


# What voids ----------------------------------------------------------------------------------------------------------


def reopen_decision(scene: Scene) -> None:
    decision = db.session.scalars(select(Decision).order_by(Decision.id)).first()
    assert decision is not None
    db.session.delete(decision)


def reword_reason(scene: Scene) -> None:
    decision = db.session.scalars(select(Decision).order_by(Decision.id)).first()
    assert decision is not None
    decision.reason_zh = "另一个理由"


def withdraw_a_case(scene: Scene) -> None:
    scene.shortlisted[0].status = SubmissionStatus.WITHDRAWN


def withdraw_one_not_selected(scene: Scene) -> None:
    scene.rest.status = SubmissionStatus.WITHDRAWN


def rename_a_city(scene: Scene) -> None:
    scene.deserving.city.name_zh = "另一个城市"


def change_the_record(scene: Scene) -> None:
    db.session.scalars(select(Selection)).one().record_sha256 = "0" * 64


CHANGES: list[Callable[[Scene], None]] = [
    reopen_decision,
    reword_reason,
    withdraw_a_case,
    withdraw_one_not_selected,
    rename_a_city,
    change_the_record,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_of_what_it_was_made_from_is_found_at_the_instant_and_nothing_is_published(
    scene: Scene, change: Callable[[Scene], None]
) -> None:
    announcement = scheduled(scene)
    change(scene)
    db.session.commit()
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 0
    assert (announcement.status, announcement.releases, published()) == (AnnouncementStatus.SEALED, [], 0)
    assert announcement.refused_at is not None
    assert announcement.refused_because
    told = db.session.scalars(select(Notification)).all()
    assert sorted((letter.kind, letter.recipient_id) for letter in told) == sorted(
        ("announcement_refused", person.id) for person in (scene.first, scene.second)
    )
    assert health.ages(now=clock.now()).dead == 1
    assert publish_due() == 0
    with pytest.raises(IllegalTransition):
        release(announcement, scene.first, clock.now())


def test_a_change_is_found_at_the_release_too_and_opening_the_seal_is_the_way_out(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    reword_reason(scene)
    assert release(announcement, scene.first, now) is AnnouncementStatus.SEALED
    assert (announcement.releases, announcement.refused_at) == ([], now)
    assert deeds("refuse")[0].details["because"] == ["A reason or citation has changed."]
    announcements.unseal(actor=scene.first, announcement=announcement, reason="Read once more.", now=now)
    announcements.seal(actor=scene.first, announcement=announcement, now=now)
    for person in (scene.first, scene.second):
        status = release(announcement, person, now)
    assert (status, announcement.refused_at, published()) == (AnnouncementStatus.PUBLISHED, None, 1)


def test_publishing_directly_what_has_changed_is_refused(scene: Scene) -> None:
    announcement = scheduled(scene)
    reword_reason(scene)
    with pytest.raises(RuleViolation):
        publishing.publish(announcement, now=clock.now() + timedelta(minutes=6))


def test_a_seal_of_the_first_version_is_still_published(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    old = {
        key: value
        for key, value in (announcement.snapshot or {}).items()
        if key not in ("version", "pages", "changed", "files", "certificates", "withdrawn")
    }
    old["letters"] = [{key: letter[key] for key in letter if key != "delegates"} for letter in old["letters"]]
    announcement.snapshot, announcement.snapshot_sha256 = old, snapshots.rules.digest(old)
    assert snapshots.changed_people(announcement) == []
    for person in (scene.first, scene.second):
        status = release(announcement, person, now)
    assert (status, published()) == (AnnouncementStatus.PUBLISHED, 1)


def test_who_joins_or_leaves_a_city_after_the_seal_voids_nothing_and_the_letters_follow(scene: Scene) -> None:
    announcement = scheduled(scene)
    left = delegate(scene.deserving)
    db.session.scalars(select(Delegate).where(Delegate.user_id == left.id)).one().ended_at = clock.now()
    joined = make.make_delegate(scene.deserving.city)
    db.session.commit()
    assert [(one.ref, one.name, one.joined) for one in snapshots.changed_people(announcement)] == [
        (scene.deserving.ref, joined.name, True),
        (scene.deserving.ref, left.name, False),
    ]
    assert snapshots.differences(announcement) == []
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 1
    about = db.session.scalars(select(Notification).where(Notification.submission_id == scene.deserving.id))
    assert [letter.recipient_id for letter in about] == [joined.id]


# Stopping ------------------------------------------------------------------------------------------------------------


def test_a_stopped_publication_stays_sealed_and_needs_two_releases_again(scene: Scene) -> None:
    announcement = scheduled(scene)
    sha256, shown = announcement.snapshot_sha256, announcement.edit_version
    announcements.abort(actor=scene.second, announcement=announcement, reason="Rain.", now=clock.now())
    db.session.commit()
    assert (announcement.status, announcement.releases) == (AnnouncementStatus.SEALED, [])
    assert announcement.snapshot_sha256 == sha256
    clock.set_offset(timedelta(minutes=6))
    assert publish_due() == 0
    with pytest.raises(IllegalTransition):  # a page opened before the stop
        announcements.release(
            actor=scene.first,
            announcement=announcement,
            shown_sha256=sha256 or "",
            shown_version=shown,
            now=clock.now(),
        )
    assert release(announcement, scene.first, clock.now()) is AnnouncementStatus.SEALED
    assert release(announcement, scene.second, clock.now()) is AnnouncementStatus.PUBLISHED
    assert [entry.reason for entry in deeds("abort")] == ["Rain."]


def test_only_what_somebody_released_is_stopped_with_a_reason_and_by_the_secretariat(
    scene: Scene, now: datetime
) -> None:
    announcement = sealed(scene, now, embargo=now + HOUR)
    with pytest.raises(IllegalTransition):
        announcements.abort(actor=scene.first, announcement=announcement, reason="Nothing.", now=now)
    release(announcement, scene.first, now)
    with pytest.raises(RuleViolation):
        announcements.abort(actor=scene.first, announcement=announcement, reason=" ", now=now)
    with pytest.raises(NotPermitted):
        announcements.abort(
            actor=make.make_member(scene.cycle, Role.JUROR).user, announcement=announcement, reason="No.", now=now
        )
    announcement.embargo_until = None
    assert len(announcement.releases) == 1


def test_what_is_public_cannot_be_stopped(scene: Scene, now: datetime) -> None:
    announcement = sealed(scene, now)
    for person in (scene.first, scene.second):
        release(announcement, person, now)
    with pytest.raises(IllegalTransition):
        announcements.abort(actor=scene.first, announcement=announcement, reason="Regret.", now=now)


def test_nothing_is_published_while_the_site_is_frozen_and_it_follows_afterwards(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled(scene)
    clock.set_offset(timedelta(minutes=6))
    with monkeypatch.context() as patch:
        patch.setattr(freezes, "is_frozen", lambda: True)
        assert publish_due() == 0
    assert published() == 0
    assert publish_due() == 1

"""Announcements that go together: one instant, one release of all, published in their order or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, RuleViolation
from awardapp.extensions import db
from awardapp.models import Announcement, Ceremony, Decision, Notification, Publication, User
from awardapp.services import announcements, awards, ceremonies
from tests import factories as make
from tests.support.announcing import Scene, decided_by_the_secretariat, locked_shortlist, prepared
from worker.cycles import publish_due

HOUR = timedelta(hours=1)


@dataclass
class Evening:
    """The winners and one special award, as drafts that go together; the award is read first."""

    scene: Scene
    winners: Announcement
    award: Announcement
    ceremony: Ceremony

    @property
    def parts(self) -> list[Announcement]:
        return [self.award, self.winners]

    def seal(self, now: datetime) -> None:
        for one in self.parts:
            announcements.seal(actor=self.scene.first, announcement=one, now=now)
        db.session.commit()

    def release(self, person: User, now: datetime) -> AnnouncementStatus:
        return ceremonies.release(
            actor=person,
            ceremony=self.ceremony,
            shown_sha256=ceremonies.digest(self.ceremony, ceremonies.parts_of(self.ceremony)),
            now=now,
        )


@pytest.fixture
def evening(app: Flask) -> Evening:
    now = clock.now()
    scene = locked_shortlist()
    make.make_published_shortlist(scene.cycle, scene.shortlisted)
    make.make_selection(scene.cycle, Stage.JURY, {Outcome.WINNER: scene.shortlisted[:1]})
    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    award = scene.cycle.special_awards[0]
    decided_by_the_secretariat(award, announced_from="winners")
    awards.give(
        actor=scene.first, cycle=scene.cycle, award=award, submission=scene.shortlisted[1],
        reason_en="Loved.", reason_zh="喜爱。", now=now,
    )  # fmt: skip
    winners = prepared(scene, now, kind="winners")
    special = prepared(scene, now, kind="special", award_key=award.key)
    ceremony = ceremonies.gather(
        actor=scene.first, cycle=scene.cycle, chosen=[special, winners], embargo_until=now + HOUR, now=now
    )
    db.session.commit()
    return Evening(scene, winners, special, ceremony)


def published() -> list[tuple[AnnouncementKind, datetime]]:
    rows = db.session.execute(
        select(Publication.kind, Publication.published_at)
        .where(Publication.kind != AnnouncementKind.SHORTLIST)
        .order_by(Publication.id)
    )
    return [(row.kind, row.published_at) for row in rows]


def test_two_people_release_all_of_them_in_one_act_and_all_become_public_in_their_order(evening: Evening) -> None:
    now = clock.now()
    evening.seal(now)
    assert evening.release(evening.scene.first, now) is AnnouncementStatus.SEALED
    assert evening.release(evening.scene.second, now) is AnnouncementStatus.SCHEDULED
    db.session.commit()
    assert publish_due() == 0
    clock.set_offset(HOUR + timedelta(seconds=1))
    assert publish_due() == 2
    found = published()
    assert [kind for kind, _at in found] == [AnnouncementKind.SPECIAL, AnnouncementKind.WINNERS]
    assert found[0][1] == found[1][1]
    assert publish_due() == 0


def test_without_an_instant_the_second_release_publishes_all_at_once(evening: Evening) -> None:
    now = clock.now()
    ceremonies.set_instant(actor=evening.scene.first, ceremony=evening.ceremony, embargo_until=None, now=now)
    evening.seal(now)
    evening.release(evening.scene.first, now)
    assert evening.release(evening.scene.second, now) is AnnouncementStatus.PUBLISHED
    assert len(published()) == 2


def test_one_of_them_that_has_changed_keeps_all_of_them_from_being_published(evening: Evening) -> None:
    now = clock.now()
    evening.seal(now)
    for person in (evening.scene.first, evening.scene.second):
        evening.release(person, now)
    decision = db.session.scalars(select(Decision).where(Decision.stage == Stage.SPECIAL)).one()
    decision.reason_en = "Hated."
    db.session.commit()
    clock.set_offset(HOUR + timedelta(seconds=1))
    assert publish_due() == 0
    assert published() == []
    assert [(one.status, one.releases) for one in evening.parts] == [(AnnouncementStatus.SEALED, [])] * 2
    assert (evening.award.refused_at is not None, evening.winners.refused_at) == (True, None)
    kinds = db.session.scalars(select(Notification.kind).distinct()).all()
    assert list(kinds) == ["announcement_refused"]


def test_none_of_them_is_released_by_itself(evening: Evening) -> None:
    now = clock.now()
    evening.seal(now)
    with pytest.raises(IllegalTransition):
        announcements.release(
            actor=evening.scene.first, announcement=evening.winners,
            shown_sha256=evening.winners.snapshot_sha256 or "", now=now,
        )  # fmt: skip


def test_stopping_or_opening_one_stops_all(evening: Evening) -> None:
    now = clock.now()
    evening.seal(now)
    shown = ceremonies.digest(evening.ceremony, ceremonies.parts_of(evening.ceremony))
    for person in (evening.scene.first, evening.scene.second):
        evening.release(person, now)
    announcements.abort(actor=evening.scene.first, announcement=evening.winners, reason="Fog.", now=now)
    assert [(one.status, one.releases) for one in evening.parts] == [(AnnouncementStatus.SEALED, [])] * 2
    with pytest.raises(IllegalTransition):  # a page opened before the stop
        ceremonies.release(actor=evening.scene.first, ceremony=evening.ceremony, shown_sha256=shown, now=now)
    for person in (evening.scene.first, evening.scene.second):
        evening.release(person, now)
    announcements.unseal(actor=evening.scene.first, announcement=evening.award, reason="A word.", now=now)
    db.session.commit()
    assert (evening.award.status, evening.winners.status) == (AnnouncementStatus.DRAFT, AnnouncementStatus.SEALED)
    with pytest.raises(IllegalTransition):
        evening.release(evening.scene.first, now)
    clock.set_offset(HOUR + timedelta(seconds=1))
    assert (publish_due(), published()) == (0, [])


def test_the_instant_is_that_of_all_and_moves_only_while_all_are_drafts(evening: Evening) -> None:
    now = clock.now()
    assert {one.embargo_until for one in evening.parts} == {evening.ceremony.embargo_until}
    with pytest.raises(RuleViolation):
        announcements.edit(
            actor=evening.scene.first, announcement=evening.winners, title_en="A", title_zh="甲", statement_en="B",
            statement_zh="乙", embargo_until=now + 2 * HOUR, edit_version=evening.winners.edit_version, now=now,
        )  # fmt: skip
    db.session.rollback()
    announcements.seal(actor=evening.scene.first, announcement=evening.winners, now=now)
    with pytest.raises(IllegalTransition):
        ceremonies.set_instant(
            actor=evening.scene.first, ceremony=evening.ceremony, embargo_until=now + 2 * HOUR, now=now
        )


def test_an_award_that_waits_for_the_winners_does_not_go_without_them(evening: Evening) -> None:
    now = clock.now()
    evening.seal(now)
    ceremonies.part(actor=evening.scene.first, ceremony=evening.ceremony, now=now)
    assert db.session.scalar(select(func.count()).select_from(Ceremony)) == 0
    announcements.release(
        actor=evening.scene.first, announcement=evening.award,
        shown_sha256=evening.award.snapshot_sha256 or "", now=now,
    )  # fmt: skip
    assert evening.award.refused_because == [
        "By its rule this award is announced together with the winners or after them."
    ]


def test_one_alone_a_sealed_one_and_the_shortlist_are_not_put_together(evening: Evening) -> None:
    now, scene = clock.now(), evening.scene
    with pytest.raises(RuleViolation):
        ceremonies.gather(actor=scene.first, cycle=scene.cycle, chosen=[evening.award], embargo_until=None, now=now)
    with pytest.raises(IllegalTransition):  # they belong to a ceremony
        ceremonies.gather(actor=scene.first, cycle=scene.cycle, chosen=evening.parts, embargo_until=None, now=now)
    ceremonies.part(actor=scene.first, ceremony=evening.ceremony, now=now)
    announcements.seal(actor=scene.first, announcement=evening.winners, now=now)
    with pytest.raises(IllegalTransition):
        ceremonies.gather(actor=scene.first, cycle=scene.cycle, chosen=evening.parts, embargo_until=None, now=now)

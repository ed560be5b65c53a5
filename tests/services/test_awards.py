"""Special awards: to shortlisted cities, within their places, with a reason, undone only before the seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, Decision, SpecialAward, Submission, User
from awardapp.services import announcements, awards
from tests import factories as make


@dataclass
class Scene:
    cycle: Cycle
    actor: User
    award: SpecialAward
    shortlisted: list[Submission]
    other: Submission

    def give(self, submission: Submission, now: datetime, *, actor: User | None = None, **changes: str) -> Decision:
        reasons = {"reason_en": "Most votes.", "reason_zh": "得票最多。", **changes}
        return awards.give(
            actor=actor or self.actor, cycle=self.cycle, award=self.award, submission=submission, now=now, **reasons
        )


@pytest.fixture
def scene(app: Flask) -> Scene:
    cycle = make.make_cycle(CyclePhase.JURY)
    valid = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(3)]
    make.make_published_shortlist(cycle, valid[:2])
    award = next(a for a in cycle.special_awards if a.key == "popular_city")
    db.session.commit()
    return Scene(cycle, make.make_member(cycle, Role.SECRETARIAT).user, award, valid[:2], valid[2])


def test_an_award_is_given_with_its_reason_and_stays_sealed(scene: Scene, now: datetime) -> None:
    decision = scene.give(scene.shortlisted[0], now)
    assert (decision.award_key, decision.reason_en, decision.reason_zh) == ("popular_city", "Most votes.", "得票最多。")
    assert awards.given(scene.award) == [decision]
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "award.give")).scalar_one()
    assert (entry.actor_id, entry.details) == (scene.actor.id, {"award": "popular_city"})


def test_only_published_shortlisted_cities_are_candidates(scene: Scene, now: datetime) -> None:
    assert {s.id for s in awards.candidates(scene.cycle)} == {s.id for s in scene.shortlisted}
    with pytest.raises(RuleViolation) as refused:
        scene.give(scene.other, now)
    assert refused.value.field == "submission"


def test_the_places_are_limited_and_a_city_gets_it_once(scene: Scene, now: datetime) -> None:
    scene.give(scene.shortlisted[0], now)
    for submission in scene.shortlisted:
        with pytest.raises(RuleViolation):
            scene.give(submission, now)
    scene.award.places = 2
    scene.give(scene.shortlisted[1], now)
    assert len(awards.given(scene.award)) == 2


@pytest.mark.parametrize("missing", ["reason_en", "reason_zh"])
def test_the_reason_is_needed_in_both_languages(scene: Scene, now: datetime, missing: str) -> None:
    with pytest.raises(RuleViolation):
        scene.give(scene.shortlisted[0], now, **{missing: "  "})


def test_nobody_but_the_secretariat_gives_or_takes_back(scene: Scene, now: datetime) -> None:
    juror = make.make_member(scene.cycle, Role.JUROR).user
    with pytest.raises(NotPermitted):
        scene.give(scene.shortlisted[0], now, actor=juror)
    decision = scene.give(scene.shortlisted[0], now)
    with pytest.raises(NotPermitted):
        awards.take_back(actor=juror, cycle=scene.cycle, award=scene.award, decision=decision, reason="No.", now=now)
    with pytest.raises(NotPermitted):
        awards.record_look(actor=juror, cycle=scene.cycle, now=now)


@pytest.mark.parametrize("phase", [CyclePhase.COMMITTEE, CyclePhase.SHORTLIST_SEALED, CyclePhase.ARCHIVED])
def test_not_before_the_shortlist_is_public_nor_after_the_end(scene: Scene, now: datetime, phase: CyclePhase) -> None:
    scene.cycle.phase = phase
    assert awards.why_closed(scene.cycle, scene.award)
    with pytest.raises(IllegalTransition):
        scene.give(scene.shortlisted[0], now)


def test_an_award_that_follows_from_a_rule_is_given_by_nobody(scene: Scene, now: datetime) -> None:
    scene.award = next(a for a in scene.cycle.special_awards if a.decided_by == "rule")
    with pytest.raises(IllegalTransition):
        scene.give(scene.shortlisted[0], now)


def test_an_award_of_another_cycle_is_refused(scene: Scene, now: datetime) -> None:
    scene.award = make.make_cycle().special_awards[0]
    with pytest.raises(RuleViolation):
        scene.give(scene.shortlisted[0], now)


def test_taking_back_needs_a_reason_which_is_kept(scene: Scene, now: datetime) -> None:
    decision = scene.give(scene.shortlisted[0], now)
    with pytest.raises(RuleViolation):
        awards.take_back(
            actor=scene.actor, cycle=scene.cycle, award=scene.award, decision=decision, reason=" ", now=now
        )
    awards.take_back(
        actor=scene.actor, cycle=scene.cycle, award=scene.award, decision=decision, reason="Counted again.", now=now
    )
    assert awards.given(scene.award) == []
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "award.take_back")).scalar_one()
    assert entry.reason == "Counted again."


def test_nothing_changes_while_it_is_sealed_in_an_announcement(scene: Scene, now: datetime) -> None:
    decision = scene.give(scene.shortlisted[0], now)
    announcement = announcements.prepare(
        actor=scene.actor, cycle=scene.cycle, kind=AnnouncementKind.SPECIAL, award_key=scene.award.key, now=now
    )
    announcements.edit(
        actor=scene.actor,
        announcement=announcement,
        title_en="A title",
        title_zh="标题",
        statement_en="Words.",
        statement_zh="文字。",
        embargo_until=None,
        edit_version=announcement.edit_version,
        now=now,
    )
    announcements.seal(actor=scene.actor, announcement=announcement, now=now)
    with pytest.raises(IllegalTransition):
        awards.take_back(
            actor=scene.actor, cycle=scene.cycle, award=scene.award, decision=decision, reason="Late.", now=now
        )
    announcements.unseal(actor=scene.actor, announcement=announcement, reason="Counted again.", now=now)
    awards.take_back(
        actor=scene.actor, cycle=scene.cycle, award=scene.award, decision=decision, reason="Counted again.", now=now
    )
    assert awards.given(scene.award) == []

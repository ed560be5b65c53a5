"""Special awards given by people: by whoever the rule names, within the places, with a reason, undone only before the seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, Decision, PublishedOutcome, SpecialAward, Submission, User
from awardapp.services import announcements, awards
from tests import factories as make
from tests.support import awarding


@dataclass
class Scene:
    cycle: Cycle
    actor: User
    award: SpecialAward
    shortlisted: list[Submission]
    other: Submission

    def give(self, submission: Submission, now: datetime, *, actor: User | None = None, **changes: str) -> Decision:
        reasons = {"reason_en": "Well loved.", "reason_zh": "深受喜爱。", **changes}
        return awards.give(
            actor=actor or self.actor, cycle=self.cycle, award=self.award, submission=submission, now=now, **reasons
        )


@pytest.fixture
def scene(app: Flask) -> Scene:
    cycle = make.make_cycle(CyclePhase.JURY)
    valid = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(3)]
    make.make_published_shortlist(cycle, valid[:2])
    award = awarding.by_hand(cycle)
    db.session.commit()
    return Scene(cycle, make.make_member(cycle, Role.SECRETARIAT).user, award, valid[:2], valid[2])


def test_an_award_is_given_with_its_reason_and_stays_sealed(scene: Scene, now: datetime) -> None:
    decision = scene.give(scene.shortlisted[0], now)
    assert (decision.award_key, decision.reason_en, decision.reason_zh) == (
        "special_mention",
        "Well loved.",
        "深受喜爱。",
    )
    assert awards.given(scene.award) == [decision]
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "award.give")).scalar_one()
    assert (entry.actor_id, entry.details["award"]) == (scene.actor.id, "special_mention")


def test_its_rule_says_among_whom_an_award_is_given(scene: Scene, now: datetime) -> None:
    shortlisted = {s.id for s in scene.shortlisted}
    assert {s.id for s in awards.candidates(scene.cycle)} == shortlisted
    assert {s.id for s in awards.candidates(scene.cycle, scene.award)} == shortlisted
    with pytest.raises(RuleViolation) as refused:
        scene.give(scene.other, now)
    assert refused.value.field == "submission"
    awarding.ruled(scene.award, candidates="valid")
    assert scene.give(scene.other, now).submission_id == scene.other.id


def test_the_deserving_are_candidates_where_the_rule_names_them(scene: Scene) -> None:
    publication = db.session.execute(select(PublishedOutcome.publication_id).limit(1)).scalar_one()
    db.session.add(
        PublishedOutcome(
            publication_id=publication, position=3, outcome=Outcome.DESERVING, submission_id=scene.other.id,
            city_id=scene.other.city_id, title_en="T", title_zh="题", reason_en="R", reason_zh="理",
        )
    )  # fmt: skip
    awarding.ruled(scene.award, candidates="shortlisted_deserving")
    found = {s.id for s in awards.candidates(scene.cycle, scene.award)}
    assert found == {scene.other.id, *(s.id for s in scene.shortlisted)}


def test_the_awards_are_independent_of_the_five_unless_their_rule_says_otherwise(scene: Scene, now: datetime) -> None:
    winner, other = scene.shortlisted
    make.make_selection(scene.cycle, Stage.JURY, {Outcome.WINNER: [winner]})
    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    assert {s.id for s in awards.candidates(scene.cycle, scene.award)} == {winner.id, other.id}
    assert scene.give(winner, now).submission_id == winner.id  # a winner may be popular
    awarding.ruled(scene.award, independent=False, places=None)
    assert [s.id for s in awards.candidates(scene.cycle, scene.award)] == [other.id]
    scene.cycle.phase = CyclePhase.JURY  # before the lock nobody can know who is not a winner
    assert awards.why_closed(scene.cycle, scene.award)


def test_the_candidates_of_an_award_that_cannot_be_given_yet_do_not_tell_who_wins(scene: Scene) -> None:
    winner, other = scene.shortlisted
    make.make_selection(scene.cycle, Stage.JURY, {Outcome.WINNER: [winner]})
    awarding.ruled(scene.award, decided_by="committee", independent=False)

    def named() -> set[int]:
        return {s.id for s in awards.candidates(scene.cycle, scene.award)}

    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    assert named() == {winner.id, other.id}  # the committee learns it with everybody else
    assert awards.why_closed(scene.cycle, scene.award)
    scene.cycle.phase = CyclePhase.WINNERS_PUBLIC
    assert named() == {other.id}
    assert awards.why_closed(scene.cycle, scene.award) == ""
    scene.award.decided_by = "secretariat"
    scene.cycle.phase = CyclePhase.JURY  # counted, and not locked
    assert named() == {winner.id, other.id}


def test_the_medal_follows_for_every_other_shortlisted_city_and_is_given_by_nobody(scene: Scene, now: datetime) -> None:
    winner, other = scene.shortlisted
    medal = awarding.award_of(scene.cycle, "medal_of_honor")
    found = awards.by_rule(scene.cycle, {winner.id})
    assert [(award.key, [s.id for s in cities]) for award, cities in found] == [("medal_of_honor", [other.id])]
    assert (medal.gives, medal.places, medal.independent) == (["medal", "certificate"], None, False)
    scene.award = medal
    with pytest.raises(IllegalTransition):
        scene.give(other, now)


def test_the_places_are_limited_and_a_city_gets_it_once(scene: Scene, now: datetime) -> None:
    scene.give(scene.shortlisted[0], now)
    for submission in scene.shortlisted:
        with pytest.raises(RuleViolation):
            scene.give(submission, now)
    awarding.ruled(scene.award, places=2)
    scene.give(scene.shortlisted[1], now)
    assert len(awards.given(scene.award)) == 2


def test_without_a_limit_every_candidate_can_receive_it(scene: Scene, now: datetime) -> None:
    awarding.ruled(scene.award, places=None)
    assert [scene.give(s, now).submission_id for s in scene.shortlisted] == [s.id for s in scene.shortlisted]


@pytest.mark.parametrize("missing", ["reason_en", "reason_zh"])
def test_the_reason_is_needed_in_both_languages(scene: Scene, now: datetime, missing: str) -> None:
    with pytest.raises(RuleViolation):
        scene.give(scene.shortlisted[0], now, **{missing: "  "})


def test_nobody_but_the_secretariat_gives_or_takes_back_what_the_organisers_decide(scene: Scene, now: datetime) -> None:
    juror = make.make_member(scene.cycle, Role.JUROR).user
    with pytest.raises(NotPermitted):
        scene.give(scene.shortlisted[0], now, actor=juror)
    decision = scene.give(scene.shortlisted[0], now)
    with pytest.raises(NotPermitted):
        awards.take_back(actor=juror, cycle=scene.cycle, award=scene.award, decision=decision, reason="No.", now=now)
    with pytest.raises(NotPermitted):
        awards.record_look(actor=juror, cycle=scene.cycle, now=now)


@pytest.mark.parametrize(("decided_by", "role"), [("jury", Role.JUROR), ("committee", Role.COMMITTEE)])
def test_what_a_body_decides_its_chair_records_and_nobody_else(
    scene: Scene, now: datetime, decided_by: str, role: Role
) -> None:
    awarding.ruled(scene.award, decided_by=decided_by)
    chair = make.make_member(scene.cycle, role, is_chair=True)
    for person in (scene.actor, make.make_member(scene.cycle, role).user):
        with pytest.raises(NotPermitted):
            scene.give(scene.shortlisted[0], now, actor=person)
    decision = scene.give(scene.shortlisted[0], now, actor=chair.user)
    awards.record_look(actor=chair.user, cycle=scene.cycle, now=now)
    awards.take_back(actor=chair.user, cycle=scene.cycle, award=scene.award, decision=decision, reason="No.", now=now)
    assert awards.given(scene.award) == []


def test_a_chair_with_a_tie_to_the_city_or_without_a_declaration_records_nothing(scene: Scene, now: datetime) -> None:
    awarding.ruled(scene.award, decided_by="jury")
    chair = make.make_member(scene.cycle, Role.JUROR, is_chair=True)
    chair.user.country = scene.shortlisted[0].city.country
    with pytest.raises(NotPermitted) as refused:
        scene.give(scene.shortlisted[0], now, actor=chair.user)
    assert "another chair or the deputy" in refused.value.msgid
    chair.user.country, chair.conflicts_declared_at = None, None
    with pytest.raises(NotPermitted):
        scene.give(scene.shortlisted[0], now, actor=chair.user)


@pytest.mark.parametrize("key", ["popular_city", "media_choice"])
def test_what_a_vote_or_a_body_outside_decides_is_not_given_by_hand(scene: Scene, now: datetime, key: str) -> None:
    scene.award, scene.cycle.phase = awarding.award_of(scene.cycle, key), CyclePhase.WINNERS_SEALED
    with pytest.raises(IllegalTransition):
        scene.give(scene.shortlisted[0], now)


@pytest.mark.parametrize("phase", [CyclePhase.COMMITTEE, CyclePhase.SHORTLIST_SEALED, CyclePhase.ARCHIVED])
def test_not_before_the_shortlist_is_public_nor_after_the_end(scene: Scene, now: datetime, phase: CyclePhase) -> None:
    scene.cycle.phase = phase
    assert awards.why_closed(scene.cycle, scene.award)
    with pytest.raises(IllegalTransition):
        scene.give(scene.shortlisted[0], now)


def test_an_award_of_another_cycle_is_refused(scene: Scene, now: datetime) -> None:
    scene.award = awarding.by_hand(make.make_cycle())
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


def test_when_an_award_may_be_announced_follows_its_rule(scene: Scene, now: datetime) -> None:
    def may(*, at: datetime = now, with_winners: bool = False) -> bool:
        return not awards.why_not_announced(scene.cycle, scene.award, instant=at, with_winners=with_winners)

    assert may()
    awarding.ruled(scene.award, announced_from="winners")
    assert (may(), may(with_winners=True)) == (False, True)
    awarding.ruled(scene.award, announced_from="ceremony")
    assert not may(with_winners=True)  # no date is set
    scene.cycle.ceremony_on = datetime(2027, 3, 2, tzinfo=UTC).date()
    assert not may(at=datetime(2027, 3, 1, 15, 59, tzinfo=UTC))
    assert may(at=datetime(2027, 3, 1, 16, 0, tzinfo=UTC))  # midnight in Guangzhou

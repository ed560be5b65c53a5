"""Certified results of votes: two people for the same figures, corrections beside them, and the awards that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.domain.wall import WallStands
from awardapp.extensions import db
from awardapp.models import Announcement, AuditEntry, Cycle, SpecialAward, Submission, User
from awardapp.queries import vote_results as queries
from awardapp.services import awards, count_awards, partner_decisions, vote_results, wall
from tests import factories as make
from tests.conftest import NOW
from tests.support import awarding


@dataclass
class Scene:
    cycle: Cycle
    first: User
    second: User
    award: SpecialAward
    cities: list[Submission]

    def votes(self, *numbers: int) -> dict[str, int]:
        return {s.ref: n for s, n in zip(self.cities, numbers, strict=True)}

    def lock_winners(self, *winners: Submission) -> None:
        make.make_selection(self.cycle, Stage.JURY, {Outcome.WINNER: list(winners)})
        self.cycle.phase = CyclePhase.WINNERS_SEALED

    def give(self) -> list[str]:
        proposal = count_awards.propose(self.cycle, self.award)
        given = count_awards.give(
            actor=self.first,
            cycle=self.cycle,
            award=self.award,
            shown_sha256=proposal.result.sha256,
            reasons={one.submission.ref: (one.reason_en, one.reason_zh) for one in proposal.receivers},
            now=NOW,
        )
        return [decision.submission.ref for decision in given]


@pytest.fixture
def scene(app: Flask) -> Scene:
    cycle = make.make_cycle(CyclePhase.JURY)
    cities = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(3)]
    make.make_published_shortlist(cycle, cities)
    people = [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2)]
    db.session.commit()
    return Scene(cycle, people[0], people[1], awarding.award_of(cycle, "popular_city"), cities)


def test_figures_are_entered_by_one_person_and_certified_by_another_for_the_same_digest(scene: Scene) -> None:
    result = awarding.entered(scene.cycle, scene.first, scene.votes(5, 9, 2))
    with pytest.raises(NotPermitted):
        vote_results.certify(actor=scene.first, result=result, shown_sha256=result.sha256, now=NOW)
    with pytest.raises(StaleVersion):
        vote_results.certify(actor=scene.second, result=result, shown_sha256="0" * 64, now=NOW)
    vote_results.certify(actor=scene.second, result=result, shown_sha256=result.sha256, now=NOW)
    with pytest.raises(IllegalTransition):
        vote_results.certify(actor=scene.second, result=result, shown_sha256=result.sha256, now=NOW)
    assert queries.states(scene.cycle) == {"public_vote": (1, True)}
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("vote_result"))).all()
    assert [e.action for e in entries] == ["vote_result.enter", "vote_result.certify"]
    assert all(e.details == {"vote": "public_vote", "number": 1, "counts_sha256": result.sha256} for e in entries)


def test_the_same_figures_never_have_the_same_digest_so_that_nobody_can_guess_them(scene: Scene) -> None:
    one = awarding.entered(scene.cycle, scene.first, scene.votes(5, 9, 2))
    two = awarding.entered(scene.cycle, scene.first, scene.votes(5, 9, 2), seen=1, reason="The same again.")
    assert one.content["counts"] == two.content["counts"] and one.sha256 != two.sha256


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("closed_at", {"closed_at": NOW + timedelta(hours=1)}),
        ("closed_at", {"opened_at": NOW - timedelta(hours=1), "closed_at": NOW - timedelta(hours=2)}),
        ("source", {"source": "  "}),
        ("text", {"votes": {}}),
    ],
)
def test_figures_that_cannot_be_are_refused_at_their_field(
    scene: Scene, field: str, changes: dict[str, object]
) -> None:
    votes = changes.get("votes", scene.votes(5, 9, 2))
    changes = {name: value for name, value in changes.items() if name != "votes"}
    with pytest.raises(RuleViolation) as refused:
        awarding.entered(scene.cycle, scene.first, votes, **changes)  # type: ignore[arg-type]  # the cases above are right
    assert refused.value.field == field


def test_every_candidate_has_a_number_and_nobody_else(scene: Scene) -> None:
    votes = scene.votes(5, 9, 2)
    for wrong in ({**votes, "GA-NOBODY": 1}, dict(list(votes.items())[:2]), dict.fromkeys(votes, 0)):
        with pytest.raises(RuleViolation):
            awarding.entered(scene.cycle, scene.first, wrong)


def test_a_csv_text_is_read_line_by_line_and_every_bad_line_is_told(scene: Scene) -> None:
    a, b, c = (s.ref for s in scene.cities)
    told = f'\ufeffcity,REF,votes\nx,{a},1500000\nx,GA-NO,1\nx,{b},"1,200"\n\nx,{a},7\nx,{c},-1\nx,{b},0\n'
    read = vote_results.read_csv(told, scene.cities)
    assert read.counts == {a: 1_500_000, b: 0}
    assert [number for number, _error in read.problems] == [3, 4, 6, 7]
    for wrong in ("", "city;votes\nx;1\n", "ref,votes\n" + f"{a},1\n" * 5001):
        with pytest.raises(RuleViolation):
            vote_results.read_csv(wrong, scene.cities)


def test_a_correction_is_a_new_version_that_voids_the_old_one_and_what_was_given_by_it(scene: Scene) -> None:
    old = awarding.certified(scene.cycle, scene.first, scene.second, scene.votes(5, 9, 2))
    scene.lock_winners(scene.cities[0])
    assert scene.give() == [scene.cities[1].ref]
    with pytest.raises(StaleVersion):
        awarding.entered(scene.cycle, scene.first, scene.votes(5, 4, 2), reason="Counted anew.")
    with pytest.raises(RuleViolation):
        awarding.entered(scene.cycle, scene.first, scene.votes(5, 4, 2), seen=1)
    new = awarding.entered(scene.cycle, scene.first, scene.votes(5, 4, 2), seen=1, reason="Counted anew.")
    assert awards.given(scene.award) == []
    with pytest.raises(IllegalTransition):
        count_awards.propose(scene.cycle, scene.award)
    with pytest.raises(StaleVersion):
        vote_results.certify(actor=scene.second, result=old, shown_sha256=old.sha256, now=NOW)
    vote_results.certify(actor=scene.second, result=new, shown_sha256=new.sha256, now=NOW)
    assert scene.give() == [scene.cities[0].ref]
    assert [v.number for v in queries.versions(scene.cycle, "public_vote")] == [2, 1]


def test_figures_are_not_corrected_under_an_announcement_that_is_sealed(scene: Scene) -> None:
    awarding.certified(scene.cycle, scene.first, scene.second, scene.votes(5, 9, 2))
    db.session.add(
        Announcement(
            cycle_id=scene.cycle.id, kind="special", award_key="popular_city", status="sealed", snapshot={},
            snapshot_sha256="0" * 64, created_by=scene.first.id, created_at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(IllegalTransition):
        awarding.entered(scene.cycle, scene.first, scene.votes(5, 4, 2), seen=1, reason="Counted anew.")


@pytest.mark.parametrize("statement", ["UPDATE vote_results SET sha256 = ''", "DELETE FROM vote_certifications"])
def test_the_database_keeps_figures_and_certificates_as_they_are(scene: Scene, statement: str) -> None:
    awarding.certified(scene.cycle, scene.first, scene.second)
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text(statement))


def test_the_award_follows_from_the_certified_figures_and_its_reason_tells_them_in_both_languages(scene: Scene) -> None:
    awarding.entered(scene.cycle, scene.first, scene.votes(203_408, 167_853, 154_735))
    scene.lock_winners()
    with pytest.raises(IllegalTransition):
        scene.give()
    result = queries.latest(scene.cycle, "public_vote")
    assert result is not None
    vote_results.certify(actor=scene.second, result=result, shown_sha256=result.sha256, now=NOW)
    assert scene.give() == [scene.cities[0].ref]
    decision = awards.given(scene.award)[0]
    assert decision.reason_en == (
        "Public vote online, 20 February 2027 to 28 February 2027: 203,408 of 525,996 votes, the most of all candidates."
    )
    assert "203,408" in decision.reason_zh and "525,996" in decision.reason_zh and "网" in decision.reason_zh
    with pytest.raises(IllegalTransition):
        scene.give()


def test_a_popular_city_may_be_a_winner_or_not_unless_the_rule_bars_winners(scene: Scene) -> None:
    awarding.certified(scene.cycle, scene.first, scene.second, scene.votes(5, 9, 2))
    scene.lock_winners(scene.cities[1])
    assert [r.submission.ref for r in count_awards.propose(scene.cycle, scene.award).receivers] == [scene.cities[1].ref]
    awarding.ruled(scene.award, independent=False)
    assert [r.submission.ref for r in count_awards.propose(scene.cycle, scene.award).receivers] == [scene.cities[0].ref]


def test_cities_level_at_the_top_both_receive_it_or_the_cycles_seed_draws(scene: Scene) -> None:
    awarding.certified(scene.cycle, scene.first, scene.second, scene.votes(9, 9, 2))
    scene.lock_winners()
    level = sorted(s.ref for s in scene.cities[:2])
    proposal = count_awards.propose(scene.cycle, scene.award)
    assert list(proposal.tied) == level and "level with 1" in proposal.receivers[0].reason_en
    awarding.ruled(scene.award, tie_rule="draw")
    drawn = [r.submission.ref for r in count_awards.propose(scene.cycle, scene.award).receivers]
    assert len(drawn) == 1 and drawn[0] in level
    awarding.ruled(scene.award, tie_rule="all")
    assert sorted(scene.give()) == level
    with pytest.raises(RuleViolation):  # no third, though the one place of the rule was exceeded by the tie
        awards.decide(
            actor=scene.first, cycle=scene.cycle, award=scene.award, submission=scene.cities[2], reason_en="x",
            reason_zh="x", now=NOW,
        )  # fmt: skip


def test_figures_other_than_those_on_the_page_give_nothing(scene: Scene) -> None:
    awarding.certified(scene.cycle, scene.first, scene.second, scene.votes(5, 9, 2))
    scene.lock_winners()
    for shown, reasons in (("0" * 64, {scene.cities[1].ref: ("x", "x")}), (None, {scene.cities[0].ref: ("x", "x")})):
        with pytest.raises(StaleVersion):
            count_awards.give(
                actor=scene.first,
                cycle=scene.cycle,
                award=scene.award,
                shown_sha256=shown or count_awards.propose(scene.cycle, scene.award).result.sha256,
                reasons=reasons,
                now=NOW,
            )
    assert awards.given(scene.award) == []


def test_a_body_outside_decides_in_writing_and_two_people_give_the_award(scene: Scene) -> None:
    award = awarding.award_of(scene.cycle, "media_choice")
    decision = awarding.recorded(scene.cycle, scene.first, scene.cities[2])
    arguments = {"decision": decision, "award": award, "shown_sha256": decision.sha256, "now": NOW}
    with pytest.raises(IllegalTransition):  # the jury is open
        partner_decisions.confirm(actor=scene.second, **arguments)
    scene.lock_winners()
    with pytest.raises(NotPermitted):
        partner_decisions.confirm(actor=scene.first, **arguments)
    with pytest.raises(StaleVersion):
        partner_decisions.confirm(actor=scene.second, **{**arguments, "shown_sha256": "0" * 64})
    given = partner_decisions.confirm(actor=scene.second, **arguments)
    assert (given.submission_id, given.reason_en, awards.given(award)) == (
        scene.cities[2].id,
        "Told most often.",
        [given],
    )
    with pytest.raises(IllegalTransition):
        partner_decisions.send_back(actor=scene.second, decision=decision, award=award, now=NOW)


def test_a_recorded_decision_can_be_sent_back_and_gives_nothing(scene: Scene) -> None:
    award = awarding.award_of(scene.cycle, "media_choice")
    decision = awarding.recorded(scene.cycle, scene.first, scene.cities[2])
    partner_decisions.send_back(actor=scene.second, decision=decision, award=award, now=NOW)
    assert (decision.is_confirmed, decision.ended_by, awards.given(award)) == (False, scene.second.id, [])
    for changes in ({"decided_on": NOW.date() + timedelta(days=1)}, {"reason_zh": " "}):
        with pytest.raises(RuleViolation):
            awarding.recorded(scene.cycle, scene.first, scene.cities[2], **changes)


def test_no_juror_enters_certifies_or_records_in_the_secretariats_room_while_the_wall_stands(scene: Scene) -> None:
    result = awarding.entered(scene.cycle, scene.first, scene.votes(5, 9, 2))
    make.make_member(scene.cycle, Role.JUROR, scene.second)
    with pytest.raises(WallStands):
        awarding.entered(scene.cycle, scene.second, scene.votes(5, 9, 2), seen=1, reason="x")
    with pytest.raises(WallStands):
        vote_results.certify(actor=scene.second, result=result, shown_sha256=result.sha256, now=NOW)
    with pytest.raises(WallStands):
        awarding.recorded(scene.cycle, scene.second, scene.cities[0])
    with pytest.raises(WallStands):
        wall.note_look(actor=scene.second, cycle=scene.cycle, what="public_vote", now=NOW)
    scene.lock_winners()
    vote_results.certify(actor=scene.second, result=result, shown_sha256=result.sha256, now=NOW)


def test_the_line_of_the_wall_tells_who_looked_while_it_stood_also_of_those_who_became_jurors_later(
    scene: Scene,
) -> None:
    assert wall.tale(make.make_cycle()) is None
    for person in (scene.first, scene.first, scene.second):
        wall.note_look(actor=person, cycle=scene.cycle, what="public_vote", now=NOW)
    found = wall.tale(scene.cycle)
    assert found == wall.Tale(NOW, None, 3, 0, 0)
    make.make_member(scene.cycle, Role.JUROR, scene.second)
    wall.note_refusal(actor=scene.second, cycle=scene.cycle, page="secretariat.vote_result", now=NOW)
    scene.lock_winners()
    wall.note_look(actor=scene.second, cycle=scene.cycle, what="public_vote", now=NOW + timedelta(days=1))
    found = wall.tale(scene.cycle)
    assert found is not None and (found.looks, found.by_jurors, found.refused) == (
        0,
        0,
        1,
    )  # locked at the very instant

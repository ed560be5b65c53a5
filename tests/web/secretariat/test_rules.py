"""Changing the rules: reasons, versions, refusals, two people at once."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Criterion,
    Cycle,
    Membership,
    RulesVersion,
    User,
)
from awardapp.services import cycles
from awardapp.web.secretariat.rule_words import NAMES, differences
from awardapp.web.secretariat.rules import GROUPS
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.secretariat import at


def test_every_rule_has_words_and_a_place_on_the_page() -> None:
    assert set(NAMES) == set(Rules().to_json())
    assert sorted(name for group in GROUPS for name in group) == sorted(NAMES)


def test_a_change_after_opening_needs_a_reason_and_is_told_apart(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/numbers"))
    refused = desk.submit(page, holding="shortlist_size", deserving_max="25")
    assert refused.status == 422
    assert "needs a reason" in refused.words
    assert refused.all("input", name="deserving_max")[0].get("value") == "25"
    sent = desk.submit(
        page, holding="shortlist_size", deserving_max="25", reason="The committee asked for fewer.", follow=True
    )
    assert "Deserving cities, at most" in sent.words
    assert "The committee asked for fewer." in sent.words
    assert sent.all("del")[0].text == "30"
    assert sent.all("ins")[0].text == "25"
    assert fresh(Cycle, id=cycle.id).rules.deserving_max == 25


def test_rules_that_contradict_each_other_are_refused_at_their_field(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/rules/numbers")), holding="shortlist_size", winners_max="16", reason="Why not"
    )
    assert sent.status == 422
    assert "There cannot be more winners than shortlisted cities." in sent.words


def test_a_form_that_changes_nothing_makes_no_version(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(desk.get(at(cycle, "/rules/numbers")), holding="shortlist_size", reason="Looked", follow=True)
    assert "Nothing differs" in sent.words
    assert fresh(Cycle, id=cycle.id).rules_version == 1


def test_the_slower_of_two_sees_both_versions(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/numbers"))
    desk.submit(page, holding="shortlist_size", deserving_max="20", reason="First")
    slower = desk.submit(page, holding="shortlist_size", prize_usd="30000", reason="Second")
    assert slower.status == 409
    assert "Deserving cities, at most" in slower.words
    assert slower.all("input", name="prize_usd")[0].get("value") == "30000"
    assert fresh(Cycle, id=cycle.id).rules.prize_usd == 20000
    put = desk.submit(slower, holding="shortlist_size", reason="Second", follow=True)
    assert "version 3" in put.words


def test_weights_and_words_of_criteria_change(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/weights"))
    assert "has not published weights" in page.words
    desk.submit(page, holding="seen", **{"weights-0-weight": "3", "reason": "Innovation counts more."})
    criterion = fresh(Criterion, cycle_id=cycle.id, key="innovation")
    assert criterion.weight == 3
    page = desk.get(at(cycle, "/rules/criteria/innovation"))
    sent = desk.submit(
        page, holding="name_en", name_en="Novelty", **{"levels-0-en": "Nothing new."}, reason="Plainer.", follow=True
    )
    assert "Novelty" in sent.words
    assert fresh(Criterion, cycle_id=cycle.id, key="innovation").levels[0]["en"] == "Nothing new."
    assert desk.get(at(cycle, "/rules/criteria/unknown")).status == 404


def test_a_weight_of_nothing_is_refused(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/rules/weights")), holding="seen", **{"weights-0-weight": "0", "reason": "x"}
    )
    assert sent.status == 422


def test_rules_are_fixed_once_the_committee_has_begun(app: Flask, browser: Browser) -> None:
    begun = make.make_cycle(CyclePhase.COMMITTEE)
    person = make.make_user()
    make.make_member(begun, Role.SECRETARIAT, person)
    page = browser.sign_in(person).get(at(begun, "/rules/numbers"))
    sent = browser.submit(page, holding="shortlist_size", deserving_max="25", reason="Late")
    assert sent.status == 422
    assert "The rules are fixed once the committee has begun." in sent.words


def test_differences_are_readable() -> None:
    empty: dict[str, Any] = {"dates": {}, "criteria": [], "rules": Rules().to_json()}
    other = {
        **empty,
        "rules": Rules(max_file_bytes=60_000_000, calibration="mean").to_json(),
        "dates": {"deadline_at": "2027-08-31T16:00:00+00:00"},
    }
    found = {d.what: (str(d.before), str(d.after)) for d in differences(empty, other, zone="Asia/Shanghai")}
    assert found["Size of one file"] == ("50 MB", "60 MB")
    assert found["Correction of the scores"][1] == "none, plain mean"
    assert "23:59:59" in found["Deadline, last second of the call"][1]


def test_every_version_of_the_rules_stays(cycle: Cycle, desk: Browser) -> None:
    person = db.session.scalars(select(User).join(Membership).where(Membership.role == "secretariat")).one()
    cycles.change_rules(actor=person, cycle=cycle, rules=Rules(prize_usd=1), reason="One.", now=NOW)
    cycles.change_rules(actor=person, cycle=cycle, rules=Rules(prize_usd=2), reason="Two.", now=NOW)
    page = desk.get(at(cycle, "/rules"))
    assert "One." in page.words
    assert "Two." in page.words
    assert db.session.scalar(select(func.count(RulesVersion.id)).where(RulesVersion.cycle_id == cycle.id)) == 3

"""Assigning the files, and the figures that come of the readings."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Cycle,
    Membership,
    Score,
    Submission,
    User,
)
from awardapp.services import shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser
from tests.support.secretariat import at, letters


@pytest.fixture
def committee(app: Flask, browser: Browser) -> Cycle:
    """A cycle in the committee's phase with four members and five valid files; `browser` is its secretariat."""
    begun = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(reviews_per_submission=2))
    person = make.make_user("Chen Meiling")
    make.make_member(begun, Role.SECRETARIAT, person)
    for name in ("Ana", "Ben", "Cleo", "Dan"):
        make.make_member(begun, Role.COMMITTEE, make.make_user(name, country="SE"), languages="en zh")
    for _ in range(5):
        make.make_submission(begun, status=SubmissionStatus.VALID)
    db.session.commit()
    browser.sign_in(person)
    return begun


def test_an_assignment_is_drafted_looked_at_and_released(committee: Cycle, browser: Browser) -> None:
    page = browser.get(at(committee, "/assignment"))
    drafted = browser.submit(page, "/propose", follow=True)
    assert "10 readings are drafted" in drafted.words
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 0
    assert letters("files_assigned") == []
    wrong = browser.submit(drafted, "/release", readings="9")
    assert wrong.status == 422
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 0
    done = browser.submit(drafted, "/release", readings="10", follow=True)
    assert "10 readings are released" in done.words
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 10
    assert len(letters("files_assigned")) == 4
    again = browser.submit(drafted, "/release", readings="10")
    assert again.status == 422
    assert len(letters("files_assigned")) == 4


def test_a_missing_declaration_keeps_files_from_being_assigned(committee: Cycle, browser: Browser) -> None:
    page = browser.get(at(committee, "/assignment"))
    make.make_member(committee, Role.COMMITTEE, make.make_user("Silent Sam"), declared=False)
    sent = browser.submit(page, "/propose")
    assert sent.status == 422
    assert "Silent Sam" in sent.words


def _score(committee: Cycle, units: dict[str, list[int]]) -> None:
    for file, marks in zip(
        db.session.scalars(select(Submission).order_by(Submission.id)), units.values(), strict=False
    ):
        for member, unit in zip(
            db.session.scalars(select(Membership).where(Membership.role == "committee").order_by(Membership.id)),
            marks,
            strict=False,
        ):
            make.make_assignment(file, member)
            one = Assessment(
                cycle_id=committee.id,
                submission_id=file.id,
                membership_id=member.id,
                status="submitted",
                comment="c",
                created_at=NOW,
                changed_at=NOW,
                submitted_at=NOW,
            )
            one.scores = [Score(criterion_id=c.id, units=unit) for c in committee.criteria]
            db.session.add(one)
    make.open_scores(committee)
    db.session.commit()


def test_the_figures_are_means_on_the_scale_of_the_rules(committee: Cycle, browser: Browser) -> None:
    _score(committee, {"a": [10, 20], "b": [4, 4], "c": [20, 20]})

    def means(query: str) -> list[str]:
        page = browser.get(at(committee, f"/scores{query}"))
        rows = [tr for tr in page.all("tr") if tr.find("th") is not None and tr.find("td") is not None]
        return ["".join(tr.findall("td")[3].itertext()) for tr in rows]

    assert sorted(means("")) == ["10.00", "2.00", "7.50", "–", "–"]
    assert means("?sort=-raw") == ["10.00", "7.50", "2.00", "–", "–"]
    assert means("?sort=raw") == ["2.00", "7.50", "10.00", "–", "–"]
    assert means("?sort=-criterion-innovation")[:3] == ["10.00", "7.50", "2.00"]
    csv = browser.client.get(at(committee, "/scores.csv")).get_data(as_text=True)
    assert ",2,7.5," in csv


def test_places_come_from_the_stored_proposal(committee: Cycle, browser: Browser) -> None:
    committee.rules_json = {**committee.rules_json, "shortlist_size": 2, "winners_max": 1, "calibration": "mean"}
    _score(committee, {"a": [10, 20], "b": [4, 4], "c": [20, 20], "d": [8, 8], "e": [0, 2]})
    boss = db.session.scalars(select(User).join(Membership).where(Membership.role == "secretariat")).one()
    shortlist.propose(actor=boss, cycle=committee, now=NOW)
    db.session.commit()
    page = browser.get(at(committee, "/scores?sort=place"))
    rows = [tr for tr in page.all("tr") if tr.find("th") is not None and tr.find("td") is not None]
    cells = [["".join(td.itertext()) for td in tr.findall("td")][1:4] for tr in rows]
    assert cells == [
        ["1", "10.00", "10.00"],
        ["2", "7.50", "7.50"],
        ["3", "4.00", "4.00"],
        ["4", "2.00", "2.00"],
        ["5", "0.50", "0.50"],
    ]
    assert rows[1].get("class") == "line-below"

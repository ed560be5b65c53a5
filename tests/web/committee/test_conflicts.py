"""Declaring conflicts of interest, and what stays closed because of them."""

from __future__ import annotations

from typing import Any

import pytest

from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    ConflictOfInterest,
    Cycle,
    Membership,
)
from tests import factories as make
from tests.support.committee_room import fields, given, room, sheet
from tests.support.pages import Browser, fresh


def test_before_the_declaration_there_is_only_the_declaration(browser: Browser, cycle: Cycle) -> None:
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    assert browser.get(room(cycle)).location.endswith("/conflicts")
    page = browser.get(sheet(cycle, assignment))
    assert page.status == 403
    assert assignment.submission.title_en not in page.text


def test_declaring_a_city_and_a_country_replaces_what_was_declared(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member, name="Lyon", country="FR")
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "conflicts"))
    assert "Brazil" in page.words
    sent = browser.submit(
        page,
        holding="answer",
        **fields(
            {
                "answer": "some",
                "lines-0-where": f"city-{assignment.submission.city_id}",
                "lines-0-kind": "advice",
                "lines-0-note": "Wrote their plan",
                "lines-1-where": "country-PL",
                "lines-1-kind": "family",
            }
        ),
    )
    assert sent.location.endswith(room(cycle))
    ties = db.session.query(ConflictOfInterest).filter_by(membership_id=member.id, withdrawn_at=None).all()
    assert {(tie.city_id, tie.country, tie.kind) for tie in ties} == {
        (assignment.submission.city_id, None, "advice"),
        (None, "PL", "family"),
    }
    assert fresh(Assessment).status == "recused"
    page = browser.get(room(cycle, "conflicts"))
    assert "Wrote their plan" in page.text
    emptied = fields({"lines-0-where": "", "lines-0-note": "", "lines-1-where": ""})
    browser.submit(page, holding="answer", answer="none", **emptied)
    assert db.session.query(ConflictOfInterest).filter_by(membership_id=member.id, withdrawn_at=None).count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Say whether you have"),
        ({"answer": "some"}, "Name at least one city"),
        ({"answer": "none", "lines-0-where": "country-PL"}, "but lines are filled in"),
        ({"answer": "some", "lines-0-note": "something"}, "names no city"),
        ({"answer": "some", "lines-0-where": "country-PL", "lines-0-kind": "nonsense"}, "Choose the kind of tie"),
    ],
)
def test_a_contradictory_declaration_is_refused_and_kept_on_screen(
    browser: Browser, cycle: Cycle, changes: dict[str, Any], words: str
) -> None:
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    browser.sign_in(member.user)
    page = browser.submit(browser.get(room(cycle, "conflicts")), holding="answer", **changes)
    assert page.status == 422
    assert words in page.words
    assert fresh(Membership, id=member.id).conflicts_declared_at is None
    if "lines-0-note" in changes:
        assert changes["lines-0-note"] in page.text


def test_more_lines_can_be_added_without_script(browser: Browser, cycle: Cycle, member: Membership) -> None:
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "conflicts"))
    longer = browser.submit(page, holding="answer", more="1", **fields({"lines-0-note": "kept"}))
    assert longer.status == 200
    assert "kept" in longer.text
    assert len(longer.all("fieldset", class_="tie-line")) == len(page.all("fieldset", class_="tie-line")) + 3


def test_own_country_and_declared_cities_are_closed(browser: Browser, cycle: Cycle, member: Membership) -> None:
    own = given(cycle, member, country="BR")
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, own))
    assert "closed to you" in page.words
    assert "Words about the initiative" not in page.text
    assert browser.get(room(cycle, f"submissions/{own.submission.ref}/files/{'0' * 64}")).status == 404

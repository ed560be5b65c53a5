"""Own files side by side."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Membership
from tests import factories as make
from tests.support.committee_room import given, room, score
from tests.support.pages import Browser


def test_chosen_files_stand_side_by_side_criterion_by_criterion(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    files = [given(cycle, member) for _ in range(3)]
    score(member, files[0], 9, "The better one")
    score(member, files[1], 4.5, "The weaker one")
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "compare?" + "&".join(f"file={f.submission.ref}" for f in files)))
    [table] = page.all("table")
    heads = ["".join(cell.itertext()) for cell in table.iter("th") if cell.get("scope") == "col"]
    assert [files[n].submission.title_en in heads[n + 1] for n in range(3)] == [True] * 3
    first = next(row for row in table.iter("tr") if cycle.criteria[0].name_en in "".join(row.itertext()))
    assert [next(cell.iter("strong")).text for cell in first.iter("td")] == ["9", "4.5", "–"]
    assert "The better one" in page.words and "The weaker one" in page.words
    assert files[2].submission.summary_en in page.words
    assert [o.get("value") for s in page.all("select") for o in s.iter("option") if o.get("selected") is not None] == [
        f.submission.ref for f in files
    ]


def test_nothing_but_own_open_files_can_be_compared(browser: Browser, cycle: Cycle, member: Membership) -> None:
    own, barred = given(cycle, member), given(cycle, member, country="BR")
    other = make.make_member(cycle, Role.COMMITTEE)
    foreign = given(cycle, other)
    score(other, foreign, 9, "SECRET-COMMENT")
    score(other, make.make_assignment(own.submission, other), 9, "SECRET-COMMENT")
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "compare?" + "&".join(f"file={a.submission.ref}" for a in (own, barred, foreign))))
    assert "is closed to you" in page.words
    assert foreign.submission.title_en not in page.text
    assert barred.submission.summary_en not in page.words
    assert "SECRET-COMMENT" not in page.text
    assert len(page.all("table")[0].findall("./thead/tr/th")) == 2


def test_a_comparison_costs_as_many_queries_for_two_files_as_for_three(
    browser: Browser, cycle: Cycle, member: Membership, queries: Any
) -> None:
    refs = []
    for _ in range(3):
        assignment = given(cycle, member)
        score(member, assignment, 5)
        refs.append(f"file={assignment.submission.ref}")
    address = room(cycle, "compare?")
    browser.sign_in(member.user)
    browser.get(address)
    counted = []
    for n in (2, 3):
        db.session.expunge_all()
        with queries() as sent:
            browser.get(address + "&".join(refs[:n]))
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 12

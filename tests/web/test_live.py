"""The call in figures: counted as it runs, the same query count whatever their number, nothing that is not public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import Cycle
from awardapp.queries import live
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


@pytest.fixture
def call(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


def figures(page: Page) -> list[str]:
    return ["".join(dd.itertext()).strip() for dd in page.all("dd")]


def fill(call: Cycle) -> None:
    """Two received from Spain, one of them of a city that has a draft too; a draft from Brazil; one withdrawn."""
    first, second = make.make_city(country="ES"), make.make_city(country="ES")
    make.make_submission(call, first, status=SubmissionStatus.SUBMITTED)
    make.make_submission(call, first, by=first.delegates[0].user)
    make.make_submission(call, second, status=SubmissionStatus.VALID)
    make.make_submission(call, make.make_city(country="BR"))
    make.make_submission(call, make.make_city(country="FR"), status=SubmissionStatus.WITHDRAWN)
    make.make_submission(make.make_cycle(CyclePhase.OPEN), make.make_city(country="JP"))


def test_begun_and_received_are_counted_with_their_cities_and_countries(browser: Browser, call: Cycle) -> None:
    fill(call)
    page = browser.get(f"/cycles/{call.slug}/live")
    assert figures(page) == ["4", "3", "2", "2", "2", "1"]
    assert "Received by day" in page.words and len(page.all("rect")) >= 1


def test_days_are_those_of_the_awards_zone_and_add_up(browser: Browser, call: Cycle) -> None:
    fill(call)
    found = live.figures(call, now=NOW)
    assert sum(found.received_on.values()) == found.received.submissions == 2
    assert set(found.received_on) == {(NOW - timedelta(days=1)).date()}
    assert sum(found.begun_on.values()) == found.begun.submissions == 4


def test_before_anything_is_received_the_days_on_which_drafts_were_begun_are_drawn(
    browser: Browser, call: Cycle
) -> None:
    make.make_submission(call)
    assert "Begun by day" in browser.get(f"/cycles/{call.slug}/live").words


def test_an_empty_call_has_figures_and_no_chart(browser: Browser, call: Cycle) -> None:
    page = browser.get(f"/cycles/{call.slug}/live")
    assert (figures(page), page.all("figure")) == (["0"] * 6, [])


def test_the_figures_are_kept_for_a_moment_and_counted_anew_after_it(
    browser: Browser, call: Cycle, queries: Any
) -> None:
    address = f"/cycles/{call.slug}/live"
    fill(call)
    with queries() as first:
        browser.get(address)
    fill(call)
    with queries() as second:
        assert figures(browser.get(address))[0] == "4"
    clock.set_offset(clock.offset() + live.FRESH_FOR)
    assert figures(browser.get(address))[0] == "8"
    assert len(second) == len(first) - 1


def test_the_number_of_queries_does_not_grow(app: Flask, call: Cycle, queries: Any) -> None:
    with queries() as few:
        live._counted(call, now=NOW)
    for _ in range(3):
        fill(call)
    with queries() as many:
        assert live._counted(call, now=NOW).begun.submissions == 12
    assert len(few) == len(many) == 1


def test_only_cycles_the_public_knows_and_not_those_of_the_archive(browser: Browser) -> None:
    prepared, archive = make.make_cycle(CyclePhase.DRAFT), make.make_cycle(CyclePhase.ARCHIVED, is_archive=True)
    for slug in (prepared.slug, archive.slug, "none"):
        assert browser.get(f"/cycles/{slug}/live").status == 404


def test_after_the_deadline_the_last_figures_stay_and_no_script_asks_again(browser: Browser, call: Cycle) -> None:
    fill(call)
    call.phase = CyclePhase.COMMITTEE
    page = browser.get(f"/cycles/{call.slug}/live")
    assert "these are its last figures" in page.words
    assert page.all("div", data_live="") == []


def test_open_calls_lead_to_their_figures(browser: Browser, call: Cycle) -> None:
    for address in ("/", f"/cycles/{call.slug}"):
        assert f"/cycles/{call.slug}/live" in browser.get(address).links()

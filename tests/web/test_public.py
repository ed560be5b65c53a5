"""The open pages: what they tell, what they must not tell, what a browser may keep of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from awardapp import clock, seeding
from awardapp.domain.announcements import AnnouncementKind, Outcome, Stage
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, Publication, PublishedOutcome, Submission
from awardapp.services.selections import tie_commitment
from tests import factories
from tests.conftest import NOW
from tests.support.pages import Browser, Page

ZH = {"Accept-Language": "zh-CN"}
OPEN_ADDRESSES = (
    "/",
    "/cycles",
    "/announcements",
    "/feed.xml",
    "/sitemap.xml",
    "/cases",
    "/cases.json",
    "/cases/figures",
)


@pytest.fixture(autouse=True)
def at_the_tests_time(app: Flask) -> None:
    clock.set_offset(NOW - datetime.now(UTC))


def publish_winners(cycle: Cycle, submissions: list[Submission], *, record: str | None = None) -> Publication:
    publication = Publication(
        cycle_id=cycle.id,
        kind=AnnouncementKind.WINNERS,
        title_en="The winners",
        title_zh="获奖名单",
        statement_en="The jury has decided.",
        statement_zh="评审委员会已作出决定。",
        record_sha256=hashlib.sha256((record or "sealed").encode()).hexdigest(),
        record=record,
        published_at=NOW,
    )
    db.session.add(publication)
    db.session.flush()
    for position, submission in enumerate(submissions, 1):
        db.session.add(
            PublishedOutcome(
                publication_id=publication.id,
                position=position,
                outcome=Outcome.WINNER,
                submission_id=submission.id,
                city_id=submission.city_id,
                title_en=submission.title_en,
                title_zh=submission.title_zh,
                reason_en="For opening the river.",
                reason_zh="让河流重见天日。",
            )
        )
    db.session.flush()
    return publication


def valid(cycle: Cycle, city: str) -> Submission:
    return factories.make_submission(cycle, factories.make_city(city), status=SubmissionStatus.VALID)


# --- home ------------------------------------------------------------------------------------------------------------


def test_home_without_a_call_leads_to_the_case_bank(browser: Browser) -> None:
    page = browser.get("/")
    assert "No call is open now" in page.words
    assert [a.get("href") for a in page.all("a", class_="primary")] == ["/cases"]


def test_home_shows_an_open_call_with_its_deadline_in_two_zones_and_one_next_step(browser: Browser) -> None:
    cycle = factories.make_cycle(deadline_at=datetime(2027, 8, 31, 16, 0, tzinfo=UTC))
    page = browser.get("/")
    assert cycle.name_en in page.words
    assert "31 August 2027, 23:59:59 (Beijing time, UTC+8) 15:59:59 UTC" in page.words
    assert [a.get("href") for a in page.all("a", class_="primary")] == ["/register"]


def test_home_leads_a_signed_in_person_to_the_desk(browser: Browser) -> None:
    factories.make_cycle()
    page = browser.sign_in(factories.make_user()).get("/")
    assert [a.get("href") for a in page.all("a", class_="primary")] == ["/submissions"]


def test_a_call_past_its_deadline_is_not_offered(browser: Browser) -> None:
    factories.make_cycle(deadline_at=NOW)
    page = browser.get("/")
    assert "No call is open now" in page.words
    assert "/register" not in page.links()


def test_home_says_in_chinese_that_weights_are_not_published(browser: Browser) -> None:
    page = browser.get("/", headers=ZH)
    assert "本奖未公布各项标准的权重" in page.words
    assert page.title == "一城之创新，为万城所借鉴"


def test_an_invented_cycle_is_called_invented_wherever_it_appears(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.WINNERS_PUBLIC, slug="demo", is_demonstration=True)
    submission = valid(cycle, "Ashford")
    factories.make_published_shortlist(cycle, [submission])
    for address in ("/", "/cycles", "/cycles/demo", "/announcements", "/announcements/demo/shortlist"):
        assert "Invented, for demonstration" in browser.get(address).words, address
    assert "[Invented 虚构]" in browser.get("/feed.xml").text


# --- cycles ----------------------------------------------------------------------------------------------------------


def test_a_cycle_in_preparation_is_as_unknown_as_none(browser: Browser) -> None:
    factories.make_cycle(CyclePhase.DRAFT, slug="unopened")
    unknown, draft = browser.get("/cycles/none"), browser.get("/cycles/unopened")
    assert (unknown.status, draft.status) == (404, 404)
    assert "unopened" not in browser.get("/cycles").text
    assert "/cycles/unopened" not in browser.get("/sitemap.xml").text


def test_a_running_cycle_shows_its_rules_its_counts_and_the_commitment_of_the_draw(browser: Browser) -> None:
    cycle = factories.make_cycle(slug="7")
    factories.make_submission(cycle, status=SubmissionStatus.DRAFT)
    factories.make_submission(cycle, factories.make_city(country="KE"), status=SubmissionStatus.SUBMITTED)
    page = browser.get("/cycles/7")
    figures = {("".join(div[0].itertext())): "".join(div[1].itertext()) for div in page.all("dl", class_="figures")[0]}
    assert figures == {"begun": "2", "received": "1", "cities": "1", "countries and regions": "1"}
    assert tie_commitment(cycle) in page.text
    assert cycle.tie_seed not in page.text
    assert "Innovation 20%" in page.words
    assert "Not seen elsewhere; it changes how others would approach the problem." in page.words


def test_a_past_cycle_shows_published_figures_and_says_what_is_not_known(browser: Browser) -> None:
    seeding.load_archive(now=NOW)
    page = browser.get("/cycles/6")
    figures = {("".join(div[0].itertext())): "".join(div[1].itertext()) for div in page.all("dl", class_="figures")[0]}
    assert figures["valid submissions"] == "274"
    assert figures["jurors"] == "not known"
    assert any("prnewswire.com" in link for link in page.links())
    assert "31 August 2023" in page.words
    assert "Eleven of the fifteen shortlisted cities are confirmed by name." in browser.get("/cycles/4").words


@pytest.mark.parametrize(
    ("before", "sealed"),
    [(CyclePhase.COMMITTEE, CyclePhase.SHORTLIST_SEALED), (CyclePhase.JURY, CyclePhase.WINNERS_SEALED)],
)
def test_a_sealed_phase_gives_byte_for_byte_the_pages_of_the_phase_before(
    browser: Browser, before: CyclePhase, sealed: CyclePhase
) -> None:
    cycle = factories.make_cycle(before, slug="7")
    submission = valid(cycle, "Canary-on-Sea")
    sealed_addresses = ("/announcements/7/shortlist", "/announcements/7/winners", "/records/7/winners.json")
    addresses = (*OPEN_ADDRESSES, "/cycles/7", *sealed_addresses)

    def seen() -> list[tuple[int, str, dict[str, str]]]:
        answers = []
        for address in addresses:
            page = browser.get(address)
            headers = {k: v for k, v in page.response.headers.items() if k not in ("X-Request-Id", "Date")}
            answers.append((page.status, page.text, headers))
        return answers

    first = seen()
    cycle.phase = sealed
    db.session.add(
        Decision(
            cycle_id=cycle.id,
            stage=Stage.COMMITTEE,
            submission_id=submission.id,
            outcome=Outcome.SHORTLISTED,
            reason_en="canary-reason",
            reason_zh="canary-reason",
            decided_by=factories.make_member(cycle, Role.COMMITTEE).user_id,
            decided_at=NOW,
        )
    )
    db.session.flush()
    assert seen() == first


# --- announcements ---------------------------------------------------------------------------------------------------


def test_nothing_is_known_of_an_announcement_before_its_moment(browser: Browser) -> None:
    factories.make_cycle(CyclePhase.JURY, slug="7")
    for address in ("/announcements/7/winners", "/announcements/7/special/popular_city", "/records/7/winners.json"):
        assert browser.get(address).status == 404, address
    assert browser.get("/announcements/7/nothing-of-the-kind").status == 404
    assert "Nothing has been announced yet" in browser.get("/announcements").words


def test_winners_are_shown_in_both_languages_alphabetically_with_their_citations(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.WINNERS_PUBLIC, slug="7")
    publish_winners(cycle, [valid(cycle, name) for name in ("Quito", "Bristol", "Hangzhou")])
    page = browser.get("/announcements/7/winners")
    cities = ["".join(span.itertext()) for span in page.all("span", class_="case-city")]
    assert cities == ["Bristol", "Hangzhou", "Quito"]
    assert "there is no ranking" in page.words
    for text in ("The jury has decided.", "评审委员会已作出决定。", "For opening the river.", "让河流重见天日。"):
        assert text in page.words
    assert hashlib.sha256(b"sealed").hexdigest() in page.text
    assert "the record itself is not published" in page.words
    assert browser.get("/records/7/winners.json").status == 404


def test_a_published_record_is_given_byte_for_byte_with_the_way_to_verify_it(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.WINNERS_PUBLIC, slug="7", rules=Rules(publish_score_table=True))
    record = '{"a":1,"b":"评"}'
    publication = publish_winners(cycle, [valid(cycle, "Bristol")], record=record)
    page = browser.get("/announcements/7/winners")
    assert "awardapp verify record-7-winners.json" in page.words
    assert "/records/7/winners.json" in page.links()
    data = browser.get("/records/7/winners.json").response.get_data()
    assert hashlib.sha256(data).hexdigest() == publication.record_sha256


def test_shortlisted_and_deserving_are_told_apart_and_lead_to_published_cases(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.SHORTLIST_PUBLIC, slug="7")
    one, other = valid(cycle, "Bristol"), valid(cycle, "Kampala")
    publication = factories.make_published_shortlist(cycle, [one, other])
    publication.outcomes[1].outcome = Outcome.DESERVING
    case = factories.make_case_study(cycle, one.city, submission_id=one.id)
    page = browser.get("/announcements/7/shortlist")
    headings = ["".join(h.itertext()).split() for h in page.all("h2")]
    assert headings[:2] == [["Shortlisted", "1"], ["Deserving", "1"]]
    assert f"/cases/{case.ref}" in page.links()
    assert browser.get("/announcements/7/shortlist", headers=ZH).title == "入围名单"


def test_pages_of_announcements_need_the_same_queries_for_one_line_and_for_three(
    browser: Browser, queries: Any
) -> None:
    numbers = []
    for size in (1, 3):
        cycle = factories.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
        factories.make_published_shortlist(cycle, [valid(cycle, f"City {size}-{n}") for n in range(size)])
        with queries() as sent:
            assert browser.get(f"/announcements/{cycle.slug}/shortlist").status == 200
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] <= 8


# --- for programs ----------------------------------------------------------------------------------------------------


def test_the_feed_and_the_site_map_are_well_formed_and_use_the_configured_host(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.SHORTLIST_PUBLIC, slug="7")
    publication = factories.make_published_shortlist(cycle, [valid(cycle, "Bristol")])
    publication.title_en = "Cats & <dogs>"
    db.session.flush()
    feed = ElementTree.fromstring(browser.get("/feed.xml").text)
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.findtext(f"{atom}entry/{atom}title") == "Cats & <dogs> 入围名单"
    assert feed.findtext(f"{atom}entry/{atom}id") == "http://localhost/announcements/7/shortlist"
    assert feed.findtext(f"{atom}updated") == "2027-03-01T08:00:00Z"
    places = [
        loc.text for loc in ElementTree.fromstring(browser.get("/sitemap.xml").text).iter() if loc.tag.endswith("loc")
    ]
    assert "http://localhost/cycles/7" in places
    assert "http://localhost/announcements/7/shortlist" in places
    assert "Sitemap: http://localhost/sitemap.xml" in browser.get("/robots.txt").text


def again(browser: Browser, page: Page, **headers: str) -> int:
    known = {"If-None-Match": page.response.headers["ETag"]}
    return browser.get(page.response.request.path, headers={**known, **headers}).status


def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.JURY, slug="7")
    page = browser.get("/announcements")
    assert page.response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert page.response.vary.as_set() >= {"cookie", "accept-language"}
    assert again(browser, page) == 304
    assert again(browser, page, **ZH) == 200
    factories.make_published_shortlist(cycle, [valid(cycle, "Bristol")])
    assert again(browser, page) == 200


def test_a_signed_in_person_and_a_choice_of_language_leave_nothing_in_caches(
    browser: Browser, another_browser: Browser
) -> None:
    page = browser.sign_in(factories.make_user()).get("/")
    assert page.response.headers["Cache-Control"] == "no-store"
    chosen = another_browser.get("/?lang=zh")
    assert "no-store" in chosen.response.headers["Cache-Control"]
    assert another_browser.get("/").title == "一城之创新，为万城所借鉴"


def test_the_calendar_says_when_a_result_was_announced(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.SHORTLIST_PUBLIC, slug="7")
    cycle.shortlist_on = (NOW + timedelta(days=40)).date()
    factories.make_published_shortlist(cycle, [valid(cycle, "Bristol")])
    present = browser.get("/cycles/7").all("li", class_="plan-now")
    assert [" ".join("".join(li.itertext()).split()) for li in present] == ["Shortlist announced 1 March 2027"]


def test_valid_submissions_are_counted_once_the_validity_check_is_over(browser: Browser) -> None:
    cycle = factories.make_cycle(CyclePhase.SCREENING, slug="7")
    valid(cycle, "Bristol")
    factories.make_submission(cycle, status=SubmissionStatus.NOT_VALID)

    def counted() -> str:
        return next("".join(td.itertext()) for td in browser.get("/cycles").all("td", data_label="Valid submissions"))

    assert counted() == "–not known"
    cycle.phase = CyclePhase.COMMITTEE
    db.session.flush()
    assert counted() == "1"

"""The announcement's pages: prepare, seal, release by two people, publish; and that nothing slips before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    AuditEntry,
    CaseStudy,
    Cycle,
    Decision,
    Notification,
    Publication,
    Submission,
    User,
)
from awardapp.web import access
from tests import factories as make
from tests.support.pages import Browser, Page, fresh
from worker.cycles import publish_due

SECRET = "QUINCE"  # in everything that must not be known before its instant
WORDS = {
    "title_en": f"Result {SECRET}",
    "title_zh": f"结果{SECRET}",
    "statement_en": f"Statement {SECRET}",
    "statement_zh": f"声明{SECRET}",
}


@dataclass
class Scene:
    cycle: Cycle
    first: User
    second: User
    juror: User
    cities: list[Submission]

    @property
    def list_address(self) -> str:
        return f"/secretariat/{self.cycle.slug}/announcements"


def make_scene(*, secret: str = "", shortlisted: int = 2) -> Scene:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED, deadline_at=make.NOW - timedelta(days=9))
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    cities = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(4)]
    make.make_delegate(cities[0].city, make.make_user(language="zh"))
    selection = make.make_selection(
        cycle, Stage.COMMITTEE, {Outcome.SHORTLISTED: cities[:shortlisted], Outcome.DESERVING: cities[shortlisted:3]}
    )
    selection.result = {"places": [{"id": c.pseudonym, "note": secret} for c in cities[:shortlisted]]}
    db.session.commit()
    return Scene(cycle, first, second, make.make_member(cycle, Role.JUROR).user, cities)


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


def prepare(browser: Browser, scene: Scene, **changes: Any) -> Page:
    """Prepare the shortlist's announcement and write its words; the page of the draft comes back."""
    page = browser.submit(browser.get(scene.list_address), "/announcements", holding="kind", follow=True)
    return browser.submit(page, holding="title_en", follow=True, **{**WORDS, **changes})


def seal(browser: Browser, scene: Scene, **changes: Any) -> Page:
    return browser.submit(prepare(browser, scene, **changes), "/seal", follow=True)


def release(browser: Browser, page: Page, letters: int = 5) -> Page:
    return browser.submit(page, "/release", follow=True, letters=str(letters))


def address_of(announcement: Announcement) -> str:
    return f"/secretariat/{announcement.cycle.slug}/announcements/{announcement.id}"


def test_prepare_seal_release_by_two_publishes_at_once(
    scene: Scene, browser: Browser, another_browser: Browser
) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    announcement = fresh(Announcement)
    assert announcement.status is AnnouncementStatus.SEALED
    assert announcement.snapshot_sha256 in page.words
    page = release(browser, page)
    assert "A second person must do so too" in page.words
    assert not page.all("form", action=f"{address_of(announcement)}/release")
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0

    page = another_browser.sign_in(scene.second).get(address_of(announcement))
    assert "it is published at once and 5 letters go out" in page.words
    page = release(another_browser, page)
    assert "It is public now" in page.words
    assert f"/announcements/{scene.cycle.slug}/shortlist" in page.links()
    public = Browser(browser.app).get(f"/announcements/{scene.cycle.slug}/shortlist")
    assert (public.status, f"Result {SECRET}" in public.words) == (200, True)
    assert all(s.city.name_en in public.words for s in scene.cities[:3])
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 5


def test_what_can_be_prepared_and_why_not_the_rest(scene: Scene, browser: Browser) -> None:
    words = browser.sign_in(scene.first).get(scene.list_address).words
    assert "Prepare “Shortlist and deserving cities”" in words
    assert "The jury has not locked its decision yet." in words
    assert "By rule it goes to every other shortlisted city" in words
    assert "This award has not been given yet." in words


def test_a_kind_that_does_not_exist_and_one_that_is_not_ready(scene: Scene, browser: Browser) -> None:
    page = browser.sign_in(scene.first).get(scene.list_address)
    assert browser.submit(page, "/announcements", holding="kind", kind="rumours").status == 404
    assert browser.submit(page, "/announcements", holding="kind", kind="winners").status == 409


def test_preparing_twice_leads_to_one_announcement(scene: Scene, browser: Browser) -> None:
    page = browser.sign_in(scene.first).get(scene.list_address)
    one = browser.submit(page, "/announcements", holding="kind")
    two = browser.submit(page, "/announcements", holding="kind")
    assert one.location == two.location


def test_the_number_of_letters_must_be_repeated(scene: Scene, browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    for wrong in ("4", "", "many"):
        refused = browser.submit(page, "/release", letters=wrong)
        assert refused.status == 422
    assert fresh(Announcement).releases == []


def test_a_release_of_an_older_content_is_refused_and_the_new_one_shown(
    scene: Scene, browser: Browser, another_browser: Browser
) -> None:
    old = seal(browser.sign_in(scene.first), scene)
    announcement = fresh(Announcement)
    another_browser.sign_in(scene.second)
    page = another_browser.get(address_of(announcement))
    page = another_browser.submit(page, "/unseal", follow=True, reason="A word was wrong.")
    page = another_browser.submit(page, holding="title_en", follow=True, title_en="Another title")
    another_browser.submit(page, "/seal", follow=True)
    page = release(browser, old)
    assert "The announcement was changed after you opened this page" in page.words
    assert "Another title" in page.words
    assert fresh(Announcement).releases == []


def test_a_second_click_on_release_changes_nothing(scene: Scene, browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    release(browser, page)
    again = release(browser, page)
    assert "You have released this already" in again.words
    assert len(fresh(Announcement).releases) == 1


def test_opening_the_seal_needs_a_reason(scene: Scene, browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    assert browser.submit(page, "/unseal", reason=" ").status == 422
    assert fresh(Announcement).status is AnnouncementStatus.SEALED
    browser.submit(page, "/unseal", reason="Wrong.")
    assert fresh(Announcement).status is AnnouncementStatus.DRAFT


def test_two_people_editing_see_both_texts(scene: Scene, browser: Browser, another_browser: Browser) -> None:
    page = prepare(browser.sign_in(scene.first), scene)
    other = another_browser.sign_in(scene.second).get(address_of(fresh(Announcement)))
    another_browser.submit(other, holding="title_en", title_en="By the second")
    refused = browser.submit(page, holding="title_en", title_en="By the first")
    assert refused.status == 409
    assert "By the second" in refused.words
    kept = refused.all("input", name="title_en")[0]
    assert kept.get("value") == "By the first"
    browser.submit(refused, holding="title_en")
    assert fresh(Announcement).title_en == "By the first"


def test_an_instant_in_the_past_or_unreadable_is_refused_and_kept(scene: Scene, browser: Browser) -> None:
    prepare(browser.sign_in(scene.first), scene)
    page = browser.get(address_of(fresh(Announcement)))
    for typed in ("2001-01-01T00:00:00", "tomorrow"):
        refused = browser.submit(page, holding="title_en", embargo_until=typed)
        assert refused.status == 422
        assert refused.all("input", name="embargo_until")[0].get("value") == typed


def test_the_instant_is_typed_in_the_zone_of_the_cycle(scene: Scene, browser: Browser) -> None:
    scene.cycle.time_zone = "Africa/Nairobi"
    prepare(browser.sign_in(scene.first), scene, embargo_until="2099-01-01T03:00:00")
    assert fresh(Announcement).embargo_until.isoformat() == "2099-01-01T00:00:00+00:00"


def test_released_for_an_instant_it_waits_and_says_until_when(
    scene: Scene, browser: Browser, another_browser: Browser
) -> None:
    page = seal(browser.sign_in(scene.first), scene, embargo_until="2099-01-01T08:00:00")
    release(browser, page)
    page = another_browser.sign_in(scene.second).get(address_of(fresh(Announcement)))
    page = release(another_browser, page)
    assert fresh(Announcement).status is AnnouncementStatus.SCHEDULED
    assert "1 January 2099, 08:00:00" in page.words
    assert page.all("strong", data_countdown="2099-01-01T00:00:00+00:00")


def test_every_look_is_recorded_until_it_is_public(scene: Scene, browser: Browser, another_browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    announcement = fresh(Announcement)
    another_browser.sign_in(scene.second)

    def looks() -> int:
        query = select(func.count()).select_from(AuditEntry).where(
            AuditEntry.action == "announcement.look", AuditEntry.actor_id == scene.second.id
        )
        return db.session.scalar(query) or 0

    assert looks() == 0
    another_browser.get(address_of(announcement))
    assert looks() == 1
    another_browser.get(f"{address_of(announcement)}/letters/outcome_deserving")
    assert looks() == 2
    release(browser, page)
    release(another_browser, another_browser.get(address_of(announcement)))
    before = looks()
    another_browser.get(address_of(announcement))
    assert looks() == before == 3


def test_a_letter_is_shown_as_one_city_gets_it_in_both_languages(scene: Scene, browser: Browser) -> None:
    seal(browser.sign_in(scene.first), scene)
    announcement = fresh(Announcement)
    first = scene.cities[0]
    page = browser.get(f"{address_of(announcement)}/letters/outcome_shortlisted?ref={first.ref}")
    assert f"shortlisted because of {first.title_en}" in page.words
    assert f"理由：{first.title_zh}" in page.words
    assert all(d.user.name in page.words for d in first.city.delegates)
    assert browser.get(f"{address_of(announcement)}/letters/outcome_winner").status == 404
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0


def test_an_announcement_of_another_cycle_does_not_exist_here(scene: Scene, browser: Browser) -> None:
    seal(browser.sign_in(scene.first), scene)
    announcement = fresh(Announcement)
    other = make.make_cycle()
    make.make_member(other, Role.SECRETARIAT, scene.first)
    address = f"/secretariat/{other.slug}/announcements"
    assert browser.get(f"{address}/{announcement.id}").status == 404
    assert browser.get(f"{address}/999999").status == 404
    token = browser.get(address).all("input", name="csrf_token")[0].get("value")
    for verb in ("", "/seal", "/release", "/unseal"):
        assert browser.post(f"{address}/{announcement.id}{verb}", {"csrf_token": token}).status == 404


def test_outsiders_find_no_room(scene: Scene, browser: Browser) -> None:
    seal(Browser(browser.app).sign_in(scene.first), scene)
    delegate = scene.cities[0].city.delegates[0].user
    for person in (delegate, make.make_member(scene.cycle, Role.COMMITTEE).user):
        browser.sign_in(person)
        assert browser.get(scene.list_address).status == 404
        assert browser.get(address_of(fresh(Announcement))).status == 404


@pytest.mark.parametrize("cities", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_number_of_lines(
    app: Flask, browser: Browser, queries: Any, cities: int
) -> None:
    scene = make_scene(shortlisted=cities)
    seal(browser.sign_in(scene.first), scene)
    address = address_of(fresh(Announcement))
    with queries() as sent:
        assert browser.get(address).status == 200
    assert len(sent) <= 18, sent


# What the outside may know ------------------------------------------------------------------------------------------

PUBLIC = (
    "/",
    "/announcements",
    "/announcements/{slug}/shortlist",
    "/announcements/{slug}/winners",
    "/announcements/{slug}/special/popular_city",
    "/records/{slug}/shortlist.json",
    "/cycles",
    "/cycles/{slug}",
    "/cases",
    "/cases?q={secret}",
    "/cases?q={city}",
    "/cases/{ref}",
    "/cases.json",
    "/cases.json?q={secret}",
    "/cases.csv",
    "/sitemap.xml",
    "/feed.xml",
    "/robots.txt",
    "/api/cases",
)


Answer = tuple[int, bytes, dict[str, str]]


def strangers(app: Flask, scene: Scene) -> dict[str, Answer]:
    """What a stranger gets at every public address."""
    shortlisted, stranger = scene.cities[0], Browser(app)
    values = {"slug": scene.cycle.slug, "secret": SECRET, "city": shortlisted.city.name_en, "ref": shortlisted.ref}
    return {rule: answer(stranger.get(rule.format(**values))) for rule in [*PUBLIC, *static_public_addresses(app)]}


def outside(app: Flask, scene: Scene) -> dict[str, Answer]:
    """What a stranger gets, and the delegate of a shortlisted city at the desk, and a member of the jury."""
    found = strangers(app, scene)
    shortlisted = scene.cities[0]
    for person, rules in (
        (shortlisted.city.delegates[0].user, ("/", "/submissions", "/submissions/{ref}", "/announcements/{slug}/shortlist")),
        (scene.juror, ("/", "/jury/{slug}/", "/cases")),
    ):
        browser = Browser(app).sign_in(person)
        for rule in rules:
            address = rule.format(slug=scene.cycle.slug, ref=shortlisted.ref)
            found[f"person {person.id}: {rule}"] = answer(browser.get(address))
    return found


def answer(page: Page) -> Answer:
    """An answer without its request id and its CSRF token."""
    response = page.response
    body = response.data.replace(response.headers["X-Request-Id"].encode(), b"")
    headers = {key: value for key, value in response.headers.items() if key not in ("X-Request-Id", "Set-Cookie", "Date")}
    headers.pop("Content-Length", None)  # the token's length may differ by a character
    return response.status_code, re.sub(rb'name="csrf_token" value="[^"]*"', b"", body), headers


def static_public_addresses(app: Flask) -> list[str]:
    """Every public page whose address needs nothing to be filled in."""
    return [
        str(rule)
        for rule in app.url_map.iter_rules()
        if not rule.arguments
        and "GET" in (rule.methods or ())
        and str(rule) != "/healthz"  # disk space changes by itself
        and rule.endpoint != "static"
        and access.audience_of(app, rule.endpoint) is access.PUBLIC
    ]


def assert_same(now: dict[str, Answer], before: dict[str, Answer]) -> None:
    """Every address answers as before, to the byte; the first difference is shown."""
    assert now.keys() == before.keys()
    for address, (status, body, headers) in now.items():
        was = before[address]
        differing = [(new, old) for new, old in zip_longest(body.splitlines(), was[1].splitlines()) if new != old]
        assert (address, status, differing, headers) == (address, was[0], [], was[2])


def test_nobody_outside_can_tell_before_the_instant(app: Flask, browser: Browser, another_browser: Browser) -> None:
    """From the lock to the last moment of the embargo every page outside stays the same, to the byte."""
    scene = make_scene(secret=SECRET)
    for decision in db.session.scalars(select(Decision)):
        decision.reason_en, decision.reason_zh = f"Reason {SECRET}", f"理由{SECRET}"
    scene.cycle.phase = CyclePhase.COMMITTEE
    db.session.commit()
    before = strangers(app, scene)
    scene.cycle.phase = CyclePhase.SHORTLIST_SEALED
    assert_same(strangers(app, scene), before)
    before = outside(app, scene)
    browser.sign_in(scene.first)
    another_browser.sign_in(scene.second)
    page = seal(browser, scene, embargo_until="2099-01-01T08:00:00")
    assert_same(outside(app, scene), before)
    release(browser, page)
    release(another_browser, another_browser.get(address_of(fresh(Announcement))))
    assert fresh(Announcement).status is AnnouncementStatus.SCHEDULED
    assert publish_due() == 0
    waiting = outside(app, scene)
    assert_same(waiting, before)
    told = [address for address, given in waiting.items() if SECRET.encode() in given[1] and "?q=" not in address]
    assert told == []
    assert db.session.scalar(select(func.count()).select_from(CaseStudy)) == 0
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0

    clock.set_offset(fresh(Announcement).embargo_until - clock.now() + timedelta(seconds=1))
    assert publish_due() == 1
    after = outside(app, scene)
    assert after["/announcements/{slug}/shortlist"][0] == 200
    assert SECRET.encode() in after["/announcements/{slug}/shortlist"][1]
    assert SECRET.encode() in after["/announcements"][1]


def test_titles_and_addresses_inside_the_room_name_no_city(scene: Scene, browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    title = "".join(page.all("title")[0].itertext())
    addresses = [page.response.request.path, *page.links(), scene.list_address]
    for submission in scene.cities:
        assert submission.city.name_en not in title
        assert not [address for address in addresses if submission.ref in address]

"""The announcement's pages: prepare, seal, release by two people, publish; and that nothing slips before."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    AuditEntry,
    Decision,
    Notification,
    Publication,
)
from tests import factories as make
from tests.support.announcement_pages import SECRET, Scene, address_of, make_scene, prepare, release, seal, stop
from tests.support.pages import Browser, fresh


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


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
    page = stop(another_browser, page, "unseal", "A word was wrong.", follow=True)
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
    assert stop(browser, page, "unseal", " ").status == 422
    assert stop(browser, page, "unseal", "Wrong.", **{"unseal-password": "not mine"}).status == 422
    assert fresh(Announcement).status is AnnouncementStatus.SEALED
    stop(browser, page, "unseal", "Wrong.")
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
        query = (
            select(func.count())
            .select_from(AuditEntry)
            .where(AuditEntry.action == "announcement.look", AuditEntry.actor_id == scene.second.id)
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
    assert len(sent) <= 26, sent


def test_titles_and_addresses_inside_the_room_name_no_city(scene: Scene, browser: Browser) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    title = "".join(page.all("title")[0].itertext())
    addresses = [page.response.request.path, *page.links(), scene.list_address]
    for submission in scene.cities:
        assert submission.city.name_en not in title
        assert not [address for address in addresses if submission.ref in address]


def test_the_preview_is_the_public_page_to_the_byte_but_for_its_band_and_the_case_studies(
    scene: Scene, browser: Browser, another_browser: Browser
) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    address = address_of(fresh(Announcement))
    band = re.compile(r'<div class="preview-band" role="note">[^<]*</div>')
    before = {code: browser.get(f"{address}/preview?as={code}").text for code in ("en", "zh")}
    release(browser, page)
    release(another_browser.sign_in(scene.second), another_browser.get(address))
    for code, previewed in before.items():
        stranger = Browser(browser.app)
        public = stranger.get(f"/announcements/{scene.cycle.slug}/shortlist", headers=[("Accept-Language", code)]).text
        assert len(band.findall(previewed)) == 1
        assert body_of(band.sub("", previewed)) == body_of(public)


def body_of(page: str) -> list[str]:
    """The lines of the announcement itself: its minute, and the press kit that is made afterwards, left out."""
    main = page[page.index("<header") : page.index("</main>")]
    main = main.split('<section class="record"')[0]
    return [line for line in main.splitlines() if line.strip() and 'class="state"' not in line]


def test_the_list_can_be_taken_away_as_a_table_and_every_look_says_what_was_looked_at(
    scene: Scene, browser: Browser
) -> None:
    seal(browser.sign_in(scene.first), scene)
    address = address_of(fresh(Announcement))
    table = browser.get(f"{address}/list.csv").text
    assert [line.split(",")[2] for line in table.splitlines()[1:]] == [
        line["ref"] for line in fresh(Announcement).snapshot["lines"]
    ]
    browser.get(f"{address}/preview?as=zh")
    browser.get(f"{address}/letters/outcome_deserving")
    looks = db.session.scalars(
        select(AuditEntry.details).where(AuditEntry.action == "announcement.look").order_by(AuditEntry.id.desc())
    ).all()
    assert [look["what"] for look in looks[:3]] == ["letters:outcome_deserving", "preview:zh", "list"]
    words = browser.get(address).words
    assert "looked at: the public page as it will be (zh)" in words


def test_a_release_needs_the_password_and_a_page_from_before_the_stop_releases_nothing(
    scene: Scene, browser: Browser, another_browser: Browser
) -> None:
    page = seal(browser.sign_in(scene.first), scene, embargo_until="2099-01-01T08:00:00")
    for wrong in ("", "not mine"):
        assert browser.submit(page, "/release", letters="5", password=wrong).status == 422
    old = another_browser.sign_in(scene.second).get(address_of(fresh(Announcement)))
    page = release(browser, page)
    page = stop(browser, page, "abort", "Rain.", follow=True)
    assert "Stopped. Nothing becomes public" in page.words
    assert "Rain." in page.words
    refused = release(another_browser, old)
    assert "The announcement was changed after you opened this page" in refused.words
    assert fresh(Announcement).releases == []


def test_a_change_since_the_seal_is_shown_on_the_page_and_at_the_release_and_on_the_overview(
    scene: Scene, browser: Browser
) -> None:
    page = seal(browser.sign_in(scene.first), scene)
    decision = db.session.scalars(select(Decision)).first()
    assert decision is not None
    decision.reason_en = "Another reason."
    db.session.commit()
    shown = browser.get(address_of(fresh(Announcement)))
    assert "This is no longer what was sealed" in shown.words
    assert "A reason or citation has changed." in shown.words
    assert not shown.all("form", action=f"{address_of(fresh(Announcement))}/release")
    done = release(browser, page)
    assert "every release has lapsed" in done.words
    assert "Not published: it was no longer what was sealed" in done.words
    assert "An announcement needs you" in browser.get(f"/secretariat/{scene.cycle.slug}/").words
    assert fresh(Announcement).refused_because == ["A reason or citation has changed."]

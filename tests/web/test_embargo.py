"""Nothing of a sealed result can be told from outside before its instant: pages, feeds, search, headers."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import zip_longest

from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    CaseStudy,
    Decision,
    Notification,
)
from awardapp.web import access
from tests.support.announcement_pages import SECRET, Scene, address_of, make_scene, release, seal
from tests.support.pages import Browser, Page, fresh
from worker.cycles import publish_due

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
        (
            shortlisted.city.delegates[0].user,
            ("/", "/submissions", "/submissions/{ref}", "/announcements/{slug}/shortlist"),
        ),
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
    headers = {
        key: value for key, value in response.headers.items() if key not in ("X-Request-Id", "Set-Cookie", "Date")
    }
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


def test_every_address_that_the_seal_names_is_unknown_before_and_answers_afterwards(
    app: Flask, browser: Browser, another_browser: Browser
) -> None:
    """The console says what will exist; that is compared with what does."""
    scene = make_scene()
    page = seal(browser.sign_in(scene.first), scene)
    told = fresh(Announcement).snapshot
    named = [*told["pages"], *(file["address"] for file in told["files"])]
    assert len(named) > 4
    stranger = Browser(app)
    assert [address for address in named if stranger.get(address).status != 404] == []
    release(browser, page)
    release(another_browser.sign_in(scene.second), another_browser.get(address_of(fresh(Announcement))))
    unanswered = [address for address in named if stranger.get(address).status == 404]
    assert [address for address in unanswered if not address.endswith((".zip", ".png"))] == []  # those are being made
    assert [address for address in told["changed"] if stranger.get(address).status != 200] == []

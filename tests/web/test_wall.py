"""The wall: while the jury is open no juror finds a figure of a vote, or what the media chose, at any address or in any file.

Every figure and word that stands behind the wall is one that cannot be missed. Every address with GET is asked by a juror, and
by the jury's chair who holds every other role of the cycle as well; what nobody but the secretariat may find the secretariat
does find, or the search would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock, storage
from awardapp.domain import wall as rules
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, Notification, User
from awardapp.services import letters, vote_results
from awardapp.web.wall import MARK
from tests import factories as make
from tests.conftest import NOW
from tests.support import awarding, endpoints, world
from tests.support.pages import Browser
from tests.support.world import World
from tests.test_access import address, rules_of

CANARY = "canary-outside"
FIGURE = 7_654_321
SECRETS = (CANARY, "7,654,321", "7654321", "报刊金丝雀", "signed by somebody outside")
# Not pages of the site: links of letters that were never sent, the state of the machine.
UNASKED = {"static", "health.check"}
JURORS_PAGES = ("juror", "public", "signed_in")


@pytest.fixture
def found(app: Flask) -> Iterator[World]:
    """A jury at work; figures of every vote and the media's decision, all with marks, and two people with every right."""
    stored = app.config["STORAGE_URL"]
    found = world.build()
    cycle, secretary = found.cycle, found.people["secretariat"]
    assert secretary is not None
    second = make.make_member(cycle, Role.SECRETARIAT).user
    for vote, seen in (("public_vote", 1), ("media_ballot", 0), ("recommendation", 0)):
        votes = {s.ref: FIGURE - n for n, s in enumerate(vote_results.candidates(cycle, vote))}
        awarding.certified(
            cycle, secretary, second, votes, vote=vote, seen=seen, source=f"{CANARY} source", reason=f"{CANARY} reason"
        )
    awarding.recorded(
        cycle, secretary, found.submission, partner_en=f"{CANARY} paper", partner_zh="报刊金丝雀",
        reason_en=f"{CANARY} chosen", reason_zh="报刊金丝雀选定",
    )  # fmt: skip
    cycle.phase = CyclePhase.JURY
    db.session.commit()
    yield found
    app.config["STORAGE_URL"] = stored


def in_every_role(found: World) -> User:
    """The jury's chair, who is of the secretariat, the committee, the advisers and the observers of the cycle too."""
    person = found.people["juror"]
    assert person is not None
    for role in (Role.SECRETARIAT, Role.COMMITTEE, Role.ADVISER, Role.OBSERVER):
        make.make_member(found.cycle, role, person, is_chair=role is Role.COMMITTEE)
    return person


def leaks(app: Flask, found: World, person: User, *, among: set[str] | None = None) -> dict[str, list[str]]:
    """At every address with GET (of the endpoints `among`) that answers this person with a secret: which."""
    browser = Browser(app).sign_in(person)
    seen = {}
    for rule, method, _name in rules_of(app):
        if method != "GET" or rule.endpoint in UNASKED or (among is not None and rule.endpoint not in among):
            continue
        where = address(app, found, rule)
        status, text = browser.read(where)
        assert status < 500, where
        present = [words for words in SECRETS if words in text]
        if present:
            seen[rule.endpoint] = present
    return seen


def marked(app: Flask) -> set[str]:
    """The endpoints that stand behind the wall."""
    return {endpoint for endpoint, view in app.view_functions.items() if getattr(view, MARK, False)}


@pytest.mark.only_on("sqlite")
def test_no_juror_finds_a_figure_of_a_vote_at_any_address_in_whatever_role(app: Flask, found: World) -> None:
    juror = make.make_member(found.cycle, Role.JUROR).user
    open_to_jurors = {name for (_method, name), (whom, _code) in endpoints.TABLE.items() if whom in JURORS_PAGES}
    assert leaks(app, found, juror, among=open_to_jurors) == {}  # at all others a 404, see test_access.py
    assert leaks(app, found, in_every_role(found)) == {}
    for row in db.session.scalars(select(Notification)):
        letter = letters.render(row)
        assert not [words for words in SECRETS if words in f"{letter.subject}{letter.text}"], row.kind


def test_the_secretariat_finds_them_and_without_the_wall_a_juror_would(
    app: Flask, found: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = found.people["secretariat"]
    assert secretary is not None
    by_the_secretariat = set(leaks(app, found, secretary, among=marked(app)))
    assert by_the_secretariat == marked(app) - {"secretariat.enter_vote"} - _posts(app)
    person = in_every_role(found)
    assert leaks(app, found, person, among=marked(app)) == {}
    monkeypatch.setattr(rules, "stands", lambda _phase: False)
    assert set(leaks(app, found, person, among=marked(app))) == by_the_secretariat


def _posts(app: Flask) -> set[str]:
    return {rule.endpoint for rule, method, _name in rules_of(app) if method != "GET"}


def test_a_juror_who_asks_is_told_why_and_the_log_keeps_it_for_the_observers(app: Flask, found: World) -> None:
    person = in_every_role(found)
    browser = Browser(app).sign_in(person)
    room = f"/secretariat/{found.cycle.slug}"
    addresses = {
        endpoint: re.sub(r"<[^>]*>", "x", address(app, found, rule))
        for rule, method, endpoint in rules_of(app)
        if endpoint in marked(app) and method == "GET"
    }
    assert len(addresses) == 6
    for where in addresses.values():
        page = browser.get(where)
        assert page.status == 403 and "no juror sees what the public or the media chose" in page.words
    assert browser.post(f"{room}/votes/public_vote/certify", {}).status in (400, 403, 409)  # without a token
    form = browser.get(f"{room}/awards")  # the list itself tells no figure
    assert form.status == 200 and "Waits for a second person" in form.words
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "wall.refused")).all()
    assert {entry.details["page"] for entry in kept} == set(addresses)
    assert {entry.actor_id for entry in kept} == {person.id}
    observer = found.people["observer"]
    assert observer is not None
    watching = Browser(app).sign_in(observer)
    assert (
        "A juror asked for figures of a vote and was shown none"
        in watching.get(f"/observer/{found.cycle.slug}/log").words
    )
    assert "Jurors who asked and were refused: 6." in watching.get(f"/observer/{found.cycle.slug}/").words
    assert "0 by jurors" in browser.get(f"/jury/{found.cycle.slug}/awards").words


def test_every_look_of_the_secretariat_is_counted_and_the_wall_falls_with_the_lock(app: Flask, found: World) -> None:
    secretary = found.people["secretariat"]
    assert secretary is not None
    clock.set_offset(NOW - clock.now())
    desk = Browser(app).sign_in(secretary)
    where = f"/secretariat/{found.cycle.slug}/votes/public_vote"
    for _ in range(2):
        assert "7,654,321" in desk.get(where).words
    assert "2 by people outside the jury, 0 by jurors" in desk.get(f"/secretariat/{found.cycle.slug}/awards").words
    person = in_every_role(found)
    assert Browser(app).sign_in(person).get(where).status == 403
    found.cycle.phase = CyclePhase.WINNERS_SEALED
    db.session.commit()
    assert Browser(app).sign_in(person).get(where).status == 200
    assert storage.exists(storage.blob_key(awarding.paper().sha256))

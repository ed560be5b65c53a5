"""Two worlds that differ only in what is sealed answer every outsider alike, to the byte (promises B3).

Every address of the site with GET is asked, with values that fit the sealed cities, in the world where nothing is decided
and in two where different cities are; who is inside the seal (the chair, the cycle's own secretariat) is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Connection, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services import announcements, awards, ballots, jury, selections, shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.pages import Browser

Answers = dict[str, tuple[int, bytes, tuple[tuple[str, str], ...]]]

_MOVING = (
    "X-Request-Id",
    "Set-Cookie",
    "Date",
    "Content-Length",
    "ETag",
)  # ETag is made of the bytes, compared themselves
# A page's token, alone or in what a script is given; and the server's clock, which a script counts from.
_TOKEN = re.compile(
    rb'name="?csrf_token"?[^>]*value="?[^">]*"?|("|&#34;)token\1: ?\1[^"&]*\1|("|&#34;)now\2: ?\2[^"&]*\2'
)
_NUMBERS = (
    "announcement_id", "number", "member_id", "letter_id", "likeness_id", "form_id", "draft_id", "note_id", "page",
)  # fmt: skip
_UNSEEN = ("static", "auth.welcome", "auth.reset_password", "health.check")


def _addresses(app: Flask, cycle: Cycle, submissions: list[Submission]) -> list[str]:
    """Every address a GET can have, about these submissions, plus ways of looking for their cities."""
    values: dict[str, list[object]] = {
        "cycle_slug": [cycle.slug],
        "slug": [cycle.slug],
        "ref": [s.ref for s in submissions],
        "kind": ["shortlist", "winners", "special"],
        "award_key": ["popular_city"],
        "key": [cycle.criteria[0].key],
        "sha256": ["0" * 64],
        "city_id": [s.city_id for s in submissions],
        "section_key": ["basic"],
        "field_key": ["background"],
        "field_kind": ["text"],
        "name": ["title_en"],
        "size": ["small"],
        "token": ["no-token"],
        "edition": ["both"],
        "ending": ["pdf"],
        "pseudonym": [people_queries.members(cycle, Role.COMMITTEE)[0].pseudonym],
        **{name: [1] for name in _NUMBERS},
    }
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in _UNSEEN:
            continue
        names = sorted(rule.arguments)
        for chosen in product(*(values[name] for name in names)):
            built = rule.build(dict(zip(names, chosen, strict=True)), append_unknown=False)
            assert built is not None
            found.add(built[1])
    for submission in submissions:
        found |= {
            f"/cases?q={submission.city.name_en}",
            f"/cases.json?q={submission.title_en}&award=winner&award=shortlisted",
        }
    return sorted(found | {"/cases?award=winner&sort=city", "/announcements?page=2"})


def _asked(browser: Browser, addresses: list[str]) -> Answers:
    """What one person gets at each address, without what differs between any two requests."""
    found: Answers = {}
    for address in addresses:
        browser._enter()
        clock.set_offset(NOW - datetime.now(UTC))  # the worlds are asked one after the other, at the same instant
        response = browser.client.get(address)
        assert response.status_code < 500, address
        body = _TOKEN.sub(b"", response.get_data().replace(response.headers["X-Request-Id"].encode(), b""))
        headers = tuple(sorted((name, value) for name, value in response.headers.items() if name not in _MOVING))
        found[address] = (response.status_code, body, headers)
    return found


class Worlds:
    """One beginning, several continuations: each is undone before the next begins."""

    def __init__(self, app: Flask, cycle: Cycle, submissions: list[Submission], people: dict[str, User | None]) -> None:
        self.app, self.cycle_id = app, cycle.id
        self.addresses = _addresses(app, cycle, submissions)
        self.browsers = {
            name: Browser(app) if user is None else Browser(app).sign_in(user) for name, user in people.items()
        }
        db.session.commit()

    def answers(self, happen: Callable[[Cycle], None]) -> dict[str, Answers]:
        """What everybody gets after something has happened; afterwards it has not."""
        db.session.remove()
        savepoint = cast(Connection, db.engine).begin_nested()  # the fixture's one connection stands in for the engine
        happen(db.session.get_one(Cycle, self.cycle_id))
        db.session.commit()
        found = {who: _asked(browser, self.addresses) for who, browser in self.browsers.items()}
        db.session.remove()
        savepoint.rollback()
        return found


# An observer is shown digests of the sealed record, which holds a secret seed: they tell apart, and tell nothing.
_DIGEST = re.compile(rb"\b[0-9a-f]{64}\b")


def _without_digests(answers: Answers) -> Answers:
    return {where: (status, _DIGEST.sub(b"", body), headers) for where, (status, body, headers) in answers.items()}


def _differences(one: dict[str, Answers], other: dict[str, Answers], *, who: list[str]) -> Iterator[tuple[str, str]]:
    for person in who:
        for address, answer in one[person].items():
            if answer != other[person][address]:
                yield person, address


def _prepared(cycle: Cycle, kind: AnnouncementKind, people: list[int], *, award_key: str = "") -> None:
    """An announcement that waits for its instant: sealed, released by two people."""
    first, second = (db.session.get_one(User, number) for number in people)
    later = NOW.replace(year=2190)
    draft = announcements.prepare(actor=first, cycle=cycle, kind=kind, award_key=award_key, now=NOW)
    words = dict.fromkeys(("title_en", "title_zh", "statement_en", "statement_zh"), "Sealed words")
    announcements.edit(
        actor=first, announcement=draft, embargo_until=later, edit_version=draft.edit_version, now=NOW, **words
    )
    announcements.seal(actor=first, announcement=draft, now=NOW)
    for person in (first, second):
        announcements.release(actor=person, announcement=draft, shown_sha256=draft.snapshot_sha256 or "", now=NOW)
    assert draft.status is AnnouncementStatus.SCHEDULED


def _secretariat(cycle: Cycle) -> list[int]:
    return [make.make_member(cycle, Role.SECRETARIAT).user.id for _ in range(2)]


def _strangers(submissions: list[Submission]) -> dict[str, User | None]:
    """People outside every seal: nobody, a delegate whose city is in and one whose city is not, another cycle's secretary."""
    elsewhere = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    first, last = (db.session.get_one(User, s.created_by) for s in (submissions[0], submissions[-1]))
    return {"nobody": None, "delegate in": first, "delegate out": last, "secretary elsewhere": elsewhere}


@pytest.mark.only_on("postgresql")  # whose rows come in another order after an update
def test_nobody_outside_can_tell_which_shortlist_is_sealed_or_whether_one_is(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())
    decided = judging.committee()
    cycle, chair = decided.cycle, decided.chair.id
    people = _secretariat(cycle)
    own = [decided.submissions[0], decided.submissions[-1]]
    members: dict[str, User | None] = {"member": decided.members[1].user}
    outside = {**_strangers(own), "juror": make.make_member(cycle, Role.JUROR).user}
    observer: dict[str, User | None] = {"observer": make.make_member(cycle, Role.OBSERVER).user}
    shortlist.propose(actor=decided.chair, cycle=cycle, now=NOW)
    worlds = Worlds(app, cycle, own, outside | members | observer)
    best, worst = (s.id for s in own)

    def seal(cycle: Cycle, *, swapped: bool) -> None:
        actor = db.session.get_one(User, chair)
        if swapped:
            for number, outcome in ((best, None), (worst, Outcome.SHORTLISTED)):
                shortlist.decide(
                    actor=actor, cycle=cycle, submission=db.session.get_one(Submission, number), outcome=outcome,
                    reason_en="Moved.", reason_zh="调整。", move_reason="The committee's vote.", now=NOW,
                )  # fmt: skip
        judging.write_reasons(cycle, chair=actor)
        judging.lock(cycle, chair=actor)
        _prepared(cycle, AnnouncementKind.SHORTLIST, people)

    undecided = worlds.answers(lambda cycle: None)
    one = worlds.answers(lambda cycle: seal(cycle, swapped=False))
    other = worlds.answers(lambda cycle: seal(cycle, swapped=True))
    assert db.session.scalar(select(Announcement.id)) is None  # every world was undone
    assert list(_differences(one, other, who=[*outside, *members])) == []
    watched, other_watched = ({"observer": _without_digests(world["observer"])} for world in (one, other))
    assert list(_differences(watched, other_watched, who=["observer"])) == []
    assert one["observer"] != other["observer"]  # the digests, which every observer gets at the lock
    assert list(_differences(undecided, one, who=list(outside))) == []


@pytest.mark.only_on("sqlite")
def test_nobody_outside_can_tell_which_winners_are_sealed_or_whether_they_are(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())
    scene = judging.jury()
    cycle, chair = scene.cycle, scene.chair.id
    people = _secretariat(cycle)
    own = [scene.finalists[0], scene.finalists[-1]]
    outside = {**_strangers(own), "member": make.make_member(cycle, Role.COMMITTEE).user}
    observer: dict[str, User | None] = {"observer": make.make_member(cycle, Role.OBSERVER).user}
    jurors: dict[str, User | None] = {"juror": scene.jurors[1].user}
    for juror in scene.jurors:
        ballot = ballots.save(
            actor=juror.user, member=juror, ranking=[s.id for s in scene.finalists], edit_version=0, now=NOW
        )
        assert ballot.ranking
        ballots.cast(actor=juror.user, member=juror, now=NOW)
    key = next(a.key for a in cycle.special_awards if a.decided_by != "rule")
    worlds = Worlds(app, cycle, own, outside | jurors | observer)
    best, worst = (s.id for s in own)

    def seal(cycle: Cycle, *, swapped: bool) -> None:
        actor, secretary = db.session.get_one(User, chair), db.session.get_one(User, people[0])
        award = next(a for a in cycle.special_awards if a.key == key)
        given = db.session.get_one(Submission, best if swapped else worst)
        awards.give(
            actor=secretary,
            cycle=cycle,
            award=award,
            submission=given,
            reason_en="Chosen.",
            reason_zh="入选。",
            now=NOW,
        )
        jury.count(actor=actor, cycle=cycle, now=NOW)
        if swapped:
            for number, wins in ((best, False), (worst, True)):
                jury.decide(
                    actor=actor, cycle=cycle, submission=db.session.get_one(Submission, number), wins=wins,
                    citation_en="Moved.", citation_zh="调整。", move_reason="The jury's vote.", now=NOW,
                )  # fmt: skip
        for decision in selections.decided(cycle, Stage.JURY):
            decision.reason_en, decision.reason_zh = "Convincing.", "令人信服。"
        jury.lock(actor=actor, cycle=cycle, now=NOW)
        _prepared(cycle, AnnouncementKind.WINNERS, people)
        _prepared(cycle, AnnouncementKind.SPECIAL, people, award_key=key)

    undecided = worlds.answers(lambda cycle: None)
    one = worlds.answers(lambda cycle: seal(cycle, swapped=False))
    other = worlds.answers(lambda cycle: seal(cycle, swapped=True))
    assert list(_differences(one, other, who=[*outside, *jurors])) == []
    watched, other_watched = ({"observer": _without_digests(world["observer"])} for world in (one, other))
    assert list(_differences(watched, other_watched, who=["observer"])) == []
    assert list(_differences(undecided, one, who=list(outside))) == []

"""Two worlds that differ only in what is sealed answer every outsider alike, to the byte (promises B3).

Every address of the site with GET is asked, with values that fit the sealed cities, in the world where nothing is decided
and in two where different cities are; who is inside the seal (the chair, the cycle's own secretariat) is not asked. In every
world an announcement goes from the draft to the seal, the releases, the stop and the refusal, and the open pages are asked
again after each. Compared are status, headers with tag and length, body, the number of SELECTs, what HEAD and a conditional
request answer, the letters and queue messages, and the rows that publishing would make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome
from awardapp.domain.ballots import Content
from awardapp.domain.certificates import shown
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Bundle,
    CaseStudy,
    Certificate,
    Cycle,
    Decision,
    Notification,
    Publication,
    PublishedOutcome,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import announcements, awards, ballot_counting, ballots, jury_decision, jury_lock, shortlist
from awardapp.web.access import PUBLIC, SIGNED_IN, Audience, audience_of
from tests import factories as make
from tests.conftest import NOW, counting_queries
from tests.support import judging
from tests.support.pages import Browser

# Status, body, headers, number of SELECTs.
Answer = tuple[int, bytes, tuple[tuple[str, str], ...], int]
Answers = dict[str, Answer]

CANARY = "QUINCE"  # in every sealed word and reason
_MOVING = ("X-Request-Id", "Set-Cookie", "Date")
_MADE_OF_THE_BYTES = ("Content-Length", "ETag")  # which hold a token; where there is none they are compared too
# A page's token, alone or in what a script is given; and the server's clock, which a script counts from.
_TOKEN = re.compile(
    rb'name="?csrf_token"?[^>]*value="?[^">]*"?|("|&#34;)token\1: ?\1[^"&]*\1|("|&#34;)now\2: ?\2[^"&]*\2'
)
_NUMBERS = (
    "announcement_id", "ceremony_id",
    "number", "member_id", "letter_id", "likeness_id", "form_id", "draft_id", "note_id", "page", "juror_id",
    "paper_id",
)  # fmt: skip
_UNSEEN = ("static", "auth.welcome", "auth.reset_password", "health.check")


def _addresses(app: Flask, cycle: Cycle, submissions: list[Submission]) -> dict[str, tuple[str, Audience]]:
    """Every address a GET can have, about these submissions, its endpoint and whom it is for; plus ways of looking for
    their cities."""
    values: dict[str, list[object]] = {
        "cycle_slug": [cycle.slug],
        "slug": [cycle.slug],
        "ref": [s.ref for s in submissions],
        "kind": ["shortlist", "winners", "special"],
        "award_key": ["popular_city"],
        "vote": ["public_vote"],
        "voted_key": ["popular_city"],
        "partner_key": ["media_choice"],
        "partner_id": [1],
        "key": [cycle.criteria[0].key],
        "sha256": ["0" * 64],
        "city_id": [s.city_id for s in submissions],
        "section_key": ["basic"],
        "field_key": ["background"],
        "field_kind": ["text"],
        "name": ["title_en"],
        "size": ["small"],
        "language": ["en"],
        "code": ["0" * 28],
        "token": ["no-token"],
        "topic": ["news"],
        "edition": ["both"],
        "ending": ["pdf"],
        "pseudonym": [people_queries.members(cycle, Role.COMMITTEE)[0].pseudonym],
        **{name: [1] for name in _NUMBERS},
    }
    found: dict[str, tuple[str, Audience]] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in _UNSEEN:
            continue
        audience = audience_of(app, rule.endpoint)
        assert audience is not None
        names = sorted(rule.arguments)
        for chosen in product(*(values[name] for name in names)):
            built = rule.build(dict(zip(names, chosen, strict=True)), append_unknown=False)
            assert built is not None
            found[built[1]] = (rule.endpoint, audience)
    for submission in submissions:
        for text in (submission.city.name_en, submission.city.name_zh, submission.ref, CANARY):
            found[f"/cases?q={text}"] = (f"search {text}", PUBLIC)
        found[f"/cases.json?q={submission.title_en}&award=winner&award=shortlisted"] = (submission.title_en, PUBLIC)
    for address in ("/cases?award=winner&sort=city", "/announcements?page=2", "/static/app.css"):
        found[address] = (address, PUBLIC)
    return dict(sorted(found.items()))


def _within_reach(
    addresses: dict[str, tuple[str, Audience]], user: User | None, cycle: Cycle, *, thoroughly: bool
) -> list[str]:
    """What somebody has to be asked about: everything whose door is open to them, and of every closed door one address.

    A closed door answers before anything is looked at (web.access._guarded; tests/test_access.py walks through all of
    them). Not `thoroughly`: of pages that are not a room of their own one address each, others ask about all the cities.
    """
    roles = {m.role for m in people_queries.memberships_of(user) if m.cycle_id == cycle.id} if user else set()
    found, seen = [], set()
    for address, (endpoint, audience) in addresses.items():
        is_own_room = audience.role is not None and audience.role in roles
        is_open = audience is PUBLIC or (user is not None and audience is SIGNED_IN) or is_own_room
        once = (endpoint if is_open else audience) if not is_own_room and not (is_open and thoroughly) else address
        if once not in seen:
            seen.add(once)
            found.append(address)
    return found


def _one(browser: Browser, address: str, sent: list[str], **request: Any) -> Answer:
    """What one person gets, without what differs between any two requests."""
    db.session.remove()  # nothing read before saves a SELECT
    before = len(sent)
    response = browser.client.open(address, **request)
    assert response.status_code < 500, address
    body = response.get_data().replace(response.headers.get("X-Request-Id", "-").encode(), b"")
    plain = _TOKEN.sub(b"", body)
    moving = _MOVING if plain == body else (*_MOVING, *_MADE_OF_THE_BYTES)
    headers = tuple(sorted((name, value) for name, value in response.headers.items() if name not in moving))
    return response.status_code, plain, headers, len(sent) - before


def _asked(browser: Browser, addresses: list[str], sent: list[str], *, conditionally: bool) -> Answers:
    """What one person gets at each address; `conditionally` also with HEAD, and as somebody who holds a copy already."""
    found: Answers = {}
    for address in addresses:
        clock.set_offset(NOW - datetime.now(UTC))  # the worlds are asked one after the other, at the same instant
        found[address] = _one(browser, address, sent)
        tag = dict(found[address][2]).get("ETag")
        if conditionally and tag is not None:
            found[f"HEAD {address}"] = _one(browser, address, sent, method="HEAD")
            copy = {"If-None-Match": tag, "Accept-Encoding": "gzip"}
            found[f"copy of {address}"] = _one(browser, address, sent, headers=copy)
            assert found[f"copy of {address}"][0] == 304, address
    return found


Step = Callable[[Cycle], None]


class Worlds:
    """One beginning, several continuations: each is undone before the next begins."""

    def __init__(self, app: Flask, cycle: Cycle, submissions: list[Submission], people: dict[str, User | None]) -> None:
        self.app, self.cycle_id = app, cycle.id
        addresses = _addresses(app, cycle, submissions)
        self.open_pages = _within_reach(addresses, None, cycle, thoroughly=False)
        self.addresses = {
            name: _within_reach(addresses, user, cycle, thoroughly=name in ("nobody", "delegate in"))
            for name, user in people.items()
        }
        self.outsiders = {user.id for user in people.values() if user is not None}
        self.browsers = {
            name: Browser(app) if user is None else Browser(app).sign_in(user) for name, user in people.items()
        }
        self.queue = app.extensions["awardapp.queue.producer"]["celery"]
        db.session.commit()

    def answers(self, happen: Step, *then: Step, who: Collection[str] = ()) -> list[dict[str, Answers]]:
        """What everybody (or only `who`) gets after something has happened, and what a stranger gets at the open pages after
        each further step; afterwards nothing of it has happened."""
        db.session.remove()
        savepoint = cast(Connection, db.engine).begin_nested()  # the fixture's one connection stands in for the engine
        asking = {name: browser for name, browser in self.browsers.items() if not who or name in who}
        already = len(self.queue.sent)
        happen(db.session.get_one(Cycle, self.cycle_id))
        db.session.commit()
        with counting_queries(db.engine) as sent:
            found = [
                {
                    name: _asked(browser, self.addresses[name], sent, conditionally=name == "nobody")
                    for name, browser in asking.items()
                }
                | self._beside(already)
            ]
            for step in then:
                db.session.remove()
                step(db.session.get_one(Cycle, self.cycle_id))
                db.session.commit()
                stranger = _asked(self.browsers["nobody"], self.open_pages, sent, conditionally=False)
                found.append({"nobody": stranger} | self._beside(already))
        db.session.remove()
        savepoint.rollback()
        return found

    def _beside(self, already: int) -> dict[str, Answers]:
        """What leaves the site otherwise than by a page: letters to outsiders, messages to the worker, published rows, and
        what is answered about the codes of the sealed certificates."""
        told = db.session.scalars(select(Notification).where(Notification.recipient_id.in_(self.outsiders)))
        letters = sorted(f"{row.kind} {row.recipient_id} {row.context}" for row in told if row.kind != "record_sealed")
        published = {
            model.__tablename__: db.session.scalar(select(func.count()).select_from(model))
            for model in (Publication, PublishedOutcome, CaseStudy, Bundle, Certificate)
        }
        ours = ("notifications.", "cycles.")  # the digest of the record goes to the observers at the lock
        messages = [name for name, _args in self.queue.sent[already:] if not name.startswith(ours)]
        about = {
            f"code {code}": self._of_code(code) == self._of_code("Z" * 28)
            for row in db.session.scalars(select(Announcement.snapshot))
            for code in [one["code"] for one in (row or {}).get("certificates", ())][:2]
        }
        assert all(about.values()), about
        aside = repr((letters, published, messages)).encode()
        return {"beside the pages": {"": (0, aside, (), 0)}}

    def _of_code(self, code: str) -> tuple[int, bytes]:
        browser = self.browsers["nobody"]
        status, body, _headers, _selects = _one(browser, f"/certificates/{code}", [])
        return status, body.replace(code.encode(), b"").replace(shown(code).encode(), b"")


# An observer is shown digests of the sealed record, which holds a secret seed: they tell apart, and tell nothing.
_DIGEST = re.compile(rb"\b[0-9a-f]{64}\b")


def _without_digests(answers: Answers) -> Answers:
    return {
        where: (status, _DIGEST.sub(b"", body), headers, selects)
        for where, (status, body, headers, selects) in answers.items()
    }


def _differences(
    one: dict[str, Answers], other: dict[str, Answers], *, who: list[str]
) -> Iterator[tuple[str, str, list[str]]]:
    """Who is answered otherwise at which address, and in what."""
    parts = ("status", "body", "headers", "number of SELECTs")
    for person in who:
        for address in one[person].keys() & other[person].keys():
            pairs = zip(parts, one[person][address], other[person][address], strict=True)
            differing = [part for part, here, there in pairs if here != there]
            if differing:
                yield person, address, differing


def _told(world: dict[str, Answers], who: list[str]) -> list[tuple[str, str]]:
    """Where an outsider reads a sealed word, other than where they typed it themselves."""
    return [
        (person, address)
        for person in who
        for address, answer in world[person].items()
        if CANARY.encode() in answer[1] and CANARY not in address
    ]


def _draft(cycle: Cycle, kind: AnnouncementKind, people: list[int], *, award_key: str = "") -> Announcement:
    """An announcement with all its words, for a distant instant."""
    first = db.session.get_one(User, people[0])
    draft = announcements.prepare(actor=first, cycle=cycle, kind=kind, award_key=award_key, now=NOW)
    words = dict.fromkeys(("title_en", "title_zh", "statement_en", "statement_zh"), f"Sealed {CANARY}")
    announcements.edit(
        actor=first, announcement=draft, embargo_until=NOW.replace(year=2190), edit_version=draft.edit_version, now=NOW,
        **words,
    )  # fmt: skip
    return draft


def _scheduled(cycle: Cycle, kind: AnnouncementKind, people: list[int], *, award_key: str = "") -> Announcement:
    """An announcement that waits for its instant: sealed, released by two people."""
    draft = _draft(cycle, kind, people, award_key=award_key)
    announcements.seal(actor=db.session.get_one(User, people[0]), announcement=draft, now=NOW)
    _released(draft, people)
    assert draft.status is AnnouncementStatus.SCHEDULED
    return draft


def _released(announcement: Announcement, people: list[int]) -> None:
    for number in people:
        announcements.release(
            actor=db.session.get_one(User, number), announcement=announcement,
            shown_sha256=announcement.snapshot_sha256 or "", now=NOW,
        )  # fmt: skip


def _afterwards(kind: AnnouncementKind, people: list[int]) -> list[Step]:
    """What may happen to it before its instant: stopped, opened and in preparation again, sealed, refused."""

    def of(cycle: Cycle) -> Announcement:
        return db.session.scalars(
            select(Announcement).where(Announcement.cycle_id == cycle.id, Announcement.kind == kind)
        ).one()

    def stop(cycle: Cycle) -> None:
        actor = db.session.get_one(User, people[0])
        announcements.abort(actor=actor, announcement=of(cycle), reason=CANARY, now=NOW)

    def open_and_seal(cycle: Cycle) -> None:
        actor = db.session.get_one(User, people[0])
        announcements.unseal(actor=actor, announcement=of(cycle), reason=CANARY, now=NOW)
        announcements.seal(actor=actor, announcement=of(cycle), now=NOW)

    def refuse(cycle: Cycle) -> None:
        for decision in db.session.scalars(select(Decision).where(Decision.cycle_id == cycle.id)):
            decision.reason_en = f"{CANARY}, changed"
        _released(of(cycle), people[:1])
        assert of(cycle).refused_at is not None

    return [stop, open_and_seal, refuse]


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
                    reason_en=f"Moved, {CANARY}.", reason_zh=f"调整{CANARY}。", move_reason="The committee's vote.", now=NOW,
                )  # fmt: skip
        judging.write_reasons(cycle, chair=actor)
        judging.lock(cycle, chair=actor)
        _scheduled(cycle, AnnouncementKind.SHORTLIST, people)

    _compare(worlds, seal, AnnouncementKind.SHORTLIST, people, inside=[*members], outside=[*outside])


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
            actor=juror.user,
            member=juror,
            content=Content.ranked(s.id for s in scene.finalists),
            edit_version=0,
            now=NOW,
        )
        assert ballot.content
        ballots.cast(actor=juror.user, member=juror, now=NOW)
    key = "special_mention"  # which the jury decides, on the record of its chair
    worlds = Worlds(app, cycle, own, outside | jurors | observer)
    best, worst = (s.id for s in own)

    def seal(cycle: Cycle, *, swapped: bool) -> None:
        actor = db.session.get_one(User, chair)
        award = next(a for a in cycle.special_awards if a.key == key)
        given = db.session.get_one(Submission, best if swapped else worst)
        awards.give(
            actor=actor,
            cycle=cycle,
            award=award,
            submission=given,
            reason_en=f"Chosen, {CANARY}.",
            reason_zh=f"入选{CANARY}。",
            now=NOW,
        )
        ballot_counting.count(actor=actor, cycle=cycle, now=NOW)
        if swapped:
            for number, wins in ((best, False), (worst, True)):
                jury_decision.decide(
                    actor=actor, cycle=cycle, submission=db.session.get_one(Submission, number), wins=wins,
                    reason="The jury's vote.", now=NOW,
                )  # fmt: skip
        judging.write_citations(cycle)
        judging.lock(cycle, chair=actor, of=jury_lock.LOCK)
        _scheduled(cycle, AnnouncementKind.WINNERS, people)
        _draft(cycle, AnnouncementKind.SPECIAL, people, award_key=key)

    _compare(worlds, seal, AnnouncementKind.WINNERS, people, inside=[*jurors], outside=[*outside])


def _compare(
    worlds: Worlds,
    seal: Callable[..., None],
    kind: AnnouncementKind,
    people: list[int],
    *,
    inside: list[str],
    outside: list[str],
) -> None:
    """Ask all three worlds and find no difference. Those `inside` may know that something was decided, not what."""
    further = _afterwards(kind, people)
    worlds.answers(
        lambda cycle: None, who=["nobody"]
    )  # what the process remembers from its first answers, it knows then
    [undecided] = worlds.answers(lambda cycle: None, who=outside)
    one, *one_later = worlds.answers(lambda cycle: seal(cycle, swapped=False), *further)
    other, *other_later = worlds.answers(lambda cycle: seal(cycle, swapped=True), *further)
    assert db.session.scalar(select(Announcement.id)) is None  # every world was undone
    beside = "beside the pages"
    assert list(_differences(one, other, who=[*outside, *inside, beside])) == []
    watched, other_watched = ({"observer": _without_digests(world["observer"])} for world in (one, other))
    assert list(_differences(watched, other_watched, who=["observer"])) == []
    assert one["observer"] != other["observer"]  # the digests, which every observer gets at the lock
    assert list(_differences(undecided, one, who=[*outside, beside])) == []
    assert _told(one, [*outside, *inside, "observer"]) == []
    for later, other_one in zip(one_later, other_later, strict=True):
        assert list(_differences(later, other_one, who=["nobody", beside])) == []
        assert list(_differences(later, undecided, who=["nobody", beside])) == []
        assert _told(later, ["nobody"]) == []

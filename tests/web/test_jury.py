"""The jury's room: nothing before the publication, reading, the secret ballot, the count, citations, the lock."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.ballots import Content
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Ballot, Cycle, Decision, Membership, Selection, Submission
from awardapp.services import assessments, ballots, selections, shortlist
from tests import factories as make
from tests.support import judging
from tests.support.pages import Browser, Page, fresh

CITIES = (("Gaziantep", "TR"), ("Kampala", "UG"), ("Lyon", "FR"), ("Warsaw", "PL"))


@pytest.fixture
def cycle(app: Any) -> Cycle:
    """A cycle whose four shortlisted cities are public, with a locked selection of the committee behind them."""
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(shortlist_size=4, deserving_max=0, winners_max=2))
    chair = make.make_member(cycle, Role.COMMITTEE, is_chair=True)
    other = make.make_member(cycle, Role.COMMITTEE)
    submissions = [
        make.make_submission(cycle, make.make_city(name, country), status=SubmissionStatus.VALID, title_en=f"In {name}")
        for name, country in CITIES
    ]
    for n, submission in enumerate(submissions):
        for member in (chair, other):
            assessments.record(
                actor=member.user,
                member=member,
                assignment=make.make_assignment(submission, member),
                marks={criterion.id: 9.0 - n for criterion in cycle.criteria},
                comment="Secret of the committee",
                private_note="",
                submit=True,
                now=clock.now(),
            )
    make.open_scores(cycle, chair.user)
    shortlist.propose(actor=chair.user, cycle=cycle, now=clock.now())
    for decision in selections.decided(cycle, Stage.COMMITTEE):
        decision.reason_en, decision.reason_zh = "Sealed reason", "密封理由"
    judging.lock(cycle, chair=chair.user, now=clock.now())
    make.make_published_shortlist(cycle, submissions)
    cycle.phase = CyclePhase.JURY
    db.session.flush()
    return cycle


@pytest.fixture
def juror(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.JUROR, make.make_user("Juror", country="KE"))


@pytest.fixture
def chair(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.JUROR, make.make_user("Chair", country="NZ"), is_chair=True)


def room(cycle: Cycle, path: str = "") -> str:
    return f"/jury/{cycle.slug}/{path}"


def by_city(cycle: Cycle) -> dict[str, Submission]:
    return {s.city.name_en: s for s in ballots.finalists(cycle)}


def at(cities: dict[str, Submission], **places: str) -> dict[str, Any]:
    """The ballot's fields that give these cities these places."""
    return {f"place-{cities[name].id}": place for name, place in places.items()}


def order_of(page: Page) -> list[str]:
    """The cities of the ballot in the order of their rows."""
    return [row.get("data-city") or "" for row in page.all("tr") if row.get("data-city")]


def vote(member: Membership, *names: str) -> None:
    cities = by_city(member.cycle)
    content = Content.ranked(cities[n].id for n in names)
    ballots.save(actor=member.user, member=member, content=content, edit_version=0, now=clock.now())
    ballots.cast(actor=member.user, member=member, now=clock.now())


def test_before_the_publication_the_room_shows_nothing_of_the_shortlist(browser: Browser) -> None:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED)
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    juror = make.make_member(cycle, Role.JUROR)
    browser.sign_in(juror.user)
    page = browser.get(room(cycle))
    assert "not public yet" in page.words
    assert submission.title_en not in page.text
    for path in (f"submissions/{submission.ref}", "ballot", "decide"):
        assert browser.get(room(cycle, path)).status == 404


def test_the_declaration_comes_first(browser: Browser, cycle: Cycle) -> None:
    juror = make.make_member(cycle, Role.JUROR, declared=False)
    browser.sign_in(juror.user)
    assert browser.get(room(cycle)).location.endswith("/conflicts")
    assert browser.get(room(cycle, f"submissions/{by_city(cycle)['Lyon'].ref}")).status == 404
    assert browser.get(room(cycle, "ballot")).status == 403
    browser.submit(browser.get(room(cycle, "conflicts")), holding="answer", answer="none")
    assert browser.get(room(cycle)).title == "The finalists"


def test_a_juror_reads_the_file_and_the_published_reason(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    submission = by_city(cycle)["Lyon"]
    browser.sign_in(juror.user)
    address = room(cycle, f"submissions/{submission.ref}")
    assert address in browser.get(room(cycle)).links()
    page = browser.get(address)
    assert "Reason 3" in page.words
    assert "Words about the initiative" in page.words
    assert "Secret of the committee" not in page.words
    assert submission.contact_email not in page.text
    other = make.make_submission(cycle, status=SubmissionStatus.VALID)
    assert browser.get(room(cycle, f"submissions/{other.ref}")).status == 404


def test_the_list_costs_the_same_for_one_finalist_and_for_four(browser: Browser, cycle: Cycle, queries: Any) -> None:
    small = make.make_cycle(CyclePhase.JURY)
    make.make_published_shortlist(small, [make.make_submission(small, status=SubmissionStatus.VALID)])
    user = make.make_user()
    for one in (small, cycle):
        make.make_member(one, Role.JUROR, user)
    browser.sign_in(user)
    counted = []
    addresses = [[room(one), room(one, "ballot")] for one in (small, cycle)]
    for listing in addresses:
        browser.get(listing[0])
        db.session.expunge_all()
        with queries() as sent:
            for address in listing:
                browser.get(address)
        counted.append(len(sent))
    assert counted[0] == counted[1]


def test_a_tie_bars_reading_and_ranking(browser: Browser, cycle: Cycle) -> None:
    juror = make.make_member(cycle, Role.JUROR, make.make_user(country="FR"))
    lyon = by_city(cycle)["Lyon"]
    browser.sign_in(juror.user)
    assert browser.get(room(cycle, f"submissions/{lyon.ref}")).status == 404
    page = browser.get(room(cycle, "ballot"))
    assert "Not for you to vote on" in page.words
    assert "Lyon" not in order_of(page)
    forced = browser.submit(page, "/ballot", holding="edit_version", act="save", **at({"Lyon": lyon}, Lyon="1"))
    assert forced.status == 422


def test_ranking_by_numbers_and_by_buttons_without_script(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    cities = by_city(cycle)
    browser.sign_in(juror.user)
    page = browser.get(room(cycle, "ballot"))
    assert order_of(page) == ["Gaziantep", "Kampala", "Lyon", "Warsaw"]
    page = browser.submit(
        page,
        holding="edit_version",
        act="save",
        follow=True,
        **at(cities, Warsaw="1", Kampala="3"),
    )
    assert order_of(page) == ["Warsaw", "Kampala", "Gaziantep", "Lyon"]
    page = browser.submit(page, holding="edit_version", act=f"up-{cities['Kampala'].id}", follow=True)
    page = browser.submit(page, holding="edit_version", act=f"up-{cities['Lyon'].id}", follow=True)
    page = browser.submit(page, holding="edit_version", act=f"down-{cities['Kampala'].id}", follow=True)
    assert order_of(page) == ["Warsaw", "Kampala", "Lyon", "Gaziantep"]
    twice = browser.submit(page, holding="edit_version", act="save", **at(cities, Lyon="1"))
    assert twice.status == 422
    assert "Each place can be given once" in twice.words


def test_two_windows_show_both_ballots(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    cities = by_city(cycle)
    browser.sign_in(juror.user)
    browser.submit(browser.get(room(cycle, "ballot")), holding="edit_version", act="save", **at(cities, Lyon="1"))
    old = browser.get(room(cycle, "ballot"))
    browser.submit(old, holding="edit_version", act="save", **at(cities, Warsaw="2"))
    stale = browser.submit(old, holding="edit_version", act="save", **at(cities, Kampala="2"))
    assert stale.status == 409
    assert "side by side" in stale.words
    browser.submit(stale, holding="edit_version", act="save")
    assert fresh(Ballot).content == {"ranking": [[cities["Lyon"].id], [cities["Kampala"].id]]}


def test_casting_is_final_and_asked_first(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    cities = by_city(cycle)
    browser.sign_in(juror.user)
    page = browser.get(room(cycle, "ballot"))
    sure = browser.submit(page, holding="edit_version", act="cast", follow=True, **at(cities, Lyon="1"))
    assert fresh(Ballot).cast_at is None
    assert "cannot be changed" in sure.words
    assert browser.submit(sure, holding="sure").status == 422
    done = browser.submit(sure, holding="sure", sure="y", follow=True)
    assert "Cast and final" in done.words
    assert fresh(Ballot).cast_at is not None
    again = browser.submit(page, holding="edit_version", act="save", **at(cities, Lyon=""))
    assert again.status == 422
    assert "final" in again.words
    assert fresh(Ballot).content == {"ranking": [[cities["Lyon"].id]]}


def test_an_empty_ballot_cannot_be_cast(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    browser.sign_in(juror.user)
    page = browser.submit(browser.get(room(cycle, "ballot")), holding="edit_version", act="cast", follow=True)
    refused = browser.submit(page, holding="sure", sure="y")
    assert refused.status == 422
    assert "Rank at least one city" in refused.words


def test_the_draft_saves_itself(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    lyon = by_city(cycle)["Lyon"]
    browser.sign_in(juror.user)
    page = browser.get(room(cycle, "ballot"))
    form = page.form("/ballot", holding="edit_version")
    token = next(c.get("value") for c in form.iter("input") if c.get("name") == "csrf_token")
    address = form.get("data-ballot") or ""
    data = {"csrf_token": token, "edit_version": "0", f"place-{lyon.id}": "1"}
    first = browser.post(address, data).response
    assert first.json is not None
    assert first.json["edit_version"] == 1
    assert browser.post(address, {**data, "edit_version": "7"}).status == 409
    assert fresh(Ballot).content == {"ranking": [[lyon.id]]}


def test_others_ballots_and_counts_are_never_visible(
    browser: Browser, another_browser: Browser, cycle: Cycle, juror: Membership, chair: Membership
) -> None:
    browser.sign_in(juror.user)
    before = {path: browser.get(room(cycle, path)).words for path in ("", "ballot")}
    vote(chair, "Warsaw", "Kampala")
    assert before == {path: browser.get(room(cycle, path)).words for path in ("", "ballot")}
    assert browser.get(room(cycle, "decide")).status == 404
    another_browser.sign_in(chair.user)
    page = another_browser.get(room(cycle, "decide"))
    assert "Cast or not waited for: 1 of 2" in page.words
    assert "Warsaw" not in page.words
    assert not [f for f in page.root.iter("form") if "count" in (f.get("action") or "")]


def test_from_the_count_to_the_lock(
    browser: Browser, another_browser: Browser, cycle: Cycle, juror: Membership, chair: Membership
) -> None:
    third = make.make_member(cycle, Role.JUROR)
    cities = by_city(cycle)
    browser.sign_in(chair.user)
    vote(juror, "Warsaw", "Lyon", "Kampala", "Gaziantep")
    vote(third, "Warsaw", "Kampala", "Lyon")
    early = browser.get(room(cycle, "decide"))
    token = next(c.get("value") for c in early.form("/sign-out").iter("input") if c.get("name") == "csrf_token")
    refused = browser.post(room(cycle, "decide/count"), {"csrf_token": token})
    assert "2 of 3" in browser.get(refused.location).words
    assert db.session.query(Selection).count() == 1
    vote(chair, "Lyon", "Warsaw")
    page = browser.submit(browser.get(room(cycle, "decide")), "/count", follow=True)
    assert "Warsaw beats Lyon 2 to 1" in page.words
    assert page.words.count("lacks its citation") == 1

    for name in ("Warsaw", "Lyon"):
        city = browser.get(room(cycle, f"decide/{cities[name].ref}"))
        browser.submit(city, "/citation", citation_en=f"To {name}", citation_zh="颁奖词")
    departure = browser.get(room(cycle, f"decide/{cities['Lyon'].ref}"))
    refused = browser.submit(departure, holding="wins", wins="no")
    assert refused.status == 422
    assert "needs a written reason" in refused.words
    browser.submit(refused, holding="wins", wins="no", move_reason="Withdrew in the hearing")
    page = browser.get(room(cycle, "decide"))
    assert "write down why" in page.words
    browser.submit(page, "/decide/fewer", reason="One stood out")
    lock = browser.get(room(cycle, "decide-lock"))
    assert "This locks one winner" in lock.words
    for words in ("Withdrew in the hearing", "To Warsaw", "One stood out"):
        assert words in lock.words
    assert browser.submit(lock, holding="sure", sure="y", password="wrong").status == 422
    page = browser.submit(lock, holding="sure", sure="y", password=make.PASSWORD, follow=True)
    assert "waits for its second person" in page.words
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.JURY

    second = make.make_member(cycle, Role.SECRETARIAT).user
    another_browser.sign_in(second)
    assert "Confirm the lock" in another_browser.get(f"/secretariat/{cycle.slug}/").words
    page = another_browser.get(f"/secretariat/{cycle.slug}/jury-lock")
    assert "To Warsaw" in page.words
    another_browser.submit(page, holding="sure", sure="y", password=make.PASSWORD)
    selection = fresh(Selection, cycle_id=cycle.id, stage=Stage.JURY)
    assert selection.locked_by == second.id
    assert selection.record_sha256 in browser.get(room(cycle, "decide")).words
    data = browser.get(room(cycle, "decide-record")).response.data
    assert hashlib.sha256(data).hexdigest() == selection.record_sha256
    assert json.loads(data)
    assert b"Juror" not in data
    assert b"juror@" not in data
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.WINNERS_SEALED
    assert [d.submission.city.name_en for d in db.session.query(Decision).filter_by(stage=Stage.JURY)] == ["Warsaw"]


def test_only_the_chair_decides(browser: Browser, cycle: Cycle, juror: Membership) -> None:
    browser.sign_in(juror.user)
    ref = by_city(cycle)["Lyon"].ref
    for path in ("decide", f"decide/{ref}", "decide-lock", "decide-record"):
        assert browser.get(room(cycle, path)).status == 404

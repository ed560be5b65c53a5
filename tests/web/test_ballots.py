"""The ballot's pages by every rule without script, the receipt, the chair's page of who has voted, papers keyed in twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock
from awardapp.domain.ballots import Content
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Ballot, Cycle, Membership, Notification, PaperBallot
from awardapp.services import ballot_counting, ballots
from tests import factories as make
from tests.support.judging import Jury
from tests.support.judging import jury as seated
from tests.support.pages import Browser, Page, fresh


@pytest.fixture
def found(app: Flask) -> Jury:
    return seated(recorded=False)


def by_rule(cycle: Cycle, **changes: Any) -> None:
    cycle.rules_json = replace(cycle.rules, **changes).to_json()
    db.session.flush()


def room(found: Jury, path: str = "") -> str:
    return f"/jury/{found.cycle.slug}/{path}"


def save(browser: Browser, page: Page, act: str = "save", **values: Any) -> Page:
    return browser.submit(page, "/ballot", holding="edit_version", act=act, follow=True, **values)


def cast(browser: Browser, page: Page, **values: Any) -> Page:
    sure = save(browser, page, "cast", **values)
    return browser.submit(sure, holding="sure", sure="y", follow=True)


def content(member: Membership) -> dict[str, Any]:
    return dict(fresh(Ballot, membership_id=member.id).content)


def vote(member: Membership, ids: list[int]) -> None:
    ballots.save(actor=member.user, member=member, content=Content.ranked(ids), edit_version=0, now=clock.now())
    ballots.cast(actor=member.user, member=member, now=clock.now())


def test_crosses_marks_and_points_are_given_without_script(browser: Browser, found: Jury) -> None:
    one, two, three = (s.id for s in found.finalists)
    juror = found.jurors[1]
    browser.sign_in(juror.user)
    by_rule(found.cycle, jury_method="approval", jury_approvals_most=2)
    page = save(browser, browser.get(room(found, "ballot")), **{f"cross-{two}": "y"})
    assert content(juror) == {"approved": [two]}
    assert "One cross left." in page.words
    refused = save(browser, page, **{f"cross-{n}": "y" for n in (one, two, three)})
    assert refused.status == 422
    assert "At most 2 cities can be crossed." in refused.words

    by_rule(found.cycle, jury_method="score", jury_scale_max=5, jury_scale_step=0.25)
    page = browser.get(room(found, "ballot"))
    assert "does not fit this ballot" in page.words  # what was crossed says nothing any more
    page = save(browser, page, **{f"mark-{one}": "4.5", f"mark-{two}": "0"})
    assert content(juror) == {"marks": {str(one): 18, str(two): 0}}
    refused = save(browser, page, **{f"mark-{one}": "4.2"})
    assert (refused.status, content(juror)) == (422, {"marks": {str(one): 18, str(two): 0}})
    assert 'value="4.2"' in refused.text  # what was typed is still there
    assert "Every city needs a mark: 1 have none yet." in cast(browser, page).words

    by_rule(found.cycle, jury_method="points", jury_points=10, jury_points_most=8)
    page = save(browser, browser.get(room(found, "ballot")), **{f"points-{one}": "8", f"points-{two}": ""})
    assert "2 points left." in page.words
    done = cast(browser, page, **{f"points-{three}": "2"})
    assert content(juror) == {"points": {str(one): 8, str(three): 2}}
    assert "8 points" in done.words and "No points" in done.words


def test_cities_are_put_to_places_and_share_one_where_the_rule_allows(browser: Browser, found: Jury) -> None:
    one, two, three = (s.id for s in found.finalists)
    juror = found.jurors[1]
    browser.sign_in(juror.user)
    page = save(
        browser, browser.get(room(found, "ballot")), **{f"place-{one}": "1", f"place-{two}": "2", f"place-{three}": "3"}
    )
    page = save(browser, page, f"to-{three}", **{f"place-{three}": "1"})
    assert content(juror)["ranking"] == [[three], [one], [two]]
    page = save(browser, page, f"off-{one}")
    assert content(juror)["ranking"] == [[three], [two]]
    assert save(browser, page, **{f"place-{two}": "1"}).status == 422
    by_rule(found.cycle, jury_equal_places=True)
    save(browser, page, **{f"place-{two}": "1"})
    assert content(juror)["ranking"] == [sorted([two, three])]


def test_the_receipt_can_be_taken_away_and_computed_again(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    juror = found.jurors[1]
    browser.sign_in(juror.user)
    assert browser.get(room(found, "ballot/receipt.json")).status == 404
    page = cast(browser, browser.get(room(found, "ballot")), **{f"place-{found.finalists[2].id}": "1"})
    answer = browser.get(room(found, "ballot/receipt.json")).response
    receipt = hashlib.sha256(answer.data).hexdigest()
    assert receipt in page.words
    assert receipt == fresh(Ballot).receipt_sha256
    said = json.loads(answer.data)
    assert said["ballot"]["ranking"] == [[found.finalists[2].pseudonym]]
    assert said["cycle"] == found.cycle.slug
    another_browser.sign_in(found.jurors[0].user)
    assert another_browser.get(room(found, "ballot/receipt.json")).status == 404


def test_an_abstention_is_shown_as_one_and_cast(browser: Browser, found: Jury) -> None:
    juror = found.jurors[1]
    browser.sign_in(juror.user)
    page = browser.get(room(found, "ballot"))
    sure = save(browser, page, "cast", abstained="y", **{f"place-{found.finalists[0].id}": "1"})
    assert "This ballot says nothing on any city." in sure.words
    assert found.finalists[0].title_en not in sure.words
    browser.submit(sure, holding="sure", sure="y")
    assert content(juror) == {"abstained": True}


def test_what_was_changed_in_another_window_is_not_cast_unseen(browser: Browser, found: Jury) -> None:
    juror = found.jurors[1]
    browser.sign_in(juror.user)
    sure = save(browser, browser.get(room(found, "ballot")), "cast", **{f"place-{found.finalists[0].id}": "1"})
    save(browser, browser.get(room(found, "ballot")), **{f"place-{found.finalists[0].id}": ""})
    refused = browser.submit(sure, holding="sure", sure="y")
    assert (refused.status, fresh(Ballot).cast_at) == (422, None)
    assert "saved in another window" in refused.words


def test_the_chair_opens_a_ballot_again_and_the_juror_is_told(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    ids = [s.id for s in found.finalists]
    for juror in found.jurors:
        vote(juror, ids)
    receipt = fresh(Ballot, membership_id=found.jurors[1].id).receipt_sha256
    ballot_counting.count(actor=found.chair, cycle=found.cycle, now=clock.now())
    browser.sign_in(found.chair)
    page = browser.get(room(found, "ballots"))
    assert page.words.count("Open again") == 2  # not the own one
    for city in found.finalists:
        assert city.city.name_en not in page.words
    one = browser.get(room(found, f"ballots/{found.jurors[1].id}"))
    assert "The count no longer holds then" in one.words
    assert browser.submit(one, holding="reason").status == 422
    page = browser.submit(one, holding="reason", reason="Cast in haste.", follow=True)
    assert "To be counted again" in page.words
    assert fresh(Notification, kind="ballot_reopened").recipient_id == found.jurors[1].user_id
    another_browser.sign_in(found.jurors[1].user)
    mine = another_browser.get(room(found, "ballot"))
    assert "Cast in haste." in mine.words and receipt is not None and receipt in mine.words
    cast(another_browser, mine)
    assert fresh(Ballot, membership_id=found.jurors[1].id).receipt_sha256 not in (None, receipt)


def test_a_missing_juror_is_excused_and_expected_again_by_the_chair_alone(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    missing = found.jurors[2]
    another_browser.sign_in(found.jurors[1].user)
    for path in ("ballots", f"ballots/{missing.id}"):
        assert another_browser.get(room(found, path)).status == 404
    browser.sign_in(found.chair)
    one = browser.get(room(found, f"ballots/{missing.id}"))
    page = browser.submit(one, holding="reason", reason="Fell ill.", follow=True)
    assert "Cast or not waited for: 1 of 3" in page.words
    another_browser.sign_in(missing.user)
    assert "Fell ill." in another_browser.get(room(found, "ballot")).words
    page = browser.submit(browser.get(room(found, f"ballots/{missing.id}")), "/expect", follow=True)
    assert "Cast or not waited for: 0 of 3" in page.words


def test_a_paper_is_keyed_in_by_two_people_and_neither_sees_the_others_reading(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    first, second = (make.make_member(found.cycle, Role.SECRETARIAT).user for _ in range(2))
    papers = f"/secretariat/{found.cycle.slug}/papers"
    juror, (one, two, three) = found.jurors[1], (s.id for s in found.finalists)
    browser.sign_in(first)
    another_browser.sign_in(second)
    page = browser.submit(browser.get(papers), holding="number", juror=str(juror.id), number="17", follow=True)
    address = f"{papers}/{fresh(PaperBallot).id}"
    browser.submit(page, holding="abstained", **{f"place-{one}": "1", f"place-{two}": "2"})
    assert "Now a second person has to" in browser.get(address).words

    page = another_browser.get(address)
    assert "What that person read is not shown to you" in page.words
    assert not [
        field for field in page.all("input") if field.get("name", "").startswith("place-") and field.get("value")
    ]
    page = another_browser.submit(
        page, holding="abstained", follow=True, **{f"place-{one}": "1", f"place-{three}": "2"}
    )
    assert "They differed on" in page.words
    assert found.finalists[0].city.name_en not in page.words.split("They differed on")[1].split(".")[0]

    receipts = []
    for person in (another_browser, browser):
        done = person.submit(
            person.get(address), holding="abstained", follow=True, **{f"place-{one}": "1", f"place-{two}": "2"}
        )
        receipts.append(done.words)
    ballot = fresh(Ballot, membership_id=juror.id)
    assert (ballot.paper_number, ballot.cast_at is not None) == ("17", True)
    assert ballot.receipt_sha256 is not None
    assert [ballot.receipt_sha256 in words for words in receipts] == [False, True]
    assert ballot.receipt_sha256 in another_browser.get(address).words
    third = make.make_member(found.cycle, Role.SECRETARIAT).user
    another_browser.sign_in(third)
    assert ballot.receipt_sha256 not in another_browser.get(address).words


def test_a_refused_reading_keeps_what_was_typed_and_stores_nothing(browser: Browser, found: Jury) -> None:
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    papers = f"/secretariat/{found.cycle.slug}/papers"
    browser.sign_in(secretary)
    page = browser.submit(browser.get(papers), holding="number", juror=str(found.jurors[1].id), number="3", follow=True)
    names = [f"place-{s.id}" for s in found.finalists[:2]]
    refused = browser.submit(page, holding="abstained", **dict.fromkeys(names, "1"))
    assert refused.status == 422
    assert refused.text.count('value="1"') >= 2
    assert db.session.scalars(select(Ballot)).all() == []
    page = browser.get(papers)
    assert "To be keyed in" in page.words

"""The chair's workbench: the proposal, decisions by hand, the lock."""

from __future__ import annotations

import hashlib

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Cycle,
    Decision,
    Membership,
    Selection,
)
from tests import factories as make
from tests.support.committee_room import given, room, score, sheet
from tests.support.pages import Browser, Page, fresh


def scored(cycle: Cycle, chair: Membership, member: Membership, several: list[float]) -> list[Assignment]:
    """Files scored by chair and member, and the scores opened; the chair's comment on each is its own."""
    found = []
    for n, mark in enumerate(several):
        assignment = given(cycle, chair)
        score(chair, assignment, mark, f"Chair's comment {n}")
        score(member, make.make_assignment(assignment.submission, member), mark - 0.5, f"Member's comment {n}")
        found.append(assignment)
    make.open_scores(cycle, chair.user)
    return found


def rows_of(page: Page) -> list[str]:
    """The addresses of the proposal's rows, in rank order."""
    return [
        a.get("href") or "" for row in page.all("tr") for a in row.iter("a") if "/shortlist/" in (a.get("href") or "")
    ]


CHAIR_PATHS = ("shortlist", "shortlist-lock", "shortlist-record")


def test_members_never_see_the_proposal(browser: Browser, cycle: Cycle, chair: Membership, member: Membership) -> None:
    files = scored(cycle, chair, member, [9, 8, 7])
    browser.sign_in(member.user)
    unknown = browser.get(room(cycle, "nothing"))
    for path in (*CHAIR_PATHS, f"shortlist/{files[0].submission.ref}"):
        assert browser.get(room(cycle, path)).status == unknown.status == 404
    own = browser.get(sheet(cycle, files[0]))
    token = next(c.get("value") for c in own.form("/aside").iter("input") if c.get("name") == "csrf_token")
    assert browser.post(room(cycle, "shortlist/compute"), {"csrf_token": token}).status == 404
    assert browser.post(room(cycle, "shortlist-lock"), {"csrf_token": token, "sure": "y"}).status == 404


def test_from_the_proposal_to_the_lock(browser: Browser, cycle: Cycle, chair: Membership, member: Membership) -> None:
    files = scored(cycle, chair, member, [9, 8, 7, 6])
    browser.sign_in(chair.user)
    page = browser.get(room(cycle, "shortlist"))
    assert "Compute the proposal" in page.words
    page = browser.submit(page, "/compute", follow=True)
    places = rows_of(page)
    assert places == [room(cycle, f"shortlist/{f.submission.ref}") for f in files]
    assert "Reasons written: 0 of 3" in page.words
    assert "lacks its reason" in page.words
    assert "cannot be locked yet" in browser.get(room(cycle, "shortlist-lock")).words

    decide = browser.get(places[0])
    assert "Chair's comment 0" in decide.words
    assert "Member's comment 0" in decide.words
    assert "8.5" in decide.words
    for place in places[:3]:
        browser.submit(browser.get(place), "", holding="reason_en", reason_en="Because", reason_zh="因为")
    # The fourth instead of the third is deserving: by hand, with a reason.
    unmoved = browser.submit(browser.get(places[3]), "", holding="reason_en", outcome="deserving")
    assert unmoved.status == 422
    assert "needs a written reason" in unmoved.words
    browser.submit(
        unmoved, "", holding="reason_en", outcome="deserving", move_reason="Balance", reason_en="Also", reason_zh="同样"
    )
    lock = browser.get(room(cycle, "shortlist-lock"))
    assert "More submissions are named deserving" in lock.words
    browser.submit(browser.get(places[2]), "", holding="reason_en", outcome="none", move_reason="Instead of it")
    page = browser.get(room(cycle, "shortlist"))
    assert "Moved by hand" in page.words
    assert "Nothing is missing" in page.words
    lock = browser.get(room(cycle, "shortlist-lock"))
    assert "2 shortlisted and 1 deserving" in lock.words
    assert "Balance" in lock.words
    assert browser.submit(lock, "", holding="sure").status == 422
    asked = browser.submit(lock, "", holding="sure", sure="y", password=make.PASSWORD, follow=True)
    assert "waits for its second person" in asked.words
    assert fresh(Selection, cycle_id=cycle.id).locked_at is None
    second = Browser(browser.app).sign_in(make.make_member(cycle, Role.SECRETARIAT).user)
    seal = second.get(f"/secretariat/{cycle.slug}/shortlist-lock")
    assert "Balance" in seal.words
    assert second.submit(seal, "", holding="sure", sure="y", password=make.PASSWORD).status == 303
    selection = fresh(Selection, cycle_id=cycle.id)
    assert selection.record_sha256 in browser.get(room(cycle, "shortlist")).words
    record = browser.get(room(cycle, "shortlist-record")).response
    assert hashlib.sha256(record.data).hexdigest() == selection.record_sha256
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.SHORTLIST_SEALED
    assert browser.get(room(cycle, "shortlist-lock")).status == 404
    assert browser.submit(browser.get(places[0]), "/sign-out").status in (302, 303)


def test_scores_changed_after_the_proposal_stop_the_lock(
    browser: Browser, cycle: Cycle, chair: Membership, member: Membership
) -> None:
    files = scored(cycle, chair, member, [9, 8, 7])
    browser.sign_in(chair.user)
    page = browser.submit(browser.get(room(cycle, "shortlist")), "/compute", follow=True)
    for place in rows_of(page):
        browser.submit(browser.get(place), "", holding="reason_en", reason_en="Because", reason_zh="因为")
    assessment = fresh(Assessment, submission_id=files[0].submission_id, membership_id=chair.id)
    for one in assessment.scores:
        one.units = 0
    lock = browser.get(room(cycle, "shortlist-lock"))
    assert "Scores have changed" in lock.words
    assert not lock.all("input", name="sure")


def test_a_conflicted_chair_is_not_shown_the_file_and_cannot_move_it(
    browser: Browser, cycle: Cycle, chair: Membership, member: Membership
) -> None:
    files = [given(cycle, member, country=country) for country in ("KE", "FR", "DE", "PL")]
    for n, assignment in enumerate(files):
        score(member, assignment, 9 - n, f"Member's comment {n}")
    make.open_scores(cycle, chair.user)
    browser.sign_in(chair.user)
    browser.submit(browser.get(room(cycle, "shortlist")), "/compute")
    page = browser.get(room(cycle, f"shortlist/{files[0].submission.ref}"))
    assert "Member's comment" not in page.words
    assert "Words about the initiative" not in page.text
    moved = browser.submit(page, "", holding="reason_en", outcome="none", move_reason="I say so")
    assert moved.status == 422
    assert "conflict of interest" in moved.words
    assert fresh(Decision, submission_id=files[0].submission_id).outcome == "shortlisted"
    browser.submit(page, "", holding="reason_en", reason_en="Because", reason_zh="因为")
    assert fresh(Decision, submission_id=files[0].submission_id).reason_en == "Because"


def test_the_proposal_without_readings_says_what_is_wrong(browser: Browser, cycle: Cycle, chair: Membership) -> None:
    given(cycle, chair)
    make.open_scores(cycle, chair.user)
    browser.sign_in(chair.user)
    page = browser.submit(browser.get(room(cycle, "shortlist")), "/compute", follow=True)
    assert page.status == 200
    assert db.session.query(Selection).count() <= 1


def test_the_way_from_raw_to_calibrated_adds_up(
    browser: Browser, cycle: Cycle, chair: Membership, member: Membership
) -> None:
    files = scored(cycle, chair, member, [9, 8, 7, 6, 5.5, 7.5])
    browser.sign_in(chair.user)
    browser.submit(browser.get(room(cycle, "shortlist")), "/compute")
    page = browser.get(room(cycle, f"shortlist/{files[1].submission.ref}"))
    assert "From raw to calibrated" in page.words
    table = next(t for t in page.all("table") if "Pull to the middle" in "".join(t.itertext()))
    cells = [[c.text or "" for c in row.iter("td")] for row in table.iter("tr")]
    signed = [float(c.replace("−", "-").replace("±", "")) for row in cells[1:-1] for c in row[1:] if c.strip()]
    raw, calibrated = float(cells[-1][0]), float(cells[-1][-1])
    assert abs(raw + sum(signed) - calibrated) < 0.05

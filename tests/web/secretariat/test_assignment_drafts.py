"""The pages of a draft: what they tell the secretariat before anything is released or changed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.cycles import CyclePhase, FurtherRound, Rules
from awardapp.domain.people import Role
from awardapp.domain.selection.reassigning import AssignmentStep, reassign
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, AssignmentChange, AssignmentDraft, Cycle, Membership, Submission
from awardapp.services import assessments, assignments
from awardapp.services.assessments import DeclaredTie
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser
from tests.support.secretariat import at


@pytest.fixture
def committee(app: Flask, browser: Browser) -> Cycle:
    """Five members with a theme each and six files; Ana, who fits best, is tied to the first; `browser` is the secretariat."""
    rules = Rules(reviews_per_submission=2, further_rounds=(FurtherRound(2, 3),), shortlist_size=2, winners_max=1)
    begun = make.make_cycle(CyclePhase.COMMITTEE, rules=rules)
    person = make.make_user("Chen Meiling")
    make.make_member(begun, Role.SECRETARIAT, person)
    keys = [theme.key for theme in begun.themes]
    members = [
        make.make_member(begun, Role.COMMITTEE, make.make_user(name), themes=keys[0] if name == "Ana" else keys[1])
        for name in ("Ana", "Ben", "Cleo", "Dan", "Eva")
    ]
    files = [make.make_submission(begun, status=SubmissionStatus.VALID) for _ in range(6)]
    tie = DeclaredTie(files[0].city_id, None, ConflictKind.FAMILY, "")
    assessments.declare_conflicts(actor=members[0].user, member=members[0], ties=[tie], now=NOW)
    db.session.commit()
    browser.sign_in(person)
    return begun


def first_file(cycle: Cycle) -> Submission:
    return db.session.scalars(
        select(Submission).where(Submission.cycle_id == cycle.id).order_by(Submission.id).limit(1)
    ).one()


def test_the_draft_tells_who_and_why_who_was_barred_and_how_good_it_is(committee: Cycle, browser: Browser) -> None:
    page = browser.submit(browser.get(at(committee, "/assignment")), "/propose", follow=True)
    draft = db.session.scalars(select(AssignmentDraft)).one()
    words = page.words
    assert f"{draft.figures['total'] / 1e6:.2f} of at most {draft.figures['best_total'] / 1e6:.2f}" in words
    assert f"{draft.figures['weakest'] / 1e6:.2f} of at most {draft.figures['weakest_bound'] / 1e6:.2f}" in words
    row = next(tr for tr in page.all("tr") if first_file(committee).pseudonym in "".join(tr.itertext()))
    told = " ".join("".join(row.itertext()).split())
    assert "Ana Family or close personal tie" in told
    assert "Round 1 of 2" in words
    assert "2 more for the 3 likeliest" in words


def test_the_list_is_narrowed_by_reader_by_text_and_by_what_is_new(committee: Cycle, browser: Browser) -> None:
    browser.submit(browser.get(at(committee, "/assignment")), "/propose")
    ana = db.session.scalars(select(Membership).join(Membership.user).where(Membership.themes != "")).first()
    assert ana is not None
    hers = set(
        db.session.scalars(select(Submission.pseudonym).join(Assignment).where(Assignment.membership_id == ana.id))
    )

    def listed(query: str) -> set[str]:
        page = browser.get(at(committee, f"/assignment?{query}"))
        return set(re.findall(r"S-\d{4,}", " ".join("".join(tr.itertext()) for tr in page.all("tr"))))

    assert listed(f"member={ana.id}") == hers
    assert listed(f"q={first_file(committee).ref}") == {first_file(committee).pseudonym}
    assert len(listed("show=new")) == len(listed("sort=weakest")) == 6
    assert listed("show=short") == listed("show=hand") == set()


def test_a_change_shows_its_price_is_made_with_a_reason_and_stays_visible(committee: Cycle, browser: Browser) -> None:
    browser.submit(browser.get(at(committee, "/assignment")), "/propose")
    file = first_file(committee)
    address = at(committee, f"/assignment/files/{file.ref}")
    readers = sorted(
        one.membership.pseudonym
        for one in db.session.scalars(select(Assignment).where(Assignment.submission_id == file.id))
    )
    page = browser.get(f"{address}?out={readers[0]}")
    offered = [radio.get("value") or "" for radio in page.all("input", type="radio")]
    assert "Family or close personal tie" in page.words
    assert re.search(r"[+−±]\d+\.\d\d", page.words)
    into = next(one for one in offered if one and ":" not in one)
    nothing = browser.submit(page, "/change", into=into, reason="")
    assert nothing.status == 422
    assert "Say why" in nothing.words
    done = browser.submit(page, "/change", into=into, reason="Knows the river", follow=True)
    assert done.status == 200
    change = db.session.scalars(select(AssignmentChange)).one()
    assert change.content == {"removed": [[file.pseudonym, readers[0]]], "added": [[file.pseudonym, into]]}
    stale = browser.submit(page, "/change", into=into, reason="Again")
    assert stale.status == 422
    assert "Knows the river" in browser.get(at(committee, "/assignment")).words
    exchange = browser.get(f"{address}?out={into}")
    swaps = [one.get("value") or "" for one in exchange.all("input", type="radio") if ":" in (one.get("value") or "")]
    if swaps:
        browser.submit(exchange, "/change", into=swaps[0], reason="Loads stay", follow=True)
        assert len(db.session.scalars(select(AssignmentChange)).all()) == 2


def test_readers_are_changed_in_a_draft_only(committee: Cycle, browser: Browser) -> None:
    file = first_file(committee)
    assert browser.get(at(committee, f"/assignment/files/{file.ref}")).status == 303
    browser.submit(browser.get(at(committee, "/assignment")), "/propose")
    assert browser.get(at(committee, f"/assignment/files/{file.ref}")).status == 200
    assert browser.get(at(committee, "/assignment/files/NO-SUCH")).status == 404


def test_what_blocks_is_named_with_cities_members_and_what_would_help(committee: Cycle, browser: Browser) -> None:
    file = first_file(committee)
    members = select(Membership).where(Membership.role == Role.COMMITTEE).order_by(Membership.id)
    for member in db.session.scalars(members).all()[1:4]:
        tie = DeclaredTie(file.city_id, None, ConflictKind.EMPLOYMENT, "")
        assessments.declare_conflicts(actor=member.user, member=member, ties=[tie], now=NOW)
    db.session.commit()
    sent = browser.submit(browser.get(at(committee, "/assignment")), "/propose")
    assert sent.status == 422
    assert f"{file.city.name_en} (1 of 2)" in sent.words
    assert "Works or worked for the city (3)" in sent.words
    assert "Invite one more member" in sent.words
    assert browser.get(at(committee, "/assignment")).status == 200


def test_a_draft_being_computed_shows_how_far_it_is_and_can_be_thrown_away(
    committee: Cycle, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignments, "AT_ONCE", 0)
    page = browser.submit(browser.get(at(committee, "/assignment")), "/propose", follow=True)
    assert "The draft is being computed" in page.words
    state = json.loads(browser.get(at(committee, "/assignment/state.json")).text)
    assert (state["done"], state["finished"]) == (0, False)
    gone = browser.submit(page, "/discard", follow=True)
    assert "thrown away" in gone.words
    assert json.loads(browser.get(at(committee, "/assignment/state.json")).text)["finished"] is True


def test_the_file_of_a_draft_alone_gives_its_readings_again(committee: Cycle, browser: Browser) -> None:
    page = browser.submit(browser.get(at(committee, "/assignment")), "/propose", follow=True)
    draft = db.session.scalars(select(AssignmentDraft)).one()
    answer = json.loads(browser.get(at(committee, f"/assignment/drafts/{draft.id}.json")).text)
    steps = [AssignmentStep.from_json(one) for one in answer["steps"]]
    found = {(one.submission.pseudonym, one.membership.pseudonym) for one in db.session.scalars(select(Assignment))}
    assert set(reassign(steps)) == found
    again = browser.submit(page, "/recompute", follow=True)
    assert f"the same readings, digest {str(draft.result_sha256)[:16]}" in again.words


def test_own_bounds_are_kept_and_nonsense_is_refused(committee: Cycle, browser: Browser) -> None:
    page = browser.get(at(committee, "/assignment"))
    member = db.session.scalars(
        select(Membership).where(Membership.role == Role.COMMITTEE).order_by(Membership.id)
    ).first()
    assert member is not None
    token = next(one.get("value") for one in page.all("input", name="csrf_token"))
    send: dict[str, Any] = {"csrf_token": token, "member": str(member.id)}
    assert browser.post(at(committee, "/assignment/loads"), {**send, "least": "", "most": "3"}).status == 303
    assert browser.post(at(committee, "/assignment/loads"), {**send, "least": "9", "most": "3"}).status == 422
    db.session.refresh(member)
    assert (member.load_least, member.load_most) == (None, 3)


def test_the_pages_ask_as_much_for_many_files_as_for_few(committee: Cycle, browser: Browser, queries: Any) -> None:
    counts: dict[str, list[int]] = {"list": [], "file": []}
    for more in (0, 9):
        for _ in range(more):
            make.make_submission(committee, status=SubmissionStatus.VALID)
        db.session.commit()
        browser.submit(browser.get(at(committee, "/assignment")), "/propose")
        file = first_file(committee)
        paths = {"list": "/assignment", "file": f"/assignment/files/{file.ref}"}
        for name, path in paths.items():
            db.session.expire_all()
            assert committee.slug
            with queries() as sent:
                assert browser.get(at(committee, path)).status == 200
            counts[name].append(len(sent))
    assert counts["list"][0] == counts["list"][1] <= 24
    assert counts["file"][0] == counts["file"][1] <= 16

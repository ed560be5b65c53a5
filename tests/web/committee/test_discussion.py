"""What other readers gave and said: hidden until the own assessment is in, then shown; what each role may see of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from awardapp.domain.assessments import AssessmentStatus, ConflictKind
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, Cycle, DiscussionMessage, DiscussionRead, Membership, ScoreChange
from awardapp.services import assessments, discussions, notes
from awardapp.services.assessments import DeclaredTie
from tests import factories as make
from tests.conftest import NOW
from tests.support.committee_room import given, marks, of_file, room, score, sheet
from tests.support.pages import Browser, Page, fresh

TOKEN = re.compile(r'(?<=name="csrf_token" value=")[^"]*')
SECRETS = ("SECRET-COMMENT", "SECRET-NOTE", "SECRET-WORDS", "SECRET-NAME", "9.5")


@pytest.fixture
def other(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("SECRET-NAME", country="SE"))


@pytest.fixture
def assignment(cycle: Cycle, member: Membership, other: Membership) -> Assignment:
    """A file that the other reader has handed in, with a private note and a message."""
    own = given(cycle, member)
    theirs = make.make_assignment(own.submission, other)
    score(other, theirs, 9.5, "SECRET-COMMENT")
    notes.add(
        actor=other.user, member=other, ref=own.submission.ref, section="background", language="en", start=0,
        quote="initiative", text="SECRET-NOTE", now=NOW,
    )  # fmt: skip
    say(other, own, "SECRET-WORDS")
    return own


def say(member: Membership, assignment: Assignment, text: str) -> DiscussionMessage:
    return discussions.say(actor=member.user, member=member, submission=assignment.submission, text=text, now=NOW)


def known(page: Page) -> list[str]:
    text = TOKEN.sub("", page.text)  # which is of random letters and points
    return [secret for secret in SECRETS if secret in text.replace('value="9.5"', "").replace("<span>9.5</span>", "")]


def addresses(cycle: Cycle, assignment: Assignment) -> list[str]:
    """Every address of the room on which something of the others could show."""
    ref = assignment.submission.ref
    return [
        room(cycle), room(cycle, "?status=unread"), room(cycle, f"compare?file={ref}&file={ref}"),
        *(of_file(cycle, assignment, page) for page in ("assessment", "sheet", "changes", "discussion")),
        room(cycle, "discussions"),
    ]  # fmt: skip


def test_before_handing_in_nothing_tells_that_others_have(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    """Two worlds: with the other's assessment and message, and without them. Status, headers and bodies are the same."""
    browser.sign_in(member.user)

    def look() -> list[tuple[int, Any, str]]:
        found = []
        for address in addresses(cycle, assignment):
            page = browser.get(address)
            headers = {k: v for k, v in page.response.headers.items() if k not in ("X-Request-Id", "Set-Cookie")}
            found.append((page.status, headers, TOKEN.sub("", page.text)))
        return found

    with_them = look()
    for model in (DiscussionRead, DiscussionMessage):
        db.session.query(model).delete()
    theirs = db.session.query(Assessment).one()
    db.session.query(ScoreChange).delete()
    theirs.status, theirs.submitted_at, theirs.comment, theirs.scores = "draft", None, "", []
    db.session.flush()
    assert look() == with_them
    assert [status for status, _headers, _text in with_them].count(404) == 2  # the two pages of discussions


def test_drafting_abstaining_or_a_cycle_that_says_never_show_nothing(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    pages = addresses(cycle, assignment)
    score(member, assignment, 4, submit=False)
    assert [known(browser.get(address)) for address in pages] == [[]] * len(pages)
    assessments.step_aside(
        actor=member.user, member=member, assignment=assignment, status=AssessmentStatus.ABSTAINED, reason="No", now=NOW
    )
    assert [known(browser.get(address)) for address in pages] == [[]] * len(pages)
    cycle.rules_json = replace(cycle.rules, others_after_own=False).to_json()
    score(member, assignment, 4)
    assert [known(browser.get(address)) for address in pages] == [[]] * len(pages)
    assert "New in the discussion" not in browser.get(room(cycle)).words


def test_a_recused_or_conflicted_member_sees_nothing_even_after_handing_in(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    score(member, assignment, 4)
    browser.sign_in(member.user)
    pages = addresses(cycle, assignment)
    assert "SECRET-COMMENT" in known(browser.get(sheet(cycle, assignment)))
    tie = DeclaredTie(assignment.submission.city_id, None, ConflictKind.ADVICE, "")
    assessments.declare_conflicts(actor=member.user, member=member, ties=[tie], now=NOW)
    assert [known(browser.get(address)) for address in pages] == [[]] * len(pages)
    refused = browser.post(of_file(cycle, assignment, "discussion"), {"text": "x", "csrf_token": token(browser, cycle)})
    assert refused.status == 404


def token(browser: Browser, cycle: Cycle) -> str:
    page = browser.get(room(cycle))
    return next(c.get("value") or "" for c in page.form("/sign-out").iter("input") if c.get("name") == "csrf_token")


def test_after_handing_in_marks_comments_and_the_discussion_are_shown_and_no_private_note(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    page = browser.submit(
        browser.get(sheet(cycle, assignment)), "/assessment", act="next", comment="Mine", **marks(cycle, "4")
    )
    page = browser.get(sheet(cycle, assignment))
    assert known(page) == ["SECRET-COMMENT", "SECRET-WORDS", "SECRET-NAME", "9.5"]


def test_members_talk_and_each_learns_what_is_new(
    browser: Browser,
    another_browser: Browser,
    cycle: Cycle,
    member: Membership,
    other: Membership,
    assignment: Assignment,
) -> None:
    score(member, assignment, 4)
    browser.sign_in(member.user)
    assert "1 new message" in browser.get(room(cycle)).words
    assert assignment.submission.title_en in browser.get(room(cycle, "?status=unread")).words
    browser.submit(browser.get(sheet(cycle, assignment)), "/discussion/read")
    assert "new message" not in browser.get(room(cycle)).words
    said = browser.submit(
        browser.get(sheet(cycle, assignment)), "/discussion", holding="text", text="I see it otherwise"
    )
    assert said.location.endswith("#discussion")
    another_browser.sign_in(other.user)
    assert "1 new message" in another_browser.get(room(cycle)).words
    assert "I see it otherwise" in another_browser.get(sheet(cycle, assignment)).words
    browser.submit(browser.get(sheet(cycle, assignment)), "/discussion", holding="text", text=" ")
    assert db.session.query(DiscussionMessage).count() == 2


def test_what_was_read_is_not_unread_by_an_older_page(
    browser: Browser, cycle: Cycle, member: Membership, other: Membership, assignment: Assignment
) -> None:
    score(member, assignment, 4)
    browser.sign_in(member.user)
    old = browser.get(sheet(cycle, assignment))
    say(other, assignment, "And more")
    browser.submit(browser.get(sheet(cycle, assignment)), "/discussion/read")
    browser.submit(old, "/discussion/read")
    assert "new message" not in browser.get(room(cycle)).words


def test_the_chair_and_the_secretariat_read_every_discussion_but_those_closed_to_them(
    browser: Browser, another_browser: Browser, cycle: Cycle, chair: Membership, assignment: Assignment
) -> None:
    browser.sign_in(chair.user)
    listed = browser.get(room(cycle, "discussions"))
    assert of_file(cycle, assignment, "discussion") in listed.links()
    page = browser.get(of_file(cycle, assignment, "discussion"))
    assert known(page) == ["SECRET-COMMENT", "SECRET-WORDS", "SECRET-NAME"]  # no mark before the scores are open
    make.open_scores(cycle, chair.user)
    page = browser.get(of_file(cycle, assignment, "discussion"))
    assert known(page) == ["SECRET-COMMENT", "SECRET-WORDS", "SECRET-NAME", "9.5"]
    browser.submit(page, "/discussion", holding="text", text="From the chair")
    assert db.session.query(DiscussionMessage).count() == 2

    secretary = make.make_member(cycle, Role.SECRETARIAT)
    another_browser.sign_in(secretary.user)
    desk = f"/secretariat/{cycle.slug}"
    assert (
        f"{desk}/submissions/{assignment.submission.ref}/discussion"
        in another_browser.get(f"{desk}/discussions").links()
    )
    page = another_browser.get(f"{desk}/submissions/{assignment.submission.ref}/discussion")
    assert "SECRET-WORDS" in page.words and "SECRET-NOTE" not in page.text
    assert page.all("textarea") == []

    chair.user.country = assignment.submission.city.country
    assert browser.get(of_file(cycle, assignment, "discussion")).status == 404
    assert assignment.submission.title_en not in browser.get(room(cycle, "discussions")).words


def test_strangers_to_the_file_and_to_the_room_find_no_discussion(
    browser: Browser, cycle: Cycle, assignment: Assignment
) -> None:
    delegate = assignment.submission.city.delegates[0].user
    juror = make.make_member(cycle, Role.JUROR).user
    colleague = make.make_member(cycle, Role.COMMITTEE).user
    for person in (delegate, juror, colleague):
        browser.sign_in(person)
        for address in (*addresses(cycle, assignment), f"/secretariat/{cycle.slug}/discussions"):
            page = browser.get(address)
            assert page.status in (200, 404)
            assert known(page) == []


def test_a_draft_has_no_discussion_to_look_into(
    browser: Browser, another_browser: Browser, cycle: Cycle, chair: Membership
) -> None:
    draft = make.make_submission(cycle, title_en="Nobody else's business")
    path = f"{cycle.slug}/submissions/{draft.ref}/discussion"
    assert browser.sign_in(chair.user).get(f"/committee/{path}").status == 404
    another_browser.sign_in(make.make_member(cycle, Role.SECRETARIAT).user)
    assert another_browser.get(f"/secretariat/{path}").status == 404


def test_a_change_after_the_others_could_be_seen_is_marked(
    browser: Browser, cycle: Cycle, member: Membership, other: Membership, assignment: Assignment
) -> None:
    score(member, assignment, 4)
    browser.sign_in(member.user)
    assert "changed after handing in" not in browser.get(sheet(cycle, assignment)).words
    theirs = fresh(Assignment, submission_id=assignment.submission_id, membership_id=other.id)
    score(other, theirs, 4, "SECRET-COMMENT")
    assert "changed after handing in" in browser.get(sheet(cycle, assignment)).words


def test_queue_and_sheet_cost_the_same_queries_for_one_message_and_for_many(
    browser: Browser, cycle: Cycle, member: Membership, other: Membership, assignment: Assignment, queries: Any
) -> None:
    score(member, assignment, 4)
    browser.sign_in(member.user)
    pages, other_id, submission_id = (room(cycle), sheet(cycle, assignment)), other.id, assignment.submission_id
    for address in pages:
        browser.get(address)
    counted = []
    for _round in range(2):
        sizes = []
        for address in pages:
            db.session.expunge_all()
            with queries() as sent:
                browser.get(address)
            sizes.append(len(sent))
        counted.append(sizes)
        again = fresh(Membership, id=other_id)
        file = fresh(Assignment, submission_id=submission_id, membership_id=other_id)
        for n in range(5):
            say(again, file, f"Message {n}")
    assert counted[0] == counted[1]

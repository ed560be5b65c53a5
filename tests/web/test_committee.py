"""The technical committee's room: declaration, queue, score sheet, the chair's workbench, the lock."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pytest

from awardapp import clock, storage
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Attachment,
    Blob,
    ConflictOfInterest,
    Cycle,
    Decision,
    Membership,
    Selection,
    Submission,
    SubmissionVersion,
)
from awardapp.services import assessments
from awardapp.services.submissions import frozen
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh


@pytest.fixture
def cycle(app: Any) -> Cycle:
    return make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(shortlist_size=2, deserving_max=1, winners_max=1))


@pytest.fixture
def member(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Ana", country="BR"))


@pytest.fixture
def chair(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Chair", country="KE"), is_chair=True)


def given(cycle: Cycle, member: Membership, **more: Any) -> Assignment:
    submission = make.make_submission(cycle, make.make_city(**more), status=SubmissionStatus.VALID)
    return make.make_assignment(submission, member)


def room(cycle: Cycle, path: str = "") -> str:
    return f"/committee/{cycle.slug}/{path}"


def sheet(cycle: Cycle, assignment: Assignment) -> str:
    return room(cycle, f"submissions/{assignment.submission.ref}/assessment")


def marks(cycle: Cycle, mark: str = "7.5") -> dict[str, Any]:
    return {f"mark-{criterion.id}": mark for criterion in cycle.criteria}


def fields(values: dict[str, Any]) -> dict[str, Any]:
    """Form fields whose names are no Python names."""
    return values


def score(member: Membership, assignment: Assignment, mark: float, comment: str = "Good work") -> None:
    assessments.record(
        actor=member.user,
        member=member,
        assignment=assignment,
        marks={criterion.id: mark for criterion in member.cycle.criteria},
        comment=comment,
        private_note="",
        edit_version=1,
        submit=True,
        now=clock.now(),
    )


def test_before_the_declaration_there_is_only_the_declaration(browser: Browser, cycle: Cycle) -> None:
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    assert browser.get(room(cycle)).location.endswith("/conflicts")
    page = browser.get(sheet(cycle, assignment))
    assert page.status == 403
    assert assignment.submission.title_en not in page.text


def test_declaring_a_city_and_a_country_replaces_what_was_declared(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member, name="Lyon", country="FR")
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "conflicts"))
    assert "Brazil" in page.words
    sent = browser.submit(
        page,
        holding="answer",
        **fields(
            {
                "answer": "some",
                "lines-0-where": f"city-{assignment.submission.city_id}",
                "lines-0-kind": "advice",
                "lines-0-note": "Wrote their plan",
                "lines-1-where": "country-PL",
                "lines-1-kind": "family",
            }
        ),
    )
    assert sent.location.endswith(room(cycle))
    ties = db.session.query(ConflictOfInterest).filter_by(membership_id=member.id, withdrawn_at=None).all()
    assert {(tie.city_id, tie.country, tie.kind) for tie in ties} == {
        (assignment.submission.city_id, None, "advice"),
        (None, "PL", "family"),
    }
    assert fresh(Assessment).status == "recused"
    page = browser.get(room(cycle, "conflicts"))
    assert "Wrote their plan" in page.text
    emptied = fields({"lines-0-where": "", "lines-0-note": "", "lines-1-where": ""})
    browser.submit(page, holding="answer", answer="none", **emptied)
    assert db.session.query(ConflictOfInterest).filter_by(membership_id=member.id, withdrawn_at=None).count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Say whether you have"),
        ({"answer": "some"}, "Name at least one city"),
        ({"answer": "none", "lines-0-where": "country-PL"}, "but lines are filled in"),
        ({"answer": "some", "lines-0-note": "something"}, "names no city"),
        ({"answer": "some", "lines-0-where": "country-PL", "lines-0-kind": "nonsense"}, "Choose the kind of tie"),
    ],
)
def test_a_contradictory_declaration_is_refused_and_kept_on_screen(
    browser: Browser, cycle: Cycle, changes: dict[str, Any], words: str
) -> None:
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    browser.sign_in(member.user)
    page = browser.submit(browser.get(room(cycle, "conflicts")), holding="answer", **changes)
    assert page.status == 422
    assert words in page.words
    assert fresh(Membership, id=member.id).conflicts_declared_at is None
    if "lines-0-note" in changes:
        assert changes["lines-0-note"] in page.text


def test_more_lines_can_be_added_without_script(browser: Browser, cycle: Cycle, member: Membership) -> None:
    browser.sign_in(member.user)
    page = browser.get(room(cycle, "conflicts"))
    longer = browser.submit(page, holding="answer", more="1", **fields({"lines-0-note": "kept"}))
    assert longer.status == 200
    assert "kept" in longer.text
    assert len(longer.all("fieldset", class_="tie-line")) == len(page.all("fieldset", class_="tie-line")) + 3


def test_the_queue_lists_own_files_by_state_and_leads_to_the_next(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    first, second = given(cycle, member), given(cycle, member)
    hidden = make.make_assignment(make.make_submission(cycle, status=SubmissionStatus.VALID), member, released=False)
    score(member, first, 7)
    browser.sign_in(member.user)
    page = browser.get(room(cycle))
    assert "1 of 2 done" in page.words
    assert hidden.submission.title_en not in page.text
    assert [a for a in page.links() if "/assessment" in a] == [sheet(cycle, first), sheet(cycle, second)]
    assert browser.get(room(cycle, "next")).location == sheet(cycle, second)
    filtered = browser.get(room(cycle, "?status=submitted"))
    assert first.submission.title_en in filtered.text
    assert second.submission.title_en not in filtered.text


def test_nothing_assigned_is_said(browser: Browser, cycle: Cycle, member: Membership) -> None:
    browser.sign_in(member.user)
    assert "Nothing is assigned to you yet" in browser.get(room(cycle)).words


def test_queue_and_sheet_cost_the_same_queries_for_one_file_and_for_three(
    browser: Browser, cycle: Cycle, member: Membership, queries: Any
) -> None:
    listing, opening, member_id = room(cycle), sheet(cycle, given(cycle, member)), member.id
    browser.sign_in(member.user)
    browser.get(listing)
    counted = []
    for _round in range(2):
        db.session.expunge_all()
        with queries() as listed:
            browser.get(listing)
        db.session.expunge_all()
        with queries() as opened:
            browser.get(opening)
        counted.append((len(listed), len(opened)))
        again = fresh(Membership, id=member_id)
        given(again.cycle, again)
        given(again.cycle, again)
    assert counted[0] == counted[1]
    assert counted[0][0] <= 9
    assert counted[0][1] <= 13


def test_a_foreign_file_is_not_found(browser: Browser, cycle: Cycle, member: Membership) -> None:
    other = given(cycle, make.make_member(cycle, Role.COMMITTEE))
    browser.sign_in(member.user)
    assert browser.get(sheet(cycle, other)).status == 404
    assert browser.get(room(cycle, "submissions/GA7-NOPE/assessment")).status == 404


def test_the_judge_sees_the_version_handed_in_without_the_contact(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    submission = assignment.submission
    submission.summary_en = "A later draft"
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    assert page.status == 200
    assert page.title == submission.title_en
    assert submission.contact_email not in page.text
    assert submission.contact_name not in page.words
    assert "A later draft" not in page.text


def test_saving_and_handing_in(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, first))
    half = dict(list(marks(cycle).items())[:2])
    page = browser.submit(page, "/assessment", act="save", private_note="<b>mine</b>", follow=True, **half)
    assert "&lt;b&gt;mine" in page.text
    assert "Begun" in page.words
    refused = browser.submit(page, "/assessment", act="next", comment="A comment")
    assert refused.status == 422
    assert "have no score yet" in refused.words
    assert "A comment" in refused.text
    sent = browser.submit(refused, "/assessment", act="next", comment="A comment", **marks(cycle))
    assert fresh(Assessment).status == "submitted"
    assert browser.get(sent.location).location == sheet(cycle, second)


def test_a_second_click_hands_in_once(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    for expected in (302, 409):
        sent = browser.submit(page, "/assessment", act="next", comment="Once", **marks(cycle))
        assert sent.status == expected
    assert db.session.query(Assessment).count() == 1


def test_two_windows_show_both_states(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    old = browser.get(sheet(cycle, assignment))
    browser.submit(old, "/assessment", act="save", comment="From the first window", **marks(cycle, "4"))
    stale = browser.submit(old, "/assessment", act="save", comment="From the second window", **marks(cycle, "9"))
    assert stale.status == 409
    assert "From the first window" in stale.text
    assert "From the second window" in stale.text
    assert fresh(Assessment).comment == "From the first window"
    browser.submit(stale, "/assessment", act="save")
    assert fresh(Assessment).comment == "From the second window"


def test_a_mark_off_the_scale_is_refused(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    for wrong in ("11", "7.3", "nan", "many"):
        assert browser.submit(page, "/assessment", act="save", **marks(cycle, wrong)).status == 422
    assert db.session.query(Assessment).count() == 0


def autosave(browser: Browser, page: Page, cycle: Cycle, assignment: Assignment, **values: str) -> Any:
    form = page.form("/assessment")
    token = next(c.get("value") for c in form.iter("input") if c.get("name") == "csrf_token")
    return browser.post(form.get("data-autosave") or "", {"csrf_token": token, **values}).response


def test_each_criterion_saves_itself(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    first, second = list(marks(cycle))[:2]
    one = autosave(browser, page, cycle, assignment, edit_version="1", **{first: "8"})
    assert one.status_code == 200
    assert one.json["edit_version"] == 2
    assert one.json["saved"].startswith("Saved at")
    two = autosave(browser, page, cycle, assignment, edit_version="2", **{second: "6.5"})
    note = autosave(browser, page, cycle, assignment, edit_version="3", private_note="hm")
    assert note.json["edit_version"] == 4
    assert two.status_code == 200
    assert sorted(s.units for s in fresh(Assessment).scores) == [13, 16]
    stale = autosave(browser, page, cycle, assignment, edit_version="2", comment="lost?")
    assert stale.status_code == 409
    assert "another window" in stale.json["problem"]
    assert autosave(browser, page, cycle, assignment, edit_version="4", **{first: "99"}).status_code == 422


def test_abstaining_and_recusing_need_a_reason(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, first))
    assert browser.submit(page, "/aside", act="abstain", reason=" ").status == 422
    browser.submit(page, "/aside", act="abstain", reason="Outside my field")
    assert fresh(Assessment, submission_id=first.submission_id).status == "abstained"
    assert "Outside my field" in browser.get(sheet(cycle, first)).words
    browser.submit(browser.get(sheet(cycle, second)), "/aside", act="recuse", reason="A friend")
    closed = browser.get(sheet(cycle, second))
    assert "closed to you" in closed.words
    assert "Words about the initiative" not in closed.text


def test_own_country_and_declared_cities_are_closed(browser: Browser, cycle: Cycle, member: Membership) -> None:
    own = given(cycle, member, country="BR")
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, own))
    assert "closed to you" in page.words
    assert "Words about the initiative" not in page.text
    assert browser.get(room(cycle, f"submissions/{own.submission.ref}/files/{'0' * 64}")).status == 404


def test_after_the_lock_own_sheets_can_be_read_and_not_changed(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    score(member, assignment, 8, "What I wrote")
    cycle.phase = CyclePhase.SHORTLIST_SEALED
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    assert "Scoring is closed" in page.words
    assert "What I wrote" in page.words
    assert not page.all("form", id="sheet-form")


def attach(submission: Submission, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        storage.put(storage.blob_key(sha256), Path(file.name))
    db.session.add(Blob(sha256=sha256, size=len(data), media_type="text/plain", created_at=NOW))
    db.session.flush()
    db.session.add(
        Attachment(
            submission_id=submission.id,
            sha256=sha256,
            filename="城市 plan.txt",
            uploaded_by=submission.created_by,
            uploaded_at=NOW,
        )
    )
    db.session.flush()
    fresh(SubmissionVersion, submission_id=submission.id).content = frozen(submission)
    db.session.flush()
    return sha256


def test_attachments_of_assigned_files_only(
    browser: Browser, another_browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    sha256 = attach(assignment.submission, b"the plan")
    path = room(cycle, f"submissions/{assignment.submission.ref}/files/{sha256}")
    browser.sign_in(member.user)
    assert path in browser.get(sheet(cycle, assignment)).links()
    response = browser.get(path).response
    assert response.data == b"the plan"
    assert response.headers["Content-Disposition"].startswith("attachment")
    another_browser.sign_in(make.make_member(cycle, Role.COMMITTEE).user)
    assert another_browser.get(path).status == 404


def scored(cycle: Cycle, chair: Membership, member: Membership, several: list[float]) -> list[Assignment]:
    """Files scored by chair and member; the chair's comment on each is its own."""
    found = []
    for n, mark in enumerate(several):
        assignment = given(cycle, chair)
        score(chair, assignment, mark, f"Chair's comment {n}")
        score(member, make.make_assignment(assignment.submission, member), mark - 0.5, f"Member's comment {n}")
        found.append(assignment)
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
    assert "Chair's comment" not in own.words
    assert "Member's comment" in own.words
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
    sealed = browser.submit(lock, "", holding="sure", sure="y", follow=True)
    selection = fresh(Selection, cycle_id=cycle.id)
    assert selection.record_sha256 in sealed.words
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
    lock = browser.submit(browser.get(room(cycle, "shortlist-lock")), "", holding="sure", sure="y")
    assert lock.status == 422
    assert "Scores have changed" in lock.words


def test_a_conflicted_chair_is_not_shown_the_file_and_cannot_move_it(
    browser: Browser, cycle: Cycle, chair: Membership, member: Membership
) -> None:
    files = [given(cycle, member, country=country) for country in ("KE", "FR", "DE", "PL")]
    for n, assignment in enumerate(files):
        score(member, assignment, 9 - n, f"Member's comment {n}")
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
    browser.sign_in(chair.user)
    page = browser.submit(browser.get(room(cycle, "shortlist")), "/compute", follow=True)
    assert page.status == 200
    assert db.session.query(Selection).count() <= 1


def test_names_can_be_hidden_from_the_committee_by_rule(browser: Browser, app: Any) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(hide_names_from_committee=True))
    member = make.make_member(cycle, Role.COMMITTEE)
    assignment = given(cycle, member, name="Gaziantep", country="TR")
    browser.sign_in(member.user)
    for address in (room(cycle), sheet(cycle, assignment)):
        page = browser.get(address)
        assert assignment.submission.title_en in page.words
        assert "Gaziantep" not in page.text


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

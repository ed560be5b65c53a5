"""The secretariat's room: rules, opening, the validity check, phases, people, assignment, figures."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock, storage
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    AuditEntry,
    Criterion,
    Cycle,
    Delegate,
    Membership,
    Notification,
    RulesVersion,
    Score,
    Submission,
    User,
)
from awardapp.services import cycles, shortlist, submissions
from awardapp.web.secretariat.rule_words import NAMES, differences
from awardapp.web.secretariat.rules import GROUPS
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


@pytest.fixture
def desk(cycle: Cycle, browser: Browser) -> Browser:
    """A member of the secretariat at work on `cycle`."""
    person = make.make_user("Chen Meiling")
    make.make_member(cycle, Role.SECRETARIAT, person)
    db.session.commit()
    return browser.sign_in(person)


def at(cycle: Cycle, path: str = "/") -> str:
    return f"/secretariat/{cycle.slug}{path}"


def letters(kind: str) -> list[Notification]:
    return list(db.session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id)))


def waiting(cycle: Cycle, n: int = 1) -> list[Submission]:
    return [make.make_submission(cycle, status=SubmissionStatus.SUBMITTED) for _ in range(n)]


# --- entering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.JUROR, None])
def test_others_find_no_such_room(cycle: Cycle, browser: Browser, role: Role | None) -> None:
    person = make.make_user()
    if role is not None:
        make.make_member(cycle, role, person)
    browser.sign_in(person)
    for path in ("/", "/rules", "/people", "/submissions", "/submissions.csv", "/scores", "/scores.csv", "/assignment"):
        assert browser.get(at(cycle, path)).status == 404


def test_the_secretariat_of_one_cycle_finds_no_other(desk: Browser) -> None:
    assert desk.get(at(make.make_cycle())).status == 404


# --- from rules to the open call ------------------------------------------------------------------------------------


def test_a_new_cycle_is_prepared_dated_and_opened(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/new-cycle"))
    sent = desk.submit(page, "new-cycle", name_en="The 8th", name_zh="第八届", year="2029", slug="8", follow=True)
    assert sent.title == "The 8th"
    assert "Complete the rules" in sent.words
    created = fresh(Cycle, slug="8")
    assert created.phase is CyclePhase.DRAFT

    refused = desk.get(at(created, "/next-phase"))
    assert "The deadline is not set." in refused.words
    assert not [f for f in refused.all("form") if "next-phase" in (f.get("action") or "")]

    dates = desk.get(at(created, "/rules/dates"))
    sent = desk.submit(
        dates, holding="deadline_at", opens_at="2027-02-01T09:00:00", deadline_at="2027-08-31T23:59:59", follow=True
    )
    assert "version 2" in sent.words
    created = fresh(Cycle, slug="8")
    assert created.deadline_at is not None
    assert (
        created.deadline_at.isoformat() == "2027-08-31T16:00:00+00:00"
    )  # the last second was typed; stored: the next one
    assert "31 August 2027, 23:59:59" in sent.words

    overview = desk.get(at(created))
    assert "Open the call" in overview.words
    opened = desk.submit(desk.get(at(created, "/next-phase")), "next-phase", follow=True)
    assert "Call open" in opened.words
    assert fresh(Cycle, slug="8").phase is CyclePhase.OPEN


def test_opening_names_everything_that_is_missing(app: Flask, browser: Browser) -> None:
    draft = make.make_cycle(CyclePhase.DRAFT)
    person = make.make_user()
    make.make_member(draft, Role.SECRETARIAT, person)
    browser.sign_in(person)
    page = browser.get(at(draft, "/next-phase"))
    draft = fresh(Cycle, slug=draft.slug)
    draft.deadline_at = None
    draft.criteria[0].name_zh = ""
    db.session.commit()
    sent = browser.submit(page, "next-phase")
    assert sent.status == 422
    assert "The deadline is not set." in sent.words
    assert "A criterion lacks its name or description in one of the languages." in sent.words
    assert fresh(Cycle, slug=draft.slug).phase is CyclePhase.DRAFT


def test_an_address_that_is_taken_is_refused_and_nothing_typed_is_lost(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/new-cycle")), "new-cycle", name_en="Twin", name_zh="双", year="2029", slug=cycle.slug
    )
    assert sent.status == 422
    assert "There is already a cycle with this address." in sent.words
    assert sent.all("input", name="name_en")[0].get("value") == "Twin"


def test_two_clicks_take_one_step(cycle: Cycle, desk: Browser) -> None:
    cycle.deadline_at = NOW
    page = desk.get(at(cycle, "/next-phase"))
    assert desk.submit(page, "next-phase").status == 303
    again = desk.submit(page, "next-phase", follow=True)
    assert "Nothing was changed" in again.words
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.SCREENING


def test_the_call_does_not_close_before_its_deadline(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(desk.get(at(cycle, "/next-phase")), "next-phase")
    assert sent.status == 422
    assert "The call closes at its deadline, not before." in sent.words


# --- rules ----------------------------------------------------------------------------------------------------------


def test_every_rule_has_words_and_a_place_on_the_page() -> None:
    assert set(NAMES) == set(Rules().to_json())
    assert sorted(name for group in GROUPS for name in group) == sorted(NAMES)


def test_a_change_after_opening_needs_a_reason_and_is_told_apart(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/numbers"))
    refused = desk.submit(page, holding="shortlist_size", deserving_max="25")
    assert refused.status == 422
    assert "needs a reason" in refused.words
    assert refused.all("input", name="deserving_max")[0].get("value") == "25"
    sent = desk.submit(
        page, holding="shortlist_size", deserving_max="25", reason="The committee asked for fewer.", follow=True
    )
    assert "Deserving cities, at most" in sent.words
    assert "The committee asked for fewer." in sent.words
    assert sent.all("del")[0].text == "30"
    assert sent.all("ins")[0].text == "25"
    assert fresh(Cycle, id=cycle.id).rules.deserving_max == 25


def test_rules_that_contradict_each_other_are_refused_at_their_field(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/rules/numbers")), holding="shortlist_size", winners_max="16", reason="Why not"
    )
    assert sent.status == 422
    assert "There cannot be more winners than shortlisted cities." in sent.words


def test_a_form_that_changes_nothing_makes_no_version(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(desk.get(at(cycle, "/rules/numbers")), holding="shortlist_size", reason="Looked", follow=True)
    assert "Nothing differs" in sent.words
    assert fresh(Cycle, id=cycle.id).rules_version == 1


def test_the_slower_of_two_sees_both_versions(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/numbers"))
    desk.submit(page, holding="shortlist_size", deserving_max="20", reason="First")
    slower = desk.submit(page, holding="shortlist_size", prize_usd="30000", reason="Second")
    assert slower.status == 409
    assert "Deserving cities, at most" in slower.words
    assert slower.all("input", name="prize_usd")[0].get("value") == "30000"
    assert fresh(Cycle, id=cycle.id).rules.prize_usd == 20000
    put = desk.submit(slower, holding="shortlist_size", reason="Second", follow=True)
    assert "version 3" in put.words


def test_weights_and_words_of_criteria_change(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/weights"))
    assert "has not published weights" in page.words
    desk.submit(page, holding="seen", **{"weights-0-weight": "3", "reason": "Innovation counts more."})
    criterion = fresh(Criterion, cycle_id=cycle.id, key="innovation")
    assert criterion.weight == 3
    page = desk.get(at(cycle, "/rules/criteria/innovation"))
    sent = desk.submit(
        page, holding="name_en", name_en="Novelty", **{"levels-0-en": "Nothing new."}, reason="Plainer.", follow=True
    )
    assert "Novelty" in sent.words
    assert fresh(Criterion, cycle_id=cycle.id, key="innovation").levels[0]["en"] == "Nothing new."
    assert desk.get(at(cycle, "/rules/criteria/unknown")).status == 404


def test_a_weight_of_nothing_is_refused(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/rules/weights")), holding="seen", **{"weights-0-weight": "0", "reason": "x"}
    )
    assert sent.status == 422


def test_rules_are_fixed_once_the_committee_has_begun(app: Flask, browser: Browser) -> None:
    begun = make.make_cycle(CyclePhase.COMMITTEE)
    person = make.make_user()
    make.make_member(begun, Role.SECRETARIAT, person)
    page = browser.sign_in(person).get(at(begun, "/rules/numbers"))
    sent = browser.submit(page, holding="shortlist_size", deserving_max="25", reason="Late")
    assert sent.status == 422
    assert "The rules are fixed once the committee has begun." in sent.words


def test_differences_are_readable() -> None:
    empty: dict[str, Any] = {"dates": {}, "criteria": [], "rules": Rules().to_json()}
    other = {
        **empty,
        "rules": Rules(max_file_bytes=60_000_000, calibration="mean").to_json(),
        "dates": {"deadline_at": "2027-08-31T16:00:00+00:00"},
    }
    found = {d.what: (str(d.before), str(d.after)) for d in differences(empty, other, zone="Asia/Shanghai")}
    assert found["Size of one file"] == ("50 MB", "60 MB")
    assert found["Correction of the scores"][1] == "none, plain mean"
    assert "23:59:59" in found["Deadline, last second of the call"][1]


# --- the deadline ---------------------------------------------------------------------------------------------------


def test_an_extension_says_first_how_many_are_told(cycle: Cycle, desk: Browser) -> None:
    city = make.make_city()
    make.make_submission(cycle, city, by=make.make_delegate(city))
    make.make_delegate(city)
    make.make_submission(cycle)
    page = desk.get(at(cycle, "/extension"))
    asked = desk.submit(page, "extension", last_second="2027-03-20T23:59:59", reason="A storm.")
    assert asked.status == 200
    assert "3 people will be told" in asked.words
    assert fresh(Cycle, id=cycle.id).deadline_at == NOW + timedelta(days=10)
    make.make_submission(cycle)  # one more begins while the page is read: the number is shown anew
    asked = desk.submit(asked, "extension")
    assert "4 people will be told" in asked.words
    done = desk.submit(asked, "extension", follow=True)
    assert "4 letters are on their way" in done.words
    assert len(letters("deadline_extended")) == 4
    assert fresh(Cycle, id=cycle.id).deadline_at.isoformat() == "2027-03-20T16:00:00+00:00"


def test_a_deadline_is_never_moved_back(cycle: Cycle, desk: Browser) -> None:
    asked = desk.submit(
        desk.get(at(cycle, "/extension")), "extension", last_second="2027-03-02T00:00:00", reason="Hurry."
    )
    sent = desk.submit(asked, "extension")
    assert sent.status == 422
    assert "The new deadline must be later than the present one." in sent.words
    assert letters("deadline_extended") == []


# --- the validity check ---------------------------------------------------------------------------------------------


def test_accepting_goes_on_to_the_next_file_until_none_waits(cycle: Cycle, desk: Browser) -> None:
    first, second = waiting(cycle, 2)
    refs = first.ref, second.ref
    page = desk.get(desk.get(at(cycle, "/check")).location)
    assert refs[0] in page.words
    assert "is valid" not in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert refs[1] in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert "No file waits for its check" in page.words
    assert {s.status for s in db.session.scalars(select(Submission))} == {SubmissionStatus.VALID}
    assert len(letters("submission_accepted")) == 2


def test_a_second_click_on_accept_is_a_conflict_and_sends_no_second_letter(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    assert desk.submit(page, "/accept").status == 303
    assert desk.submit(page, "/accept").status == 409
    assert len(letters("submission_accepted")) == 1


def test_a_version_handed_in_meanwhile_is_not_accepted_unread(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    file = fresh(Submission, ref=file.ref)
    file.title_en = "A better title"
    delegate = db.session.get_one(User, file.created_by)
    submissions.submit(actor=delegate, submission=file, now=NOW)
    db.session.commit()
    sent = desk.submit(page, "/accept")
    assert sent.status == 409
    assert "newer version" in sent.words
    assert "A better title" in sent.words
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.SUBMITTED
    assert desk.submit(sent, "/accept").status == 303


def test_rejecting_shows_the_letter_before_it_goes(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    empty = desk.submit(page, "/not-valid")
    assert empty.status == 422
    shown = desk.submit(
        page, "/not-valid", **{"reject-reason": "duplicate", "reject-note": "You sent it twice, as 17."}
    )
    assert shown.status == 200
    assert "The same initiative was handed in twice in this cycle." in shown.words
    assert "You sent it twice, as 17." in shown.words
    assert letters("submission_not_valid") == []
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.SUBMITTED
    desk.submit(shown, "/not-valid", send="1")
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.NOT_VALID
    (letter,) = letters("submission_not_valid")
    assert letter.context["note"] == "You sent it twice, as 17."


def test_returning_needs_a_date_to_come(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    late = desk.submit(
        page, "/return", send="1", **{"return-note": "Add figures.", "return-return_by": "2027-02-01T00:00:00"}
    )
    assert late.status == 422
    assert "The date must lie in the future." in late.words
    assert "Add figures." in late.text
    shown = desk.submit(page, "/return", **{"return-note": "Add figures.", "return-return_by": "2027-03-15T23:59:59"})
    assert "Add figures." in shown.words
    desk.submit(shown, "/return", send="1")
    returned = fresh(Submission, ref=file.ref)
    assert returned.status is SubmissionStatus.RETURNED
    assert returned.return_by.isoformat() == "2027-03-15T15:59:59+00:00"


def test_a_file_that_looks_like_another_is_pointed_out(cycle: Cycle, desk: Browser) -> None:
    city = make.make_city("Graz")
    earlier = make.make_cycle(CyclePhase.ARCHIVED)
    make.make_case_study(earlier, city, title_en="Care blocks of Graz")
    twin = make.make_submission(cycle, status=SubmissionStatus.VALID, title_en="Free buses after dark in every quarter")
    stranger = make.make_submission(cycle, status=SubmissionStatus.VALID, title_en="Compost at the market")
    file = make.make_submission(
        cycle,
        city,
        status=SubmissionStatus.SUBMITTED,
        title_en="Free buses after dark, every quarter",
        title_zh="夜间免费公交",
    )
    refs = twin.ref, stranger.ref
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    assert "Care blocks of Graz" in page.words
    assert any(link.endswith(refs[0]) for link in page.links())
    assert not any(link.endswith(refs[1]) for link in page.links())


def test_drafts_and_files_of_other_cycles_cannot_be_read(cycle: Cycle, desk: Browser) -> None:
    draft = make.make_submission(cycle)
    (foreign,) = waiting(make.make_cycle())
    for ref in (draft.ref, foreign.ref, "GA7-NONE"):
        assert desk.get(at(cycle, f"/check/{ref}")).status == 404
        assert desk.get(at(cycle, f"/submissions/{ref}/files/{'0' * 64}")).status == 404
    assert desk.post(at(cycle, f"/check/{foreign.ref}/accept")).status in (404, 409)
    assert fresh(Submission, ref=foreign.ref).status is SubmissionStatus.SUBMITTED


def test_a_file_of_the_version_is_downloaded(cycle: Cycle, desk: Browser, tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"%PDF-1.4 plan")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    storage.put(storage.blob_key(digest), path)
    (file,) = waiting(cycle)
    version = submissions.latest_version(file)
    assert version is not None
    names = {"filename": "计划.pdf", "media_type": "application/pdf", "caption_en": "", "caption_zh": ""}
    version.content = {**version.content, "files": [{**names, "sha256": digest, "size": 13}]}
    ref = file.ref
    page = desk.get(at(cycle, f"/check/{ref}"))
    address = at(cycle, f"/submissions/{ref}/files/{digest}")
    assert address in page.links()
    response = desk.client.get(address)
    assert response.data == b"%PDF-1.4 plan"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert desk.get(at(cycle, f"/submissions/{ref}/files/{'0' * 64}")).status == 404


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_the_address(cycle: Cycle, desk: Browser) -> None:
    wien, graz = make.make_city("Wien", "AT", name_zh="维也纳"), make.make_city("Graz", "AT")
    make.make_submission(cycle, wien, status=SubmissionStatus.VALID, title_en="Cool streets", title_zh="")
    make.make_submission(cycle, graz, status=SubmissionStatus.SUBMITTED, title_en="100% green", title_zh="绿色")
    make.make_submission(cycle, make.make_city("Lima", "PE"), title_en="Secret draft")

    def cities(query: str) -> set[str]:
        page = desk.get(at(cycle, f"/submissions?{query}"))
        return {
            name for name in ("Wien", "Graz", "Lima") if any(name in "".join(td.itertext()) for td in page.all("td"))
        }

    assert cities("") == {"Wien", "Graz", "Lima"}
    assert cities("status=valid") == {"Wien"}
    assert cities("country=at") == {"Wien", "Graz"}
    assert cities("language=zh") == {"Graz"}
    assert cities("language=both&theme=economic") == set()
    assert cities("q=维也") == {"Wien"}
    assert cities("q=100%25") == {"Graz"}
    assert cities("q=secret") == set()
    assert cities("status=nonsense&page=99") == {"Wien", "Graz", "Lima"}
    assert "Secret draft" not in desk.get(at(cycle, "/submissions")).text


def test_the_csv_carries_the_mark_and_no_formula(cycle: Cycle, desk: Browser) -> None:
    make.make_submission(
        cycle,
        make.make_city("@city"),
        status=SubmissionStatus.VALID,
        title_en='=HYPERLINK("http://x")',
        title_zh="标题，一",
    )
    response = desk.client.get(at(cycle, "/submissions.csv?status=valid"))
    assert response.mimetype == "text/csv"
    text = response.get_data().decode("utf-8")
    assert text.startswith("\ufeffref,")
    assert "'=HYPERLINK" in text
    assert ",'@city," in text
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["/", "/submissions", "/people", "/assignment", "/scores", "/scores?sort=-raw", "/check/{ref}"]
)
def test_the_number_of_queries_does_not_depend_on_the_rows(
    cycle: Cycle, desk: Browser, queries: Any, path: str
) -> None:
    def add() -> str:
        member = make.make_member(cycle, Role.COMMITTEE)
        (file,) = waiting(cycle)
        valid = make.make_submission(cycle, status=SubmissionStatus.VALID)
        make.make_assignment(valid, member)
        db.session.commit()
        return file.ref

    def cost(ref: str) -> int:
        desk.get(at(cycle, path.format(ref=ref)))
        with queries() as sent:
            assert desk.get(at(cycle, path.format(ref=ref))).status == 200
        return len(sent)

    ref = add()
    one = cost(ref)
    add()
    add()
    assert cost(ref) == one


# --- people ---------------------------------------------------------------------------------------------------------


def test_a_member_is_invited_again_and_leaves(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/people/invite?role=committee"))
    sent = desk.submit(
        page,
        "/invite",
        name="Ana Torres",
        email="Ana@Uni.example",
        country="ES",
        themes=["environmental"],
        languages=["en", "zh"],
        is_chair="y",
        follow=True,
    )
    assert "Ana Torres" in sent.words
    assert "Not declared yet" in sent.words
    member = fresh(Membership, role=Role.COMMITTEE)
    assert (member.is_chair, member.themes, member.languages) == (True, "environmental", "en zh")
    assert member.user.country == "ES"
    assert len(letters("invitation")) == 1
    desk.submit(sent, "/resend")
    assert len(letters("invitation")) == 2
    twice = desk.submit(page, "/invite", name="Ana Torres", email="ana@uni.example", country="ES")
    assert twice.status == 422
    assert "already has this role" in twice.words
    end = desk.get(at(cycle, f"/people/{member.id}/end"))
    assert desk.submit(end, "/end").status == 422
    gone = desk.submit(end, "/end", reason="Fell ill.", follow=True)
    assert "Ana Torres" not in "".join("".join(t.itertext()) for t in gone.all("table"))
    assert fresh(Membership, id=member.id).ended_at is not None
    assert db.session.scalar(select(AuditEntry.reason).where(AuditEntry.action == "membership.end")) == "Fell ill."
    assert desk.get(at(cycle, f"/people/{member.id}/end")).status == 404


def test_a_member_without_a_country_is_not_invited(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/people/invite?role=juror"))
    sent = desk.submit(page, "/invite", name="Li Na", email="li@uni.example")
    assert sent.status == 422
    assert "nobody judges their own country" in sent.words
    assert sent.all("input", name="name")[0].get("value") == "Li Na"


def test_nobody_removes_themselves_from_the_secretariat(cycle: Cycle, desk: Browser) -> None:
    own = fresh(Membership, role=Role.SECRETARIAT, cycle_id=cycle.id)
    sent = desk.submit(desk.get(at(cycle, f"/people/{own.id}/end")), "/end", reason="Tired.")
    assert sent.status == 422
    assert "You cannot remove yourself" in sent.words


def test_members_of_other_cycles_are_not_found(cycle: Cycle, desk: Browser) -> None:
    other = make.make_member(make.make_cycle(), Role.COMMITTEE)
    assert desk.get(at(cycle, f"/people/{other.id}/end")).status == 404


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_a_request_to_act_for_a_city_is_decided_once(cycle: Cycle, desk: Browser, answer: str) -> None:
    city = make.make_city("Graz")
    make.make_delegate(city, make.make_user("Eva Huber"), confirmed=False)
    page = desk.get(at(cycle, "/people"))
    assert "Eva Huber" in page.words
    delegate = fresh(Delegate, city_id=city.id)
    address = at(cycle, f"/people/requests/{delegate.id}")
    token = page.all("input", name="csrf_token")[0].get("value")
    assert desk.post(address, {"csrf_token": token, "answer": answer}).status == 303
    desk.post(address, {"csrf_token": token, "answer": "confirm"})
    delegate = fresh(Delegate, city_id=city.id)
    assert (delegate.confirmed_at is not None, delegate.ended_at is not None) == (
        answer == "confirm",
        answer == "decline",
    )


# --- assignment and figures -----------------------------------------------------------------------------------------


@pytest.fixture
def committee(app: Flask, browser: Browser) -> Cycle:
    """A cycle in the committee's phase with four members and five valid files; `browser` is its secretariat."""
    begun = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(reviews_per_submission=2))
    person = make.make_user("Chen Meiling")
    make.make_member(begun, Role.SECRETARIAT, person)
    for name in ("Ana", "Ben", "Cleo", "Dan"):
        make.make_member(begun, Role.COMMITTEE, make.make_user(name, country="SE"), languages="en zh")
    for _ in range(5):
        make.make_submission(begun, status=SubmissionStatus.VALID)
    db.session.commit()
    browser.sign_in(person)
    return begun


def test_an_assignment_is_drafted_looked_at_and_released(committee: Cycle, browser: Browser) -> None:
    page = browser.get(at(committee, "/assignment"))
    drafted = browser.submit(page, "/propose", follow=True)
    assert "10 readings are drafted" in drafted.words
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 0
    assert letters("files_assigned") == []
    wrong = browser.submit(drafted, "/release", readings="9")
    assert wrong.status == 422
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 0
    done = browser.submit(drafted, "/release", readings="10", follow=True)
    assert "10 readings are released" in done.words
    assert db.session.scalar(select(func.count(Assignment.released_at))) == 10
    assert len(letters("files_assigned")) == 4
    again = browser.submit(drafted, "/release", readings="10")
    assert again.status == 422
    assert len(letters("files_assigned")) == 4


def test_a_missing_declaration_keeps_files_from_being_assigned(committee: Cycle, browser: Browser) -> None:
    page = browser.get(at(committee, "/assignment"))
    make.make_member(committee, Role.COMMITTEE, make.make_user("Silent Sam"), declared=False)
    sent = browser.submit(page, "/propose")
    assert sent.status == 422
    assert "Silent Sam" in sent.words


def _score(committee: Cycle, units: dict[str, list[int]]) -> None:
    for file, marks in zip(
        db.session.scalars(select(Submission).order_by(Submission.id)), units.values(), strict=False
    ):
        for member, unit in zip(
            db.session.scalars(select(Membership).where(Membership.role == "committee").order_by(Membership.id)),
            marks,
            strict=False,
        ):
            make.make_assignment(file, member)
            one = Assessment(
                cycle_id=committee.id,
                submission_id=file.id,
                membership_id=member.id,
                status="submitted",
                comment="c",
                created_at=NOW,
                changed_at=NOW,
                submitted_at=NOW,
            )
            one.scores = [Score(criterion_id=c.id, units=unit) for c in committee.criteria]
            db.session.add(one)
    db.session.commit()


def test_the_figures_are_means_on_the_scale_of_the_rules(committee: Cycle, browser: Browser) -> None:
    _score(committee, {"a": [10, 20], "b": [4, 4], "c": [20, 20]})

    def means(query: str) -> list[str]:
        page = browser.get(at(committee, f"/scores{query}"))
        rows = [tr for tr in page.all("tr") if tr.find("th") is not None and tr.find("td") is not None]
        return ["".join(tr.findall("td")[3].itertext()) for tr in rows]

    assert sorted(means("")) == ["10.00", "2.00", "7.50", "–", "–"]
    assert means("?sort=-raw") == ["10.00", "7.50", "2.00", "–", "–"]
    assert means("?sort=raw") == ["2.00", "7.50", "10.00", "–", "–"]
    assert means("?sort=-criterion-innovation")[:3] == ["10.00", "7.50", "2.00"]
    csv = browser.client.get(at(committee, "/scores.csv")).get_data(as_text=True)
    assert ",2,7.5," in csv


def test_places_come_from_the_stored_proposal(committee: Cycle, browser: Browser) -> None:
    committee.rules_json = {**committee.rules_json, "shortlist_size": 2, "winners_max": 1, "calibration": "mean"}
    _score(committee, {"a": [10, 20], "b": [4, 4], "c": [20, 20], "d": [8, 8], "e": [0, 2]})
    boss = db.session.scalars(select(User).join(Membership).where(Membership.role == "secretariat")).one()
    shortlist.propose(actor=boss, cycle=committee, now=NOW)
    db.session.commit()
    page = browser.get(at(committee, "/scores?sort=place"))
    rows = [tr for tr in page.all("tr") if tr.find("th") is not None and tr.find("td") is not None]
    cells = [["".join(td.itertext()) for td in tr.findall("td")][1:4] for tr in rows]
    assert cells == [
        ["1", "10.00", "10.00"],
        ["2", "7.50", "7.50"],
        ["3", "4.00", "4.00"],
        ["4", "2.00", "2.00"],
        ["5", "0.50", "0.50"],
    ]
    assert rows[1].get("class") == "line-below"


# --- the next step --------------------------------------------------------------------------------------------------


def _next(page: Page) -> str:
    (box,) = page.all("div", class_="next-step")
    return " ".join("".join(box.itertext()).split())


def test_the_overview_names_the_one_next_step(cycle: Cycle, desk: Browser) -> None:
    assert "closes by itself" in _next(desk.get(at(cycle)))
    waiting(cycle)
    assert "Check the next file" in _next(desk.get(at(cycle)))

    def in_phase(phase: CyclePhase) -> str:
        fresh(Cycle, id=cycle.id).phase = phase
        db.session.commit()
        return _next(desk.get(at(cycle)))

    assert "Check the next file" in in_phase(CyclePhase.SCREENING)
    for file in db.session.scalars(select(Submission)):
        file.status = SubmissionStatus.VALID
    assert "Invite the committee" in in_phase(CyclePhase.SCREENING)
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    assert "Begin the committee's work" in in_phase(CyclePhase.SCREENING)
    assert "See who is missing" in in_phase(CyclePhase.COMMITTEE)
    member = fresh(Membership, id=member.id)
    member.conflicts_declared_at = NOW
    assert "Name a chair" in in_phase(CyclePhase.COMMITTEE)
    fresh(Membership, id=member.id).is_chair = True
    assert "Assign the files" in in_phase(CyclePhase.COMMITTEE)
    make.make_assignment(db.session.scalars(select(Submission)).one(), fresh(Membership, id=member.id), released=False)
    assert "release it" in in_phase(CyclePhase.COMMITTEE)
    assert "Invite the jury" in in_phase(CyclePhase.SHORTLIST_PUBLIC)
    assert "Prepare the announcement" in in_phase(CyclePhase.SHORTLIST_SEALED)
    assert "Prepare the next cycle" in in_phase(CyclePhase.ARCHIVED)


def test_every_version_of_the_rules_stays(cycle: Cycle, desk: Browser) -> None:
    person = db.session.scalars(select(User).join(Membership).where(Membership.role == "secretariat")).one()
    cycles.change_rules(actor=person, cycle=cycle, rules=Rules(prize_usd=1), reason="One.", now=NOW)
    cycles.change_rules(actor=person, cycle=cycle, rules=Rules(prize_usd=2), reason="Two.", now=NOW)
    page = desk.get(at(cycle, "/rules"))
    assert "One." in page.words
    assert "Two." in page.words
    assert db.session.scalar(select(func.count(RulesVersion.id)).where(RulesVersion.cycle_id == cycle.id)) == 3

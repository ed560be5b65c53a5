"""Advice on its pages: the city that asks, the adviser who writes, the secretariat that sees who did, the judges who do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Advice, AdviceRequest, Cycle, Membership, Notification, Submission, User
from awardapp.services import advice, letters
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.secretariat import examine

WORDS = "Say-how-many-people-it-serves"


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    cycle = make.make_cycle()
    cycle.early_at = NOW + timedelta(days=2)
    db.session.flush()
    return cycle


def author(file: Submission) -> User:
    return db.session.get_one(User, file.created_by)


def asking(cycle: Cycle, **more: Any) -> Submission:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, **more)
    advice.ask(actor=author(file), submission=file, now=NOW)
    return file


@pytest.fixture
def adviser(cycle: Cycle) -> Membership:
    member = make.make_member(cycle, Role.ADVISER, make.make_user("Dr Okafor"))
    db.session.commit()
    return member


@pytest.fixture
def room(adviser: Membership, browser: Browser) -> Browser:
    """An adviser at work."""
    return browser.sign_in(adviser.user)


def at(cycle: Cycle, path: str = "/") -> str:
    return f"/advice/{cycle.slug}{path}"


# --- the city asks -----------------------------------------------------------------------------------------------------


def test_a_city_asks_when_it_hands_in(cycle: Cycle, browser: Browser) -> None:
    draft = make.make_submission(cycle)
    desk = browser.sign_in(author(draft))
    ref = draft.ref
    page = desk.get(f"/submissions/{ref}/submit")
    assert "Ask for advice on this file" in page.words
    assert desk.submit(page, "/submit", declaration="y", ask_for_advice="1").status == 303
    assert fresh(AdviceRequest, submission_id=fresh(Submission, ref=ref).id).version == 1
    assert "Asked for on" in desk.get(f"/submissions/{ref}").words
    assert "Ask for advice" not in desk.get(f"/submissions/{ref}/submit").words


def test_a_wish_that_comes_too_late_keeps_nobody_from_handing_in(cycle: Cycle, browser: Browser) -> None:
    draft = make.make_submission(cycle)
    desk = browser.sign_in(author(draft))
    ref = draft.ref
    page = desk.get(f"/submissions/{ref}/submit")
    fresh(Cycle, id=cycle.id).early_at = NOW
    sent = desk.submit(page, "/submit", declaration="y", ask_for_advice="1", follow=True)
    assert "The early date has passed" in sent.words
    assert fresh(Submission, ref=ref).status is SubmissionStatus.SUBMITTED
    assert db.session.query(AdviceRequest).count() == 0


def test_a_city_asks_on_the_page_of_its_file_until_the_early_date(cycle: Cycle, browser: Browser) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    desk = browser.sign_in(author(file))
    ref = file.ref
    page = desk.get(f"/submissions/{ref}")
    fresh(Cycle, id=cycle.id).early_at = NOW
    db.session.commit()
    assert "Ask for advice" not in desk.get(f"/submissions/{ref}").words
    assert "The early date has passed" in desk.submit(page, "/advice", follow=True).words
    fresh(Cycle, id=cycle.id).early_at = NOW + timedelta(days=1)
    assert "Asked for on" in desk.submit(page, "/advice", follow=True).words


# --- the adviser -------------------------------------------------------------------------------------------------------


def test_from_the_queue_to_the_letter(cycle: Cycle, room: Browser, another_browser: Browser) -> None:
    file = asking(cycle, title_en="River buses")
    ref, writer = file.ref, author(file)
    queue = room.get(at(cycle))
    assert "One file waits for an adviser" in queue.words
    page = room.get(at(cycle, f"/files/{ref}"))
    assert "conflict of interest" in page.words
    assert "Words about the initiative." not in page.words  # not before it is taken up
    page = room.submit(page, "/take-up", follow=True)
    assert "Words about the initiative. background" in page.words
    assert writer.name not in page.words  # the contact is not an adviser's business
    saved = room.submit(page, f"/files/{ref}", holding="on-summary", follow=True, **{"on-summary": WORDS})
    assert "The city sees nothing of it until you give it." in saved.words
    desk = another_browser.sign_in(fresh(User, id=writer.id))
    assert WORDS not in desk.get(f"/submissions/{ref}").text + desk.get(f"/submissions/{ref}/edit").text
    shown = room.submit(saved, f"/files/{ref}", holding="on-summary", then="letter", follow=True)
    assert WORDS in shown.words
    assert "An adviser of the award has read it" in shown.words
    assert room.submit(shown, "/give").status == 303
    assert fresh(Advice).given_at is not None
    letter = letters.render(fresh(Notification, kind="advice_given"))
    assert f"Advice on your submission {ref}" == letter.subject
    assert "Dr Okafor" not in letter.text
    detail, form = desk.get(f"/submissions/{ref}"), desk.get(f"/submissions/{ref}/edit")
    assert WORDS in detail.words
    assert "Dr Okafor" not in detail.text + form.text
    (beside,) = form.all("aside", class_="advice-at")
    assert WORDS in "".join(beside.itertext())
    compare = next(link for link in detail.links() if "/compare" in link)
    assert desk.get(compare).status == 200
    assert "Your advice is given" in room.get(at(cycle)).words
    assert room.submit(shown, "/give").status == 409


def test_typed_advice_survives_a_save_in_another_window(cycle: Cycle, room: Browser) -> None:
    file = asking(cycle)
    page = room.submit(room.get(at(cycle, f"/files/{file.ref}")), "/take-up", follow=True)
    room.submit(page, f"/files/{file.ref}", holding="on-summary", **{"on-summary": "First window."})
    slower = room.submit(page, f"/files/{file.ref}", holding="on-summary", **{"on-summary": "Second window."})
    assert slower.status == 409
    assert "First window." in slower.words
    assert "Second window." in "".join(slower.all("textarea", name="on-summary")[0].itertext())
    assert room.submit(slower, f"/files/{file.ref}", holding="on-summary").status == 303
    assert fresh(Advice).texts == {"summary": "Second window."}


def test_an_adviser_finds_nothing_of_other_files(cycle: Cycle, room: Browser, adviser: Membership) -> None:
    silent = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, title_en="Canary-silent")
    draft = make.make_submission(cycle, title_en="Canary-draft")
    other = make.make_cycle()
    other.early_at = NOW + timedelta(days=2)
    foreign = asking(other, title_en="Canary-foreign")
    city = make.make_city()
    make.make_delegate(city, adviser.user)
    own = asking(cycle, city=city, title_en="Canary-own")
    taken_by_another = asking(cycle, title_en="With a colleague")
    colleague = make.make_member(cycle, Role.ADVISER)
    work = advice.take_up(actor=colleague.user, member=colleague, submission=taken_by_another, now=NOW)
    advice.save(
        actor=colleague.user, member=colleague, advice=work, submission=taken_by_another,
        texts={"": "Canary-draft-advice"}, language="en", edit_version=1, now=NOW,
    )  # fmt: skip
    examine()
    queue = room.get(at(cycle))
    assert "Canary" not in queue.text
    assert "with another adviser" in queue.words
    for file in (silent, draft, foreign, own):
        for path in ("", "/letter", f"/files/{'0' * 64}"):
            assert room.get(at(cycle, f"/files/{file.ref}{path}")).status == 404
        token = queue.all("input", name="csrf_token")[0].get("value")
        for path in ("", "/take-up", "/let-go", "/give"):
            assert room.post(at(cycle, f"/files/{file.ref}{path}"), {"csrf_token": token}).status == 404
    # What is not taken up shows its title and city alone; a colleague's words show nowhere.
    page = room.get(at(cycle, f"/files/{taken_by_another.ref}"))
    assert "Canary" not in page.text
    assert room.get(at(cycle, f"/files/{taken_by_another.ref}/letter")).status == 404
    for path in ("/secretariat/{}/", "/secretariat/{}/check", "/committee/{}/", "/jury/{}/"):
        assert room.get(path.format(cycle.slug)).status == 404
    assert room.get(f"/submissions/{silent.ref}").status == 404


def test_nothing_is_given_once_the_call_is_closed(cycle: Cycle, room: Browser) -> None:
    file = asking(cycle)
    page = room.submit(room.get(at(cycle, f"/files/{file.ref}")), "/take-up", follow=True)
    room.submit(page, f"/files/{file.ref}", holding="on-summary", **{"on-summary": WORDS})
    shown = room.get(at(cycle, f"/files/{file.ref}/letter"))
    fresh(Cycle, id=cycle.id).deadline_at = NOW
    refused = room.submit(shown, "/give")
    assert refused.status == 422
    assert "can no longer change this file" in refused.words
    assert db.session.query(Notification).filter_by(kind="advice_given").count() == 0
    assert "The call is closed" in room.get(at(cycle)).words


@pytest.mark.parametrize("path", ["/", "/files/{ref}"])
def test_the_number_of_queries_does_not_depend_on_the_files(
    cycle: Cycle, room: Browser, adviser: Membership, queries: Any, path: str
) -> None:
    def add() -> str:
        file = asking(cycle)
        advice.take_up(actor=adviser.user, member=adviser, submission=file, now=NOW)
        asking(cycle)
        return file.ref

    def cost(ref: str) -> int:
        room.get(at(cycle, path.format(ref=ref)))
        with queries() as sent:
            assert room.get(at(cycle, path.format(ref=ref))).status == 200
        return len(sent)

    ref = add()
    one = cost(ref)
    add(), add()
    assert cost(ref) == one


# --- who sees it, and who does not -------------------------------------------------------------------------------------


def given(cycle: Cycle, adviser: Membership) -> Submission:
    """A file on which advice was given."""
    file = asking(cycle)
    work = advice.take_up(actor=adviser.user, member=adviser, submission=file, now=NOW)
    advice.save(
        actor=adviser.user, member=adviser, advice=work, submission=file, texts={"summary": WORDS}, language="en",
        edit_version=1, now=NOW,
    )  # fmt: skip
    advice.give(actor=adviser.user, member=adviser, advice=work, submission=file, edit_version=2, version=1, now=NOW)
    return file


def test_the_secretariat_sees_who_advised_what(cycle: Cycle, adviser: Membership, browser: Browser) -> None:
    file = given(cycle, adviser)
    boss = make.make_member(cycle, Role.SECRETARIAT)
    desk = browser.sign_in(boss.user)
    listed = desk.get(f"/secretariat/{cycle.slug}/advice")
    assert "Dr Okafor given" in listed.words
    assert file.ref in listed.words
    read = desk.get(f"/secretariat/{cycle.slug}/advice/{file.ref}")
    assert WORDS in read.words
    assert "Dr Okafor given" in desk.get(f"/secretariat/{cycle.slug}/check/{file.ref}").words
    assert "1 given, 1 taken up" in desk.get(f"/secretariat/{cycle.slug}/people").words


def test_judges_see_neither_the_advice_nor_that_it_was_given(
    cycle: Cycle, adviser: Membership, browser: Browser, another_browser: Browser
) -> None:
    file, plain = given(cycle, adviser), make.make_submission(cycle, status=SubmissionStatus.VALID)
    file.status, cycle.phase = SubmissionStatus.VALID, CyclePhase.COMMITTEE
    chair = make.make_member(cycle, Role.COMMITTEE, is_chair=True)
    juror = make.make_member(cycle, Role.JUROR)
    for one in (file, plain):
        make.make_assignment(one, chair)
    make.make_published_shortlist(cycle, [file, plain])
    db.session.commit()
    committee = f"/committee/{cycle.slug}"
    members = browser.sign_in(chair.user)
    pages = [members.get(path) for path in (f"{committee}/", f"{committee}/submissions/{file.ref}/assessment")]
    fresh(Cycle, id=cycle.id).phase = CyclePhase.JURY
    jury = another_browser.sign_in(juror.user)
    pages += [jury.get(f"/jury/{cycle.slug}{path}") for path in ("/", f"/submissions/{file.ref}", "/ballot")]
    assert [page.status for page in pages] == [200] * len(pages)
    assert all(file.title_en in page.words for page in pages)
    for secret in (WORDS, "dvice", "dvis", "Dr Okafor"):
        assert [page.title for page in pages if secret in page.text] == []


def test_an_adviser_is_invited_like_everybody_else(cycle: Cycle, browser: Browser) -> None:
    boss = make.make_member(cycle, Role.SECRETARIAT)
    desk = browser.sign_in(boss.user)
    page = desk.get(f"/secretariat/{cycle.slug}/people/invite?role=adviser")
    fill = {"name": "Dr Okafor", "email": "okafor@uni.example", "password": make.PASSWORD}
    sent = desk.submit(page, "/invite", follow=True, **fill)
    assert "Dr Okafor" in sent.words
    assert fresh(Membership, role=Role.ADVISER).user.name == "Dr Okafor"
    assert "Your role: Adviser." in letters.render(fresh(Notification, kind="invitation")).text

"""The secretariat returns a file with notes at its fields, sees what was changed, and accepts late by two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, LateAcceptance, LateLink, Notification, Submission, SubmissionReturn, User
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import hand_in, save
from tests.support.pages import Browser, fresh, link


@pytest.fixture
def file(cycle: Cycle) -> Submission:
    cycle.phase, cycle.deadline_at = CyclePhase.SCREENING, NOW - timedelta(hours=1)
    found = make.make_submission(cycle, make.make_city("Łódź", "PL"), status=SubmissionStatus.SUBMITTED)
    db.session.commit()
    return found


@pytest.fixture
def city(file: Submission, desk: Browser) -> Browser:
    return Browser(desk.app).sign_in(db.session.get_one(User, file.created_by))


def check(file: Submission) -> str:
    return f"/secretariat/{file.cycle.slug}/check/{file.ref}"


def send_back(desk: Browser, file: Submission, **changes: Any) -> Any:
    page = desk.get(check(file))
    shown = desk.submit(page, "/return", holding="return-note", **{"return-note": "Nearly there.", **changes})
    assert shown.status == 200, shown.words
    assert fresh(Submission, id=file.id).status is SubmissionStatus.SUBMITTED  # the letter is only shown
    return shown, desk.submit(shown, "/return", press="Return it")


NOTED = {"return-note-background": "Say since when.", "return-open-population": "y", "return-is_limited": "y"}


def test_notes_stand_in_the_letter_and_at_the_fields_and_only_these_are_open(
    desk: Browser, city: Browser, file: Submission
) -> None:
    shown, sent = send_back(desk, file, **NOTED)
    assert "Say since when." in shown.words and "Only these parts can be changed" in shown.words
    assert sent.status == 303
    row = fresh(SubmissionReturn, submission_id=file.id)
    assert (row.notes, row.is_limited) == ({"background": "Say since when.", "population": ""}, True)

    form = city.get(f"/submissions/{file.ref}/edit")
    assert "Say since when." in form.all("aside", id="note-background")[0].text_content()
    closed = {c.get("name") for c in form.root.iter("input", "textarea", "select") if _is_closed(c)}
    open_ = {c.get("name") for c in form.root.iter("input", "textarea", "select") if not _is_closed(c)}
    assert {"title_en", "title_zh", "contact_name", "lessons_en"} <= closed
    assert {"background_en", "background_zh", "population"} <= open_
    files = city.get(f"/submissions/{file.ref}/files")
    assert "The secretariat asked for other changes only" in files.words
    assert files.all("input", type="file") == []

    assert save(city, file, form, background_en="Since 2019.").status == 303
    assert hand_in(city, file).status == 303

    back = desk.get(check(file))
    for words in (
        "Back from its city",
        "Background of the initiative changed",
        "Population not changed",
        "Say since when.",
    ):
        assert words in back.words
    compared = desk.get(link(back, "See word by word what was changed since version 1"))
    assert "Since 2019." in compared.words


def _is_closed(control: Any) -> bool:
    return control.get("readonly") is not None or control.get("disabled") is not None


def test_without_a_limit_everything_is_open_and_what_else_was_changed_is_named(
    desk: Browser, city: Browser, file: Submission
) -> None:
    send_back(desk, file, **{"return-note-background": "Say since when."})
    assert save(city, file, title_en="Another title").status == 303
    hand_in(city, file)
    words = desk.get(check(file)).words
    assert "Background of the initiative not changed" in words and "Also changed: Title" in words


def test_a_return_that_says_nothing_or_opens_nothing_is_shown_again(desk: Browser, file: Submission) -> None:
    page = desk.get(check(file))
    for changes, words in (
        ({"return-note": " "}, "Say what should be changed."),
        ({"return-note": "Words.", "return-is_limited": "y"}, "Open at least one field"),
        ({"return-note": "Words.", "return-return_by": "2020-01-01T00:00:00"}, "The date must lie in the future."),
    ):
        answer = desk.submit(page, "/return", holding="return-note", **changes)
        if answer.status == 200:  # the letter is shown; sending it refuses the date
            answer = desk.submit(answer, "/return", press="Return it")
        assert answer.status == 422 and words in answer.words


def test_one_proposes_another_accepts_and_links_are_sent_and_taken_back(desk: Browser, file: Submission) -> None:
    cycle = file.cycle
    draft = make.make_submission(cycle, make.make_city("Oulu", "FI"))
    second = Browser(desk.app).sign_in(make.make_member(cycle, Role.SECRETARIAT, make.make_user("Li Wei")).user)
    address = f"/secretariat/{cycle.slug}/late"
    proposed = desk.submit(desk.get(address), "/late", city=draft.ref, reason="A storm.", until="2027-03-03T18:00:00")
    assert proposed.location == address
    own = desk.get(address)
    assert "another person of the secretariat must accept it" in own.words
    acceptance = fresh(LateAcceptance, cycle_id=cycle.id)
    alone = desk.post(f"{address}/{acceptance.id}/accept", {"csrf_token": _token(own)})
    assert alone.status == 422 and "it takes two people" in alone.words

    accepted = second.submit(second.get(address), f"/{acceptance.id}/accept", follow=True)
    for words in ("Accepted by two people", "Chen Meiling", "Li Wei", "3 March 2027, 18:00:00"):
        assert words in accepted.words
    link = fresh(LateLink, acceptance_id=acceptance.id)
    assert link.until_at.isoformat() == "2027-03-03T10:00:01+00:00"
    assert db.session.scalars(select(Notification.kind)).all() == ["late_link"]

    newcomer = make.make_delegate(draft.city, make.make_user("Aino Laine"))
    again = desk.submit(desk.get(address), f"/{acceptance.id}/links", person=str(newcomer.id), follow=True)
    assert "The link is on its way to Aino Laine." in again.words
    gone = desk.submit(desk.get(address), f"/links/{link.id}/revoke", follow=True)
    assert "taken back" in gone.words
    ended = desk.submit(desk.get(address), f"/{acceptance.id}/end", reason="A mistake.", follow=True)
    assert "Taken back. 1 links no longer work." in ended.words


def _token(page: Any) -> str:
    token: str = page.all("input", name="csrf_token")[0].get("value")
    return token


def test_a_city_by_name_and_what_is_no_file_or_no_city(desk: Browser, file: Submission) -> None:
    address = f"/secretariat/{file.cycle.slug}/late"
    make.make_delegate(make.make_city("Bogotá", "CO"))
    page = desk.get(address)
    unknown = desk.submit(page, "/late", city="GA0-XXXX", reason="A storm.", until="2027-03-03T18:00:00")
    assert unknown.status == 422 and "No file of this cycle has this reference" in unknown.words
    assert desk.submit(page, "/late", city="Bogotá", reason="A storm.", until="2027-03-03T18:00:00").status == 303
    assert fresh(LateAcceptance, cycle_id=file.cycle_id).submission_id is None

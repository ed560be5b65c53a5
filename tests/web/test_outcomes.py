"""A city's own page of its outcome, and the pages on which the committee's chair writes and approves feedback."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from awardapp.domain.answers import digest
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Submission
from awardapp.queries import feedback as queries
from tests import factories as make
from tests.services.test_feedback import WHOLE, announce, approve, write
from tests.support.judging import Committee
from tests.support.pages import Browser, values_of
from tests.support.reporting import proposed, tie


@pytest.fixture
def found(app: Flask) -> Committee:
    committee = proposed()
    db.session.commit()
    return committee


def city(app: Flask, submission: Submission) -> Browser:
    return Browser(app).sign_in(submission.city.delegates[0].user)


def address(entry: Submission, rest: str = "") -> str:
    return f"/committee/{entry.cycle.slug}/feedback/{entry.ref}{rest}"


def test_before_its_announcement_the_page_does_not_exist_even_with_approved_feedback(
    found: Committee, app: Flask, now: datetime
) -> None:
    entry = found.submissions[0]
    before = city(app, entry).get(f"/submissions/{entry.ref}/outcome")
    write(entry, found.chair, now, **WHOLE)
    approve(entry, found.chair, now)
    db.session.commit()
    after = city(app, entry).get(f"/submissions/{entry.ref}/outcome")
    assert before.status == after.status == 404
    assert "Outcome, feedback" not in city(app, entry).get(f"/submissions/{entry.ref}").words


def test_afterwards_each_city_reads_its_outcome_and_feedback_only_when_it_is_approved(
    found: Committee, app: Flask, now: datetime
) -> None:
    shortlisted, rest = found.submissions[0], found.submissions[5]
    for entry in (shortlisted, rest):
        write(entry, found.chair, now, **WHOLE)
    approve(shortlisted, found.chair, now)
    announce(found, now)
    page = city(app, shortlisted).get(f"/submissions/{shortlisted.ref}/outcome")
    for words in ("Shortlisted", "Convincing.", "Bold.", "Measure it.", found.cycle.criteria[0].name_en):
        assert words in page.words, words
    chinese = city(app, shortlisted).get(f"/submissions/{shortlisted.ref}/outcome?lang=zh")
    assert "大胆。" in chinese.words and "Bold." not in chinese.words
    other = city(app, rest).get(f"/submissions/{rest.ref}/outcome")
    assert "Not among those named" in other.words and "Feedback is being prepared" in other.words
    for secret in ("Bold.", "Measure it.", "Well founded.", shortlisted.city.name_en):
        assert secret not in other.words, secret
    assert "Outcome, feedback and certificates" in city(app, rest).get(f"/submissions/{rest.ref}").words


def test_comments_of_readers_are_beside_the_texts_for_the_chair_and_never_on_the_citys_page(
    found: Committee, app: Flask, now: datetime
) -> None:
    entry = found.submissions[0]
    chair = Browser(app).sign_in(found.chair)
    assert "Well founded." in chair.get(address(entry)).words
    write(entry, found.chair, now, **WHOLE)
    approve(entry, found.chair, now)
    announce(found, now)
    assert "Well founded." not in city(app, entry).get(f"/submissions/{entry.ref}/outcome").words


def test_each_text_saves_itself_and_a_conflict_shows_both(found: Committee, app: Flask, now: datetime) -> None:
    entry, name = found.submissions[0], f"advice-{found.cycle.criteria[0].key}_en"
    chair = Browser(app).sign_in(found.chair)
    token = values_of(chair.get(address(entry)).form(address(entry)))["csrf_token"]

    def save(value: str, base: str) -> tuple[int, dict[str, Any]]:
        data = {"value": value, "base": base, "csrf_token": token}
        answer = chair.ask("POST", address(entry, f"/texts/{name}"), data=data)
        return answer.status_code, answer.get_json()

    status, told = save("First.", digest(""))
    assert (status, told["base"]) == (200, digest("First."))
    status, told = save("Second.", digest(""))
    assert (status, told["stored"]) == (409, "First.")
    state = chair.get(address(entry, "/texts")).response.get_json()
    assert state["texts"][name] == "First."
    assert "First." in chair.get(address(entry, "/changes")).words


def test_the_chair_writes_the_whole_page_without_script_approves_it_and_takes_that_back(
    found: Committee, app: Flask
) -> None:
    entry, key = found.submissions[0], found.cycle.criteria[0].key
    chair = Browser(app).sign_in(found.chair)
    values = {f"{name.split('_')[0]}-{key}_{name.split('_')[1]}": text for name, text in WHOLE.items()}
    page = chair.submit(chair.get(address(entry)), address(entry), follow=True, **values)
    assert "ready to approve" in page.words
    page = chair.submit(page, address(entry, "/approval"), follow=True)
    assert "The feedback is approved." in page.words
    page = chair.submit(page, address(entry, "/approval"), follow=True, act="withdraw")
    assert "The approval is taken back." in page.words
    row = queries.of_submission(entry.id)
    assert row is not None and row.approved_at is None and row.texts == values


def test_the_list_is_filtered_counts_and_approves_with_the_number_typed(
    found: Committee, app: Flask, now: datetime
) -> None:
    for entry in found.submissions[:2]:
        write(entry, found.chair, now, **WHOLE)
    db.session.commit()
    chair, where = Browser(app).sign_in(found.chair), f"/committee/{found.cycle.slug}/feedback"
    page = chair.get(f"{where}?state=ready")
    assert len(page.all("th", scope="row")) == 2
    refused = chair.submit(page, f"{where}/approval", number="3")
    assert refused.status == 422 and "2 texts are ready now, not 3." in refused.words
    assert "2 texts are approved." in chair.submit(page, f"{where}/approval", follow=True, number="2").words


def test_nobody_but_the_chair_and_those_named_learns_of_it_and_a_tie_closes_the_entry(
    found: Committee, app: Flask, now: datetime
) -> None:
    entry = found.submissions[0]
    tie(found.members[0], entry)
    db.session.commit()
    chair = Browser(app).sign_in(found.chair)
    assert chair.get(address(entry)).status == 404
    listed = chair.get(f"/committee/{found.cycle.slug}/feedback")
    assert "One entry is closed to you" in listed.words and entry.city.name_en not in listed.words
    member = Browser(app).sign_in(found.members[1].user)
    for where in (f"/committee/{found.cycle.slug}/feedback", address(entry), address(found.submissions[1])):
        assert member.get(where).status == 404
    secretary = Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT).user)
    assert secretary.get(f"/committee/{found.cycle.slug}/feedback").status == 404


def test_the_list_needs_the_same_queries_for_two_entries_and_for_six(
    found: Committee, app: Flask, now: datetime, queries: Any
) -> None:
    chair, numbers = Browser(app).sign_in(found.chair), []
    for entries in (found.submissions[:1], found.submissions):
        for entry in entries:
            write(entry, found.chair, now, **WHOLE)
        db.session.commit()
        with queries() as sent:
            assert chair.get(f"/committee/{found.cycle.slug}/feedback").status == 200
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]

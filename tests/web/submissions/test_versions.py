"""After handing in: the receipt on paper, two versions word by word, the text as it stands now."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import Flask

from awardapp.domain import form_design as design
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Submission, User
from awardapp.services import forms, partners, submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at, hand_in, jpeg, save, upload
from tests.support.pages import Browser, link


def test_the_receipt_comes_as_a_paper_with_its_name(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "河 boats.jpg"))
    page = desk.get(hand_in(desk, draft).location)
    address = link(page, "Download as PDF")
    answer = desk.ask("GET", address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert f"Receipt {draft.ref} version 1.pdf" in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.data)) as paper:
        assert len(paper.pages) == 1
    assert desk.get(at(draft, "/receipt/2.pdf")).status == 404


def test_two_versions_are_compared_word_by_word_with_their_files(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    save(desk, draft, title_en="River trams", title_zh="水上电车", population="1,200,000")
    upload(desk, draft, (jpeg(), "one.jpg"))
    hand_in(desk, draft)
    page = desk.get(at(draft, "/compare"))
    gone = [node.text_content() for node in page.all("del")]
    come = [node.text_content() for node in page.all("ins")]
    assert gone == ["[taken out:] buses [end] ", "[taken out:] 巴士 [end] "]
    assert come[:2] == ["[put in:] trams [end] ", "[put in:] 电车 [end] "]
    assert "one.jpg" in come[2]
    for words in ("Version 1 → Version 2", "3 things differ", "1,000,000", "1,200,000", "Added:"):
        assert words in page.words
    assert "Nothing differs" in desk.get(at(draft, "/compare?from=2&to=2")).words


def test_the_working_text_is_compared_with_what_was_handed_in(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    assert "Nothing differs" in desk.get(at(draft, "/compare")).words
    save(desk, draft, title_en="River trams")
    page = desk.get(at(draft))
    assert "trams" in desk.get(link(page, "See word by word what you changed since")).words


def test_long_unchanged_passages_are_left_out_unless_asked_for(desk: Browser, draft: Submission) -> None:
    long = " ".join(f"word{n}" for n in range(280))
    save(desk, draft, background_en=long)
    hand_in(desk, draft)
    save(desk, draft, background_en=f"{long} more")
    short, whole = (desk.get(at(draft, f"/compare{more}")).words for more in ("", "?whole=1"))
    assert "word279" in short and "word5 " not in short and " … " in short
    assert "word5 " in whole


def test_of_a_draft_or_of_versions_that_are_not_there_nothing_is_compared(desk: Browser, draft: Submission) -> None:
    assert desk.get(at(draft, "/compare")).status == 404
    hand_in(desk, draft)
    for query in ("?from=7", "?to=7", "?to=words", "?from=1&to=99999999999"):
        assert desk.get(at(draft, f"/compare{query}")).status == 404


def test_a_change_after_the_reading_does_not_cost_the_hand_in_but_is_said(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/submit"))
    save(desk, draft, title_en="A colleague's correction")
    answer = desk.submit(page, "/submit", declaration="y", follow=True)
    assert "The file was changed after you opened it to read." in answer.words
    assert "A colleague's correction" in answer.words
    again = desk.submit(page, "/submit", declaration="y")  # the back button: the same form once more
    assert again.location == at(draft, "/receipt/1")


def test_what_was_handed_in_is_another_citys_to_nobody(browser: Browser, draft: Submission) -> None:
    submissions.submit(actor=draft.city.delegates[0].user, submission=draft, now=draft.changed_at)
    stranger = make.make_delegate(make.make_city())
    db.session.commit()
    other = browser.sign_in(stranger)
    assert {other.get(at(draft, path)).status for path in ("/compare", "/receipt/1", "/receipt/1.pdf")} == {404}


def test_numbers_that_nothing_can_have_lead_nowhere_and_break_nothing(
    desk: Browser, another_browser: Browser, draft: Submission
) -> None:
    huge = "9" * 400
    hand_in(desk, draft)
    for number in (huge, "99999999999999999999", "-1", "x"):
        assert desk.get(at(draft, f"/compare?from={number}")).status == 404
    cycle = draft.cycle
    another_browser.sign_in(make.make_member(cycle, Role.SECRETARIAT).user)
    for page in ("cities?page", "assignment?member"):
        assert another_browser.get(f"/secretariat/{cycle.slug}/{page}={huge}").status == 200
    blank = another_browser.get(f"/secretariat/{cycle.slug}/new-cycle")
    assert another_browser.submit(blank, "new-cycle", year=huge).status == 422


def test_a_pages_form_sent_as_json_is_a_form_with_nothing_in_it(
    app: Flask, desk: Browser, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    for body in ([1], {"person": 1, "note": {}}, None):
        assert desk.ask("POST", at(draft, "/not-to-judge"), json=body).status_code == 422


def test_partner_cities_are_compared_too(desk: Browser, draft: Submission, delegate: User) -> None:
    hand_in(desk, draft)
    partners.name_partners(actor=delegate, submission=draft, named=[("Malang", "ID")], now=NOW)
    words = desk.get(at(draft, "/compare")).words
    assert "Partner cities" in words and "Malang" in words


def test_an_answer_stays_readable_for_everybody_after_its_question_was_taken_out(
    desk: Browser, another_browser: Browser, draft: Submission, cycle: Cycle
) -> None:
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    save(desk, draft, lessons_en="Begin with the ferrymen.", gini="38.5", innovation_type="revolutionary")
    hand_in(desk, draft)
    form = cycle.form_data
    for key in ("lessons", "gini"):
        form = design.remove_field(form, key)
    forms.change_form(actor=secretary, cycle=cycle, form=form, reason="Shorter", now=NOW)
    db.session.commit()
    assert "Begin with the ferrymen." not in desk.get(at(draft, "/submit")).words  # what would be handed in now
    for page in (
        desk.get(at(draft, "/versions/1")),
        another_browser.sign_in(secretary).get(f"/secretariat/{cycle.slug}/check/{draft.ref}"),
    ):
        for words in ("No longer asked", "Begin with the ferrymen.", "38.5"):
            assert words in page.words

"""The Word form at the desk: downloaded, brought back, looked at, taken over; and what is refused on the way."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import docx
import pytest

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, OfflineForm, Submission, User
from awardapp.services import submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at, close, hand_in
from tests.support.pages import Browser, Page

Change = Callable[[str], str]


def download(desk: Browser, draft: Submission, language: str = "en") -> bytes:
    answer = desk.ask("GET", at(draft, f"/offline/document?lang={language}"))
    assert answer.status_code == 200
    return bytes(answer.get_data())


def with_text(data: bytes, change: Change) -> bytes:
    """The document as a word processor saves it after somebody changed it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as saved:
        for name in old.namelist():
            part = old.read(name)
            saved.writestr(name, change(part.decode()).encode() if name == "word/document.xml" else part)
    return buffer.getvalue()


def typed(name: str, text: str, *, is_long: bool = False) -> Change:
    run = f"<w:r><w:t>{text}</w:t></w:r>"
    return lambda xml: re.sub(
        rf'(<w:alias w:val="{name}"/>(?:(?!</w:sdt>).)*?<w:sdtContent>)(?:(?!</w:sdtContent>).)*(</w:sdtContent>)',
        lambda found: f"{found[1]}{f'<w:p>{run}</w:p>' if is_long else run}{found[2]}",
        xml,
        flags=re.S,
    )


def bring_back(desk: Browser, draft: Submission, data: bytes, name: str = "form.docx", **more: bool) -> Page:
    page = desk.get(at(draft, "/offline"))
    return desk.submit(page, "/offline", holding="document", document=(io.BytesIO(data), name), **more)


@pytest.mark.parametrize(("language", "words"), [("en", "Submission form"), ("zh", "申报表")])
def test_the_document_is_named_after_city_and_reference_and_speaks_the_readers_language(
    desk: Browser, draft: Submission, language: str, words: str
) -> None:
    answer = desk.ask("GET", at(draft, f"/offline/document?lang={language}"))
    assert f"{draft.ref}-Surabaya-{language}.docx" in answer.headers["Content-Disposition"]
    paragraphs = [p.text for p in docx.Document(io.BytesIO(answer.get_data())).paragraphs]
    assert words in paragraphs


def test_from_download_to_taking_over(desk: Browser, draft: Submission) -> None:
    data = with_text(download(desk, draft), typed("title_en", "River trams"))
    data = with_text(data, typed("population", "many"))
    check = bring_back(desk, draft, data, follow=True)
    assert check.title == "What the document would change"
    assert "River buses" in check.words and "River trams" in check.words
    assert "Could not be read" in check.words and "many" in check.words
    db.session.refresh(draft)
    assert draft.title_en == "River buses"

    done = desk.submit(check, "/offline/", follow=True)

    assert "1 field is taken over." in done.words
    db.session.refresh(draft)
    assert draft.title_en == "River trams"
    listed = desk.get(at(draft, "/offline"))
    assert "form.docx" in listed.words and "taken over" in listed.words


def test_a_long_text_is_shown_as_one_with_its_changes_marked(desk: Browser, draft: Submission) -> None:
    draft.summary_en = "Boats run every ten minutes between the two banks of the river, from five in the morning. " * 2
    db.session.commit()
    changed = draft.summary_en.replace("ten minutes", "five minutes", 1)
    data = with_text(download(desk, draft), typed("summary_en", changed, is_long=True))
    check = bring_back(desk, draft, data, follow=True)
    assert ["".join(e.itertext()) for e in check.all("del")] == ["ten"]
    assert ["".join(e.itertext()) for e in check.all("ins")] == ["five"]


def test_what_a_colleague_saved_after_the_check_was_opened_stops_everything(
    desk: Browser, another_browser: Browser, draft: Submission, city: City
) -> None:
    data = with_text(download(desk, draft), typed("title_en", "River trams"))
    check = bring_back(desk, draft, data, follow=True)
    colleague = another_browser.sign_in(make.make_delegate(city))
    colleague.submit(colleague.get(at(draft, "/edit")), "/edit", holding="edit_version", title_en="River metro")
    refused = desk.submit(check, "/offline/")
    assert refused.status == 409
    assert "Somebody saved a field in the meantime" in refused.words and "River metro" in refused.words
    assert "A colleague changed this after the document was downloaded" in refused.words
    box = refused.all("input", id="take-title_en")[0]
    assert box.get("checked") is None  # the newer text is not replaced unless somebody says so
    db.session.refresh(draft)
    assert draft.title_en == "River metro"
    desk.submit(refused, "/offline/", take="title_en")
    db.session.refresh(draft)
    assert draft.title_en == "River trams"


def macro(data: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("spoil", "name", "words"),
    [
        (lambda data: b"%PDF-1.7", "form.docx", ""),
        (lambda data: data[:2000], "form.docx", ""),
        (lambda data: data, "form.pdf", ""),
        (macro, "form.docx", ""),
        (lambda data: with_text(data, lambda xml: f"<!DOCTYPE x [<!ENTITY a 'b'>]>{xml.partition('?>')[2]}"), "form.docx",
         "damaged"),
        (lambda data: with_text(data, lambda xml: re.sub("<w:body>.*</w:body>", "<w:body/>", xml, flags=re.S)),
         "form.docx", "No box of the form was found"),
    ],
)  # fmt: skip
def test_hostile_and_foreign_documents_are_refused_with_a_reason(
    desk: Browser, draft: Submission, spoil: Callable[[bytes], bytes], name: str, words: str
) -> None:
    page = bring_back(desk, draft, spoil(download(desk, draft)), name)
    assert page.status == 422
    assert "This document was not taken" in page.words and words in page.words
    assert db.session.query(OfflineForm).count() == 0


def test_the_form_of_another_submission_is_refused(desk: Browser, draft: Submission, delegate: User) -> None:
    other = make.make_submission(draft.cycle, draft.city, by=delegate)
    page = bring_back(desk, draft, download(desk, other))
    assert page.status == 422 and other.ref in page.words


def test_another_city_sees_neither_page_nor_document(browser: Browser, desk: Browser, draft: Submission) -> None:
    bring_back(desk, draft, with_text(download(desk, draft), typed("title_en", "Mine")))
    form = db.session.query(OfflineForm).one()
    other = make.make_submission(draft.cycle)
    stranger = Browser(browser.app).sign_in(other.city.delegates[0].user)
    for path in ("/offline", "/offline/document", f"/offline/{form.id}"):
        assert stranger.get(at(draft, path)).status == 404
    assert stranger.get(at(other, f"/offline/{form.id}")).status == 404


def test_after_the_deadline_the_document_can_still_be_downloaded_but_changes_nothing(
    desk: Browser, draft: Submission
) -> None:
    data = with_text(download(desk, draft), typed("title_en", "Too late"))
    check = bring_back(desk, draft, data, follow=True)
    close(draft.cycle)
    assert download(desk, draft).startswith(b"PK")
    assert desk.get(at(draft, "/offline")).all("input", name="document") == []
    refused = desk.submit(check, "/offline/")
    assert refused.status == 422 and "The deadline has passed." in refused.words
    assert bring_back_bare(desk, check, draft, data).status == 422
    db.session.refresh(draft)
    assert draft.title_en == "River buses"


def bring_back_bare(desk: Browser, page: Page, draft: Submission, data: bytes) -> Page:
    """Sent although the page no longer offers it."""
    token = page.all("input", name="csrf_token")[0].get("value")
    return desk.post(at(draft, "/offline"), {"csrf_token": token, "document": (io.BytesIO(data), "form.docx")})


def test_nothing_ticked_and_no_document_are_said_kindly(desk: Browser, draft: Submission) -> None:
    data = with_text(download(desk, draft), typed("title_en", "Mine"))
    check = bring_back(desk, draft, data, follow=True)
    nothing = desk.submit(check, "/offline/", take=None)
    assert nothing.status == 422 and "Choose at least one field to take over." in nothing.words
    page = desk.get(at(draft, "/offline"))
    assert "Choose the document first." in desk.submit(page, "/offline", holding="document").words


def test_of_a_limited_return_the_page_offers_the_open_fields_or_says_that_there_are_none(
    desk: Browser, draft: Submission, cycle: Cycle
) -> None:
    hand_in(desk, draft)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    for notes, offered in (({"lessons": "Shorter."}, True), ({"files": "A sharper picture."}, False)):
        submissions.return_for_changes(
            actor=secretary, submission=draft, note="", notes=notes, is_limited=True,
            return_by=NOW + timedelta(days=2), now=NOW,
        )  # fmt: skip
        page = desk.get(at(draft, "/offline"))
        assert ("only the fields about which the secretariat asked" in page.words) is offered
        assert ("nothing to write in a Word document" in page.words) is not offered
        assert bool(page.all("input", name="document")) is offered
        assert desk.ask("GET", at(draft, "/offline/document")).status_code == (200 if offered else 303)
        draft.status = SubmissionStatus.SUBMITTED
        db.session.commit()

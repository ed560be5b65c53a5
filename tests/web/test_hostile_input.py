"""What nobody means well: addresses, forms, headers and bodies that no page of ours makes, refused or kept, never a 500."""

from __future__ import annotations

import io
from email import message_from_bytes
from email.policy import SMTP, default
from typing import Any

import pytest
from flask import Flask

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Submission, User
from awardapp.web import arriving
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.pages import Browser, fresh

HUGE = "9" * 30
TEXTS = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://evil.example")',
    "Name\r\nBcc: someone@evil.example",
    "\u202eexe.pdf\u2066",
    "nul\x00nul",
    "x" * 99_000,
    "\U0001f600" * 500,
    "\u4f60" * 3000,
)


@pytest.fixture
def desk(app: Flask) -> tuple[Browser, Submission]:
    """A delegate at the desk with a draft of an open call."""
    cycle = make.make_cycle(CyclePhase.OPEN)
    cycle.deadline_at = NOW.replace(year=2190)
    submission = make.make_submission(cycle)
    return Browser(app).sign_in(db.session.get_one(User, submission.created_by)), submission


@pytest.fixture
def office(app: Flask) -> tuple[Browser, Cycle]:
    """A secretary with a cycle whose rules can still change."""
    cycle = make.make_cycle(CyclePhase.DRAFT)
    return Browser(app).sign_in(make.make_member(cycle, Role.SECRETARIAT).user), cycle


@pytest.mark.parametrize("number", [HUGE, "9" * 5000, "2147483648"])
def test_a_number_that_no_row_has_is_an_unknown_address(
    desk: tuple[Browser, Submission], office: tuple[Browser, Cycle], number: str
) -> None:
    browser, submission = desk
    for part in ("receipt", "versions"):
        assert browser.get(f"/submissions/{submission.ref}/{part}/{number}").status == 404
    secretary, cycle = office
    for part in (f"letters/{number}", f"announcements/{number}", f"people/{number}/end"):
        assert secretary.get(f"/secretariat/{cycle.slug}/{part}").status == 404


@pytest.mark.parametrize(
    "address",
    ["/cases/%00", "/cycles/a%00b", "/announcements/%00/shortlist", "/submissions/%00", "/welcome/%00", "/%00"],
)
def test_an_address_with_a_nul_is_unknown(desk: tuple[Browser, Submission], address: str) -> None:
    assert desk[0].get(address).status in (404, 410)


def test_odd_pages_and_filters_of_a_list_show_the_list(
    desk: tuple[Browser, Submission], office: tuple[Browser, Cycle]
) -> None:
    for query in (
        f"page={HUGE}",
        "page=-5",
        "page=%00",
        "q=%00%ff&sort=%00",
        "country=%00&theme=%00",
        "status=%00&unknown=1",
    ):
        assert desk[0].get(f"/submissions?{query}").status == 200
        assert desk[0].get(f"/cases?{query}").status == 200
        for part in ("submissions", "letters", "scores", "assignment", "case-studies", f"audit?actor={HUGE}"):
            browser, cycle = office
            separator = "&" if "?" in part else "?"
            assert browser.get(f"/secretariat/{cycle.slug}/{part}{separator}{query}").status == 200


def test_the_next_file_after_any_number_is_a_file_or_the_list(app: Flask) -> None:
    decided = judging.committee()
    browser = Browser(app).sign_in(decided.members[1].user)
    for after in (HUGE, f"-{HUGE}", "\u00b2", "x", ""):
        assert browser.get(f"/committee/{decided.cycle.slug}/next", query_string={"after": after}).status == 302


@pytest.mark.parametrize("theme", ["\u00b2", "\u2460", HUGE, "9" * 5000, "-1", "99999999999", "\x00"])
def test_a_theme_that_is_none_is_no_error(desk: tuple[Browser, Submission], theme: str) -> None:
    browser, submission = desk
    page = browser.get(f"/submissions/{submission.ref}/edit")
    assert browser.submit(page, holding="edit_version", theme=theme).status in (303, 422)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:12])
def test_any_text_of_a_draft_is_kept_and_shown_as_text(desk: tuple[Browser, Submission], text: str) -> None:
    browser, submission = desk
    address = f"/submissions/{submission.ref}"
    page = browser.get(f"{address}/edit")
    sent = browser.submit(
        page, holding="edit_version", title_en=text[:290], background_en=text, contact_name=text[:190]
    )
    assert sent.status == 303, sent.words
    kept = text.replace("\r\n", "\n").replace("\x00", "")
    assert fresh(Submission, id=submission.id).answers["sections"]["background"]["en"] == kept
    for part in ("", "/edit", "/submit"):
        shown = browser.get(f"{address}{part}")
        assert shown.status == 200
        assert "<script>alert" not in shown.text


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:12])
def test_accounts_take_no_harm_from_any_text(browser: Browser, text: str) -> None:
    page = browser.get("/register")
    typed: dict[str, Any] = {
        "name": text,
        "email": text,
        "city_name": text,
        "country": text,
        "position": text,
        "language": text,
    }
    assert browser.submit(page, holding="city_name", **typed).status == 422
    page = browser.get("/sign-in")
    assert browser.submit(page, holding="password", email=text, password=text).status == 422
    page = browser.get("/forgotten-password")
    assert browser.submit(page, holding="email", email=text).status == 422


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "1e-400", HUGE, "1e-9", "", "x", "\u00b2"])
@pytest.mark.parametrize("name", ["scale_min", "scale_max", "scale_step"])
def test_a_scale_is_made_of_ordinary_numbers(office: tuple[Browser, Cycle], name: str, value: str) -> None:
    browser, cycle = office
    page = browser.get(f"/secretariat/{cycle.slug}/rules/numbers")
    typed: dict[str, Any] = {name: value}
    sent = browser.submit(page, holding="seen", **typed)
    is_zero = name == "scale_min" and value == "1e-400"  # nothing but a long way to write 0
    assert sent.status == (303 if is_zero else 422), sent.words
    assert fresh(Cycle, id=cycle.id).rules.steps == 20


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", HUGE])
def test_the_levels_of_a_criterion_are_ordinary_marks(office: tuple[Browser, Cycle], value: str) -> None:
    browser, cycle = office
    page = browser.get(f"/secretariat/{cycle.slug}/rules/criteria/{cycle.criteria[0].key}")
    typed: dict[str, Any] = {"levels-0-mark": value}
    assert browser.submit(page, holding="seen", **typed).status == 422


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "1800-01-01T00:00", "2026-13-45T99:99"])
def test_a_moment_outside_this_age_is_refused(office: tuple[Browser, Cycle], when: str) -> None:
    browser, cycle = office
    page = browser.get(f"/secretariat/{cycle.slug}/rules/dates")
    assert browser.submit(page, holding="seen", opens_at=when, deadline_at=when).status == 422
    cycle.phase = CyclePhase.OPEN
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    page = browser.get(f"/secretariat/{cycle.slug}/check/{submission.ref}")
    typed: dict[str, Any] = {"return-note": "More.", "return-return_by": when, "send": "1"}
    sent = browser.submit(page, "/return", **typed)
    assert sent.status == 422
    assert fresh(Submission, id=submission.id).status is SubmissionStatus.SUBMITTED


def test_a_ballot_with_odd_buttons_is_no_error(app: Flask) -> None:
    jury = judging.jury()
    browser = Browser(app).sign_in(jury.jurors[1].user)
    for act in ("up-\u00b2", f"up-{HUGE}", "down-", "up-x", "\x00"):
        page = browser.get(f"/jury/{jury.cycle.slug}/ballot")
        assert browser.submit(page, "/ballot", act=act).status in (302, 422)


def test_a_host_that_is_not_ours_gets_a_plain_refusal_without_an_address_of_its_own(
    app: Flask, browser: Browser
) -> None:
    assert app.config["TRUSTED_HOSTS"]
    for host in ("evil.example", "localhost.evil.example", "localhost@evil.example"):
        answer = browser.client.get("/forgotten-password", headers={"Host": host})
        assert answer.status_code == 400
        assert b"evil" not in answer.data


def test_a_body_that_is_too_large_is_heard_out_so_that_the_browser_shows_the_refusal(
    app: Flask, desk: tuple[Browser, Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, submission = desk
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 10_000)
    body = io.BytesIO(b"x" * 300_000)
    answer = browser.client.post(
        f"/submissions/{submission.ref}/files",
        input_stream=body,
        content_length=300_000,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert body.tell() == 300_000
    assert arriving.MOST_DISCARDED > 4 * 50_000_000


def post_all(browser: Browser, address: str, data: dict[str, Any]) -> int:
    """The status of a post with the token of the account's page."""
    token = browser.get("/account").form("/account", holding="csrf_token").find(".//input[@name='csrf_token']")
    assert token is not None
    return browser.post(address, {"csrf_token": token.get("value"), **data}).status


def test_forms_with_fields_of_the_wrong_kind_are_refused_or_ignored(
    desk: tuple[Browser, Submission], office: tuple[Browser, Cycle]
) -> None:
    browser, submission = desk
    address = f"/submissions/{submission.ref}"
    for path, data in (
        ("/submissions/start", {"cycle": "\x00", "city": HUGE}),
        ("/submissions/start", {"cycle": ["a", "b"], "city": ["1", "2"]}),
        (f"{address}/files/captions", {f"caption_en-{HUGE}": "a", f"caption_zh-{HUGE}": "b"}),
        (f"{address}/files/{HUGE}/remove", {}),
        (f"{address}/edit", {"edit_version": ["1", "2"], "title_en": ["a", "b"], "keep-csrf_token": "stored"}),
        (f"{address}/edit", {"edit_version": HUGE}),
        (f"/submissions/delegates/{HUGE}/confirm", {}),
    ):
        assert post_all(browser, path, data) < 500, path
    secretary, cycle = office
    room = f"/secretariat/{cycle.slug}"
    for path, data in (
        ("/new-cycle", {"name_en": "\x00", "name_zh": "", "slug": "../x", "year": HUGE}),
        ("/people/invite", {"role": "juror", "name": "a\r\nb", "email": "q\x00@x.example", "country": "\x00"}),
        (f"/people/requests/{HUGE}", {"answer": "confirm"}),
        (f"/announcements/{HUGE}/release", {"letters": HUGE}),
        ("/announcements", {"kind": "special", "award_key": "\x00"}),
        (f"/awards/popular_city/decisions/{HUGE}/take-back", {"reason": "x"}),
        ("/rules/weights", {"weights-99999999-weight": "1", "weights-x-weight": "1"}),
        ("/letters/retry", {"number": "\u00b2"}),
        ("/next-phase", {"to": "\x00"}),
    ):
        assert post_all(secretary, f"{room}{path}", data) < 500, path


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?a=0D=0ABcc:_x@evil.example=0D=0A=0D=0AWritten_by_them?=",
        "=\x00?utf-8?b?YQ0KQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=",
        "Name\r\nBcc: x@evil.example",
        "Name\x0bBcc: x@evil.example",
        "Name\u2028Bcc: x@evil.example",
        'Name" <x@evil.example>, "other',
        "=?utf-8?q?" + "\u540d" * 80,
    ],
)
def test_a_name_or_a_title_puts_no_header_and_no_recipient_into_a_letter(app: Flask, text: str) -> None:
    letter = emails.Letter(f"Invitation to act for {text}", "The letter.", "<p>The letter.</p>")
    raw = emails.message(letter, row_id=1, to_name=text, to_email="them@people.example").as_bytes(policy=SMTP)
    read = message_from_bytes(raw, policy=default)
    assert read.get_all("Bcc") is None
    assert [one.addr_spec for one in read["To"].addresses] == ["them@people.example"]
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content().strip() for part in read.iter_parts()] == ["The letter.", "<p>The letter.</p>"]

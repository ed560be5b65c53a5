"""What people see when something is refused or breaks: in both languages, their text shown again, never a trace."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from awardapp import create_app, migrations
from awardapp.domain.errors import NotPermitted, RuleViolation, StaleVersion
from awardapp.extensions import db
from awardapp.web.access import public
from tests.conftest import environment
from tests.support.pages import Browser, Page, values_of

SECRET = "the password of the database is swordfish"
TYPED = "A paragraph about our initiative that took an afternoon to write. <b>&</b>"


def broken() -> str:
    raise RuntimeError(SECRET)


def busy() -> str:
    raise OperationalError(f"SELECT '{SECRET}'", {}, Exception("database is locked"))


def not_permitted() -> str:
    raise NotPermitted("You are not permitted to do this.")


def stale() -> str:
    raise StaleVersion("This ballot was saved in another window after you opened it.")


def refused() -> str:
    raise RuleViolation("Give a reason.", field="reason")


def answering(code: int) -> Callable[[], str]:
    def view() -> str:
        abort(code)

    return view


VIEWS: dict[str, Callable[[], str]] = {
    "broken": broken,
    "busy": busy,
    "not-permitted": not_permitted,
    "stale": stale,
    "refused": refused,
    **{str(code): answering(code) for code in (400, 403, 404, 409, 429, 502)},
}


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with views that fail in every way; of the database it is only asked whether everything is frozen."""
    made = create_app(environment(tmp_path_factory.mktemp("failing")))
    made.config["TESTING"] = True
    for name, view in VIEWS.items():
        made.add_url_rule(f"/fails/{name}", f"fails_{name}", public(view), methods=["GET", "POST"])
    with made.app_context():
        migrations.upgrade()
        db.session.remove()
    return made


@pytest.fixture
def app(failing: Flask) -> Iterator[Flask]:
    with failing.app_context():
        yield failing


def post(browser: Browser, address: str, **data: str) -> Page:
    """Post with a real token, as a form would."""
    token = values_of(browser.get("/sign-in").form("/sign-in"))["csrf_token"][0]
    return browser.post(address, {"csrf_token": token, **data})


# address -> status and English heading
PAGES = {
    "not-permitted": (403, "This page is not for you to open"),
    "403": (403, "This page is not for you to open"),
    "404": (404, "There is no page at this address"),
    "400": (400, "There is no page at this address"),
    "stale": (409, "Somebody else was faster"),
    "refused": (409, "Somebody else was faster"),
    "409": (409, "Somebody else was faster"),
    "429": (429, "Too many requests in a short time"),
    "broken": (500, "Something went wrong on our side"),
    "busy": (500, "Something went wrong on our side"),
    "502": (502, "Something went wrong on our side"),
}


@pytest.mark.parametrize("name", PAGES)
def test_each_failure_has_its_page_in_both_languages(app: Flask, name: str) -> None:
    status, heading = PAGES[name]
    english = Browser(app).get(f"/fails/{name}")
    chinese = Browser(app).get(f"/fails/{name}", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert (english.status, english.title, english.root.get("lang")) == (status, heading, "en")
    assert (chinese.status, chinese.root.get("lang")) == (status, "zh-Hans")
    assert heading not in chinese.words
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.title)


@pytest.mark.parametrize("name", PAGES)
def test_what_was_typed_is_shown_again_and_secrets_are_not(app: Flask, name: str) -> None:
    page = post(Browser(app), f"/fails/{name}", background_en=TYPED, short="no", password="p" * 50)
    assert page.status == PAGES[name][0]
    shown = ["".join(area.itertext()).strip() for area in page.all("textarea")]
    assert shown == [TYPED]
    assert "p" * 50 not in page.text
    assert "csrf_token" not in page.words


@pytest.mark.parametrize("name", PAGES)
def test_no_page_tells_how_the_program_is_made(app: Flask, name: str) -> None:
    for page in (Browser(app).get(f"/fails/{name}"), post(Browser(app), f"/fails/{name}", text=TYPED)):
        told = page.text.lower()
        assert [
            word for word in ("traceback", "swordfish", "runtimeerror", "sqlalchemy", ".py", "select ") if word in told
        ] == []


def test_a_refusal_says_its_reason_in_the_readers_language(app: Flask) -> None:
    assert "You are not permitted to do this." in Browser(app).get("/fails/not-permitted").words
    chinese = Browser(app).get("/fails/stale", headers={"Accept-Language": "zh"})
    assert "This ballot was saved" not in chinese.words


def test_an_unexpected_failure_gives_a_number_that_is_found_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    page = Browser(app).get("/fails/broken")
    number = page.response.headers["X-Request-Id"]
    assert ["".join(code.itertext()) for code in page.all("code")] == [number]
    [record] = [r for r in caplog.records if r.name == "awardapp.errors"]
    assert record.getMessage() == "unexpected: endpoint=fails_broken"
    assert record.exc_info is not None
    assert getattr(record, "request_id", None) == number


def test_every_request_has_a_number_of_its_own(app: Flask) -> None:
    browser = Browser(app)
    numbers = [browser.get("/fails/404").response.headers["X-Request-Id"] for _ in range(3)]
    assert len(set(numbers)) == 3


def test_a_request_over_the_limit_is_refused_unread_in_both_languages(app: Flask) -> None:
    for language, heading in (("en", "What you sent is too large"), ("zh", None)):
        page = Browser(app).post(
            "/sign-in",
            None,
            input_stream=io.BytesIO(b"x=1"),
            content_type="application/x-www-form-urlencoded",
            headers={"Accept-Language": language},
            environ_overrides={"CONTENT_LENGTH": "60000001"},
        )
        assert page.status == 413
        assert (page.title == heading) is (language == "en")


def test_a_form_without_its_token_is_refused_and_gives_the_text_back(app: Flask) -> None:
    page = Browser(app).post("/fails/404", {"background_en": TYPED})
    assert page.status == 409
    assert ["".join(area.itertext()).strip() for area in page.all("textarea")] == [TYPED]


def test_a_wrong_method_is_a_page_too(app: Flask) -> None:
    assert Browser(app).ask("DELETE", "/").status_code in (405, 409)
    assert Browser(app).get("/sign-out").status == 405

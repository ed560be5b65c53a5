"""What surrounds every answer: headers, cookies, origins, hosts, and files that people sent us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from awardapp import create_app
from tests import factories as make
from tests.conftest import environment
from tests.support import world
from tests.support.pages import Browser, values_of

HTTPS = {"AWARD_BASE_URL": "https://award.example"}


@pytest.fixture(scope="module")
def over_https(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as it is reached through https."""
    made = create_app(environment(tmp_path_factory.mktemp("https"), **HTTPS))
    made.config["TESTING"] = True
    return made


@pytest.fixture
def secure(over_https: Flask) -> Iterator[Flask]:
    with over_https.app_context():
        yield over_https


def token(browser: Browser) -> str:
    return values_of(browser.get("/sign-in").form("/sign-in"))["csrf_token"][0]


@pytest.mark.parametrize(
    "address", ["/", "/sign-in", "/no-such-page", "/account", "/cases.json", "/healthz", "/robots.txt"]
)
def test_every_answer_carries_the_policy(browser: Browser, address: str) -> None:
    headers = browser.ask("GET", address).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{12}", headers["X-Request-Id"])
    assert "Strict-Transport-Security" not in headers


def test_what_a_signed_in_person_sees_is_kept_by_nobody(browser: Browser) -> None:
    browser.sign_in(make.make_user())
    for address in ("/", "/account", "/submissions", "/no-such-page"):
        assert browser.ask("GET", address).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        (None, False),
        ("http://localhost", False),
        ("https://evil.example", True),
        ("http://localhost.evil.example", True),
        ("http://localhost:81", True),
        ("null", True),
    ],
)
def test_a_change_is_accepted_from_our_own_pages_only(browser: Browser, origin: str | None, refused: bool) -> None:
    data = {"csrf_token": token(browser), "email": "a@city.example", "password": "wrong password"}
    page = browser.post("/sign-in", data, headers={"Origin": origin} if origin else {})
    assert (page.status == 403) is refused


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "169.254.169.254"]
)
def test_a_request_for_another_host_is_refused(app: Flask, host: str) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.get_data(as_text=True)


def test_forwarded_headers_mean_nothing_without_a_trusted_proxy(browser: Browser) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    page = browser.get("/sitemap.xml", headers={**forged, "Forwarded": "host=evil.example"})
    assert page.status == 200
    assert "evil.example" not in page.text
    override = browser.ask("GET", "/account", headers={"X-HTTP-Method-Override": "POST"})
    assert override.status_code == 302


def test_behind_one_trusted_proxy_its_word_on_host_and_scheme_counts(tmp_path: Path) -> None:
    app = create_app(environment(tmp_path, AWARD_TRUSTED_PROXIES="1", **HTTPS))
    with app.app_context():
        headers = {"Host": "10.0.0.7:8000", "X-Forwarded-Host": "award.example", "X-Forwarded-Proto": "https"}
        assert app.test_client().get("/sign-in", headers=headers).status_code == 200
        headers["X-Forwarded-Host"] = "award.example, evil.example"
        assert app.test_client().get("/sign-in", headers=headers).status_code == 400


def cookie_of(answer_headers: list[str]) -> tuple[str, set[str]]:
    """The name and the lower-case attributes of the only cookie set."""
    [line] = answer_headers
    first, *rest = [part.strip() for part in line.split(";")]
    return first.partition("=")[0], {part.lower() for part in rest}


def test_the_cookie_is_unreadable_for_scripts_and_stays_on_the_site(browser: Browser) -> None:
    answer = browser.ask("GET", "/sign-in")
    name, attributes = cookie_of(answer.headers.getlist("Set-Cookie"))
    assert (name, attributes) == ("award", {"httponly", "samesite=lax", "path=/"})


def test_with_https_the_cookie_is_bound_to_the_host_and_the_browser_told_to_stay(secure: Flask) -> None:
    answer = secure.test_client().get("/sign-in", base_url="https://award.example")
    name, attributes = cookie_of(answer.headers.getlist("Set-Cookie"))
    assert (name, attributes) == ("__Host-award", {"secure", "httponly", "samesite=lax", "path=/"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_somebody_who_only_reads_gets_no_cookie(browser: Browser) -> None:
    for address in ("/", "/cases", "/announcements", "/cycles"):
        assert browser.ask("GET", address).headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("anonymous", "/cases/{case_ref}/files/{sha256}"),
        ("delegate", "/submissions/{ref}/files/{sha256}"),
        ("secretariat", "/secretariat/{slug}/submissions/{ref}/files/{sha256}"),
        ("juror", "/jury/{slug}/submissions/{ref}/files/{sha256}"),
    ],
)
def test_a_file_that_was_sent_to_us_is_only_ever_saved_and_never_opened_here(
    browser: Browser, who: str, address: str
) -> None:
    found = world.build()
    person = found.people[who]
    if person is not None:
        browser.sign_in(person)
    answer = browser.ask("GET", address.format(**found.values))
    assert (answer.status_code, answer.get_data()) == (200, world.FILE)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="plan.pdf"')
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(browser: Browser, another_browser: Browser) -> None:
    browser.sign_in(make.make_user())
    page = browser.get("/account")
    stolen = browser.client.get_cookie("award")
    assert stolen is not None
    another_browser.client.set_cookie("award", stolen.value)
    assert another_browser.get("/account").status == 200
    browser.submit(page, "/sign-out")
    assert another_browser.get("/account").status == 302


def test_a_page_never_leads_from_the_sign_in_to_another_site(browser: Browser) -> None:
    user = make.make_user()
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        page = browser.get("/sign-in", query_string={"next": target})
        sent = browser.submit(page, "/sign-in", email=user.email, password=make.PASSWORD)
        assert (sent.status, "evil.example" in sent.location, "javascript" in sent.location) == (303, False, False)
        browser.submit(browser.get("/account"), "/sign-out")

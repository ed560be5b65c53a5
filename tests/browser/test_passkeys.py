"""Passkeys in a real browser with an authenticator of its own: added, signed in with, shown at a grave step, copied, lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from awardapp import clock, create_app
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, Passkey, SignIn, User
from tests import factories as make
from tests.browser.conftest import Site, Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser


@contextmanager
def looking_into(site: Site) -> Iterator[None]:
    """The database of the served system."""
    with create_app(site.settings).app_context():
        try:
            yield
            db.session.commit()
        finally:
            db.session.remove()
            db.engine.dispose()


def authenticator(page: Page) -> tuple[Any, str]:
    """A device of the browser that makes and keeps passkeys and verifies its person."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return device, made["authenticatorId"]


def sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_passkey_signs_in_stands_beside_the_password_and_confirms_a_grave_step(
    window: Callable[..., Window], site: Site
) -> None:
    with looking_into(site):
        cycle = db.session.scalars(select(Cycle).where(Cycle.slug == "call")).one()
        secretary = make.make_member(cycle, Role.SECRETARIAT, make.make_user("Lin Yue")).user
        email, user_id = secretary.email, secretary.id
    here = site.address.replace("127.0.0.1", "localhost")
    one = window()
    page = one.page
    device, device_id = authenticator(page)
    answers: list[str] = []
    page.on("request", lambda sent: answers.append(sent.post_data or "") if "/sign-in/passkey" in sent.url else None)

    def type_password() -> None:
        page.goto(f"{here}/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(make.PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in", exact=True).click()

    type_password()
    page.goto(f"{here}/account/second-factor")
    page.get_by_label("Name of the passkey").fill("Office laptop")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a text file").click()
    assert page.locator(".recovery-codes code").first.inner_text() in download.value.path().read_text()

    # A sign-in of its own: no address, no password.
    sign_out(page)
    page.goto(f"{here}/sign-in?next=/account/second-factor")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("h1")).to_have_text("Second factor")
    expect(page.get_by_role("rowheader", name="Office laptop")).to_be_visible()

    # The same answer a second time opens nothing, in whatever browser.
    thief = window().page
    thief.goto(f"{here}/sign-in")
    form = dict(part.split("=", 1) for part in answers[-1].split("&"))
    token = thief.locator("input[name=csrf_token]").first.input_value()
    body = f"csrf_token={token}&passkey={form['passkey']}"
    kind = "application/x-www-form-urlencoded"
    replayed = thief.request.post(f"{here}/sign-in/passkey", data=body, headers={"Content-Type": kind})
    assert replayed.status == 422

    # Beside the password.
    sign_out(page)
    type_password()
    expect(page.locator("h1")).to_have_text("Second step")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/secretariat/**")

    # Instead of password and code at a grave step.
    page.goto(f"{here}/secretariat/call/people/invite?role=observer")
    page.get_by_label("Name", exact=True).fill("Olga Observer")
    page.get_by_label("E-mail address").fill("olga@union.example")
    page.get_by_role("button", name="Use a passkey instead of both").click()
    expect(page.get_by_text("Olga Observer is invited")).to_be_visible()

    # A device that cannot tell who holds it is refused, and says so.
    device.send("WebAuthn.setUserVerified", {"authenticatorId": device_id, "isUserVerified": False})
    sign_out(page)
    page.goto(f"{here}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".passkey-state")).to_have_text("The passkey was not used. Try again, or use another way.")
    device.send("WebAuthn.setUserVerified", {"authenticatorId": device_id, "isUserVerified": True})

    # A copy of the key that fell behind the real one's counter.
    with looking_into(site):
        keys = db.session.scalars(select(Passkey).where(Passkey.user_id == user_id)).all()
        factors = db.session.scalars(select(SignIn.factor).where(SignIn.user_id == user_id).order_by(SignIn.id)).all()
        db.session.execute(update(Passkey).where(Passkey.user_id == user_id).values(sign_count=10_000))
    assert [(key.name, key.used_at is not None, key.sign_count > 1) for key in keys] == [("Office laptop", True, True)]
    assert factors == ["password", "passkey", "passkey", "passkey"]
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not accepted.")).to_be_visible()


def test_an_organiser_is_asked_before_the_sign_in_ends_and_stays_with_one_key(
    window: Callable[..., Window], site: Site
) -> None:
    with looking_into(site):
        cycle = db.session.scalars(select(Cycle).where(Cycle.slug == "call")).one()
        email = make.make_member(cycle, Role.SECRETARIAT, make.make_user("Wu Min")).user.email
    site.people["idle secretary"] = email
    one = window("idle secretary")
    page = one.page
    page.clock.install()
    one.open("/secretariat/call/people/invite?role=observer")
    page.wait_for_selector("html[data-started]")
    page.get_by_label("Name", exact=True).fill("Typed and not lost")
    with looking_into(site):
        owner = select(User.id).where(User.email == email).scalar_subquery()
        quiet = clock.now() - timedelta(minutes=28, seconds=30)
        db.session.execute(update(SignIn).where(SignIn.user_id == owner).values(seen_at=quiet))
    page.clock.fast_forward("28:02")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You will be signed out in 1 min")
    assert accessibility_faults(page) == []
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed and not lost")
    with looking_into(site):
        seen = db.session.scalars(select(SignIn.seen_at).where(SignIn.user_id == owner)).one()
        assert clock.now() - seen < timedelta(minutes=1)
        assert db.session.scalars(select(Membership.ended_at).where(Membership.user_id == owner)).all() == [None]

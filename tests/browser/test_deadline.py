"""The countdown of the last day: it ticks by the server's clock for eyes, and speaks seldom for ears."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from awardapp import create_app
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from tests import factories as make
from tests.browser.conftest import Site, Window

pytestmark = pytest.mark.browser


def test_the_countdown_ticks_and_is_announced_at_the_last_minute(window: Callable[..., Window], site: Site) -> None:
    now = datetime.now(UTC)
    app = create_app(site.settings)
    with app.app_context():
        cycle = make.make_cycle(CyclePhase.OPEN, slug="closing", deadline_at=now + timedelta(days=1, hours=3))
        person = make.make_user("Lena Dahl")
        draft = make.make_submission(
            cycle, make.make_city("Nordhaven", "DK"), by=make.make_delegate(make.make_city(), person)
        )
        make.make_delegate(draft.city, person)
        site.people["closing"], path = person.email, f"/submissions/{draft.ref}/submit"
        db.session.commit()
        one = window("closing")
        page = one.open(path)
        expect(page.locator("[data-countdown]")).to_have_count(0)  # more than a day away: words are enough

        # The reader's clock is an hour fast: what counts is the server's.
        page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
        cycle.deadline_at = datetime.now(UTC) + timedelta(seconds=75)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    page = one.open(path)
    seen = page.locator("[data-countdown] [aria-hidden]")
    expect(seen).to_have_text(re.compile(r"^0:01:\d\d left$"))
    spoken = page.locator("[data-countdown] + [role=status]")
    expect(spoken).to_have_text("")
    expect(page.locator("[data-countdown] .unseen")).to_have_text("1 minute left")
    page.clock.fast_forward(20_000)
    expect(seen).to_have_text(re.compile(r"^0:00:\d\d left$"))
    expect(spoken).to_have_text("1 minute left")
    page.clock.fast_forward(70_000)
    expect(page.locator("[data-countdown]")).to_have_text("The deadline has passed.")
    expect(spoken).to_have_text("The deadline has passed.")

"""Fixtures of the city's desk: one city, one open call, one delegate at work on a complete draft."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import City, Cycle, Submission, User
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser


@pytest.fixture(autouse=True)
def _at_now(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set_offset(NOW - clock.now())
    monkeypatch.setitem(app.config, "STORAGE_URL", f"file://{tmp_path}/files")


@pytest.fixture
def city(app: Flask) -> City:
    return make.make_city("Surabaya", "ID", name_zh="泗水")


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


@pytest.fixture
def delegate(city: City) -> User:
    return make.make_delegate(city, make.make_user("Ana Putri"))


@pytest.fixture
def draft(cycle: Cycle, city: City, delegate: User) -> Submission:
    """A complete draft of Surabaya."""
    return make.make_submission(cycle, city, by=delegate, title_en="River buses", title_zh="水上巴士")


@pytest.fixture
def desk(browser: Browser, delegate: User) -> Browser:
    db.session.commit()
    return browser.sign_in(delegate)

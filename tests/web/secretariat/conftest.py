"""A cycle with its call open and a member of its secretariat at work, at the instant of the tests."""

from __future__ import annotations

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


@pytest.fixture
def desk(cycle: Cycle, browser: Browser) -> Browser:
    """A member of the secretariat at work on `cycle`."""
    person = make.make_user("Chen Meiling")
    make.make_member(cycle, Role.SECRETARIAT, person)
    db.session.commit()
    return browser.sign_in(person)

"""A cycle whose committee is at work, with a member and a chair."""

from __future__ import annotations

from typing import Any

import pytest

from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.models import Cycle, Membership
from tests import factories as make


@pytest.fixture
def cycle(app: Any) -> Cycle:
    return make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(shortlist_size=2, deserving_max=1, winners_max=1))


@pytest.fixture
def member(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Ana", country="BR"))


@pytest.fixture
def chair(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Chair", country="KE"), is_chair=True)

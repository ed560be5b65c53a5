"""Many windows of one session at once: each file is taken up once, each vote opened, given and counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.extensions import db
from awardapp.models import PlenaryBallot, PlenaryTurn, PlenaryVote
from awardapp.services import audit
from tests.conftest import NOW
from tests.support.pages import Browser
from tests.support.plenary import opened
from tests.support.separate import all_at_once, separate_app


@pytest.fixture
def site(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A whole application of the test's own, since rolled-back transactions know no second connection."""
    with separate_app(database, request) as app:
        clock.set_offset(NOW + timedelta(days=1) - clock.now())
        yield app
        assert audit.first_fault() is None


def count(model: type[Any]) -> int:
    db.session.commit()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_session_survives_many_clicks_at_once(site: Flask) -> None:
    site.config["WTF_CSRF_ENABLED"] = False
    room = opened()
    ref = room.submissions[0].ref
    base = f"/committee/{room.cycle.slug}/plenary"
    chairs = [Browser(site).sign_in(room.chair) for _ in range(3)]
    voters = [Browser(site).sign_in(room.members[n].user) for n in (1, 1, 2, 3, 4)]

    def at_once(people: list[Browser], act: Callable[[int], tuple[str, dict[str, Any]]]) -> Counter[int]:
        db.session.commit()
        acts = [act(n) for n in range(len(people))]
        found = all_at_once(
            site, lambda n: people[n].ask("POST", base + acts[n][0], data=acts[n][1]), people=len(people)
        )
        db.session.expire_all()
        return Counter(answer.status_code for answer in found)

    assert at_once(chairs, lambda n: ("/go", {"to": "next", "seen": ""})) == {303: 1, 409: 2}
    assert count(PlenaryTurn) == 1
    assert at_once(chairs, lambda n: ("/vote", {"question": "place", "seen": ref})) == {303: 1, 409: 2}
    vote = {"seen": ref, "number": 1}
    assert at_once(voters, lambda n: ("/cast", {**vote, "choice": "shortlisted"})) == {303: 5}
    assert count(PlenaryBallot) == 4
    both = at_once(
        [*chairs, *voters], lambda n: ("/count", vote) if n < len(chairs) else ("/cast", {**vote, "choice": "none"})
    )
    assert both[303] >= 1 and both[303] + both[409] == len(chairs) + len(voters)
    tally = db.session.scalars(select(PlenaryVote)).one().count
    assert tally is not None
    kept = Counter(db.session.scalars(select(PlenaryBallot.choice)))
    assert tally["votes"] == {"shortlisted": kept["shortlisted"], "deserving": 0, "none": kept["none"]}
    assert kept.total() == 4

"""The chair changes a citation, moves a city and asks anew while two people confirm the lock: sealed is what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.locking import RequestState
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import AuditEntry, Decision, JuryMove, LockRequest, Selection
from awardapp.services import audit, integrity, jury_lock
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.pages import Browser, fresh
from tests.support.separate import all_at_once, separate_app

pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def site(database: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A whole application of the test's own, since rolled-back transactions know no second connection."""
    with separate_app(database, request) as app:
        clock.set_offset(NOW + timedelta(days=1) - clock.now())
        yield app
        assert audit.first_fault() is None


def test_what_is_sealed_is_what_was_asked_for_whatever_the_chair_does_meanwhile(site: Flask) -> None:
    found = judging.jury()
    judging.cast_all(found)
    judging.counted(found)
    judging.write_citations(found.cycle)
    people = [make.make_member(found.cycle, Role.SECRETARIAT).user for _ in range(2)]
    judging.ask_lock(found.cycle, chair=found.chair, of=jury_lock.LOCK)
    db.session.commit()
    slug, (first, second, _third) = found.cycle.slug, found.finalists
    seals = [(w, w.get(f"/secretariat/{slug}/jury-lock")) for w in (Browser(site).sign_in(one) for one in people)]
    chairs = [Browser(site).sign_in(found.chair) for _ in range(3)]
    cited = chairs[0].get(f"/jury/{slug}/decide/{first.ref}")
    moved = chairs[1].get(f"/jury/{slug}/decide/{second.ref}")
    asked = chairs[2].get(f"/jury/{slug}/decide-lock")

    def act(n: int) -> Any:
        if n < 2:
            return seals[n][0].submit(seals[n][1], holding="sure", sure="y", password=make.PASSWORD)
        if n == 2:
            return chairs[0].submit(cited, "/citation", citation_en="Changed.", citation_zh="改。")
        if n == 3:
            return chairs[1].submit(moved, holding="wins", wins="no", move_reason="A doubt.")
        return chairs[2].post(f"/jury/{slug}/decide-lock/withdraw", {"csrf_token": _token(asked)})

    statuses = [page.status for page in all_at_once(site, act, people=5)]
    db.session.expire_all()

    assert not [status for status in statuses if status >= 500], statuses
    request = fresh(LockRequest, stage=Stage.JURY)
    selection = fresh(Selection, cycle_id=found.cycle.id, stage=Stage.JURY)
    winners = {d.submission_id: d.reason_en for d in db.session.scalars(select(Decision).filter_by(stage=Stage.JURY))}
    locks = db.session.scalars(select(AuditEntry).filter_by(action="jury.lock")).all()
    if request.state is RequestState.CONFIRMED:
        assert winners == {first.id: "Convincing.", second.id: "Convincing."}
        assert selection.record_sha256 == request.record_sha256
        assert record.verify((selection.record or "").encode()) == []
        assert len(locks) == 1
        assert db.session.scalars(select(JuryMove)).all() == []
    else:
        assert request.state in (RequestState.VOID, RequestState.WITHDRAWN)
        assert (selection.locked_at, list(locks)) == (None, [])
        assert statuses[2] in (303, 409) and statuses[3] == 303
    assert list(integrity._locks()) == []


def test_of_eight_windows_that_save_one_citation_one_is_stored(site: Flask) -> None:
    found = judging.jury()
    judging.cast_all(found)
    judging.counted(found)
    db.session.commit()
    address = f"/jury/{found.cycle.slug}/decide/{found.finalists[0].ref}"
    opened = [(w, w.get(address)) for w in (Browser(site).sign_in(found.chair) for _ in range(8))]

    def save(n: int) -> Any:
        window, page = opened[n]
        data = {"csrf_token": _token(page), "value": f"Window {n}", "base": digest("")}
        return window.post(f"{address}/texts/citation_en", data)

    statuses = sorted(page.status for page in all_at_once(site, save, people=8))
    db.session.expire_all()
    assert statuses == [200] + [409] * 7
    assert fresh(Decision, submission_id=found.finalists[0].id, stage=Stage.JURY).reason_en.startswith("Window ")


def _token(page: Any) -> str:
    return next(c.get("value") or "" for c in page.form("/sign-out").iter("input") if c.get("name") == "csrf_token")

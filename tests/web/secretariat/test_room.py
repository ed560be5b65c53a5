"""The secretariat's room: who enters, its one next step, and that its pages cost the same whatever there is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Membership,
    Submission,
)
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh
from tests.support.secretariat import at, waiting


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.JUROR, None])
def test_others_find_no_such_room(cycle: Cycle, browser: Browser, role: Role | None) -> None:
    person = make.make_user()
    if role is not None:
        make.make_member(cycle, role, person)
    browser.sign_in(person)
    for path in ("/", "/rules", "/people", "/submissions", "/submissions.csv", "/scores", "/scores.csv", "/assignment"):
        assert browser.get(at(cycle, path)).status == 404


def test_the_secretariat_of_one_cycle_finds_no_other(desk: Browser) -> None:
    assert desk.get(at(make.make_cycle())).status == 404


def _next(page: Page) -> str:
    (box,) = page.all("div", class_="next-step")
    return " ".join("".join(box.itertext()).split())


def test_the_overview_names_the_one_next_step(cycle: Cycle, desk: Browser) -> None:
    assert "closes by itself" in _next(desk.get(at(cycle)))
    waiting(cycle)
    assert "Check the next file" in _next(desk.get(at(cycle)))

    def in_phase(phase: CyclePhase) -> str:
        fresh(Cycle, id=cycle.id).phase = phase
        db.session.commit()
        return _next(desk.get(at(cycle)))

    assert "Check the next file" in in_phase(CyclePhase.SCREENING)
    for file in db.session.scalars(select(Submission)):
        file.status = SubmissionStatus.VALID
    assert "Invite the committee" in in_phase(CyclePhase.SCREENING)
    member = make.make_member(cycle, Role.COMMITTEE, declared=False)
    assert "Begin the committee's work" in in_phase(CyclePhase.SCREENING)
    assert "See who is missing" in in_phase(CyclePhase.COMMITTEE)
    member = fresh(Membership, id=member.id)
    member.conflicts_declared_at = NOW
    assert "Name a chair" in in_phase(CyclePhase.COMMITTEE)
    fresh(Membership, id=member.id).is_chair = True
    assert "Assign the files" in in_phase(CyclePhase.COMMITTEE)
    make.make_assignment(db.session.scalars(select(Submission)).one(), fresh(Membership, id=member.id), released=False)
    assert "release it" in in_phase(CyclePhase.COMMITTEE)
    assert "Invite the jury" in in_phase(CyclePhase.SHORTLIST_PUBLIC)
    assert "Prepare the announcement" in in_phase(CyclePhase.SHORTLIST_SEALED)
    assert "Prepare the next cycle" in in_phase(CyclePhase.ARCHIVED)


@pytest.mark.parametrize(
    "path", ["/", "/submissions", "/people", "/assignment", "/scores", "/scores?sort=-raw", "/check/{ref}"]
)
def test_the_number_of_queries_does_not_depend_on_the_rows(
    cycle: Cycle, desk: Browser, queries: Any, path: str
) -> None:
    def add() -> str:
        member = make.make_member(cycle, Role.COMMITTEE)
        (file,) = waiting(cycle)
        valid = make.make_submission(cycle, status=SubmissionStatus.VALID)
        make.make_assignment(valid, member)
        db.session.commit()
        return file.ref

    def cost(ref: str) -> int:
        desk.get(at(cycle, path.format(ref=ref)))
        with queries() as sent:
            assert desk.get(at(cycle, path.format(ref=ref))).status == 200
        return len(sent)

    ref = add()
    one = cost(ref)
    add()
    add()
    assert cost(ref) == one

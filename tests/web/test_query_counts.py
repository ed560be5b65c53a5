"""The pages of the benchmark ask the database as often for three rows as for twelve, and seldom.

How long they take is measured by tests/bench/pages.py; what is asserted here does not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, City, Cycle, Membership, User
from awardapp.services import assessments
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, values_of

# The most SELECTs a page may send; who is signed in, with roles and cities, takes two of them.
MOST = {
    "public list": 3,  # one of them asks whether everything is frozen; of somebody signed in that is read with the sign-in
    "public case": 5,
    "JSON list": 2,
    "CSV of all cases": 2,
    "city's desk": 7,
    "saving one input": 2,
    "saving a draft": 7,  # one of them asks PostgreSQL for its clock
    "member's queue": 7,  # once scores are open: with whether cases to report on or a lock wait for the member
    "one file to assess": 12,  # handed in: with what the others gave and said
    "saving a score": 6,
    "secretariat's overview": 12,
    "overview with scores": 7,
    "CSV of all scores": 6,
    "calibration of all files": 13,
    "members' figures": 13,
    "questions": 14,
}


@dataclass
class World:
    """A city with drafts in an open call, and a committee at work in another cycle."""

    app: Flask
    open_call: Cycle
    cycle: Cycle
    city: City
    delegate: User
    secretary: Membership
    member: Membership

    def grow(self, number: int) -> None:
        """So many more rows of everything."""
        for _ in range(number):
            make.make_case_study(self.cycle)
            make.make_submission(self.open_call, self.city, by=self.delegate)
            assignment = make.make_assignment(
                make.make_submission(self.cycle, status=SubmissionStatus.VALID), self.member
            )
            self.score(assignment)
        db.session.commit()

    def read_anew(self) -> None:
        """The same rows as objects of the present session, after the pages have had theirs."""
        db.session.commit()
        identities = {name: inspect(row).identity[0] for name, row in vars(self).items() if name != "app"}
        db.session.expunge_all()
        for name, identity in identities.items():
            setattr(self, name, db.session.get_one(type(getattr(self, name)), identity))

    def score(self, assignment: Assignment) -> None:
        """The member hands an assessment in."""
        assessments.record(
            actor=self.member.user,
            member=self.member,
            assignment=assignment,
            marks={criterion.id: 7.0 for criterion in self.cycle.criteria},
            comment="Good work",
            private_note="",
            submit=True,
            now=NOW,
        )


@pytest.fixture
def world(app: Flask) -> World:
    open_call, cycle = make.make_cycle(), make.make_cycle(CyclePhase.COMMITTEE)
    city = make.make_city()
    delegate = make.make_delegate(city)
    secretary = make.make_member(cycle, Role.SECRETARIAT)
    make.open_scores(cycle)
    return World(app, open_call, cycle, city, delegate, secretary, make.make_member(cycle, Role.COMMITTEE))


@dataclass
class Addresses:
    """Things that are there from the beginning, and who opens them."""

    case: str
    draft: str
    room: str
    sheet: str


def pages(world: World, at: Addresses) -> dict[str, Callable[[], Page]]:
    """Every page of the benchmark as something to be done; whoever does it is signed in already."""
    anybody = Browser(world.app)
    delegate = Browser(world.app).sign_in(world.delegate)
    member = Browser(world.app).sign_in(world.member.user)
    secretary = Browser(world.app).sign_in(world.secretary.user)
    draft = values_of(delegate.get(f"{at.draft}/edit").form(holding="edit_version"))
    one_input = {"value": "A new text", "base": digest(draft["background_en"][0])}
    script = {"Accept": "application/json", "X-CSRFToken": draft["csrf_token"][0]}
    sheet = values_of(member.get(f"{at.sheet}/assessment").form(holding="private_note"))
    mark = next(name for name in sheet if name.startswith("mark-"))
    score = {"csrf_token": sheet["csrf_token"], "base": sheet[f"base-{mark}"], "value": "8"}
    one_mark = f"{at.sheet}/marks/{mark.removeprefix('mark-')}"
    desk = f"/secretariat/{world.cycle.slug}"
    return {
        "public list": lambda: anybody.get("/cases"),
        "public case": lambda: anybody.get(at.case),
        "JSON list": lambda: anybody.get("/cases.json"),
        "CSV of all cases": lambda: anybody.get("/cases.csv"),
        "city's desk": lambda: delegate.get("/submissions"),
        "saving one input": lambda: delegate.post(f"{at.draft}/inputs/background_en", one_input, headers=script),
        "saving a draft": lambda: delegate.post(f"{at.draft}/edit", draft),
        "member's queue": lambda: member.get(at.room),
        "one file to assess": lambda: member.get(f"{at.sheet}/assessment"),
        "saving a score": lambda: member.post(one_mark, score),
        "secretariat's overview": lambda: secretary.get(f"{desk}/"),
        "overview with scores": lambda: secretary.get(f"{desk}/scores"),
        "CSV of all scores": lambda: secretary.get(f"{desk}/scores.csv"),
        "calibration of all files": lambda: secretary.get(f"{desk}/calibration"),
        "members' figures": lambda: secretary.get(f"{desk}/calibration/members"),
        "questions": lambda: secretary.get(f"{desk}/calibration/questions"),
    }


def counted(world: World, at: Addresses, queries: Any) -> dict[str, list[str]]:
    """The SELECTs of every page, none of whose rows is known to the session before."""
    found = {}
    anybody = Browser(world.app)
    anybody.get("/cases")  # what is published is noted once after each change, not by every reader
    for name, open_page in pages(world, at).items():
        db.session.expunge_all()
        with queries() as sent:
            page = open_page()
        assert page.status in (200, 303), f"{name}: {page.status}"
        found[name] = list(sent)
    return found


def test_pages_send_as_many_selects_for_three_rows_as_for_twelve(world: World, queries: Any) -> None:
    world.grow(3)
    case = make.make_case_study(world.cycle)
    draft = make.make_submission(world.open_call, world.city, by=world.delegate)
    assignment = make.make_assignment(make.make_submission(world.cycle, status=SubmissionStatus.VALID), world.member)
    world.score(assignment)
    room = f"/committee/{world.cycle.slug}/"
    at = Addresses(
        case=f"/cases/{case.ref}",
        draft=f"/submissions/{draft.ref}",
        room=room,
        sheet=f"{room}submissions/{assignment.submission.ref}",
    )
    world.read_anew()
    few = counted(world, at, queries)
    world.read_anew()
    world.grow(9)
    world.read_anew()
    many = counted(world, at, queries)
    assert {name: len(sent) for name, sent in few.items()} == {name: len(sent) for name, sent in many.items()}
    over = {name: len(sent) for name, sent in many.items() if len(sent) > MOST[name]}
    assert not over, "\n\n".join("\n".join(many[name]) for name in over)

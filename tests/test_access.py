"""Closed by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.services import shortlist
from tests.support.world import World


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside, committed or not, has not happened afterwards: each request meets the same world."""
    db.session.commit()
    savepoint = db._app_engines[_app()][None].begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        db.session.expire_all()
        savepoint.rollback()


def _app() -> Flask:
    from flask import current_app

    return current_app._get_current_object()


# The part of an address that names something else in one room than in another.
OTHER_NAMES = {
    "casebank": {"ref": "case_ref"},
    "secretariat.case_study": {"ref": "case_ref"},
}


def address(app: Flask, world: World, rule: Rule) -> str:
    values = {name: world.values[_name(rule, name)] for name in rule.arguments}
    with app.test_request_context():
        built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def _name(rule: Rule, name: str) -> str:
    if name == "ref" and (rule.endpoint.startswith("casebank.") or "/case-studies/" in rule.rule):
        return "case_ref"
    if name == "key" and "/criteria/" in rule.rule:
        return "criterion_key"
    if name == "award_key":
        return name
    if name == "kind" and "/letters/" in rule.rule:
        return "letter_kind"
    return name


def stage(world: World, rule: Rule) -> None:
    """Put the cycle into the phase in which the room is at work."""
    if rule.endpoint.startswith("committee."):
        world.cycle.phase = CyclePhase.COMMITTEE
        selection = shortlist.selection_of(world.cycle, Stage.COMMITTEE)
        selection.locked_at = selection.locked_by = selection.record = selection.record_sha256 = None
    elif rule.endpoint.startswith("submissions."):
        world.cycle.phase = CyclePhase.OPEN
    db.session.flush()

"""Closed by default: every address of the site and every kind of person who may ask for it, written out once more by hand.

A new page fails here until somebody has decided whom it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.services import selections
from awardapp.web.access import audience_of
from tests.support import endpoints, world
from tests.support.pages import Browser
from tests.support.world import World

# "own" pages are for any signed-in person, and each shows only what belongs to the person's own city.
HOLDERS = {
    "own": "delegate",
    "secretariat": "secretariat",
    "committee": "committee",
    "juror": "juror",
    "adviser": "adviser",
    "observer": "observer",
}
# Opening a sealed result is itself recorded; it is the only thing that a reading request may write.
LOOKS = {
    "committee.report",
    "committee.report_case",
    "committee.report_text",
    "secretariat.announcement",
    "secretariat.announcement_letter",
    "secretariat.announcement_list",
    "secretariat.announcement_preview_page",
    "secretariat.awards",
    "secretariat.count_award",
    "secretariat.partner_award",
    "secretariat.partner_document",
    "secretariat.vote_document",
    "secretariat.vote_result",
    "jury.awards",
    "committee.awards",
    "secretariat.ceremony",
}
# Anybody may ask for a public bundle, from a page that is the same for all and therefore carries no token.
WITHOUT_TOKEN = {"casebank.request_bundle", "no_more_letters.end"}


def name_of(rule: Rule) -> str:
    """The endpoint, with a mark for the address of a special award's announcement, which is the same view."""
    return rule.endpoint + ("+award" if "award_key" in rule.arguments else "")


def rules_of(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every rule but the static files', with its method and its line of the table: (audience, answer)."""
    rules = sorted((r for r in app.url_map.iter_rules() if r.endpoint != "static"), key=lambda r: (r.endpoint, r.rule))
    return [
        (rule, next(m for m in ("GET", "POST", "PATCH") if m in (rule.methods or ())), name_of(rule)) for rule in rules
    ]


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Whatever happens inside, committed or not, has not happened afterwards: each request meets the same world."""
    db.session.commit()
    savepoint = db._app_engines[app][None].begin_nested()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        db.session.rollback()
        db.session.expire_all()
        savepoint.rollback()


def address(app: Flask, found: World, rule: Rule) -> str:
    """The rule's address in this world."""
    names = {
        "ref": "case_ref" if rule.endpoint.startswith("casebank.") or "/case-studies/" in rule.rule else "ref",
        "key": "criterion_key" if "/criteria/" in rule.rule else "key",
        "kind": "letter_kind" if "/letters/" in rule.rule else "kind",
        "token": "upload_token" if "/uploads/" in rule.rule else "late_token" if "/late/" in rule.rule else "token",
    }
    built = rule.build({name: found.values[names.get(name, name)] for name in rule.arguments}, append_unknown=False)
    assert built is not None
    return built[1]


def set_stage(found: World, rule: Rule) -> None:
    """Put the cycle into the phase in which the room is at work."""
    if rule.endpoint == "committee.own_calibration":
        return  # a member's own figures, once the shortlist is locked
    if rule.endpoint.startswith("committee."):
        found.cycle.phase = CyclePhase.COMMITTEE
        selection = selections.selection_of(found.cycle, Stage.COMMITTEE)
        assert selection is not None
        selection.locked_at = selection.locked_by = selection.record = selection.record_sha256 = None
    elif rule.endpoint.startswith("advice."):
        found.cycle.phase = CyclePhase.OPEN
        found.submission.status = SubmissionStatus.SUBMITTED
    elif rule.endpoint.startswith("submissions."):
        found.cycle.phase = CyclePhase.OPEN
    elif rule.endpoint.startswith("jury.") and "decide" in rule.rule and rule.endpoint != "jury.count":
        found.count_ballots()
    db.session.flush()


class Visitor:
    """One kind of person at a browser, signed in for good."""

    def __init__(self, app: Flask, found: World, kind: str) -> None:
        self.browser = Browser(app)
        person = found.people[kind]
        if person is not None:
            self.browser.sign_in(person)
        cookie = self.browser.client.get_cookie("award")
        self._cookie = cookie.value if cookie else None

    def asks(self, method: str, where: str, **kwargs: Any) -> tuple[int, str]:
        """The status, and where a redirect leads."""
        if self._cookie is not None:  # the visit before may have been to the sign-out
            self.browser.client.set_cookie("award", self._cookie)
        answer = self.browser.ask(method, where, **kwargs)
        return answer.status_code, answer.headers.get("Location", "")


@pytest.fixture
def without_tokens(app: Flask) -> Iterator[None]:
    """Whether a form's token is asked for is another test's question."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def expected(kind: str, method: str, name: str) -> int:
    """The answer by the table: the holder's own, the sign-in for strangers, 404 for everybody else."""
    audience, answer = endpoints.TABLE[method, name]
    if audience == "public":
        return 302 if name == "auth.sign_in" and kind != "anonymous" else answer
    if kind == "anonymous":
        return 302 if method == "GET" else 403
    return answer if audience == "signed_in" or HOLDERS[audience] == kind else 404


def test_the_table_names_exactly_the_addresses_there_are(app: Flask) -> None:
    assert {(method, name) for _rule, method, name in rules_of(app)} == set(endpoints.TABLE)


def test_every_view_declares_the_audience_of_the_table(app: Flask) -> None:
    declared = {}
    for rule, method, name in rules_of(app):
        audience = audience_of(app, rule.endpoint)
        declared[method, name] = audience.name if audience else None
    wanted = {key: "signed_in" if audience == "own" else audience for key, (audience, _) in endpoints.TABLE.items()}
    assert declared == wanted


@pytest.mark.usefixtures("without_tokens")
def test_everybody_gets_in_exactly_where_the_table_says(app: Flask, database: str) -> None:
    """Who may come in is let in on PostgreSQL, which refuses more statements than SQLite; all others are turned away on
    SQLite."""
    found = world.build()
    visitors = {kind: Visitor(app, found, kind) for kind in world.VISITORS}
    wrong = []
    for rule, method, name in rules_of(app):
        where = address(app, found, rule)
        with undone(app):
            set_stage(found, rule)
            for kind, visitor in visitors.items():
                if (kind == rightful(name, method)) is not (database == "postgresql"):
                    continue
                status, leads_to = visitor.asks(method, where)
                wanted = expected(kind, method, name)
                to_sign_in = kind == "anonymous" and wanted == 302
                if status != wanted or (to_sign_in and not leads_to.startswith("/sign-in?next=")):
                    wrong.append(f"{kind}: {method} {name}: {status} {leads_to}, not {wanted}")
    assert wrong == []


_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)


@contextmanager
def writing(app: Flask) -> Iterator[list[str]]:
    """The tables that are written to inside, one entry a statement; but for sign-ins, which note when they were used."""
    tables: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if (found := _WRITES.match(statement)) and found[2] != "sign_ins":
            tables.append(found[2])

    connection = db._app_engines[app][None]
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(connection, "before_cursor_execute", note)


def rightful(name: str, method: str) -> str:
    audience, _ = endpoints.TABLE[method, name]
    return HOLDERS.get(audience, "delegate")


@pytest.mark.only_on("sqlite")
def test_reading_changes_nothing_but_the_record_of_looking_at_a_sealed_result(app: Flask) -> None:
    found = world.build()
    visitors = {kind: Visitor(app, found, kind) for kind in world.VISITORS}
    wrong = []
    for rule, method, name in rules_of(app):
        if method != "GET":
            continue
        with undone(app):
            set_stage(found, rule)
            db.session.commit()
            with writing(app) as tables:
                visitors[rightful(name, method)].asks(method, address(app, found, rule))
        if tables != (["audit_entries"] if name in LOOKS else []):
            wrong.append(f"{name}: {tables}")
    assert wrong == []


@pytest.mark.only_on("sqlite")
def test_no_change_is_made_without_the_forms_token(app: Flask) -> None:
    found = world.build()
    visitors = {kind: Visitor(app, found, kind) for kind in world.VISITORS}
    wrong = []
    for rule, method, name in rules_of(app):
        if method == "GET" or name in WITHOUT_TOKEN:
            continue
        with undone(app):
            set_stage(found, rule)
            db.session.commit()
            with writing(app) as tables:
                status, _ = visitors[rightful(name, method)].asks(
                    method, address(app, found, rule), data={"reason": "x"}
                )
            if status != 409 or tables:
                wrong.append(f"{name}: {status} {tables}")
    assert wrong == []

"""The secretariat follows the committee's report and has its documents made."""

from __future__ import annotations

from typing import Any

from flask import Response

from awardapp.domain.people import Role
from awardapp.web import report as page
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp

_ROOM = page.Room("secretariat")


@bp.get("/report")
@requires(Role.SECRETARIAT)
def report() -> Any:
    """What is written of the report and what is missing."""
    return page.show(_ROOM)


@bp.post("/report/documents")
@requires(Role.SECRETARIAT)
def order_report() -> Any:
    """Have the documents of an edition made."""
    return page.order(_ROOM)


@bp.get("/report/documents.json")
@requires(Role.SECRETARIAT)
def report_state() -> Response:
    """How far the documents are."""
    return page.state(_ROOM)


@bp.get("/report/documents/<any(en, zh, both):edition>.<any(pdf, docx):ending>")
@requires(Role.SECRETARIAT)
def report_document(edition: str, ending: str) -> Response:
    """A finished document."""
    return page.document(edition, ending)

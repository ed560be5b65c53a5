"""The blueprint of the case bank, and the load of one published case."""

from __future__ import annotations

from flask import Blueprint, abort

from awardapp.models import CaseStudy
from awardapp.queries import casebank
from awardapp.web import caching

bp = Blueprint("casebank", __name__)
bp.after_request(caching.finish)


def published_case(ref: str) -> CaseStudy:
    """The case of the address; one that is not published is as unknown as one that does not exist."""
    found = casebank.by_ref(ref)
    if found is None:
        abort(404)
    return found

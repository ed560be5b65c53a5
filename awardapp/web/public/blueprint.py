"""The blueprint of the open pages; what a reader's browser may keep of them is said in web.caching."""

from __future__ import annotations

from flask import Blueprint

from awardapp.web import caching

bp = Blueprint("public", __name__)
bp.after_request(caching.finish)

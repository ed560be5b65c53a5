"""The blueprint of the cities' pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cities", __name__, url_prefix="/cities")

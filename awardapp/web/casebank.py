"""The public case bank: search, read, download."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("casebank", __name__, url_prefix="/cases")

"""The blueprint of this room; its views attach themselves when their modules are imported (see __init__)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("observer", __name__, url_prefix="/observer/<cycle_slug>")

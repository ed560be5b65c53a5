"""The blueprint of this room; its views attach themselves when their modules are imported (see __init__)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("advice", __name__, url_prefix="/advice/<cycle_slug>")

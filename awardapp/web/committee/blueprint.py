"""The blueprint of this room; its views attach themselves when their modules are imported (see __init__)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("committee", __name__, url_prefix="/committee/<cycle_slug>")

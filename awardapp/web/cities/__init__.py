"""A city's own page, for those who act for it: its people and all its cycles."""

from __future__ import annotations

from awardapp.web.cities import people as _people
from awardapp.web.cities import views as _views
from awardapp.web.cities.blueprint import bp

__all__ = ["_people", "_views", "bp"]

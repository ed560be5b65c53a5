"""Home, the cycles and their rules, and what was announced; open to everyone."""

from __future__ import annotations

from awardapp.web.public import cycles as _cycles
from awardapp.web.public import feeds as _feeds
from awardapp.web.public import home as _home
from awardapp.web.public import live as _live
from awardapp.web.public import results as _results
from awardapp.web.public.blueprint import bp

__all__ = ["_cycles", "_feeds", "_home", "_live", "_results", "bp"]

"""The jury: reading the fifteen, ballots, the winners."""

from __future__ import annotations

from awardapp.web.jury import ballot as _ballot
from awardapp.web.jury import decide as _decide
from awardapp.web.jury import index as _index
from awardapp.web.jury.blueprint import bp

__all__ = ["_ballot", "_decide", "_index", "bp"]

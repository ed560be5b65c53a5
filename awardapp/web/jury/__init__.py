"""The jury: reading the fifteen, ballots, the winners."""

from __future__ import annotations

from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy
from awardapp.web.chair_awards import register as _register_awards
from awardapp.web.deliberations import register as _register_deliberations
from awardapp.web.jury import ballot as _ballot
from awardapp.web.jury import ballots as _ballots
from awardapp.web.jury import casting as _casting
from awardapp.web.jury import citation as _citation
from awardapp.web.jury import decide as _decide
from awardapp.web.jury import index as _index
from awardapp.web.jury import lock as _lock
from awardapp.web.jury.blueprint import bp

_register_awards(bp, Role.JUROR, DecidedBy.JURY)
_register_deliberations(bp, Role.JUROR)

__all__ = ["_ballot", "_ballots", "_casting", "_citation", "_decide", "_index", "_lock", "bp"]

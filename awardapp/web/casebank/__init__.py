"""The public case bank: search, read, download, reuse."""

from __future__ import annotations

from awardapp.web.casebank import bundles as _bundles
from awardapp.web.casebank import cases as _cases
from awardapp.web.casebank import figures as _figures
from awardapp.web.casebank import lists as _lists
from awardapp.web.casebank import open_data as _open_data
from awardapp.web.casebank.blueprint import bp

__all__ = ["_bundles", "_cases", "_figures", "_lists", "_open_data", "bp"]

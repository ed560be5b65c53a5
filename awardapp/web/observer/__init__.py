"""Observers: how the selection goes, its log and the digests of its records; never a score, a place or an outcome."""

from __future__ import annotations

from awardapp.web.observer import log as _log
from awardapp.web.observer import process as _process
from awardapp.web.observer import records as _records
from awardapp.web.observer import rules as _rules
from awardapp.web.observer.blueprint import bp

__all__ = ["_log", "_process", "_records", "_rules", "bp"]

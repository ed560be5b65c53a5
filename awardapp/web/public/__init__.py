"""Home, the cycles and their rules, and what was announced; open to everyone."""

from __future__ import annotations

from awardapp.web.public import certificates as _certificates
from awardapp.web.public import cycles as _cycles
from awardapp.web.public import feeds as _feeds
from awardapp.web.public import home as _home
from awardapp.web.public import live as _live
from awardapp.web.public import programme as _programme
from awardapp.web.public import publication_files as _publication_files
from awardapp.web.public import receipts as _receipts
from awardapp.web.public import results as _results
from awardapp.web.public.blueprint import bp

__all__ = [
    "_certificates",
    "_cycles",
    "_feeds",
    "_home",
    "_live",
    "_programme",
    "_publication_files",
    "_receipts",
    "_results",
    "bp",
]

"""The record anyone can re-run, in one place: build it, write it, take its digest, verify it.

The committee's part is built with `build_committee`, the jury's part joins it with `add_jury`; `to_bytes`
gives the canonical bytes (RFC 8785), `digest` the SHA-256 printed in the minutes, and `verify` recomputes
everything from the bytes alone.
"""

from __future__ import annotations

from awardapp.domain.selection.evidence import Evidence, Meeting, OutOfRoom
from awardapp.domain.selection.jury_recording import add_jury
from awardapp.domain.selection.outcome import PROPOSAL, Move, SpecialAward, recusals_of
from awardapp.domain.selection.process import Process
from awardapp.domain.selection.recording import (
    OLDER_VERSIONS,
    VERSION,
    WITHOUT_PROCESS,
    Record,
    RecordedSubmission,
    build_committee,
    digest,
    to_bytes,
)
from awardapp.domain.selection.verification import differences as verify

__all__ = [
    "OLDER_VERSIONS",
    "PROPOSAL",
    "VERSION",
    "WITHOUT_PROCESS",
    "Evidence",
    "Meeting",
    "Move",
    "OutOfRoom",
    "Process",
    "Record",
    "RecordedSubmission",
    "SpecialAward",
    "add_jury",
    "build_committee",
    "digest",
    "recusals_of",
    "to_bytes",
    "verify",
]

"""What a juror keeps of a ballot: a digest that is found again in the record, and how anybody computes it.

The receipt is the SHA-256 of canonical JSON (RFC 8785) of the cycle, the content of the ballot by pseudonymous ids, and a
random nonce. Without the nonce nobody can try out contents until the digest fits.
"""

from __future__ import annotations

from dataclasses import dataclass

from awardapp.domain.selection.canonical import Json, dumps, sha256
from awardapp.domain.selection.jury import Ballot
from awardapp.domain.selection.record_text import ballot_json

RECEIPT_VERSION = "award-ballot/1"


@dataclass(frozen=True, slots=True)
class CastBallot:
    """A ballot that counts, with what belongs to it in the record.

    `nonce` and `receipt` are empty for a ballot cast before there were receipts. `replaced`: receipts of earlier casts of the
    same juror, oldest first, that a reopening has made void.
    """

    ballot: Ballot
    nonce: str = ""
    receipt: str = ""
    on_paper: bool = False
    replaced: tuple[str, ...] = ()


def ballot_content(ballot: Ballot) -> dict[str, Json]:
    """What the ballot says, as in the record, without whose it is."""
    return {name: value for name, value in ballot_json(ballot).items() if name != "juror"}


def receipt_document(cycle: str, ballot: Ballot, nonce: str) -> dict[str, Json]:
    """What is hashed: everything a juror needs to compute the receipt again. `cycle`: its short name, as in the record."""
    return {"version": RECEIPT_VERSION, "cycle": cycle, "ballot": ballot_content(ballot), "nonce": nonce}


def ballot_receipt(cycle: str, ballot: Ballot, nonce: str) -> str:
    """The receipt as hex. Raises NotCanonical for texts that canonical JSON does not know."""
    return sha256(dumps(receipt_document(cycle, ballot, nonce)))

"""The receipt of a ballot: one ballot has one, and nothing of the ballot can be changed without changing it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from awardapp.domain.selection.canonical import dumps
from awardapp.domain.selection.jury import Ballot
from awardapp.domain.selection.receipts import ballot_receipt, receipt_document

BALLOT = Ballot("J1", ranking=(("B",), ("A", "C")), recused=("D",))


def test_the_receipt_is_the_digest_of_the_file_that_the_juror_keeps() -> None:
    document = receipt_document("sixth", BALLOT, "00ff")
    assert ballot_receipt("sixth", BALLOT, "00ff") == hashlib.sha256(dumps(document)).hexdigest()
    # what a page of a juror's file looks like to somebody with no more than a text editor and sha256sum
    text = (
        '{"ballot":{"abstained":false,"approved":[],"ranking":[["B"],["A","C"]],"recused":["D"],"scores":{}},'
        '"cycle":"sixth","nonce":"00ff","version":"award-ballot/1"}'
    )
    assert dumps(document).decode() == text
    assert ballot_receipt("sixth", BALLOT, "00ff") == hashlib.sha256(text.encode()).hexdigest()


def test_whose_ballot_it_is_and_the_order_of_equals_change_nothing() -> None:
    same = replace(BALLOT, juror="J2", ranking=(("B",), ("C", "A")))
    assert ballot_receipt("sixth", same, "00ff") == ballot_receipt("sixth", BALLOT, "00ff")
    assert "J1" not in json.dumps(receipt_document("sixth", BALLOT, "00ff"))


def test_everything_else_changes_it() -> None:
    others = [
        ("fifth", BALLOT, "00ff"),
        ("sixth", BALLOT, "00fe"),
        ("sixth", replace(BALLOT, recused=()), "00ff"),
        ("sixth", replace(BALLOT, ranking=(("A",), ("B",), ("C",))), "00ff"),
        ("sixth", Ballot("J1", scores={"A": 1}), "00ff"),
        ("sixth", Ballot("J1", abstained=True), "00ff"),
    ]
    assert len({ballot_receipt("sixth", BALLOT, "00ff"), *(ballot_receipt(*one) for one in others)}) == 7

"""The last seconds of a call on the served program, small: tests/bench/deadline.py is the same with 300 people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import deadline
from tests.support.postgres import PostgresServer


@pytest.mark.slow
def test_whoever_hands_in_while_the_call_closes_gets_a_true_receipt_or_a_refusal(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create_database("deadline_hour")
    outcome = deadline.run(url, tmp_path, people=12, submissions=6, seconds=3, pause=1)
    assert outcome.is_good, (outcome.errors, outcome.faults, outcome.refused_in_time, outcome.accepted_late)
    assert len(outcome.receipts) + outcome.overtaken == 6
    assert len(outcome.taken[deadline.SAVE]) > 12

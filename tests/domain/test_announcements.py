"""Outcomes and when they may leave the seal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from awardapp.domain.announcements import (
    OUTCOME_NAMES,
    AnnouncementStatus,
    Outcome,
    check_publishable,
    check_release,
    digest,
    is_released,
    shortlist_problems,
)
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation

NOW = datetime(2027, 11, 1, 2, 0, tzinfo=UTC)
SHA, OTHER = "a" * 64, "b" * 64


def test_the_digest_does_not_depend_on_the_order_of_keys_and_sees_every_change() -> None:
    one = {"lines": [{"city": 1, "outcome": "winner"}], "title_en": "Winners", "title_zh": "获奖城市"}
    turned = {"title_zh": "获奖城市", "title_en": "Winners", "lines": [{"outcome": "winner", "city": 1}]}
    assert digest(one) == digest(turned)
    assert digest({**one, "title_en": "Winners "}) != digest(one)
    assert digest({**one, "lines": [*one["lines"], *one["lines"]]}) != digest(one)


@pytest.mark.parametrize("status", AnnouncementStatus)
def test_only_what_is_sealed_now_can_be_released(status: AnnouncementStatus) -> None:
    if status is AnnouncementStatus.SEALED:
        check_release(status, shown_sha256=SHA, sealed_sha256=SHA)
    else:
        with pytest.raises(IllegalTransition):
            check_release(status, shown_sha256=SHA, sealed_sha256=SHA)
    for sealed in (OTHER, None):
        with pytest.raises(IllegalTransition):
            check_release(status, shown_sha256=SHA, sealed_sha256=sealed)


@pytest.mark.parametrize(
    ("releases", "sealed", "released"),
    [
        ([], SHA, False),
        ([(1, SHA)], SHA, False),
        ([(1, SHA), (1, SHA)], SHA, False),
        ([(1, SHA), (2, OTHER)], SHA, False),
        ([(1, SHA), (2, SHA)], SHA, True),
        ([(1, OTHER), (1, SHA), (2, SHA), (3, SHA)], SHA, True),
        ([(1, SHA), (2, SHA)], OTHER, False),
        ([(1, SHA), (2, SHA)], None, False),
    ],
)
def test_two_different_people_must_release_the_same_snapshot(
    releases: list[tuple[int, str]], sealed: str | None, released: bool
) -> None:
    assert is_released(releases, sealed_sha256=sealed) is released


BOTH = [(1, SHA), (2, SHA)]


@pytest.mark.parametrize(
    ("status", "releases", "embargo"),
    list(
        product(
            AnnouncementStatus,
            ([], BOTH[:1], BOTH),
            (None, NOW - timedelta(days=1), NOW, NOW + timedelta(microseconds=1)),
        )
    ),
)
def test_nothing_is_published_before_two_releases_and_the_embargos_instant(
    status: AnnouncementStatus, releases: list[tuple[int, str]], embargo: datetime | None
) -> None:
    def check() -> None:
        check_publishable(status, releases=releases, sealed_sha256=SHA, embargo_until=embargo, now=NOW)

    refusal: type[RuleViolation] | None = None
    if status is not AnnouncementStatus.SCHEDULED:
        refusal = IllegalTransition
    elif releases != BOTH:
        refusal = NotPermitted
    elif embargo is not None and embargo > NOW:
        refusal = RuleViolation
    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


FITTING: dict[str, Any] = {"undecided": 0, "shortlisted": 15, "deserving": 30, "size": 15, "deserving_max": 30}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"shortlisted": 1, "deserving": 0}, []),
        ({"undecided": 1}, ["Some submissions have not been checked for validity yet."]),
        ({"shortlisted": 0}, ["Nothing is shortlisted."]),
        ({"shortlisted": 16}, ["More submissions are shortlisted than the rules allow."]),
        ({"deserving": 31}, ["More submissions are named deserving than the rules allow."]),
    ],
)
def test_what_keeps_a_shortlist_from_being_locked_is_named(changes: dict[str, int], problems: list[str]) -> None:
    assert shortlist_problems(**{**FITTING, **changes}) == problems


def test_every_outcome_is_named() -> None:
    assert set(OUTCOME_NAMES) == set(Outcome)

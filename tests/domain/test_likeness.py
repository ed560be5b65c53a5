"""How alike titles are: what the validity check points out, and what it leaves alone."""

from __future__ import annotations

import pytest

from awardapp.domain.likeness import ALIKE, likeness, title_parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Free buses after dark", "The free buses after dark initiative"),
        ("FREE BUSES, AFTER DARK!", "free buses after dark"),
        ("Bogotá's care blocks", "Bogota’s Care Blocks"),
        ("夜间免费公交", "夜间免费公交项目"),
    ],
)
def test_the_same_initiative_in_other_words_is_alike(one: str, other: str) -> None:
    assert likeness(title_parts(one), title_parts(other)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A river given back to its city", "A market given a roof in its city"),
        ("Urban innovation project", "Project for the urban city"),
        ("夜间免费公交", "高温天清凉校园"),
        ("", ""),
        ("Free buses", "免费公交"),
    ],
)
def test_strangers_are_not(one: str, other: str) -> None:
    assert likeness(title_parts(one), title_parts(other)) < ALIKE


def test_likeness_is_the_share_of_common_parts() -> None:
    assert likeness(title_parts("cool schools"), title_parts("cool streets")) == pytest.approx(1 / 3)
    assert title_parts("夜间公交 bus 7") == {"夜间", "间公", "公交", "bus", "7"}

"""Which language of a citation leads and which has to follow, save by save."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from awardapp.domain.citations import State, behind, will_lead

START = datetime(2027, 6, 1, tzinfo=UTC)


def written(*saves: tuple[int, str]) -> dict[str, State]:
    """The states after these saves: minute and language, each with a text of its own."""
    states: dict[str, State] = {}
    for number, (minute, language) in enumerate(saves, 1):
        at = START + timedelta(minutes=minute)
        leads = will_lead(states, language, now=at)
        states[language] = State(f"{language} {number}", number, leads, at)
    return states


@pytest.mark.parametrize(
    ("saves", "wanted"),
    [
        ([(0, "en")], None),
        ([(0, "en"), (1, "en"), (2, "zh")], None),
        ([(0, "zh"), (2, "en"), (3, "en")], None),  # the translation goes on being written
        ([(0, "en"), (2, "zh"), (3, "en")], "zh"),
        ([(0, "en"), (2, "zh"), (3, "en"), (4, "en")], "zh"),
        ([(0, "en"), (2, "zh"), (3, "en"), (4, "zh"), (5, "zh")], None),
        ([(0, "en"), (2, "zh"), (100, "zh")], "en"),  # another sitting
        ([(0, "en"), (2, "zh"), (3, "en"), (4, "zh"), (5, "en")], "zh"),
    ],
)
def test_a_text_that_changes_after_the_other_leaves_it_behind_until_that_one_follows(
    saves: list[tuple[int, str]], wanted: str | None
) -> None:
    assert behind(written(*saves)) == wanted


def test_an_emptied_text_is_missing_and_not_behind() -> None:
    states = written((0, "en"), (2, "zh"), (3, "en"))
    states["zh"] = State("", 4, False, START)
    assert behind(states) is None

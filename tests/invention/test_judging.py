"""The invented judges: unlike in severity, the same whenever asked, and tied where a rehearsal needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import mean

import pytest

from awardapp.domain.selection.calibration import CalibrationRules, calibrate
from awardapp.domain.selection.scores import Criterion, Score
from awardapp.invention import InventedCycle, Judging, invent, place_tie
from awardapp.invention.judging import CRITERIA, Marks


@pytest.fixture(scope="module")
def cycle() -> InventedCycle:
    return invent()


@pytest.fixture(scope="module")
def panels(cycle: InventedCycle) -> dict[int, tuple[int, ...]]:
    """Three members for each valid file, none from the city's country; the twins have the same."""
    found = {}
    for one in cycle.valid():
        free = [member.number for member in cycle.members if member.person.country != one.city.country]
        start = one.number % len(free)
        found[one.number] = tuple((free + free)[start : start + 3])
    assert cycle.twins is not None
    found[cycle.twins[1]] = found[cycle.twins[0]]
    return found


def calibrated(marks: Marks) -> Mapping[int, float]:
    scores = [
        Score(str(one), str(member), criterion, round(mark * 2)) for (one, member, criterion), mark in marks.items()
    ]
    rules = CalibrationRules(criteria=tuple(Criterion(key) for key in CRITERIA), draws=10)
    return {int(figures.submission): float(figures.calibrated) for figures in calibrate(scores, rules).submissions}


def test_members_come_from_eleven_countries_and_one_of_them_chairs(cycle: InventedCycle) -> None:
    assert len({member.person.country for member in cycle.members}) == 11
    assert sum(member.is_chair for member in cycle.members) == 1
    assert {lang for member in cycle.members for lang in member.languages} >= {"en", "zh"}


def test_marks_are_half_steps_on_the_scale_and_the_same_in_any_order(cycle: InventedCycle) -> None:
    judging = Judging(cycle)
    asked = [(member, one, key) for member in cycle.members for one in cycle.submissions[:40] for key in CRITERIA]
    forwards = [judging.mark(*question) for question in asked]
    backwards = [judging.mark(*question) for question in reversed(asked)]
    assert forwards == backwards[::-1]
    assert {mark % 0.5 for mark in forwards} == {0.0}
    assert 0 <= min(forwards) < 4 < 7 < max(forwards) <= 10


def test_a_severe_member_marks_lower_than_a_lenient_one(cycle: InventedCycle) -> None:
    judging = Judging(cycle)
    ordered = sorted(cycle.members, key=lambda member: member.severity)

    def average(place: int) -> float:
        return mean(judging.mark(ordered[place], one, key) for one in cycle.submissions for key in CRITERIA)

    assert average(-1) - average(0) > 1


def test_another_scale_is_kept_to(cycle: InventedCycle) -> None:
    judging = Judging(cycle, low=1, high=5, step=1)
    marks = {judging.mark(cycle.members[0], one, "innovation") for one in cycle.submissions}
    assert marks <= {1, 2, 3, 4, 5}
    assert len(marks) >= 4


def test_comments_are_in_the_members_language_and_fit_the_mark(cycle: InventedCycle) -> None:
    judging = Judging(cycle)
    chinese = next(member for member in cycle.members if member.person.language == "zh")
    english = next(member for member in cycle.members if member.person.language == "en")
    for one in cycle.submissions[:30]:
        assert re.search(r"[\u4e00-\u9fff]", judging.comment(chinese, one))
        assert not re.search(r"[\u4e00-\u9fff]", judging.comment(english, one))
    low = next(one for one in cycle.submissions if judging.mark(english, one, "relevance") < 4)
    assert judging.remark(english, low, "relevance") in (
        "The goals are listed, nothing more.",
        "The link to the goals is asserted and not shown.",
    )


def test_a_juror_ranks_every_candidate_once_and_jurors_differ(cycle: InventedCycle) -> None:
    judging = Judging(cycle)
    candidates = [one.number for one in sorted(cycle.valid(), key=lambda one: -one.quality)[:15]]
    rankings = [judging.ranking(juror, candidates) for juror in cycle.jurors]
    assert all(sorted(ranking) == sorted(candidates) for ranking in rankings)
    assert len(set(rankings)) > 1
    assert judging.ranking(cycle.jurors[0], reversed(candidates)) == rankings[0]


def test_conflicts_are_with_cities_abroad_and_never_with_the_twins(cycle: InventedCycle) -> None:
    country = {city.key: city.country for city in cycle.cities}
    assert cycle.twins is not None
    spared = {cycle.submission(number).city.key for number in cycle.twins}
    declared = [(member.person.country, conflict) for member in cycle.members for conflict in member.conflicts]
    assert declared
    assert [conflict for home, conflict in declared if country[conflict.city_key] == home] == []
    assert {conflict.city_key for _, conflict in declared} & spared == set()


def test_the_twins_may_be_read_by_everybody_and_get_equal_marks(cycle: InventedCycle) -> None:
    assert cycle.twins is not None
    first, second = (cycle.submission(number) for number in cycle.twins)
    home = {member.person.country for member in cycle.members}
    assert {first.city.country, second.city.country} & home == set()
    assert first.theme == second.theme
    judging = Judging(cycle)
    assert [judging.marks(member, first) for member in cycle.members] == [
        judging.marks(member, second) for member in cycle.members
    ]


def test_the_tie_stands_at_the_line_after_calibration(cycle: InventedCycle, panels: dict[int, Sequence[int]]) -> None:
    moved = place_tie(cycle, panels, line=15, calibration=calibrated)
    figures = calibrated(Judging(moved).all_marks(panels))
    ranked = sorted(figures, key=lambda number: -figures[number])
    assert set(ranked[14:16]) == set(moved.twins or ())
    assert figures[ranked[14]] == figures[ranked[15]]
    assert figures[ranked[13]] > figures[ranked[14]] > figures[ranked[16]]


def test_twins_with_unlike_panels_are_refused(cycle: InventedCycle, panels: dict[int, tuple[int, ...]]) -> None:
    assert cycle.twins is not None
    unlike = {**panels, cycle.twins[1]: (9, 10, 11), cycle.twins[0]: (1, 2, 3)}
    with pytest.raises(ValueError, match="same panel"):
        place_tie(cycle, unlike)
    with pytest.raises(ValueError, match="no twins"):
        place_tie(invent(submissions=5), {})


def test_reasons_and_citations_speak_of_the_city_in_both_languages(cycle: InventedCycle) -> None:
    judging = Judging(cycle)
    one = cycle.submissions[0]
    citation = judging.citation(one)
    assert one.title.en in citation.en
    assert one.title.zh in citation.zh
    for outcome in ("shortlisted", "deserving"):
        reason = judging.reason(one, outcome)
        assert reason.en
        assert reason.zh
        assert "{" not in reason.en + reason.zh

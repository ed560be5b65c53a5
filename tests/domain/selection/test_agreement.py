"""Agreement held to published worked examples, to three decimals."""

from __future__ import annotations

from fractions import Fraction

import pytest

from awardapp.domain.selection.agreement import intraclass_correlation, krippendorff_alpha
from awardapp.domain.selection.errors import BadInput

# Krippendorff 2011, example C: four observers, twelve units, missing values
FOUR_OBSERVERS = """
1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * 3
* 3 3 3 2 3 4 2 2 5 1 *
1 2 3 3 2 4 4 1 2 5 1 *
"""
# the same paper, example A: two observers, ten units, two values
TWO_OBSERVERS = """
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
"""
# the worked example of the encyclopaedias: three coders, fifteen units
THREE_CODERS = """
* * * * * 3 4 1 2 1 1 3 3 * 3
1 * 2 1 3 3 4 3 * * * * * * *
* * 2 1 3 4 4 * 2 1 1 3 3 * 4
"""
# Shrout & Fleiss 1979, table 2: six targets, four judges
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def triples(table: str) -> list[tuple[str, str, int]]:
    return [
        (f"U{unit}", f"O{observer}", int(value))
        for observer, line in enumerate(table.split("\n"))
        for unit, value in enumerate(line.split())
        if value != "*"
    ]


@pytest.mark.parametrize(
    ("table", "metric", "alpha"),
    [
        (FOUR_OBSERVERS, "nominal", "0.743"),
        (FOUR_OBSERVERS, "ordinal", "0.815"),
        (FOUR_OBSERVERS, "interval", "0.849"),
        (FOUR_OBSERVERS, "ratio", "0.797"),
        (TWO_OBSERVERS, "nominal", "0.095"),
        (THREE_CODERS, "nominal", "0.691"),
        (THREE_CODERS, "interval", "0.811"),
    ],
)
def test_alpha_of_published_examples(table: str, metric: str, alpha: str) -> None:
    found = krippendorff_alpha(triples(table), metric)
    assert found is not None
    assert f"{float(found):.3f}" == alpha


def test_alpha_is_one_when_all_agree_and_untold_when_there_is_nothing_to_agree_on() -> None:
    assert krippendorff_alpha([("a", "x", 1), ("a", "y", 1), ("b", "x", 2), ("b", "y", 2)]) == 1
    assert krippendorff_alpha([("a", "x", 1), ("a", "y", 1)]) is None
    assert krippendorff_alpha([("a", "x", 1), ("b", "y", 2)]) is None
    assert krippendorff_alpha([]) is None


def test_alpha_does_not_depend_on_the_order_and_refuses_bad_input() -> None:
    values = triples(FOUR_OBSERVERS)
    assert krippendorff_alpha(values[::-1]) == krippendorff_alpha(values)
    with pytest.raises(BadInput, match="two values for U0 by O1"):
        krippendorff_alpha([*values, ("U0", "O1", 3)])
    with pytest.raises(BadInput, match="the metric must be one of"):
        krippendorff_alpha(values, "cosine")


def test_icc_of_the_published_example() -> None:
    found = intraclass_correlation(SHROUT_FLEISS)
    assert found is not None
    single = (found.one_way, found.agreement, found.consistency)
    averaged = (found.one_way_mean, found.agreement_mean, found.consistency_mean)
    assert [f"{float(one):.3f}" for one in single] == ["0.166", "0.290", "0.715"]
    assert [f"{float(one):.3f}" for one in averaged] == ["0.443", "0.620", "0.909"]


def test_icc_needs_a_whole_table_in_which_something_varies() -> None:
    assert intraclass_correlation([[1, 1], [1, 1]]) is None
    assert intraclass_correlation([[Fraction(1, 2), Fraction(1, 2)], [2, 2]]).agreement == 1  # type: ignore[union-attr]
    for table in ([], [[1, 2]], [[1], [2]], [[1, 2], [1]]):
        with pytest.raises(BadInput, match="complete table"):
            intraclass_correlation(table)

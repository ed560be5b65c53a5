"""Where the marks of small charts go."""

from __future__ import annotations

from awardapp.web.charts import bar_shares, column_layout, interval_marks


def test_the_longest_bar_fills_the_width_and_an_unknown_value_has_none() -> None:
    assert bar_shares([50, 100, None, 25]) == [50, 100, 0, 25]
    assert bar_shares([5, 10], top=20) == [25, 50]


def test_bars_of_nothing_are_empty() -> None:
    assert bar_shares([]) == []
    assert bar_shares([0, 0]) == [0, 0]


def test_columns_stand_on_the_axis_and_stay_inside() -> None:
    columns = column_layout([255, 313, 274])
    assert all(round(column.y + column.height, 6) == 100 for column in columns)
    assert all(column.x >= 0 and column.x + column.width <= 100 for column in columns)
    assert columns[1].height == 100


def test_an_interval_lies_around_its_dot_and_what_sticks_out_is_cut() -> None:
    marks = interval_marks(0.5, 0.0, 4.0, around=0, reach=1)
    assert (marks.x, marks.dot, marks.x + marks.width, marks.nothing) == (50, 75, 100, 50)
    alone = interval_marks(-0.5, None, None, around=0, reach=1)
    assert (alone.x, alone.width, alone.dot) == (25, 0, 25)

"""How far the members agree: Krippendorff's alpha and intraclass correlations.

Alpha follows Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), by the coincidence matrix, so
missing assessments are taken as they are. The ICC forms are those of Shrout & Fleiss, "Intraclass
correlations: uses in assessing rater reliability", Psychological Bulletin 86 (1979).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from awardapp.domain.selection.affinity import repeated
from awardapp.domain.selection.errors import BadInput, listed

METRICS = ("nominal", "ordinal", "interval", "ratio")

Number = int | Fraction


def krippendorff_alpha(values: Sequence[tuple[str, str, Number]], metric: str = "interval") -> Fraction | None:
    """Alpha of (unit, observer, value) triples, exact; 1 is perfect agreement, 0 what chance gives.

    A unit with one value tells nothing and is left out. None when fewer than two values can be paired or when
    all of them are equal (there is nothing to agree about). Raises BadInput for an unknown metric or a
    repeated pair.
    """
    if metric not in METRICS:
        raise BadInput("metric", f"the metric must be one of {', '.join(METRICS)}, not {metric}")
    twice = repeated([f"{unit} by {observer}" for unit, observer, _ in values])
    if twice:
        raise BadInput("duplicate", f"two values for {listed(twice)}", ids=twice)
    units: dict[str, Counter[Fraction]] = defaultdict(Counter)
    for unit, _, value in values:
        units[unit][Fraction(value)] += 1
    pairable = {unit: seen for unit, seen in units.items() if seen.total() > 1}
    margins: Counter[Fraction] = Counter()
    for seen in pairable.values():
        margins.update(seen)
    if len(margins) < 2:
        return None
    distance = _distance(metric, margins)
    observed = sum(
        (
            Fraction(2 * seen[one] * seen[other], seen.total() - 1) * distance(one, other)
            for seen in pairable.values()
            for one in seen
            for other in seen
            if one < other
        ),
        Fraction(0),
    )
    expected = sum(
        (
            2 * margins[one] * margins[other] * distance(one, other)
            for one in margins
            for other in margins
            if one < other
        ),
        Fraction(0),
    )
    return 1 - (margins.total() - 1) * observed / expected


def _distance(metric: str, margins: Counter[Fraction]) -> Callable[[Fraction, Fraction], Fraction]:
    """The squared difference of two values, the smaller first, by level of measurement."""
    if metric == "nominal":
        return lambda one, other: Fraction(one != other)
    if metric == "interval":
        return lambda one, other: (one - other) ** 2
    if metric == "ratio":
        return lambda one, other: ((one - other) / (one + other)) ** 2 if one + other else Fraction(0)
    ordered = sorted(margins)
    below = {value: Fraction(sum(margins[one] for one in ordered[:at])) for at, value in enumerate(ordered)}

    def ordinal(one: Fraction, other: Fraction) -> Fraction:
        between = below[other] + margins[other] - below[one] - Fraction(margins[one] + margins[other], 2)
        return between**2

    return ordinal


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """Shrout & Fleiss: `one_way`, `agreement` and `consistency` of a single assessment (ICC(1,1), (2,1),
    (3,1)) and of the mean of all (ICC(1,k), (2,k), (3,k))."""

    one_way: Fraction
    agreement: Fraction
    consistency: Fraction
    one_way_mean: Fraction
    agreement_mean: Fraction
    consistency_mean: Fraction


def intraclass_correlation(table: Sequence[Sequence[Number]]) -> IntraclassCorrelation | None:
    """ICC of a complete table (a row per unit, a column per observer); None when nothing varies. Raises
    BadInput for a table that is not complete or smaller than 2 x 2."""
    n, k = len(table), len(table[0]) if table else 0
    if n < 2 or k < 2 or any(len(row) != k for row in table):
        raise BadInput("table", "an intraclass correlation needs a complete table of at least 2 units and 2 observers")
    cells = [[Fraction(value) for value in row] for row in table]
    grand = sum((sum(row, Fraction(0)) for row in cells), Fraction(0)) / (n * k)
    rows = [sum(row, Fraction(0)) / k for row in cells]
    columns = [sum((row[at] for row in cells), Fraction(0)) / n for at in range(k)]
    total = sum(((value - grand) ** 2 for row in cells for value in row), Fraction(0))
    between = k * sum(((one - grand) ** 2 for one in rows), Fraction(0))
    judges = n * sum(((one - grand) ** 2 for one in columns), Fraction(0))
    bms = between / (n - 1)
    wms = (total - between) / (n * (k - 1))
    jms = judges / (k - 1)
    ems = (total - between - judges) / ((n - 1) * (k - 1))
    downs = (
        bms + (k - 1) * wms,
        bms + (k - 1) * ems + k * (jms - ems) / n,
        bms + (k - 1) * ems,
        bms,
        bms + (jms - ems) / n,
    )
    if not all(downs):
        return None
    return IntraclassCorrelation(
        one_way=(bms - wms) / downs[0],
        agreement=(bms - ems) / downs[1],
        consistency=(bms - ems) / downs[2],
        one_way_mean=(bms - wms) / downs[3],
        agreement_mean=(bms - ems) / downs[4],
        consistency_mean=(bms - ems) / downs[3],
    )

"""Bad input that concerns committee and jury and has no test beside its own module: an error with ids or a stated fallback.

Elsewhere: missing, wrong and duplicate scores, one member, no score, all equal, parts, few readings (test_calibration);
Hall sets, affinity 0, own city, infeasible loads (test_assignment, test_assignment_rules); impossible rules, more places
than files, ties at the line (test_shortlist); abstaining jurors (test_jury); tampered records (test_record); no pair with a
tie (test_questions).
"""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from awardapp.domain.selection.alike import pairs_alike
from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score, calibrate
from awardapp.domain.selection.home_bias import home_bias
from awardapp.domain.selection.portraits import portraits
from awardapp.domain.selection.questions import about_members, about_pairs, about_ties
from awardapp.domain.selection.residuals import Residuals, fitted, residuals
from awardapp.domain.selection.shortlist import ShortlistRules, candidates, propose

from .invented import CRITERIA, scores
from .sheets import drawn, ratings, sheets_of

RULES = CalibrationRules(CRITERIA, shortlist_size=5, draws=50, seed="7")
Table = list[list[float | None]]


def themed(seed: int, *, bridge: int) -> list[Score]:
    """Two themes of unlike quality, each read by members of its own; `bridge` files of the first are read by one of the
    other's members as well."""
    draw = random.Random(seed)
    found = []
    for at in range(60):
        theme = at % 2
        quality = draw.gauss(7 if theme else 5, 0.8)
        panel = [f"M{theme}{one}" for one in draw.sample(range(4), 3)] + (
            ["M10"] if at // 2 < bridge and not theme else []
        )
        for member in panel:
            for criterion in CRITERIA:
                units = max(0, min(20, round(2 * (quality + draw.gauss(0, 0.5)))))
                found.append(Score(f"S{theme}{at:02}", member, criterion.id, units))
    return found


@pytest.mark.parametrize("bridge", [0, 1, 6])
@pytest.mark.parametrize("method", ["offsets", "robust"])
def test_a_better_theme_read_by_members_of_its_own_is_not_taken_for_mild_members(method: str, bridge: int) -> None:
    found = calibrate(themed(3, bridge=bridge), CalibrationRules(CRITERIA, method=method, draws=10))
    means = {
        theme: [(one.raw_rounded, one.calibrated) for one in found.submissions if one.submission.startswith(theme)]
        for theme in ("S0", "S1")
    }
    raw, calibrated = (
        sum(pair[at] for pair in means["S1"]) / 30 - sum(pair[at] for pair in means["S0"]) / 30 for at in (0, 1)
    )
    assert raw > Decimal("1.5")
    assert calibrated > Decimal("0.7") * raw
    assert len(found.components) == (1 if bridge else 2)


def test_equal_marks_by_other_members_are_a_tie_and_not_told_apart_by_the_last_digit_of_a_float() -> None:
    # 0.1 + 0.2 and its like: three criteria of awkward weights, the same marks in another order of criteria's members
    criteria = (Criterion("a"), Criterion("b"), Criterion("c"))
    given = []
    for file, marks in (("S1", (7, 9, 14)), ("S2", (7, 9, 14)), ("S3", (3, 5, 8))):
        for member in ("A", "B", "C"):
            given += [Score(file, member, one.id, units) for one, units in zip(criteria, marks, strict=True)]
    for seed in range(10):
        random.Random(seed).shuffle(given)
        found = calibrate(given, CalibrationRules(criteria, draws=10))
        assert found.of("S1").calibrated == found.of("S2").calibrated
    proposal = propose(candidates(found), ShortlistRules(shortlist_size=1, deserving_max=1, seed="7"))
    (tie,) = proposal.ties
    assert (tie.at_line, tie.rules) == ("shortlist", ("draw",))


def test_more_places_than_files_and_a_tie_of_all_of_them_are_told_and_do_no_harm() -> None:
    given = [Score(f"S{at}", member, one.id, 10) for at in range(3) for member in "ABC" for one in CRITERIA]
    found = calibrate(given, CalibrationRules(CRITERIA, shortlist_size=15, draws=10))
    assert {one.times_in_first for one in found.submissions} == {10}
    proposal = propose(candidates(found), ShortlistRules(shortlist_size=15, deserving_max=30, seed="7"))
    assert len(proposal.shortlisted) == 3
    assert [len(tie.ids) for tie in proposal.ties] == [3]


BAD: dict[str, Table] = {
    "one member": [[float(at)] for at in range(12)],
    "all equal": [[5.0, 5.0, 5.0] for _ in range(12)],
    "a member all equal": [[5.0, float(at), float(at) + 0.3 * (at % 3)] for at in range(12)],
    "nobody reads the same": [[float(at), None] if at % 2 else [None, float(at)] for at in range(12)],
    "two parts": [
        [float(at % 5), at % 4 + 1.0, None, None] if at % 2 else [None, None, float(at % 5), 4.0] for at in range(24)
    ],
    "a member with one reading": [
        [float(at % 6), at % 5 + 1.0, at % 7 + 0.5, 9.0 if not at else None] for at in range(12)
    ],
}


@pytest.mark.parametrize("rows", BAD.values(), ids=BAD.keys())
def test_portraits_and_questions_say_nothing_of_what_cannot_be_known(rows: Table) -> None:
    found = ratings(rows)
    names = [f"M{at}" for at in range(found.members)]
    pictures = portraits(sheets_of(found, criteria=1), found, names)
    for one in pictures:
        assert (one.offset is None) == (one.compared == 0 or fitted(found) is None)
        assert one.agreement is None or -1 <= one.agreement <= 1.0000001
    asked = about_members(pictures, points=10)
    assert all(len(question.about) == 1 and question.about[0] in names for question in asked)
    fit = fitted(found)
    if fit is None:
        return
    rest = residuals(found, fit)
    (bias,) = home_bias(rest, {"region": [(0, 0), (3, 1)]}, seed="", draws=200)
    assert bias.p is None or 0 < bias.p <= 1
    assert {question.subject for question in about_ties([bias])} <= {"region"}
    assert all(-1.0000001 <= pair.correlation <= 1.0000001 for pair in pairs_alike(rest))
    assert all(len(question.about) == 2 for question in about_pairs(pairs_alike(rest), names))


def test_nothing_read_at_all_gives_no_portrait_and_no_model() -> None:
    found = ratings([])
    assert fitted(found) is None
    assert portraits((), found, []) == ()


def test_the_order_of_the_assessments_changes_no_question() -> None:
    given = scores(5, submissions=60)
    before = calibrate(given, RULES)
    random.Random(1).shuffle(given)
    assert calibrate(given, RULES) == before
    rows = drawn(6)
    assert home_bias(_rest(rows), {"region": [(1, 2), (5, 3)]}, seed="s", draws=300) == home_bias(
        _rest(rows), {"region": [(5, 3), (1, 2)]}, seed="s", draws=300
    )


def _rest(rows: Table) -> Residuals:
    found = ratings(rows)
    fit = fitted(found)
    assert fit is not None
    return residuals(found, fit)

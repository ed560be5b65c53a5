"""When an assessment is complete, and who may not judge which city."""

from __future__ import annotations

import pytest

from awardapp.domain.assessments import (
    CONFLICT_KIND_NAMES,
    AssessmentStatus,
    ConflictKind,
    Tie,
    check_complete,
    conflict_with,
    sees_others,
)
from awardapp.domain.errors import RuleViolation

TO_THE_CITY = Tie(7, None, ConflictKind.ADVICE)
TO_ANOTHER = Tie(8, None, ConflictKind.FAMILY)
TO_THE_COUNTRY = Tie(None, "ES", ConflictKind.FINANCIAL)


@pytest.mark.parametrize(
    ("own_country", "ties", "bar_own_country", "kind"),
    [
        (None, [], True, None),
        ("FR", [], True, None),
        ("ES", [], True, ConflictKind.NATIONALITY),
        ("ES", [], False, None),
        ("FR", [TO_THE_CITY], True, ConflictKind.ADVICE),
        ("FR", [TO_ANOTHER], True, None),
        (None, [TO_THE_COUNTRY], False, ConflictKind.FINANCIAL),
        ("FR", [TO_ANOTHER, TO_THE_COUNTRY, TO_THE_CITY], True, ConflictKind.FINANCIAL),
        ("ES", [TO_THE_CITY], True, ConflictKind.NATIONALITY),
        ("ES", [TO_THE_CITY], False, ConflictKind.ADVICE),
    ],
)
def test_a_tie_to_the_city_or_its_country_bars_from_judging(
    own_country: str | None, ties: list[Tie], bar_own_country: bool, kind: ConflictKind | None
) -> None:
    assert (
        conflict_with(city_id=7, country="ES", own_country=own_country, ties=ties, bar_own_country=bar_own_country)
        == kind
    )


def test_every_kind_of_conflict_is_named() -> None:
    assert set(CONFLICT_KIND_NAMES) == set(ConflictKind)


def test_a_complete_assessment_has_every_score_and_a_comment() -> None:
    check_complete({1: 0, 2: 20, 3: 7}, criterion_ids=[1, 2], comment="Well founded.")


def test_missing_scores_are_counted() -> None:
    with pytest.raises(RuleViolation) as refused:
        check_complete({1: 5}, criterion_ids=[1, 2, 3], comment="Well founded.")
    assert (refused.value.params, refused.value.field) == ({"missing": 2}, None)


@pytest.mark.parametrize("comment", ["", " \n"])
def test_a_comment_is_part_of_an_assessment(comment: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_complete({1: 5}, criterion_ids=[1], comment=comment)
    assert refused.value.field == "comment"


@pytest.mark.parametrize("status", [None, "not_opened", *AssessmentStatus])
@pytest.mark.parametrize("others_after_own", [True, False])
@pytest.mark.parametrize("is_barred", [True, False])
def test_others_are_seen_only_after_handing_in_by_rule_and_without_a_conflict(
    status: str | None, others_after_own: bool, is_barred: bool
) -> None:
    seen = sees_others(status, others_after_own=others_after_own, is_barred=is_barred)
    assert seen is (status == "submitted" and others_after_own and not is_barred)

"""When an assessment is complete, and who may not judge which city."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.errors import N_, RuleViolation


class AssessmentStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ABSTAINED = "abstained"
    RECUSED = "recused"


class ConflictKind(StrEnum):
    NATIONALITY = "nationality"
    EMPLOYMENT = "employment"
    ADVICE = "advice"
    FAMILY = "family"
    FINANCIAL = "financial"
    OTHER = "other"


CONFLICT_KIND_NAMES: dict[ConflictKind, str] = {
    ConflictKind.NATIONALITY: N_("Own city or country"),
    ConflictKind.EMPLOYMENT: N_("Works or worked for the city"),
    ConflictKind.ADVICE: N_("Advised the city on this initiative"),
    ConflictKind.FAMILY: N_("Family or close personal tie"),
    ConflictKind.FINANCIAL: N_("Financial interest"),
    ConflictKind.OTHER: N_("Other"),
}


@dataclass(frozen=True, slots=True)
class Tie:
    """A declared conflict: to one city or to a whole country."""

    city_id: int | None
    country: str | None
    kind: ConflictKind


def conflict_with(
    *,
    city_id: int,
    country: str,
    own_country: str | None,
    ties: Collection[Tie],
    bar_own_country: bool,
) -> ConflictKind | None:
    """The reason why a person may not judge a city's submission, or None."""
    if bar_own_country and own_country is not None and own_country == country:
        return ConflictKind.NATIONALITY
    for tie in ties:
        if tie.city_id == city_id or (tie.country is not None and tie.country == country):
            return tie.kind
    return None


def check_complete(scores: Mapping[int, int], *, criterion_ids: Collection[int], comment: str) -> None:
    """Refuse to hand in an assessment without a score on every criterion and a comment for the committee."""
    missing = sum(1 for criterion in criterion_ids if criterion not in scores)
    if missing:
        raise RuleViolation(N_("%(missing)d criteria have no score yet."), missing=missing)
    if not comment.strip():
        raise RuleViolation(N_("Write a comment for the committee: the city will be told why."), field="comment")

"""When an assessment is complete, who may not judge which city, and when members see each other's assessments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.errors import N_, RuleViolation, StaleVersion


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
    partners: Collection[tuple[int, str]] = (),
) -> ConflictKind | None:
    """The reason why a person may not judge a city's submission, or None.

    `partners` are the cities that hand it in together with this one, as (id, country): a tie to one of them bars as well.
    """
    places = [(city_id, country), *partners]
    if bar_own_country and own_country is not None and any(code == own_country for _city, code in places):
        return ConflictKind.NATIONALITY
    for tie in ties:
        if any(tie.city_id == city or (tie.country is not None and tie.country == code) for city, code in places):
            return tie.kind
    return None


class SheetChanged(StaleVersion):
    """Another window stored something else in the meantime. `items`: ids of the criteria, or names of the texts."""

    def __init__(self, items: Collection[int | str]) -> None:
        super().__init__(N_("This assessment was saved in another window after you opened it."))
        self.items = frozenset(items)


def sees_others(own_status: str | None, *, others_after_own: bool, is_barred: bool) -> bool:
    """Whether a reader of a file sees what its other readers gave and said: only after handing in, never with a conflict."""
    return others_after_own and own_status == AssessmentStatus.SUBMITTED and not is_barred


def check_complete(scores: Mapping[int, int], *, criterion_ids: Collection[int], comment: str) -> None:
    """Refuse to hand in an assessment without a score on every criterion and a comment for the committee."""
    missing = sum(1 for criterion in criterion_ids if criterion not in scores)
    if missing:
        raise RuleViolation(N_("%(missing)d criteria have no score yet."), missing=missing)
    if not comment.strip():
        raise RuleViolation(N_("Write a comment for the committee: the city will be told why."), field="comment")

"""How well a member fits a submission, in parts that can be told to both; and which pairs may not be at all.

Theme part: the mean of the member's expertise over the submission's themes. Language part: whether they share
a language. A part about which nothing is known counts one half for everybody, so it neither helps nor harms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.panels import Bools, Ints
from awardapp.domain.selection.profiles import AssignmentRules, Conflict, MemberProfile, SubmissionProfile

MILLION = 1_000_000
NEUTRAL = MILLION // 2

SAME_CITY, SAME_COUNTRY = "same city", "same country"
NO_LANGUAGE, NO_AFFINITY = "no shared language", "affinity 0"

Profile = TypeVar("Profile", SubmissionProfile, MemberProfile)


def millionths(value: int) -> Decimal:
    """Whole millionths as a Decimal with six places."""
    return Decimal(int(value)).scaleb(-6)


@dataclass(frozen=True, slots=True)
class AffinityTable:
    """Parts and sum in millionths (submissions x members, both sorted by id); `kind` points into `kinds`, 0 =
    free."""

    submissions: tuple[SubmissionProfile, ...]
    members: tuple[MemberProfile, ...]
    theme: Ints
    language: Ints
    affinity: Ints
    kind: NDArray[np.int16]
    kinds: tuple[str, ...]

    @property
    def allowed(self) -> Bools:
        """Where a pair may be."""
        free: Bools = self.kind == 0
        return free


def repeated(ids: Sequence[str]) -> list[str]:
    """The ids that occur more than once, sorted."""
    seen: set[str] = set()
    return sorted({one for one in ids if one in seen or seen.add(one)})  # type: ignore[func-returns-value]


def _by_id(profiles: Sequence[Profile], noun: str) -> tuple[Profile, ...]:
    twice = repeated([one.id for one in profiles])
    if twice:
        raise BadInput("duplicate", f"{noun} given more than once: {listed(twice)}", kind=noun, ids=twice)
    return tuple(sorted(profiles, key=lambda one: one.id))


def _expertise(member: MemberProfile) -> dict[str, int]:
    found: dict[str, int] = {}
    for theme, weight in member.themes.items():
        try:
            exact = Decimal(str(weight))
        except InvalidOperation:
            exact = Decimal("NaN")
        if not exact.is_finite() or not 0 <= exact <= 1:
            raise BadInput(
                "expertise",
                f"the expertise of member {member.id} in {theme} must be from 0 to 1, not {weight}",
                member=member.id,
                theme=theme,
            )
        found[theme] = int((exact * MILLION).to_integral_value())
    return found


def _codes(names: Sequence[str], numbers: dict[str, int]) -> NDArray[np.int64]:
    """A number for each name, -1 for an unknown one."""
    return np.array([numbers.setdefault(one, len(numbers)) if one else -1 for one in names], dtype=np.int64)


def _same(left: Sequence[str], right: Sequence[str]) -> Bools:
    numbers: dict[str, int] = {}
    first, second = _codes(left, numbers), _codes(right, numbers)
    equal: Bools = (first[:, None] == second[None, :]) & (first[:, None] >= 0)
    return equal


def _incidence(sets: Sequence[Mapping[str, int]], columns: Mapping[str, int]) -> Ints:
    table = np.zeros((len(sets), len(columns)), dtype=np.int64)
    for row, entries in enumerate(sets):
        for name, weight in entries.items():
            table[row, columns[name]] = weight
    return table


def _theme_part(submissions: Sequence[SubmissionProfile], members: Sequence[MemberProfile]) -> Ints:
    expertise = [_expertise(one) for one in members]
    wanted = [dict.fromkeys(one.themes, 1) for one in submissions]
    columns = {name: at for at, name in enumerate(sorted({name for one in [*wanted, *expertise] for name in one}))}
    counts = np.array([len(one) for one in wanted], dtype=np.int64)
    part = _incidence(wanted, columns) @ _incidence(expertise, columns).T // np.maximum(counts, 1)[:, None]
    unknown = (counts == 0)[:, None] | np.array([not one for one in expertise], dtype=np.bool_)[None, :]
    return np.where(unknown, NEUTRAL, part)


def _language_part(submissions: Sequence[SubmissionProfile], members: Sequence[MemberProfile]) -> Ints:
    written = [dict.fromkeys(one.languages, 1) for one in submissions]
    read = [dict.fromkeys(one.languages, 1) for one in members]
    columns = {name: at for at, name in enumerate(sorted({name for one in [*written, *read] for name in one}))}
    shared = _incidence(written, columns) @ _incidence(read, columns).T > 0
    unknown = np.array([not one for one in written], dtype=np.bool_)[:, None] | np.array(
        [not one for one in read], dtype=np.bool_
    )
    return np.where(unknown, NEUTRAL, np.where(shared, MILLION, 0))


def affinity_table(
    submissions: Sequence[SubmissionProfile],
    members: Sequence[MemberProfile],
    conflicts: Sequence[Conflict],
    rules: AssignmentRules,
) -> AffinityTable:
    """All pairs at once. Raises BadInput for duplicate or unknown ids and impossible weights."""
    entries, readers = _by_id(submissions, "submission"), _by_id(members, "member")
    weights = (rules.theme_weight, rules.language_weight)
    if min(weights) < 0 or sum(weights) == 0:
        raise BadInput("weights", f"theme and language weight must be whole, not negative and not both 0: {weights}")
    theme, language = _theme_part(entries, readers), _language_part(entries, readers)
    affinity = (theme * weights[0] + language * weights[1]) // sum(weights)

    kinds = ["", SAME_CITY, SAME_COUNTRY, NO_LANGUAGE, NO_AFFINITY]
    kind = np.zeros(affinity.shape, dtype=np.int16)
    if not rules.open_zero_affinity:
        kind[affinity == 0] = kinds.index(NO_AFFINITY)
    if rules.require_language:
        kind[language == 0] = kinds.index(NO_LANGUAGE)
    if rules.bar_same_country:
        kind[_same([one.country for one in entries], [one.country for one in readers])] = kinds.index(SAME_COUNTRY)
    kind[_same([one.city for one in entries], [one.city for one in readers])] = kinds.index(SAME_CITY)
    row = {one.id: at for at, one in enumerate(entries)}
    column = {one.id: at for at, one in enumerate(readers)}
    for conflict in sorted(conflicts, key=lambda one: (one.submission, one.member, one.kind), reverse=True):
        if conflict.submission not in row or conflict.member not in column:
            raise BadInput(
                "unknown",
                f"a conflict names {conflict.member} and {conflict.submission}, which are not both in the assignment",
                member=conflict.member,
                submission=conflict.submission,
            )
        if conflict.kind not in kinds:
            kinds.append(conflict.kind)
        kind[row[conflict.submission], column[conflict.member]] = kinds.index(conflict.kind)
    return AffinityTable(entries, readers, theme, language, affinity, kind, tuple(kinds))

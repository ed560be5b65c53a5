"""What a seal covers, and in what the present differs from it: anything here that differs voids every release.

People who would be written to are not compared: a letter goes to a city, and its delegates are asked for again in the
moment of publication. The page says who joined and who left since the seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awardapp.domain.errors import N_

_WORDS = ("title_en", "title_zh", "statement_en", "statement_zh")
_NAMES = ("ref", "city_en", "city_zh", "country", "title_en", "title_zh")
_REASONS = ("reason_en", "reason_zh")


def differences(sealed: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    """Message ids of everything in which what would be published now is not what was sealed; empty when it is the same.

    Both are contents as services.snapshots makes them. A seal of the first version knew no certificates.
    """
    found = []
    if [sealed[key] for key in _WORDS] != [present[key] for key in _WORDS]:
        found.append(N_("The title or the statement is another one."))
    if sealed["embargo_until"] != present["embargo_until"]:
        found.append(N_("The instant is another one."))
    if _of(sealed["lines"], "submission", "outcome", "award_key") != _of(
        present["lines"], "submission", "outcome", "award_key"
    ):
        found.append(N_("The decisions are others: not the same cities, or not with the same outcome."))
    else:
        if _of(sealed["lines"], *_NAMES) != _of(present["lines"], *_NAMES):
            found.append(N_("The name of a city or the title of an initiative has changed."))
        if _of(sealed["lines"], *_REASONS) != _of(present["lines"], *_REASONS):
            found.append(N_("A reason or citation has changed."))
    if _of(sealed["letters"], "kind", "submission", "award_key") != _of(
        present["letters"], "kind", "submission", "award_key"
    ):
        found.append(N_("Other letters would go: a submission was withdrawn, or became valid, or its outcome changed."))
    if sealed["record_sha256"] != present["record_sha256"]:
        found.append(N_("The sealed record is another one."))
    if "certificates" in sealed and not _same_certificates(sealed["certificates"], present["certificates"]):
        found.append(N_("Other certificates would be given."))
    if present["withdrawn"]:
        found.append(N_("A city on the list has withdrawn, or its submission is no longer valid."))
    return found


def _of(rows: Iterable[Mapping[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in rows]


def _same_certificates(sealed: Sequence[Mapping[str, Any]], present: Sequence[Mapping[str, Any]]) -> bool:
    """Alike in everything that both tell but the code, which is drawn at the seal."""
    return len(sealed) == len(present) and all(
        then[key] == now[key]
        for then, now in zip(sealed, present, strict=True)
        for key in (then.keys() & now.keys()) - {"code"}
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A person who would now get a letter, or would not any more, though it was otherwise at the seal."""

    ref: str
    name: str
    joined: bool


def changed_people(
    sealed: Iterable[Mapping[str, Any]], present: Mapping[int, Iterable[tuple[int, str]]]
) -> list[Change]:
    """Who joined and who left since the seal, by letter; `present` has (id, name) of the delegates by submission."""
    found = []
    for letter in sealed:
        if "delegates" not in letter:
            continue
        then = {person["id"]: person["name"] for person in letter["delegates"]}
        now = dict(present.get(letter["submission"], ()))
        found += [Change(letter["ref"], now[key], True) for key in sorted(now.keys() - then.keys())]
        found += [Change(letter["ref"], then[key], False) for key in sorted(then.keys() - now.keys())]
    return found

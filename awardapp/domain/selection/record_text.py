"""Rules and ballots as the values of a record, and back. Fractions are decimal text, or "1/3" where none
ends."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from awardapp.domain.selection.calibration import CalibrationRules, Criterion
from awardapp.domain.selection.canonical import Json
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.group_rules import GroupRule
from awardapp.domain.selection.jury import Ballot, JuryRules
from awardapp.domain.selection.shortlist import ShortlistRules

MOST_DRAWS = 1_000_000  # a file that asks for more would keep whoever checks it waiting for ever


def texts(values: Iterable[str]) -> list[Json]:
    """Texts as a JSON list."""
    return list[Json](values)


def fraction_text(value: Fraction) -> str:
    """0.5 for one half, 3 for three, 1/3 for one third."""
    value = Fraction(value)
    denominator, places = value.denominator, 0
    while denominator % 10 == 0 or denominator % 2 == 0 or denominator % 5 == 0:
        denominator //= 10 if denominator % 10 == 0 else 2 if denominator % 2 == 0 else 5
        places += 1
    if denominator != 1:
        return str(value)
    if not places:
        return str(value.numerator)
    scaled = value * 10**places
    digits = f"{abs(scaled.numerator):0{places + 1}d}"
    return ("-" if value < 0 else "") + f"{digits[:-places]}.{digits[-places:]}"


def calibration_rules_json(rules: CalibrationRules) -> dict[str, Json]:
    """Criteria in the published order; the method; the seed and number of the model draws."""
    return {
        "criteria": [
            {
                "id": one.id,
                "weight": fraction_text(one.weight),
                "lowest": one.lowest,
                "highest": one.highest,
                "step": fraction_text(one.step),
            }
            for one in rules.criteria
        ],
        "method": rules.method,
        "shortlist_size": rules.shortlist_size,
        "draws": rules.draws,
        "seed": rules.seed,
    }


def shortlist_rules_json(rules: ShortlistRules) -> dict[str, Json]:
    """Sizes, tie order, group rules and the seed of the public draw."""
    return {
        "shortlist_size": rules.shortlist_size,
        "deserving_max": rules.deserving_max,
        "tie_order": texts(rules.tie_order),
        "group_rules": [
            {"partition": one.partition, "group": one.group, "least": one.least, "most": one.most}
            for one in rules.group_rules
        ],
        "seed": rules.seed,
    }


def jury_rules_json(rules: JuryRules) -> dict[str, Json]:
    """The vote rule."""
    return {
        "method": rules.method,
        "winners_max": rules.winners_max,
        "pair_quorum": rules.pair_quorum,
        "strength": rules.strength,
        "trim": rules.trim,
        "seed": rules.seed,
    }


def ballot_json(ballot: Ballot) -> dict[str, Json]:
    """One ballot; equals inside a rank and sets are sorted, so that one ballot has one text."""
    return {
        "juror": ballot.juror,
        "ranking": [texts(sorted(group)) for group in ballot.ranking],
        "approved": texts(sorted(ballot.approved)),
        "scores": dict(sorted(ballot.scores.items())),
        "recused": texts(sorted(ballot.recused)),
        "abstained": ballot.abstained,
    }


class BrokenRecord(SelectionError):
    """A part of the file that is missing or of the wrong kind; the sentence begins with its path."""


class Part:
    """A part of a record read with its path, so that a wrong kind is told by name."""

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def _wrong(self, wanted: str) -> BrokenRecord:
        found = "nothing" if self.value is None else type(self.value).__name__
        return BrokenRecord("broken", f"{self.path}: {wanted} is expected, the file has {found}", path=self.path)

    def __getitem__(self, key: str) -> Part:
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        if key not in self.value:
            raise BrokenRecord("missing", f"{self.path or 'the record'}: {key} is missing", path=self.path)
        return Part(self.value[key], f"{self.path}.{key}" if self.path else key)

    def items(self) -> list[tuple[str, Part]]:
        """The parts of an object keyed by ids."""
        if not isinstance(self.value, dict):
            raise self._wrong("an object")
        return [(key, Part(one, f"{self.path}[{key}]")) for key, one in self.value.items()]

    def list(self) -> list[Part]:
        """The parts of a list."""
        if not isinstance(self.value, list):
            raise self._wrong("a list")
        return [Part(one, f"{self.path}[{at}]") for at, one in enumerate(self.value)]

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self._wrong("a text")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(one.text() for one in self.list())

    def whole(self, *, most: int | None = None) -> int:
        """A whole number, at most `most`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong("a whole number")
        if most is not None and self.value > most:
            raise BrokenRecord("too large", f"{self.path}: at most {most} is expected", path=self.path)
        return self.value

    def yes(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self._wrong("true or false")
        return self.value

    def fraction(self) -> Fraction:
        """A number as text."""
        try:
            return Fraction(self.text())
        except (ValueError, ZeroDivisionError):
            raise self._wrong("a number as text") from None


def read_calibration_rules(part: Part) -> CalibrationRules:
    """The inverse of calibration_rules_json."""
    return CalibrationRules(
        criteria=tuple(
            Criterion(
                id=one["id"].text(),
                weight=one["weight"].fraction(),
                lowest=one["lowest"].whole(),
                highest=one["highest"].whole(),
                step=one["step"].fraction(),
            )
            for one in part["criteria"].list()
        ),
        method=part["method"].text(),
        shortlist_size=part["shortlist_size"].whole(),
        draws=part["draws"].whole(most=MOST_DRAWS),
        seed=part["seed"].text(),
    )


def read_shortlist_rules(part: Part) -> ShortlistRules:
    """The inverse of shortlist_rules_json."""
    return ShortlistRules(
        shortlist_size=part["shortlist_size"].whole(),
        deserving_max=part["deserving_max"].whole(),
        tie_order=part["tie_order"].texts(),
        group_rules=tuple(
            GroupRule(
                partition=one["partition"].text(),
                group=None if one["group"].value is None else one["group"].text(),
                least=one["least"].whole(),
                most=None if one["most"].value is None else one["most"].whole(),
            )
            for one in part["group_rules"].list()
        ),
        seed=part["seed"].text(),
    )


def read_jury_rules(part: Part) -> JuryRules:
    """The inverse of jury_rules_json."""
    return JuryRules(
        method=part["method"].text(),
        winners_max=part["winners_max"].whole(),
        pair_quorum=part["pair_quorum"].whole(),
        strength=part["strength"].text(),
        trim=part["trim"].whole(),
        seed=part["seed"].text(),
    )


def read_ballot(part: Part) -> Ballot:
    """The inverse of ballot_json."""
    return Ballot(
        juror=part["juror"].text(),
        ranking=tuple(group.texts() for group in part["ranking"].list()),
        approved=part["approved"].texts(),
        scores={name: mark.whole() for name, mark in part["scores"].items()},
        recused=part["recused"].texts(),
        abstained=part["abstained"].yes(),
    )

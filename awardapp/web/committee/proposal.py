"""The proposal laid out for the chair: every place with raw and calibrated score, what is decided, which tie rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import abort

from awardapp.domain.errors import RuleViolation
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle, Decision, Selection, Submission, SubmissionVersion
from awardapp.queries import selections as selection_queries
from awardapp.queries.selections import submissions_by_pseudonym
from awardapp.services import selections
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Row:
    """One submission of the proposal. Scores in marks of the cycle's scale; `change` in places, up is positive."""

    place: int
    pseudonym: str
    raw: float
    raw_place: int
    calibrated: float
    change: int
    assessments: int
    chance: float | None
    decided_by: str
    proposed: str
    submission: Submission | None
    decision: Decision | None
    was_moved: bool

    @property
    def outcome(self) -> str:
        """What is decided now: the proposal's outcome or where it was moved by hand."""
        return self.decision.outcome.value if self.decision else "none"

    @property
    def written(self) -> bool:
        """Whether the reason stands in both languages."""
        return self.decision is not None and bool(self.decision.reason_en.strip() and self.decision.reason_zh.strip())


def decidable(ref: str) -> tuple[Submission, SubmissionVersion]:
    """A valid submission of the cycle with the version handed in, or 404. Only for the chair."""
    found = selection_queries.valid_with_version(access.cycle(), ref)
    if found is None:
        abort(404)
    return found


def rows(selection: Selection, cycle: Cycle, decisions: dict[str, Decision], moved: Collection[str] = ()) -> list[Row]:
    """Every place of the proposal in rank order; submissions are filled in for the page shown only. `moved`: pseudonyms of
    files that were ever moved by hand."""
    low = cycle.rules.scale_min
    found = selection.result["places"]
    by_raw = sorted(found, key=lambda p: (-float(p["raw"]), p["place"]))
    raw_places = {p["id"]: n for n, p in enumerate(by_raw, 1)}
    return [
        Row(
            place=p["place"],
            pseudonym=p["id"],
            raw=low + float(p["raw"]),
            raw_place=raw_places[p["id"]],
            calibrated=low + float(p["calibrated"]),
            change=raw_places[p["id"]] - p["place"],
            assessments=p["assessments"],
            chance=p["chance"],
            decided_by=p["decided_by"],
            proposed=p["outcome"],
            submission=decisions[p["id"]].submission if p["id"] in decisions else None,
            decision=decisions.get(p["id"]),
            was_moved=p["id"] in moved,
        )
        for p in found
    ]


def tie_rule(decided_by: str, cycle: Cycle) -> str:
    """In words, the rule that put a submission below the one before it; "" where the score did."""
    if decided_by in ("", "score"):
        return ""
    if decided_by.startswith("criterion "):
        n = int(decided_by.removeprefix("criterion "))
        return _("Tie: by the mean of “%(criterion)s”", criterion=pick(cycle.criteria[n - 1], "name"))
    return {
        "median": _("Tie: by the median of the assessments"),
        "recusals": _("Tie: by fewer recusals"),
        "draw": _("Tie: by the public draw"),
    }.get(decided_by, decided_by)


def matches(row: Row, view: str) -> bool:
    if view == "moved":
        return row.was_moved
    if view == "unwritten":
        return row.decision is not None and not row.written
    return view in ("all", row.outcome)


@dataclass(frozen=True, slots=True)
class Step:
    """One member's part in the way from raw to calibrated, in marks: what was given, and what each correction adds."""

    name: str
    score: float
    severity: float
    spread: float
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sum that adds up: raw + every step's three corrections + `pull` = calibrated."""

    steps: list[Step]
    pull: float


def explanation(cycle: Cycle, row: Row) -> Explanation | None:
    """How the calibrated score of a row came about; None when scores have changed since the proposal was computed."""
    data = selections.inputs(cycle)
    try:
        calibration, _proposal = selections.compute(data)
    except RuleViolation:
        return None
    low = cycle.rules.scale_min
    names = {member.pseudonym: member.user.name for member in data.members}
    for one in calibration.submissions:
        if one.submission == row.pseudonym and low + float(one.calibrated) == row.calibrated:
            steps = [
                Step(names[c.member], low + float(c.score), float(c.severity), float(c.spread), float(c.weight))
                for c in one.contributions
            ]
            return Explanation(steps, float(one.shrinkage))
    return None


def ties_at_line(selection: Selection, cycle: Cycle) -> list[dict[str, Any]]:
    ties = [tie for tie in selection.result["ties"] if tie["at_line"]]
    names = submissions_by_pseudonym(cycle, [name for tie in ties for name in tie["ids"]])
    return [
        {
            "cities": [pick(names[name].city, "name") for name in tie["ids"] if name in names],
            "rules": [tie_rule(rule, cycle) for rule in dict.fromkeys(tie["rules"])],
            "line": tie["at_line"],
        }
        for tie in ties
    ]

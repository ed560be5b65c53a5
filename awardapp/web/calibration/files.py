"""Raw beside calibrated for every file, with the reason of every change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from awardapp.domain.errors import RuleViolation
from awardapp.domain.selection.calibration import SubmissionFigures
from awardapp.domain.selection.explaining import Sum, sum_of
from awardapp.i18n import explain, pick
from awardapp.models import Cycle, Submission
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import calibrations, scores_opening
from awardapp.services.calibrations import Files
from awardapp.web import access
from awardapp.web.calibration import opening
from awardapp.web.calibration.room import Room, names
from awardapp.web.calibration.words import method_words, signed, term_words

VIEWS = ("all", "crossing", "doubt", "up", "down")
DOUBT = (0.05, 0.95)  # chances between these are open


@dataclass(frozen=True, slots=True)
class Row:
    """One file. `crosses`: the lines it crosses between raw and calibrated, as (size of the list, comes in)."""

    submission: Submission
    figures: SubmissionFigures
    place: int
    raw_place: int
    crosses: tuple[tuple[int, bool], ...]
    barred: bool

    @property
    def chance(self) -> float:
        return self.figures.times_in_first / self.figures.draws

    @property
    def change(self) -> int:
        """Places gained."""
        return self.raw_place - self.place


def page(room: Room) -> Any:
    """The files by calibrated place; before the opening, what is about to be opened."""
    cycle = access.cycle()
    if not scores_opening.are_open(cycle):
        return opening.page(room)
    try:
        found = calibrations.files(cycle)
    except RuleViolation as error:
        return render_template("calibration/none.html", cycle=cycle, room=room, here_words=None, why=explain(error))
    every = rows(cycle, found, room)
    view = request.args.get("view", "all")
    view = view if view in VIEWS else "all"
    member = request.args.get("member", "")
    chosen = [row for row in every if _matches(row, view) and _read_by(row, member)]
    at = page_of(len(chosen), request.args.get("page", 1, type=int))
    called = names(found.data)
    shown = chosen[at.offset : at.offset + PER_PAGE]
    unscored = {submission.pseudonym: submission for submission in found.data.submissions}
    return render_template(
        "calibration/files.html",
        cycle=cycle,
        room=room,
        here_words=None,
        rows=shown,
        sums={row.submission.pseudonym: _sum(row, found) for row in shown},
        words=lambda term: term_words(term, called),
        signed=signed,
        page=at,
        view=view,
        counts={name: sum(_matches(row, name) for row in every) for name in VIEWS},
        member=member if member in called else "",
        members=sorted(called.items(), key=lambda one: one[1]),
        used=found.calibration.used,
        method=method_words(found.calibration.used),
        asked=method_words(found.calibration.method),
        falls_back=found.calibration.used != found.calibration.method,
        after=scores_opening.handed_in_after(cycle),
        unscored=[pick(unscored[name].city, "name") for name in found.calibration.unscored],
        opens_reasons=request.args.get("reasons") == "open",
    )


def rows(cycle: Cycle, found: Files, room: Room) -> list[Row]:
    """Every file that has a figure, by calibrated place."""
    submissions = {submission.pseudonym: submission for submission in found.data.submissions}
    barred, figures = room.barred(found.data), {one.submission: one for one in found.calibration.submissions}
    rules = cycle.rules
    lines = [rules.shortlist_size, *([rules.shortlist_size + rules.deserving_max] if rules.deserving_max else [])]
    return [
        Row(
            submissions[place.id],
            figures[place.id],
            place.place,
            found.raw_places[place.id],
            crossings(found.raw_places[place.id], place.place, lines),
            place.id in barred,
        )
        for place in found.proposal.places
    ]


def crossings(raw_place: int, place: int, lines: Sequence[int]) -> tuple[tuple[int, bool], ...]:
    """The lines between the two places, as (size of the list, comes in)."""
    return tuple((line, place <= line) for line in lines if (raw_place <= line) != (place <= line))


def _sum(row: Row, found: Files) -> Sum | None:
    """None for a file the chair may not judge: the reasons tell who marked it how."""
    return None if row.barred else sum_of(row.figures, found.members)


def _read_by(row: Row, member: str) -> bool:
    """Whether the member read the file; of a file closed to the chair nothing is told."""
    if not member:
        return True
    return not row.barred and any(one.member == member for one in row.figures.contributions)


def _matches(row: Row, view: str) -> bool:
    return {
        "crossing": bool(row.crosses),
        "doubt": DOUBT[0] < row.chance < DOUBT[1],
        "up": row.change > 0,
        "down": row.change < 0,
    }.get(view, True)

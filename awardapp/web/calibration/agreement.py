"""How far the members agree, and whether everybody can be compared with everybody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from awardapp.domain.selection.components import bridges, connected, hardly_compared
from awardapp.domain.selection.reliability import Estimate
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.services import calibrations
from awardapp.services.selections import Inputs
from awardapp.web import access
from awardapp.web.calibration.members import need_open
from awardapp.web.calibration.room import Room, names

TENTATIVE, FIRM = 2 / 3, 0.8  # Krippendorff's customary thresholds of alpha


@dataclass(frozen=True, slots=True)
class Part:
    """Members and the number of files that hang together through shared readings."""

    files: int
    members: list[str]


@dataclass(frozen=True, slots=True)
class Joining:
    """How the readings hang together: the parts, the fewest readings that would join them as (city, member), and members
    who share one file only, or none, with anybody."""

    parts: list[Part]
    bridges: list[tuple[str, str]]
    weak: list[str]
    alone: list[str]


def joining(data: Inputs) -> Joining:
    """Everything about connectedness, in names."""
    called, pairs = names(data), calibrations.pairs_of(data.scores)
    cities = {submission.pseudonym: pick(submission.city, "name") for submission in data.submissions}
    parts = connected(pairs)
    weak, alone = hardly_compared(pairs)
    barred = {(conflict.submission, conflict.member) for conflict in data.conflicts}
    return Joining(
        [Part(len(files), [called[member] for member in readers]) for files, readers in parts],
        [(cities[file], called[member]) for file, member in bridges(parts, barred)],
        [called[member] for member in weak],
        [called[member] for member in alone],
    )


def judged(found: Estimate | None) -> str:
    """An agreement in a word, by Krippendorff's customary thresholds."""
    if found is None:
        return _("cannot be told")
    if found.value >= FIRM:
        return _("high")
    return _("middling") if found.value >= TENTATIVE else _("low")


def page(room: Room) -> str:
    """Agreement over all criteria and each one, what a mean of several readings is worth, how the readings hang together."""
    cycle = access.cycle()
    need_open(cycle)
    data = calibrations.inputs(cycle)
    criteria = {criterion.key: pick(criterion, "name") for criterion in cycle.criteria}
    found = calibrations.agreement(data)
    return render_template(
        "calibration/agreement.html",
        cycle=cycle,
        room=room,
        here_words=_("Agreement"),
        found=found,
        rows=[(_("All criteria together"), found.overall), *((criteria[key], one) for key, one in found.by_criterion)],
        judged=judged,
        joining=joining(data),
    )

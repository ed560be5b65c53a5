"""The members as the assessments show them: all beside each other, one at a time, and oneself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import floor
from statistics import median

from flask import abort, render_template

from awardapp.domain.people import Role
from awardapp.domain.selection.portraits import Portrait
from awardapp.i18n import format_number
from awardapp.i18n import gettext as _
from awardapp.models import Cycle
from awardapp.services import calibrations, questions, scores_opening
from awardapp.web import access
from awardapp.web.calibration.room import Room, member_of, names
from awardapp.web.calibration.words import method_words, points, question_words, signed

COLUMNS = 10  # of the distribution, at most


def need_open(cycle: Cycle) -> None:
    """Answer 404 before the scores are open: there is nothing to be known yet."""
    if not scores_opening.are_open(cycle):
        abort(404)


def page(room: Room) -> str:
    """Every member with severity, spread and care."""
    cycle = access.cycle()
    need_open(cycle)
    data = calibrations.inputs(cycle)
    found = {one.member: one for one in calibrations.members(data)}
    asked = Counter(member for one in questions.ask(cycle, data).questions for member in one.about)
    return render_template(
        "calibration/members.html",
        cycle=cycle,
        room=room,
        here_words=_("Members"),
        rows=[(member, found.get(member.pseudonym)) for member in data.members],
        asked=asked,
        signed=signed,
        used=data.calibration_rules.method,
        method=method_words(data.calibration_rules.method),
    )


def member_page(room: Room, pseudonym: str) -> str:
    """One member: figures with intervals, the own marks, every peer, the questions."""
    cycle = access.cycle()
    need_open(cycle)
    data = calibrations.inputs(cycle)
    member = member_of(data, pseudonym)
    if member is None:
        abort(404)
    portrait = next((one for one in calibrations.members(data) if one.member == pseudonym), None)
    called = names(data)
    asked = [one for one in questions.ask(cycle, data).questions if pseudonym in one.about]
    return render_template(
        "calibration/member.html",
        cycle=cycle,
        room=room,
        here_words=member.user.name,
        member=member,
        portrait=portrait,
        peers=sorted(((called[peer.member], peer) for peer in portrait.peers), key=lambda one: one[0])
        if portrait
        else [],
        columns=distribution(cycle, portrait),
        questions=[question_words(one, called) for one in asked],
        pulled=data.calibration_rules.method == "robust",
        signed=signed,
        points=points,
    )


def own_page() -> str:
    """A member's own marks beside the others', after the lock: without names of peers, files or places."""
    cycle, member = access.cycle(), access.membership(Role.COMMITTEE)
    if not may_see_own(cycle):
        abort(404)
    data = calibrations.inputs(cycle)
    portrait = next((one for one in calibrations.members(data) if one.member == member.pseudonym), None)
    agreeing = sorted(peer.correlation for peer in portrait.peers if peer.correlation is not None) if portrait else []
    return render_template(
        "calibration/own.html",
        cycle=cycle,
        portrait=portrait,
        peers=len(portrait.peers) if portrait else 0,
        agreeing=(agreeing[0], median(agreeing), agreeing[-1]) if len(agreeing) > 2 else None,
        columns=distribution(cycle, portrait),
        signed=signed,
        points=points,
    )


def may_see_own(cycle: Cycle) -> bool:
    """Once the shortlist is locked, when nothing that a member learns can change a mark any more."""
    return scores_opening.are_open(cycle) and scores_opening.is_over(cycle)


def distribution(cycle: Cycle, portrait: Portrait | None) -> list[tuple[str, int]]:
    """How many of the member's mean marks lie in each part of the scale, lowest first."""
    return histogram(portrait.means, cycle.rules.scale_min, cycle.rules.scale_max) if portrait else []


def histogram(means: Sequence[float], low: float, high: float) -> list[tuple[str, int]]:
    """Counts by part of the scale; the highest mark belongs to the last part. `means` are points above the lowest mark."""
    width = (high - low) / COLUMNS
    counts = Counter(min(floor(value / width + 1e-9), COLUMNS - 1) for value in means)
    return [
        (f"{format_number(low + at * width)}–{format_number(low + (at + 1) * width)}", counts[at])
        for at in range(COLUMNS)
    ]

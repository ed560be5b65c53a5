"""The first page: what the award is, what is open now, what was announced last."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user

from awardapp import archive, clock
from awardapp.domain.cycles import CyclePhase, Rules, intake_is_open
from awardapp.models import Cycle
from awardapp.queries import announcements, casebank, cycles
from awardapp.rulebook import load_rules
from awardapp.web.access import public
from awardapp.web.casebank.items import items_of
from awardapp.web.public.blueprint import bp
from awardapp.web.public.calendar import outside

SHOWN_WINNERS = 5


@bp.get("/")
@public
def home() -> str:
    """The award, the open calls with their deadline and the way in, the latest results, the case bank."""
    every = cycles.public_cycles()
    now = clock.now()
    calls = [c for c in every if intake_is_open(c.phase, deadline_at=c.deadline_at, now=now)]
    book = load_rules()
    running = next((c for c in every if _is_running(c) and not c.is_demonstration), None)
    return render_template(
        "public/home.html",
        now=now,
        calls=sorted(calls, key=lambda cycle: (cycle.is_demonstration, cycle.deadline_at, cycle.id)),
        under_way=[c for c in every if _is_running(c) and c not in calls],
        phase_of=outside,
        signed_in=current_user.is_authenticated,
        publications=announcements.latest(5),
        figures=casebank.figures(),
        winners=items_of(casebank.latest_winners(SHOWN_WINNERS)),
        criteria=book.criteria,
        weights_note=book.weights_note,
        numbers=running.rules if running else Rules(),
        last=archive.load().cycles_by_number[book.cycle],
        totals=archive.load().totals,
    )


def _is_running(cycle: Cycle) -> bool:
    return not cycle.is_archive and cycle.phase is not CyclePhase.ARCHIVED

"""The cycles of the award, past and running: dates, rules, figures."""

from __future__ import annotations

from flask import abort, render_template
from flask_login import current_user

from awardapp import archive, clock
from awardapp.domain.cycles import CyclePhase, intake_is_open
from awardapp.models import Cycle
from awardapp.queries import announcements, casebank, presentations
from awardapp.queries import cycles as cycle_queries
from awardapp.services.selections import tie_commitment
from awardapp.web.access import public
from awardapp.web.public.blueprint import bp
from awardapp.web.public.calendar import last_day, outside, steps


def open_cycle(slug: str) -> Cycle:
    """The cycle of the address; one still being prepared is as unknown as one that does not exist."""
    cycle = cycle_queries.by_slug(slug)
    if cycle is None or cycle.phase is CyclePhase.DRAFT:
        abort(404)
    return cycle


@bp.get("/cycles")
@public
def cycles() -> str:
    """All cycles, newest first."""
    every = cycle_queries.public_cycles()
    return render_template(
        "public/cycles.html",
        cycles=every,
        figures=cycle_queries.public_figures(every),
        phase_of=outside,
        held=casebank.by_cycle(),
    )


@bp.get("/cycles/<slug>")
@public
def cycle(slug: str) -> str:
    """One cycle: its calendar, its rules, its figures, what was announced."""
    found = open_cycle(slug)
    publications = announcements.of_cycle(found)
    past = archive.load().cycles_by_number.get(found.number) if found.is_archive and found.number else None
    return render_template(
        "public/cycle.html",
        cycle=found,
        phase=outside(found),
        steps=steps(found, publications),
        last_day=last_day(found),
        past=past,
        call_is_open=intake_is_open(found.phase, deadline_at=found.deadline_at, now=clock.now()),
        signed_in=current_user.is_authenticated,
        counts=None if found.is_archive else cycle_queries.counts(found),
        held=casebank.by_cycle().get(found.id),
        publications=publications,
        has_programme=not found.is_archive and presentations.has_public_programme(found),
        total_weight=sum(criterion.weight for criterion in found.criteria),
        commitment=tie_commitment(found) if found.tie_seed else None,
    )

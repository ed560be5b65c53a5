"""The award in figures: what was published of each cycle, with gaps where nothing is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import render_template

from awardapp import archive, i18n
from awardapp.models import Cycle
from awardapp.places import UnknownPlace, country, regions
from awardapp.queries import casebank, cycles
from awardapp.queries.casebank import CycleCases
from awardapp.queries.cycles import PublicFigures
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp


@dataclass(frozen=True, slots=True)
class Row:
    """One cycle's figures."""

    cycle: Cycle
    known: PublicFigures
    held: CycleCases | None
    shortlist_size: int | None


@bp.get("/cases/figures")
@public
def figures() -> str:
    """Submissions, cities and countries by cycle; winners by region; invented cycles are left out."""
    held, past = casebank.by_cycle(), archive.load()
    shown = [cycle for cycle in reversed(cycles.public_cycles()) if not cycle.is_demonstration]
    known_of = cycles.public_figures(shown)
    rows = []
    for cycle in shown:
        known = past.cycles_by_number.get(cycle.number) if cycle.is_archive and cycle.number else None
        size = known.shortlist_size if known else cycle.rules.shortlist_size
        rows.append(Row(cycle, known_of[cycle.id], held.get(cycle.id), size))
    return render_template(
        "casebank/figures.html",
        rows=rows,
        totals=past.totals,
        winners=_winners_by_region(rows),
        held=casebank.figures(),
    )


def _winners_by_region(rows: list[Row]) -> list[tuple[str, int]]:
    """Winners by region of the world in our own division, most first."""
    counts: Counter[str] = Counter()
    for row in rows:
        for code in row.held.winner_countries if row.held else ():
            try:
                counts[country(code).region] += 1
            except UnknownPlace:
                counts[""] += 1
    named = [(r.name_zh if i18n.language() == "zh" else r.name_en, counts[r.key]) for r in regions()]
    return sorted(named, key=lambda pair: -pair[1])

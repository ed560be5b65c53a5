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
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp


@dataclass(frozen=True, slots=True)
class Row:
    """One cycle's figures. Archive cycles: as published. Others: counted from what was handed in."""

    cycle: Cycle
    submissions: int | None
    cities: int | None
    countries: int | None
    held: CycleCases | None
    shortlist_size: int | None


@bp.get("/cases/figures")
@public
def figures() -> str:
    """Submissions, cities and countries by cycle; winners by region; invented cycles are left out."""
    held, past = casebank.by_cycle(), archive.load()
    live = cycles.handed_in()
    rows = []
    for cycle in reversed(cycles.public_cycles()):
        if cycle.is_demonstration:
            continue
        counted = live.get(cycle.id)
        known = past.cycles_by_number.get(cycle.number) if cycle.is_archive and cycle.number else None
        rows.append(
            Row(
                cycle,
                cycle.valid if cycle.is_archive else counted[0] if counted else None,
                cycle.cities if cycle.is_archive else counted[1] if counted else None,
                cycle.countries if cycle.is_archive else counted[2] if counted else None,
                held.get(cycle.id),
                known.shortlist_size if known else cycle.rules.shortlist_size,
            )
        )
    return render_template(
        "casebank/figures.html", rows=rows, totals=past.totals, winners=_winners_by_region(rows), held=casebank.figures()
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

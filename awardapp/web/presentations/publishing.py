"""What publishing the timetable would change and whom it would write to; and publishing exactly that."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.queries import people as people_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_publishing as services
from awardapp.services import presentation_timetable as timetables
from awardapp.services.presentation_publishing import Touched
from awardapp.web import access
from awardapp.web.presentations.planning import url

KINDS = {
    "new": N_("learns its slot"),
    "moved": N_("has another time"),
    "changed": N_("has the same time; its session has changed"),
    "dropped": N_("has no slot any more"),
}


def show() -> Any:
    """The timetable that would be published, what is different, and who gets a letter."""
    return _page()


def _page(problem: str | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    found = timetables.draft(cycle)
    made = services.changes(cycle, found)
    by_city = people_queries.delegates_by_city([one.presentation.submission.city_id for one in made.touched])
    page = render_template(
        "presentations/publish.html",
        cycle=cycle,
        plan=queries.plan_of(cycle),
        changes=made,
        kinds=KINDS,
        zones={one.presentation.id: queries.zone_of(one.presentation) for one in made.touched},
        unplaced=found.unplaced,
        nights=found.nights,
        people={one.presentation.id: by_city.get(one.presentation.submission.city_id, []) for one in made.touched},
        letters=_letters(made.touched, by_city),
        jurors=len(people_queries.members(cycle, Role.JUROR)),
        problem=problem,
    )
    return page, status


def _letters(touched: Any, by_city: dict[int, list[Any]]) -> int:
    rows: list[Touched] = list(touched)
    return sum(len(by_city.get(one.presentation.submission.city_id, [])) for one in rows)


def publish() -> Any:
    """Publish the timetable that was shown."""
    try:
        made = services.publish(
            actor=access.actor(),
            cycle=access.cycle(),
            shown=request.form.get("digest", ""),
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        return _page(explain(error), 422)
    db.session.commit()
    flash(
        ngettext(
            "The timetable is published. One city is told.",
            "The timetable is published. %(n)s cities are told.",
            len(made.touched),
        ),
        "success",
    )
    return redirect(url("presentations"), 303)

"""Where the cycle stands: phases, counts, who judges, how files were assigned, which ties were found. No score."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for

from awardapp import places
from awardapp.domain.assessments import CONFLICT_KIND_NAMES
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.i18n import language
from awardapp.models import Cycle
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import observing as queries
from awardapp.queries import progress as progress_queries
from awardapp.services import wall
from awardapp.services.selections import tie_commitment
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.observer.blueprint import bp
from awardapp.web.secretariat.steps import phase_line


@bp.app_template_global()
def observer_tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """The pages of the room, as tabs."""
    slug = access.cycle().slug
    pages = {
        "process": _("Process"),
        "rules": _("Rules"),
        "log": _("Log"),
        "records": _("Records"),
    }
    return [
        (words, url_for(f"observer.{name}", cycle_slug=slug), name == current, None) for name, words in pages.items()
    ]


@dataclass(frozen=True, slots=True)
class Loads:
    """The committee's readings: how many each member has at least and at most, all of them, how many are finished.

    Not by member: a load beside a name would tell who stands behind which pseudonym of the record.
    """

    least: int
    most: int
    total: int
    finished: int


def loads(cycle: Cycle) -> Loads | None:
    """None before files are assigned, or without a committee. One query."""
    members = progress_queries.members(cycle)
    total = sum(member.total for member in members)
    if not total:
        return None
    counts = [member.total for member in members]
    return Loads(min(counts), max(counts), total, sum(member.done for member in members))


@bp.get("/")
@requires(Role.OBSERVER)
def process() -> str:
    """The whole process on one page."""
    cycle = access.cycle()
    people = queries.people(cycle)
    countries = {m.user.country: places.country_name(m.user.country, language()) for m in people if m.user.country}
    return render_template(
        "observer/process.html",
        cycle=cycle,
        phases=phase_line(cycle),
        counts=cycle_queries.counts(cycle),
        groups=[
            (words, role is not Role.SECRETARIAT, [m for m in people if m.role is role])
            for role, words in (
                (Role.COMMITTEE, _("Technical committee")),
                (Role.JUROR, _("Jury")),
                (Role.SECRETARIAT, _("Secretariat")),
            )
        ],
        country_names=countries,
        drafts=queries.released_drafts(cycle),
        loads=loads(cycle),
        declared=queries.declared_by_kind(cycle),
        kind_names=CONFLICT_KIND_NAMES,
        ties=queries.ties_by_decision(cycle),
        named=queries.named_by_cities(cycle),
        commitment=tie_commitment(cycle),
        tale=wall.tale(cycle),
    )

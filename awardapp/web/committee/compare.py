"""Two or three of the member's own files side by side, criterion by criterion."""

from __future__ import annotations

from flask import render_template, request

from awardapp.domain.errors import N_, NotPermitted
from awardapp.domain.people import Role
from awardapp.i18n import pick
from awardapp.queries import compare as compare_queries
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import room, sheets
from awardapp.web.committee.blueprint import bp

MOST = 3


@bp.get("/compare")
@requires(Role.COMMITTEE)
def compare() -> str:
    """The chosen files (`file`, twice or three times) beside each other; without them, what can be chosen."""
    member, cycle = room.member(), access.cycle()
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    wanted = list(dict.fromkeys(ref for ref in request.args.getlist("file") if ref))[:MOST]
    files = compare_queries.files(member, wanted)
    files.sort(key=lambda file: wanted.index(file.submission.ref))
    rules, criteria = cycle.rules, list(cycle.criteria)
    columns = [sheets.lines([(c, file.units.get(c.id)) for c in criteria], rules) for file in files]
    return render_template(
        "committee/compare.html",
        cycle=cycle,
        files=files,
        means=[sheets.mean([(c, file.units.get(c.id)) for c in criteria], rules) for file in files],
        rows=[(pick(criterion, "name"), [column[n] for column in columns]) for n, criterion in enumerate(criteria)],
        choices=compare_queries.choices(member),
        chosen=[*wanted, *[""] * (MOST - len(wanted))],
        missing=len(wanted) - len(files),
        highest=rules.scale_max - rules.scale_min,
        lowest=rules.scale_min,
        hides_names=rules.hide_names_from_committee,
    )

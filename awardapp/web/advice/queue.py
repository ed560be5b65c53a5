"""The adviser's queue: what is begun, what nobody has taken up, what others have, what is done."""

from __future__ import annotations

from flask import render_template, request

from awardapp import clock, places
from awardapp.domain.cycles import intake_is_open
from awardapp.domain.people import Role
from awardapp.i18n import language
from awardapp.queries import advice as queries
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.advice.blueprint import bp


@bp.get("/")
@requires(Role.ADVISER)
def queue() -> str:
    cycle, member = access.cycle(), access.membership(Role.ADVISER)
    rows, page = queries.queue(member, number=request.args.get("page", 1, type=int))
    counts = queries.counts(member)
    return render_template(
        "advice/queue.html",
        cycle=cycle,
        rows=rows,
        page=page,
        begun=counts.get(0, 0),
        free=counts.get(1, 0),
        done=counts.get(3, 0),
        next_ref=queries.next_free(member),
        is_open=intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=clock.now()),
        country_names={row.country: places.country_name(row.country, language()) for row in rows},
    )

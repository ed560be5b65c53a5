"""The audit log of the cycle, and on demand whether the whole chain still holds."""

from __future__ import annotations

from flask import render_template, request

from awardapp import clock
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.queries import audit as queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import audit as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import whole_number
from awardapp.web.secretariat.blueprint import bp


@bp.get("/audit", endpoint="audit")
@requires(Role.SECRETARIAT)
def index() -> str:
    """Entries by page and filter. ?check=1 reads the whole chain, so only when somebody asks."""
    cycle = access.cycle()
    actor = request.args.get("actor", "")
    wanted = queries.Filter(
        action=request.args.get("action", "")[:64],
        actor=whole_number(actor) if actor else None,
        object=request.args.get("object", "").strip()[:100],
    )
    place = page_of(queries.count(cycle, wanted), request.args.get("page", 1, type=int))
    is_checked = request.args.get("check") == "1"
    return render_template(
        "secretariat/audit/index.html",
        cycle=cycle,
        wanted=wanted,
        place=place,
        entries=queries.page(cycle, wanted, offset=place.offset, limit=PER_PAGE),
        actions=queries.actions(cycle),
        actors=[("0", _("the system")), *((str(user.id), user.name) for user in queries.actors(cycle))],
        is_checked=is_checked,
        fault=services.first_fault() if is_checked else None,
        length=queries.length() if is_checked else 0,
        now=clock.now(),
    )

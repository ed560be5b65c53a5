"""The sealed records: their digests since the lock, the files themselves when they are published, and how to check both."""

from __future__ import annotations

from flask import render_template

from awardapp.domain.announcements import Stage
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.queries import observing as queries
from awardapp.services import selection_code
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.observer.blueprint import bp

_KINDS = {Stage.COMMITTEE: "shortlist", Stage.JURY: "winners"}


@bp.get("/records")
@requires(Role.OBSERVER)
def records() -> str:
    cycle = access.cycle()
    names = {Stage.COMMITTEE: _("Shortlist"), Stage.JURY: _("Winners")}
    return render_template(
        "observer/records.html",
        cycle=cycle,
        records=[(names[stage], _KINDS[stage], sha256, at, who) for stage, sha256, at, who in queries.sealed(cycle)],
        published=queries.published(cycle),
        code=selection_code.code(),
    )

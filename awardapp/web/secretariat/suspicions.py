"""The secretariat sees which ties were found, decides on the chair's own, and can look before it invites somebody."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from awardapp.domain.people import Role
from awardapp.domain.suspicions import GROUND_NAMES, Judge, count_by_ground
from awardapp.i18n import gettext as _
from awardapp.queries import suspicions as queries
from awardapp.services import city_links
from awardapp.services import suspicions as services
from awardapp.web import access
from awardapp.web import suspicions as page
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import PersonForm
from awardapp.web.secretariat.submissions import country_words

_TEMPLATE = "secretariat/suspicions.html"
MOST_SHOWN = 100


def _here() -> str:
    return url_for("secretariat.suspicions", cycle_slug=access.cycle().slug)


@bp.get("/ties")
@requires(Role.SECRETARIAT)
def suspicions() -> Any:
    return page.show(_TEMPLATE)


@bp.post("/ties/look")
@requires(Role.SECRETARIAT)
def look_for_ties() -> Any:
    return page.look(back=_here())


@bp.post("/ties/<int:suspicion_id>")
@requires(Role.SECRETARIAT)
def decide_suspicion(suspicion_id: int) -> Any:
    return page.decide(suspicion_id, _TEMPLATE, back=_here())


@bp.get("/people/check")
@requires(Role.SECRETARIAT)
def check_person() -> str:
    """A person's ties to this cycle's files, before they are invited."""
    return render_template("secretariat/check_person.html", cycle=access.cycle(), form=PersonForm.new(), found=None)


@bp.post("/people/check")
@requires(Role.SECRETARIAT)
def examine_person() -> tuple[str, int]:
    """The answer; it changes and keeps nothing, and goes by POST so that no name stands in an address."""
    cycle, form = access.cycle(), PersonForm.new()
    if not form.validate_on_submit():
        return render_template("secretariat/check_person.html", cycle=cycle, form=form, found=None), 422
    home = city_links.known_city(form.city.data or "", form.country.data or "")
    judge = Judge(
        form.name.data or "",
        form.country.data or None,
        queries.place(home) if home is not None else None,
        form.organisation.data or "",
    )
    found = services.examine(cycle, judge)
    page = render_template(
        "secretariat/check_person.html",
        cycle=cycle,
        form=form,
        found=found[:MOST_SHOWN],
        total=len(found),
        barred=sum(1 for _entry, _grounds, is_barred in found if is_barred),
        grounds=count_by_ground([one for _entry, grounds, _barred in found for one in grounds]),
        ground_words=lambda ground: _(GROUND_NAMES[ground]),
        unknown_city=form.city.data if form.city.data and home is None else None,
        country_words=country_words,
    )
    return page, 200

"""The page of a city: who acts for it, and everything it took part in."""

from __future__ import annotations

from flask import abort, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock, places
from awardapp.domain.cycles import intake_is_open
from awardapp.extensions import db
from awardapp.i18n import language
from awardapp.models import City
from awardapp.queries import cities as city_queries
from awardapp.queries import cycles as cycle_queries
from awardapp.web import access
from awardapp.web.cities.blueprint import bp
from awardapp.web.cities.history import history, people

Page = str | tuple[str, int] | Response


def own_city(city_id: int) -> City:
    """The city of the address if the person acts for it; 404 for any other, as if there were none."""
    if city_id not in access.city_ids():
        abort(404)
    return db.session.get_one(City, city_id)


@bp.get("/<int:city_id>")
@access.signed_in
def page(city_id: int) -> Page:
    city = own_city(city_id)
    now = clock.now()
    return render_template(
        "cities/page.html",
        city=city,
        people=people(city),
        years=history(city),
        hand_overs=city_queries.hand_overs(city.id),
        country=places.country_name(city.country, language()),
        entry_url=lambda submission: url_for("submissions.detail", ref=submission.ref),
        calls=[c for c in cycle_queries.open_calls() if intake_is_open(c.phase, deadline_at=c.deadline_at, now=now)],
    )

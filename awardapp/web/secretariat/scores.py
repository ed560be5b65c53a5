"""The figures of every valid submission: means as they stand, and the stored proposal beside them."""

from __future__ import annotations

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.queries import readings
from awardapp.services import scores_opening
from awardapp.web import access, spreadsheets
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.rule_words import CALIBRATION_NAMES


@bp.get("/scores")
@requires(Role.SECRETARIAT)
def scores() -> str:
    cycle = access.cycle()
    if not scores_opening.are_open(cycle):
        return render_template("secretariat/scores.html", cycle=cycle, opened=False)
    places, method = readings.computed(cycle)
    sort = request.args.get("sort", "")
    rows, page = readings.figures(cycle, places, sort=sort, page=request.args.get("page", 1, type=int))
    return render_template(
        "secretariat/scores.html",
        cycle=cycle,
        opened=True,
        rows=rows,
        page=page,
        criteria=[{"label": pick(c, "name"), "num": True, "sort": f"criterion-{c.key}"} for c in cycle.criteria],
        own=language(),
        line=cycle.rules.shortlist_size if sort == "place" else None,
        method=_(CALIBRATION_NAMES[method]) if method in CALIBRATION_NAMES else method,
    )


@bp.get("/scores.csv")
@requires(Role.SECRETARIAT)
def scores_csv() -> Response:
    cycle = access.cycle()
    if not scores_opening.are_open(cycle):
        abort(404)
    head = [
        "ref",
        "pseudonym",
        "city_en",
        "city_zh",
        "country",
        "title_en",
        "title_zh",
        "assessments",
        "raw",
        "calibrated",
        "place",
    ]
    rows = [
        [
            f.ref,
            f.pseudonym,
            f.city_en,
            f.city_zh,
            f.country,
            f.title_en,
            f.title_zh,
            f.assessments,
            f.raw,
            f.calibrated,
            f.place,
            *f.by_criterion,
        ]
        for f in readings.all_figures(cycle)
    ]
    name = _("scores of cycle %(cycle)s", cycle=cycle.slug)
    return spreadsheets.csv_file(f"{name} {clock.now():%Y-%m-%d}.csv", head + [c.key for c in cycle.criteria], rows)

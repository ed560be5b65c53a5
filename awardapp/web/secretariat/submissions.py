"""The list of the cycle's submissions, narrowed by the address, on the page and as a file."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from awardapp import clock, places
from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import secretariat as queries
from awardapp.web import access, spreadsheets
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp

# The same words as templates/_macros/status.html gives inside the room.
STATUS_WORDS: dict[SubmissionStatus, str] = {
    SubmissionStatus.DRAFT: N_("Draft"),
    SubmissionStatus.SUBMITTED: N_("To be checked"),
    SubmissionStatus.RETURNED: N_("Returned for changes"),
    SubmissionStatus.VALID: N_("Valid"),
    SubmissionStatus.NOT_VALID: N_("Not valid"),
    SubmissionStatus.WITHDRAWN: N_("Withdrawn"),
}


def _wanted() -> queries.Filter:
    """The filter of the address; what it does not know it ignores."""
    args = request.args
    status = args.get("status", "")
    return queries.Filter(
        status=SubmissionStatus(status) if status in set(SubmissionStatus) else None,
        theme=args.get("theme", ""),
        country=args.get("country", "").upper(),
        language=args.get("language", ""),
        text=args.get("q", "").strip()[:200],
    )


def country_words(code: str) -> str:
    """The name of a country or region in the reader's language."""
    return places.country_name(code, language())


@bp.get("/submissions")
@requires(Role.SECRETARIAT)
def submissions() -> str:
    cycle, wanted = access.cycle(), _wanted()
    rows, page = queries.submissions(cycle, wanted, page=request.args.get("page", 1, type=int))
    countries = sorted(((code, country_words(code)) for code in queries.countries_of(cycle)), key=lambda pair: pair[1])
    themes = [(theme.key, pick(theme, "name")) for theme in cycle.themes]
    return render_template(
        "secretariat/submissions.html",
        cycle=cycle,
        rows=rows,
        page=page,
        wanted=wanted,
        is_narrowed=wanted != queries.Filter(),
        counts=cycle_queries.counts(cycle),
        countries=countries,
        country_words=country_words,
        status_options=[(status.value, _(words)) for status, words in STATUS_WORDS.items()],
        themes=themes,
    )


@bp.get("/submissions.csv")
@requires(Role.SECRETARIAT)
def submissions_csv() -> Response:
    cycle = access.cycle()
    head = [
        "ref",
        "status",
        "city_en",
        "city_zh",
        "country",
        "country_name",
        "theme",
        "title_en",
        "title_zh",
        "version",
        "received_utc",
        "accepted_late",
    ]
    rows: list[list[Any]] = [
        [
            row.ref,
            row.status.value,
            row.city_en,
            row.city_zh,
            row.country,
            places.country_name(row.country, "en"),
            row.theme_key,
            row.title_en,
            row.title_zh,
            row.version,
            row.submitted_at,
            "yes" if row.is_late else "",
        ]
        for row in queries.all_submissions(cycle, _wanted())
    ]
    name = _("submissions of cycle %(cycle)s", cycle=cycle.slug)
    return spreadsheets.csv_file(f"{name} {clock.now():%Y-%m-%d}.csv", head, rows)

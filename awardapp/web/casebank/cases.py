"""One published case: what it is, where each part comes from, its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, render_template, request

from awardapp import i18n, storage
from awardapp.domain.provenance import TextState, note_on
from awardapp.i18n import gettext as _
from awardapp.models import CaseStudy
from awardapp.queries import announcements, casebank
from awardapp.queries.catalogue import MAIN_AWARD
from awardapp.rulebook import load_rules
from awardapp.services.casebank import content_digest
from awardapp.web import previews
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp, published_case
from awardapp.web.casebank.items import place_name
from awardapp.web.downloads import file_response

SHOWN_IN_PAGE = 4_000_000  # bytes; larger pictures are listed, not drawn
DRAWN = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Datum:
    """One line of the city data block; `value` None is shown as not known."""

    words: str
    value: str | None
    unit: str


@bp.get("/cases/<ref>")
@public
def case(ref: str) -> str:
    """Everything the case bank knows of one case, and what it does not know."""
    found = published_case(ref)
    return render_template(
        "casebank/case.html",
        case=found,
        country=place_name(found.country),
        special_awards=[award for award in found.awards if award.key != MAIN_AWARD],
        outcomes=announcements.outcomes_by_id(found.submission_id) if found.submission_id else (),
        goals=_goals(found),
        city_data=_city_data(found),
        pictures=[file for file in found.files if is_drawn(file)],
        origin_words=origin_words,
        bundle=casebank.bundle(found, content_digest(found)),
    )


@bp.get("/cases/<ref>/files/<sha256>")
@public
def file(ref: str, sha256: str) -> Response:
    """A file of a published case; `?show` sends a picture for the page itself."""
    found = published_case(ref)
    wanted = next((file for file in found.files if file["sha256"] == sha256), None)
    if wanted is None:
        abort(404)
    if "show" in request.args and previews.shown([sha256])[sha256].pictures:
        # The picture made for showing: it carries neither the place nor the camera that the original may tell.
        response = previews.response(sha256, 1, "large")
        return _for_the_page(response, sha256)
    try:
        response = file_response(
            storage.blob_key(sha256), wanted["filename"], wanted["media_type"], wanted["size"], sha256=sha256
        )
    except FileNotFoundError:
        abort(404)
    if "show" in request.args and is_drawn(wanted):
        del response.headers["Content-Disposition"]
        return _for_the_page(response, sha256)
    return response


def _for_the_page(response: Response, sha256: str) -> Response:
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"  # a case taken down is gone at once
    response.set_etag(f"{sha256}-{response.mimetype}")
    return response.make_conditional(request)  # type: ignore[return-value]


def is_drawn(file: dict[str, Any]) -> bool:
    """Whether a file is a picture small enough for the page."""
    return file["media_type"] in DRAWN and file["size"] <= SHOWN_IN_PAGE


def _goals(case: CaseStudy) -> list[tuple[int, str]]:
    names = {goal.number: getattr(goal.name, i18n.language()) for goal in load_rules().goals}
    return [(number, names[number]) for number in case.sdgs if number in names]


def _city_data(case: CaseStudy) -> list[Datum]:
    """The city data block of the form, whole: what a city did not give is shown as not known."""
    found = []
    for field in load_rules().city_data:
        value = case.city_data.get(field.key)
        shown = None if value in (None, "") else str(value)
        if shown is not None and field.kind.is_number and isinstance(value, (int, float)):
            shown = i18n.format_number(value)
        found.append(Datum(i18n.pick(field, "label"), shown, i18n.pick(field, "unit")))
    return found


def origin_words(notes: dict[str, Any]) -> str:
    """Where a title or summary comes from, in words; "" for a complete text of the award or its city."""
    origin = str(notes.get("origin"))
    if origin in set(TextState):
        said = note_on(TextState(origin), is_out_of_date=bool(notes.get("outdated")))
        return _(said) if said else ""
    words = {
        "own_translation": _("our translation"),
        "use": _("title in Metropolis' Urban Sustainability Exchange"),
    }.get(origin, "")
    cut = _("the source shows only the beginning") if notes.get("cut") else ""
    return _("%(first)s; %(second)s", first=words, second=cut) if words and cut else words or cut

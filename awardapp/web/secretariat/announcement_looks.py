"""Looks under the seal, each of them recorded: the public page as it will be, the letters, the list as a table."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.people import Role
from awardapp.i18n import LANGUAGES, language
from awardapp.i18n import gettext as _
from awardapp.queries import people as people_queries
from awardapp.queries import sealed
from awardapp.services import letters
from awardapp.web import spreadsheets
from awardapp.web.access import requires
from awardapp.web.looks import note_look
from awardapp.web.secretariat import announcement_page as page
from awardapp.web.secretariat import announcement_preview, console
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name

_COLUMNS = (
    "outcome", "award_key", "ref", "city_en", "city_zh", "country", "title_en", "title_zh", "reason_en", "reason_zh",
)  # fmt: skip


@bp.get("/announcements/<int:announcement_id>/letters/<kind>")
@requires(Role.SECRETARIAT)
def announcement_letter(announcement_id: int, kind: str) -> str:
    """One kind of letter as a real recipient would get it, in both languages; ?ref= chooses the city."""
    found = console.loaded(announcement_id)
    asked = request.args.get("ref", "")
    note_look(found, f"letters:{kind} {asked}".strip())
    content = page.content_of(found)
    planned = {letter["submission"]: letter for letter in content.planned if letter["kind"] == kind}
    if not planned:
        abort(404)
    cities = sealed.cities_of(planned)
    chosen = next((city for city in cities if city.ref == asked), cities[0])
    letter = planned[chosen.id]
    line = next((line for line in content.lines if line["submission"] == chosen.id), None)
    recipients = people_queries.delegates_of(chosen.city_id)
    shown: list[tuple[str, Any]] = [
        (code, letters.preview_announced(found, letter, line, recipient=recipients[0], language=code))
        for code in LANGUAGES
        if recipients
    ]
    return render_template(
        "secretariat/announcements/letter.html",
        cycle=found.cycle,
        announcement=found,
        name=page.kind_name(found.cycle, found.kind, found.award_key),
        kind_words=letter_name(kind),
        cities=cities,
        chosen=chosen,
        recipients=recipients,
        shown=shown,
        back=page.url("announcement", found),
    )


@bp.get("/announcements/<int:announcement_id>/list.csv")
@requires(Role.SECRETARIAT)
def announcement_list(announcement_id: int) -> Response:
    """Exactly the lines that are sealed, for comparing them with the decision on paper."""
    found = console.loaded(announcement_id)
    note_look(found, "list")
    rows = [[line[column] for column in _COLUMNS] for line in page.content_of(found).lines]
    name = _("sealed list %(name)s", name=page.kind_name(found.cycle, found.kind, found.award_key))
    return spreadsheets.csv_file(f"{name} {clock.now():%Y-%m-%d}.csv", _COLUMNS, rows)


@bp.get("/announcements/<int:announcement_id>/preview")
@requires(Role.SECRETARIAT)
def announcement_preview_page(announcement_id: int) -> Response:
    """The public page as everybody will see it, made from the sealed content; ?as= chooses the language."""
    found = console.loaded(announcement_id)
    asked = request.args.get("as", "")
    code = asked if asked in LANGUAGES else language()
    note_look(found, f"preview:{code}")
    at = found.published_at or found.embargo_until or clock.now()
    public = announcement_preview.of(found, page.content_of(found), at=at)
    text = announcement_preview.rendered(public, page.public_address(found), language=code)
    return make_response(
        announcement_preview.marked(text, _("Under the seal: what everybody will see. Nothing is public."))
    )

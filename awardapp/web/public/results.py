"""What was announced. These pages read the publication tables and nothing else (promises D6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, abort, render_template

from awardapp.domain.announcements import Outcome
from awardapp.i18n import name_key, pick
from awardapp.models import Cycle, Publication, PublicationFileKind, PublishedOutcome, SpecialAward
from awardapp.queries import announcements as queries
from awardapp.services import publication_content, publication_files
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.casebank.items import place_name
from awardapp.web.downloads import disposition
from awardapp.web.public import publication_page as page
from awardapp.web.public.blueprint import bp
from awardapp.web.public.cycles import open_cycle

SHOWN = 60


@bp.get("/announcements")
@public
def announcements() -> str:
    """The announcements of all cycles, newest first."""
    return render_template("public/announcements.html", publications=queries.latest(SHOWN))


@bp.get("/announcements/<cycle_slug>/<kind>")
@bp.get("/announcements/<cycle_slug>/<kind>/<award_key>")
@public
def announcement(cycle_slug: str, kind: str, award_key: str = "") -> str:
    """One announcement in both languages, with its citations and the digest of the record it follows from."""
    found = page.published(cycle_slug, kind, award_key)
    return announcement_page(
        found, found.cycle, record_size=queries.record_size(found) if found.record_sha256 else None
    )


def announcement_page(found: Publication, cycle: Cycle, *, record_size: int | None) -> str:
    """The page of a publication. The secretariat's preview calls it too, with one that is stored nowhere."""
    content = publication_content.of(found, cycle)
    files = publication_files.files_of(found, content)
    picture = page.sharing_picture(content, files)
    awards = queries.special_awards(cycle)
    return render_template(
        "public/announcement.html",
        publication=found,
        cycle=cycle,
        groups=_groups(found, awards),
        case_refs={one["submission"]: one["case"] for one in content["outcomes"] if one["case"]},
        award=awards.get(found.award_key),
        place_name=place_name,
        record_size=record_size,
        pictures=page.pictures(content),
        kit=files.get(PublicationFileKind.PRESS_KIT),
        address=content["address"],
        parts=page.parts(content),
        languages=page.languages(content),
        sharing_picture=picture,
        description=page.description(found, [pick(line.city, "name") for line in found.outcomes]),
        structured_data=page.structured_data(content, picture),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one outcome, or of one special award."""

    outcome: Outcome
    award: SpecialAward | None
    lines: list[PublishedOutcome]


def _groups(publication: Publication, awards: Mapping[str, SpecialAward]) -> list[Group]:
    """Winners first, then every other outcome; special awards each for itself."""
    found = []
    for outcome in Outcome:
        keys = dict.fromkeys(line.award_key for line in publication.outcomes if line.outcome is outcome)
        found += [Group(outcome, awards.get(key), _lines(publication, outcome, key)) for key in keys]
    order = {Outcome.WINNER: 0, Outcome.SHORTLISTED: 1, Outcome.DESERVING: 2, Outcome.SPECIAL: 3}
    return sorted(found, key=lambda group: order[group.outcome])


def _lines(publication: Publication, outcome: Outcome, award_key: str) -> list[PublishedOutcome]:
    """The lines of one outcome by the city's name in the reader's language: there is no ranking among them."""
    return sorted(
        (line for line in publication.outcomes if line.outcome is outcome and line.award_key == award_key),
        key=lambda line: (name_key(line.city), line.position),
    )


@bp.get("/records/<cycle_slug>/<kind>.json")
@public
def record(cycle_slug: str, kind: str) -> Response:
    """The published record, byte for byte as it was sealed: `awardapp verify` recomputes the selection from it."""
    found = queries.record(open_cycle(cycle_slug), page.kind_of(kind))
    if found is None:
        abort(404)
    publication, text = found
    caching.changed(publication.published_at)
    response = Response(text.encode(), mimetype="application/json")
    response.headers["Content-Disposition"] = disposition(f"record-{cycle_slug}-{kind}.json")
    return response

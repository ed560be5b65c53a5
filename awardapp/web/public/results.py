"""What was announced. These pages read the publication tables and nothing else (promises D6)."""

from __future__ import annotations

from flask import Response, abort, render_template

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.models import Publication, PublishedOutcome
from awardapp.queries import announcements as queries
from awardapp.queries import casebank
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.casebank.items import place_name
from awardapp.web.downloads import disposition
from awardapp.web.public.blueprint import bp
from awardapp.web.public.cycles import open_cycle

SHOWN = 60


def _kind(value: str) -> AnnouncementKind:
    try:
        return AnnouncementKind(value)
    except ValueError:
        abort(404)


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
    cycle = open_cycle(cycle_slug)
    found = queries.publication(cycle, _kind(kind), award_key)
    if found is None:
        abort(404)
    return render_template(
        "public/announcement.html",
        publication=found,
        cycle=cycle,
        groups=[(outcome, lines) for outcome in Outcome if (lines := _lines(found, outcome))],
        case_refs=casebank.refs_of(outcome.submission_id for outcome in found.outcomes),
        award=next((a for a in cycle.special_awards if a.key == award_key), None) if award_key else None,
        place_name=place_name,
        record_size=queries.record_size(found) if found.record_sha256 else None,
    )


def _lines(publication: Publication, outcome: Outcome) -> list[PublishedOutcome]:
    """The lines of one outcome by the city's name: there is no ranking among them."""
    return sorted(
        (line for line in publication.outcomes if line.outcome is outcome),
        key=lambda line: (line.city.name_en.casefold(), line.id),
    )


@bp.get("/records/<cycle_slug>/<kind>.json")
@public
def record(cycle_slug: str, kind: str) -> Response:
    """The published record, byte for byte as it was sealed: `awardapp verify` recomputes the selection from it."""
    found = queries.record(open_cycle(cycle_slug), _kind(kind))
    if found is None:
        abort(404)
    publication, text = found
    caching.changed(publication.published_at)
    response = Response(text.encode(), mimetype="application/json")
    response.headers["Content-Disposition"] = disposition(f"record-{cycle_slug}-{kind}.json")
    return response

"""For programs that read along: the announcements as an Atom feed, the site map, and what robots may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, render_template, url_for

from awardapp import i18n
from awardapp.models import Publication
from awardapp.queries import announcements, casebank, cycles
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.public.blueprint import bp

IN_FEED = 30


def absolute(endpoint: str, **values: Any) -> str:
    """An address with the configured host: never the one a request claims."""
    return f"{str(current_app.config['BASE_URL']).rstrip('/')}{url_for(endpoint, **values)}"


def address_of(publication: Publication) -> str:
    """The page of an announcement."""
    return absolute(
        "public.announcement",
        cycle_slug=publication.cycle.slug,
        kind=publication.kind.value,
        award_key=publication.award_key or None,
    )


@bp.app_template_filter()
def atom_time(value: datetime | None) -> str:
    """An instant as RFC 3339 in UTC; the beginning of the award where there is nothing to tell."""
    return (value or datetime(2012, 3, 28, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@bp.get("/feed.xml")
@public
def feed() -> Response:
    """The latest announcements, each in both languages."""
    found = announcements.latest(IN_FEED)
    caching.changed(found[0].published_at if found else None)
    with i18n.speaking("en"):
        text = render_template(
            "public/feed.xml",
            publications=found,
            absolute=absolute,
            address_of=address_of,
            host=current_app.config["BASE_URL"],
        )
    return Response(text, mimetype="application/atom+xml")


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every page meant to be found."""
    pages = [
        absolute(endpoint)
        for endpoint in (
            "public.home",
            "public.cycles",
            "public.announcements",
            "public.certificates",
            "casebank.index",
            "casebank.figures",
        )
    ]
    text = render_template(
        "public/sitemap.xml",
        pages=pages,
        cycles=[absolute("public.cycle", slug=cycle.slug) for cycle in cycles.public_cycles()],
        publications=[(address_of(p), p.published_at) for p in announcements.latest(1000)],
        cases=[(absolute("casebank.case", ref=ref), changed_at) for ref, changed_at in casebank.addresses()],
    )
    return Response(text, mimetype="application/xml")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Everything public may be read; rooms behind a sign-in are not worth asking for."""
    closed = ("/account", "/secretariat/", "/committee/", "/jury/", "/submissions/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {absolute('public.sitemap')}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")

"""The list of the case bank: search, facets, order, pages; all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for

from awardapp.queries import casebank, cycles
from awardapp.queries.catalogue import SORTS, Catalogue, Found, Wanted, catalogue
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp
from awardapp.web.casebank.facets import CycleName, Facet, address, chosen_of, facets_of, pairs_of, wanted_from
from awardapp.web.casebank.items import items_of

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which part of a list is shown; a number beyond the last page shows the last one."""

    number: int
    pages: int
    first: int
    last: int
    total: int


def page_of(total: int, *, per_page: int) -> PageOf:
    """The page the address asks for."""
    pages = max(1, -(-total // per_page))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (number - 1) * per_page
    return PageOf(number, pages, first + 1 if total else 0, min(first + per_page, total), total)


def facets_here(wanted: Wanted, found: Found, known: Catalogue) -> tuple[Facet, ...]:
    """The facets of the list; the cycles' names cost a query only when they are not kept."""
    key = ("cycles",)
    named = known.answers.get(key)
    if named is None:
        named = known.keep(key, tuple(CycleName(c.slug, c.name_en, c.name_zh, c.year) for c in cycles.public_cycles()))
    return facets_of(wanted, found, known, path=url_for("casebank.index"), cycles=named)


@bp.get("/cases")
@public
def index() -> str:
    """Cases that fit the address, twenty to a page."""
    wanted = wanted_from(request.args)
    known = catalogue()
    found = known.find(wanted)
    page = page_of(len(found.ids), per_page=PER_PAGE)
    facets = facets_here(wanted, found, known)
    pairs = pairs_of(wanted)
    plain = [pair for pair in pairs if pair[0] != "sort"]
    path = url_for("casebank.index")
    return render_template(
        "casebank/index.html",
        items=items_of(casebank.lines(found.ids[max(page.first - 1, 0) : page.last]), known.by_id),
        page=page,
        facets=facets,
        chosen=chosen_of(facets),
        search=wanted.search,
        kept=[pair for pair in pairs if pair[0] != "q"],
        without_search=address(path, [pair for pair in pairs if pair[0] != "q"]),
        sort=wanted.sort,
        sorts=[(name, address(path, plain + ([("sort", name)] if name != SORTS[0] else []))) for name in SORTS],
        page_url=lambda number: address(path, pairs + ([("page", str(number))] if number > 1 else [])),
        json_url=address(url_for("casebank.cases_json"), pairs),
        csv_url=address(url_for("casebank.cases_csv"), pairs),
        is_filtered=bool(wanted.search or wanted.chosen),
        has_any=bool(known.lines),
    )

"""The case bank as open data: JSON in pages, one case as JSON, all that fit as CSV. The fields are told on /cases/data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, render_template, request, stream_with_context

from awardapp.domain.cells import cell
from awardapp.models import CaseStudy
from awardapp.places import UnknownPlace, country
from awardapp.queries import casebank
from awardapp.queries.catalogue import MAIN_AWARD, Award, Catalogue, catalogue
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.casebank.blueprint import bp, published_case
from awardapp.web.casebank.facets import address, pairs_of, wanted_from
from awardapp.web.casebank.lists import page_of
from awardapp.web.public.feeds import absolute

PER_PAGE = 50
CSV_COLUMNS = (
    "ref", "url", "cycle", "cycle_year", "invented", "city_en", "city_zh", "country", "country_en", "country_zh", "region",
    "latitude", "longitude", "title_en", "title_zh", "title_en_origin", "title_zh_origin", "winner", "shortlisted",
    "deserving", "awards", "theme", "sdgs", "summary_en", "summary_zh",
    "summary_en_origin", "summary_zh_origin", "sources", "published_at", "changed_at",
)  # fmt: skip


def in_list(row: Any, known: Catalogue, cases: str) -> dict[str, Any]:
    """One case as the JSON list gives it. None means not known; the keys are told on /cases/data and stay.

    `cases` is the address under which cases are found, made once for many rows.
    """
    line = known.by_id.get(row.id)
    return {
        "ref": row.ref,
        "url": cases + quote(row.ref),
        "cycle": {"id": row.cycle_slug, "year": row.year, "name": {"en": row.cycle_en, "zh": row.cycle_zh}},
        "invented": row.is_demonstration,
        "city": {"name": {"en": row.city_en, "zh": row.city_zh}, "latitude": row.latitude, "longitude": row.longitude},
        "country": _country(row.country),
        "title": {"en": row.title_en, "zh": row.title_zh},
        "title_origin": {language: _origin(row.title_notes, language) for language in ("en", "zh")},
        "winner": row.is_winner,
        "shortlisted": row.is_shortlisted,
        "deserving": line.is_deserving if line else False,
        "awards": _awards(line.awards if line else ()),
        "theme": row.theme_key,
        "sdgs": row.sdgs,
        "summary": {"en": row.summary_en, "zh": row.summary_zh},
        "summary_origin": {
            language: _origin(row.title_notes.get("summary", {}), language) for language in ("en", "zh")
        },
        "sources": row.sources,
        "published_at": row.published_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }


def _under() -> str:
    """Where the pages of cases are, with the configured host."""
    return absolute("casebank.case", ref="-").removesuffix("-")


def _country(code: str) -> dict[str, Any]:
    try:
        known = country(code)
    except UnknownPlace:
        return {"code": code, "name": {"en": code, "zh": code}, "region": None}
    return {"code": code, "name": {"en": known.name_en, "zh": known.name_zh}, "region": known.region}


def _origin(notes: dict[str, Any], language: str) -> str | None:
    note = notes.get(language)
    if not note:
        return None
    more = [word for word in ("cut", "outdated") if note.get(word)]
    return ", ".join([str(note.get("origin")), *more])


def _awards(awards: Sequence[Award] | Sequence[Any]) -> list[dict[str, Any]]:
    return [{"key": a.key, "name": {"en": a.name_en, "zh": a.name_zh}, "year": a.year} for a in awards]


@bp.get("/cases.json")
@public
def cases_json() -> Response:
    """The cases that fit the address, fifty to a page, with the address of the next page."""
    wanted = wanted_from(request.args)
    known = catalogue()
    found = known.find(wanted)
    page = page_of(len(found.ids), per_page=PER_PAGE)
    pairs = pairs_of(wanted)
    following = address(absolute("casebank.cases_json"), [*pairs, ("page", str(page.number + 1))])
    caching.changed(known.stamp[1])
    cases = _under()
    return jsonify(
        total=page.total,
        page=page.number,
        pages=page.pages,
        next=following if page.number < page.pages else None,
        fields=absolute("casebank.data"),
        cases=[in_list(row, known, cases) for row in casebank.data(found.ids[max(page.first - 1, 0) : page.last])],
    )


@bp.get("/cases/<ref>.json")
@public
def case_json(ref: str) -> Response:
    """One case whole, as data."""
    case = published_case(ref)
    row = next(iter(casebank.data([case.id])))
    caching.changed(case.changed_at)
    return jsonify(in_list(row, catalogue(), _under()) | _whole(case))


def _whole(case: CaseStudy) -> dict[str, Any]:
    """What a single case has beyond the list."""
    return {
        "city_data": case.city_data,
        "sections": [
            {
                "key": section["key"],
                "heading": {"en": section["heading_en"], "zh": section["heading_zh"]},
                "text": {"en": section.get("en"), "zh": section.get("zh")},
                "note": {language: (section.get("notes") or {}).get(language) for language in ("en", "zh")},
            }
            for section in case.sections
        ],
        "citations": [{"by": c["by"], "text": {"en": c.get("en"), "zh": c.get("zh")}} for c in case.citations],
        "files": [
            {
                "filename": file["filename"],
                "media_type": file["media_type"],
                "size": file["size"],
                "sha256": file["sha256"],
                "caption": {"en": file.get("caption_en"), "zh": file.get("caption_zh")},
                "url": absolute("casebank.file", ref=case.ref, sha256=file["sha256"]),
            }
            for file in case.files
        ],
    }


def _cells(data: dict[str, Any]) -> list[Any]:
    values: dict[str, Any] = {
        **data,
        "cycle": data["cycle"]["id"],
        "cycle_year": data["cycle"]["year"],
        "country": data["country"]["code"],
        "region": data["country"]["region"],
        "latitude": data["city"]["latitude"],
        "longitude": data["city"]["longitude"],
        "awards": "; ".join(award["key"] for award in data["awards"]),
        "sdgs": "; ".join(str(goal) for goal in data["sdgs"]),
        "sources": "; ".join(data["sources"]),
    }
    for name, texts in (
        ("city", data["city"]["name"]), ("country", data["country"]["name"]), ("title", data["title"]),
        ("summary", data["summary"]),
    ):  # fmt: skip
        values |= {f"{name}_en": texts["en"], f"{name}_zh": texts["zh"]}
    for language in ("en", "zh"):
        values |= {f"{name}_{language}_origin": data[f"{name}_origin"][language] for name in ("title", "summary")}
    return [cell(values[name]) for name in CSV_COLUMNS]


@bp.get("/cases.csv")
@public
def cases_csv() -> Response:
    """Every case that fits the address, one line each, streamed."""
    known = catalogue()
    ids = known.find(wanted_from(request.args)).ids
    cases = _under()

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        buffer.write("\ufeff")  # so that spreadsheets read the Chinese as UTF-8
        writer.writerow(CSV_COLUMNS)
        for number, row in enumerate(casebank.data(ids), 1):
            writer.writerow(_cells(in_list(row, known, cases)))
            if number % 100 == 0:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    response = Response(stream_with_context(lines()), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


@bp.get("/cases/data")
@public
def data() -> str:
    """What the fields of the open data mean, and how to ask for them."""
    return render_template(
        "casebank/data.html",
        columns=CSV_COLUMNS,
        main_award=MAIN_AWARD,
        per_page=PER_PAGE,
        example=absolute("casebank.cases_json"),
    )

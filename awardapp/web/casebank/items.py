"""A case as a list shows it, in the reader's language. Made here so that the template has nothing left to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from awardapp import i18n
from awardapp.i18n import gettext as _
from awardapp.places import UnknownPlace, country_name
from awardapp.queries.catalogue import MAIN_AWARD, Line
from awardapp.web.filters import LANGUAGE_TAGS

SHOWN_OF_SUMMARY = {"en": 190, "zh": 80}


@dataclass(frozen=True, slots=True)
class Item:
    """One case in a list. `other` is the title in the other language; a `…_lang` is given where it is not the page's."""

    url: str
    city: str
    city_lang: str | None
    country: str
    year: int
    cycle: str
    title: str
    title_lang: str | None
    other: str
    other_lang: str
    summary: str
    summary_lang: str | None
    is_winner: bool
    marks: tuple[str, ...]
    is_demonstration: bool


def place_name(code: str) -> str:
    """The country or region in the reader's language; a code nobody knows stays a code."""
    try:
        return country_name(code, i18n.language())
    except UnknownPlace:
        return code


def in_one_language(english: str | None, chinese: str | None) -> tuple[str, str | None]:
    """The text in the reader's language, or the other one with its language tag."""
    own, other = (chinese, english) if i18n.language() == "zh" else (english, chinese)
    if own or not other:
        return own or "", None
    return other, LANGUAGE_TAGS["en" if i18n.language() == "zh" else "zh"]


def shortened(text: str) -> str:
    """The beginning of a summary, ending at a word."""
    limit = SHOWN_OF_SUMMARY[i18n.language()]
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[limit // 2 :] else cut}…"


def items_of(rows: Iterable[Any], lines: Mapping[int, Line] | None = None) -> list[Item]:
    """Rows of queries.casebank as items; `lines` of the catalogue say what each case was recognised for."""
    return [_item(row, lines.get(row.id) if lines else None) for row in rows]


def _item(row: Any, line: Line | None) -> Item:
    chinese = i18n.language() == "zh"
    title, title_lang = in_one_language(row.title_en, row.title_zh)
    city, city_lang = in_one_language(row.city_en, row.city_zh)
    summary, summary_lang = in_one_language(row.summary_en, row.summary_zh)
    return Item(
        url=url_for("casebank.case", ref=row.ref),
        city=city,
        city_lang=city_lang,
        country=place_name(row.country),
        year=row.year,
        cycle=(row.cycle_zh if chinese else row.cycle_en) or row.cycle_en,
        title=title,
        title_lang=title_lang,
        other="" if title_lang else (row.title_en if chinese else row.title_zh) or "",
        other_lang=LANGUAGE_TAGS["en" if chinese else "zh"],
        summary=shortened(summary),
        summary_lang=summary_lang,
        is_winner=row.is_winner,
        marks=_marks(row, line),
        is_demonstration=row.is_demonstration,
    )


def _marks(row: Any, line: Line | None) -> tuple[str, ...]:
    """What the case was recognised for; a winner was shortlisted, so that is not said again."""
    marks = [_("Winner")] if row.is_winner else [_("Shortlisted")] if row.is_shortlisted else []
    if line is not None:
        if line.is_deserving and not marks:
            marks.append(_("Deserving"))
        marks += [
            award.name_zh if i18n.language() == "zh" else award.name_en
            for award in line.awards
            if award.key != MAIN_AWARD
        ]
    return tuple(marks)

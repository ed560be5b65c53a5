"""The press kit of an announcement: statements in both languages, tables, pictures with captions, checksums.

Made of what is public (services/publication_content.py) and of nothing else; the same content gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from awardapp import typesetting
from awardapp.domain.cells import cell
from awardapp.domain.errors import N_
from awardapp.i18n import LANGUAGES, gettext, speaking
from awardapp.lettering import SUBSTITUTE, plain, printable
from awardapp.models import Cycle
from awardapp.printing import statement as writers
from awardapp.printing import workbook
from awardapp.services import both_languages as both
from awardapp.services import press_statement, publication_content

TEMPLATE = "press-statement.typ"
_PATIENCE = 60.0  # seconds
_HEAD = (
    "outcome", "special_award_en", "special_award_zh", "city_en", "city_zh", "country_code", "country_en", "country_zh",
    "initiative_en", "initiative_zh", "citation_en", "citation_zh", "case",
)  # fmt: skip
_WIDTHS = (14, 22, 16, 22, 14, 8, 22, 14, 44, 36, 60, 50, 16)
_CAPTION_HEAD = ("file", "city_en", "city_zh", "caption_en", "caption_zh", "credit_en", "credit_zh")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class KitPicture:
    """A picture of the kit: its name there, and the stored file it is a copy of."""

    name: str
    sha256: str
    size: int


def folder(content: Mapping[str, Any]) -> str:
    """The one folder everything lies in."""
    award = f"-{content['award']['key']}" if content["award"] else ""
    return f"press-kit-{content['cycle']['slug']}-{content['kind']}{award}"


def files(content: Mapping[str, Any]) -> dict[str, bytes]:
    """Every file of the kit that is written here, by name; the pictures come from storage. A second or two, for the worker.

    Raises typesetting.CannotTypeset.
    """
    dated = datetime.fromisoformat(content["published_at"])
    found: dict[str, bytes] = {}
    for language in LANGUAGES:
        said = press_statement.layout(content, language)
        found[f"statement-{language}.txt"] = writers.text(said)
        found[f"statement-{language}.html"] = writers.page(said)
        found[f"statement-{language}.docx"] = writers.word(said, dated=dated)
        found[f"statement-{language}.pdf"] = _paper(said, dated)
    rows = _rows(content)
    found["outcomes.csv"] = _csv(_HEAD, rows)
    found["outcomes.xlsx"] = workbook.write("outcomes", _HEAD, rows, _WIDTHS)
    shown = pictures(content)
    if shown:
        found["pictures/captions.csv"] = _csv(_CAPTION_HEAD, [_caption(one, name) for name, one in _named(content)])
    found["README.txt"] = _read_me(content, has_pictures=bool(shown))
    return dict(sorted(found.items()))


def preview(cycle: Cycle, snapshot: Mapping[str, Any], *, now: datetime) -> dict[str, bytes]:
    """The files the kit would hold if this snapshot were published now, without pictures, which are not public before.

    Sealed: whoever asks has had the look recorded. Raises typesetting.CannotTypeset.
    """
    return files(publication_content.preview(cycle, snapshot, at=now.astimezone(UTC)))


def pictures(content: Mapping[str, Any]) -> list[KitPicture]:
    """The pictures of the kit, in the order of the cities."""
    return [KitPicture(name, one["picture"]["sha256"], one["picture"]["size"]) for name, one in _named(content)]


def _named(content: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each picture once, with a generated name; a city that is named twice has its pictures in once."""
    found: list[tuple[str, dict[str, Any]]] = []
    seen: set[str] = set()
    for outcome in content["outcomes"]:
        for picture in outcome["pictures"]:
            if picture["sha256"] in seen:
                continue
            seen.add(picture["sha256"])
            ending = _ENDINGS[picture["media_type"]]
            name = f"pictures/{len(found) + 1:02d}-{_safe(outcome['city']['en'])}.{ending}"
            found.append((name, {"outcome": outcome, "picture": picture}))
    return found


def _safe(name: str) -> str:
    ascii_only = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in ascii_only.split("-") if part)[:40] or "city"


def _caption(one: Mapping[str, Any], name: str) -> list[str]:
    city, caption = one["outcome"]["city"], one["picture"]["caption"]
    credit = (
        both.said(N_("Handed in by %(city)s"), city=city["en"])["en"],
        both.said(N_("Handed in by %(city)s"), city=city["zh"] or city["en"])["zh"],
    )
    return [name, city["en"], city["zh"], caption["en"], caption["zh"], *credit]


def _rows(content: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for one in content["outcomes"]:
        award = (one["award"] or {}).get("name") or {"en": "", "zh": ""}
        rows.append(
            [
                one["outcome"], award["en"], award["zh"], one["city"]["en"], one["city"]["zh"] or "",
                one["country"]["code"], one["country"]["en"], one["country"]["zh"],
                one["title"]["en"], one["title"]["zh"], one["reason"]["en"], one["reason"]["zh"], one["case"] or "",
            ]
        )  # fmt: skip
    return rows


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode("utf-8", "replace")


def _paper(said: Mapping[str, Any], dated: datetime) -> bytes:
    values: dict[str, Any] = {name: _printable(value) for name, value in said.items()}
    values["is_substituted"] = SUBSTITUTE in str(values)
    return typesetting.pdf(TEMPLATE, values, dated=dated, patience=_PATIENCE)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value]


def _read_me(content: Mapping[str, Any], *, has_pictures: bool) -> bytes:
    """What lies here and how it may be used, in both languages."""
    parts = []
    for language in LANGUAGES:
        with speaking(language):
            lines = [
                gettext(N_("Press kit: %(title)s"), title=content["title"][language] or content["title"]["en"]),
                f"{content['cycle']['name'][language]}  {content['published_on'][language]}",
                "",
                gettext(N_("statement-*: the statement in English and Chinese, as text, page, Word document and PDF.")),
                gettext(N_("outcomes.csv, outcomes.xlsx: everything announced, one line each; every cell is text.")),
                gettext(N_("pictures: as the cities handed them in; captions.csv has captions and whom to credit."))
                if has_pictures
                else gettext(N_("No picture of these initiatives has been published so far.")),
                gettext(N_("checksums-sha256.txt: the SHA-256 of every file here.")),
                "",
                gettext(N_("Please name the award as the source; for the use of a picture ask the city that handed it in.")),
                *press_statement.layout(content, language)["more"],
            ]  # fmt: skip
            if content["cycle"]["is_invented"]:
                lines.insert(1, gettext(N_("Invented, for demonstration only.")))
            parts.append("\r\n".join(plain(line) for line in lines))
    return ("\r\n\r\n".join(parts) + "\r\n").encode("utf-8", "replace")


def checksums(hashes: Mapping[str, str]) -> bytes:
    """The list of checksums, in the form that sha256sum reads."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items())).encode()


def hashes(written: Mapping[str, bytes], copied: Sequence[KitPicture]) -> dict[str, str]:
    """The SHA-256 of every file of the kit by name."""
    return {
        **{name: hashlib.sha256(data).hexdigest() for name, data in written.items()},
        **{picture.name: picture.sha256 for picture in copied},
    }

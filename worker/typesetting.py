"""A case study as a bilingual PDF for print and screen: tagged, PDF/A-2a and PDF/UA-1, fonts embedded.

The look is in templates/bundle/case-study.typ. Texts reach it only as values in `sys.inputs`, so markup in
them stays text; the typesetter sees a folder of its own and nothing else, and has no network and no packages.

Typst hangs in a forked child whose parent has already used it. So nothing here may be called in a process
that forks workers, only in the workers themselves. Compilation is in-process, within the task's time limit.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from PIL import Image, ImageOps

from awardapp.lettering import SUBSTITUTE, font_folder, one_line, printable
from worker.bags import BLOCK, ZIP_EPOCH, BundleError
from worker.case_content import SDG_NAMES, CaseStudyContent, Enclosure, Picture, Section

TEMPLATE = Path(__file__).parent.parent / "templates" / "bundle" / "case-study.typ"

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
PICTURE_EDGE = 1700
"""Longest edge of a printed picture in pixels: 260 dpi over the text width of the page."""

PICTURE_PIXELS = 100_000_000
"""Pictures of more pixels than this are not opened: small files can hold enormous pictures."""

_ADDRESS = re.compile(r"https?://[!#-;=?-~]*[#-&*+/-9=@-Z_a-z~-]")
_ADDRESS_LIMIT = 1000


class CannotTypeset(BundleError):
    """The typesetter refused the document; the message is the typesetter's own."""


def case_study_pdf(content: CaseStudyContent, *, files: Mapping[str, Enclosure], folder: Path) -> bytes:
    """The PDF of a case; `files` are its enclosures by name in the bundle, `folder` is empty scratch space.

    The same content gives the same bytes (with the same versions of Typst, Pillow and the fonts). Raises
    CannotTypeset.
    """
    shutil.copyfile(TEMPLATE, folder / TEMPLATE.name)
    pictures = [_printed_picture(path, file, folder) for path, file in files.items() if isinstance(file, Picture)]
    values = json.dumps(_values(content, files, pictures), ensure_ascii=False)
    dated = content.published_on or ZIP_EPOCH
    try:
        return _compile(folder, {"content": values}, dated)
    except typst.TypstError as error:
        raise CannotTypeset(f"{content.stable_id}: {error.message}") from error


def _compile(folder: Path, inputs: dict[str, str], dated: date) -> bytes:
    pdf = typst.compile(
        folder / TEMPLATE.name,
        root=folder,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        package_path=folder,
        package_cache_path=folder,
        sys_inputs=inputs,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
    )
    if not isinstance(pdf, bytes):
        raise CannotTypeset("the typesetter gave no document")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[font_folder()])


def _values(
    content: CaseStudyContent, files: Mapping[str, Enclosure], pictures: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the template prints, every text in the fonts' reach."""
    values = {
        "id": _short(content.stable_id, 40),
        "award": _line(content.award_name_en, content.award_name_zh),
        "running_award": _line(content.award_name_en, content.award_name_zh, limit=60),
        "running_city": _line(content.city_en, content.city_zh, limit=40),
        "cycle": _line(content.cycle_name_en, content.cycle_name_zh),
        "outcomes": [_line(en, zh) for en, zh in content.outcomes],
        "city": _line(content.city_en, content.city_zh),
        "country": _line(content.country_en, content.country_zh),
        "title": _line(content.title_en, content.title_zh),
        "theme": _line(content.theme_en, content.theme_zh),
        "sdgs": [{"number": goal, **_line(*SDG_NAMES[goal])} for goal in content.sdgs],
        "summary": _text(content.summary_en, content.summary_zh),
        "city_data": [
            {"label": _line(item[0], item[1]), "value": _line(item[2], item[3])} for item in content.city_data
        ],
        "sections": [_section(Section(*item)) for item in content.sections],
        "citations": [_section(Section(*item)) for item in content.citations],
        "pictures": pictures,
        "attachments": [
            {**_described(path, file), "size": _size(file.size)}
            for path, file in files.items()
            if not isinstance(file, Picture)
        ],
        "sources": [_linked(source) for source in content.sources],
        "licence": _text(content.licence_en, content.licence_zh),
        "published": content.published_on.isoformat() if content.published_on else None,
        "url": _linked(content.url) if content.url else None,
    }
    return {**values, "substituted": SUBSTITUTE in json.dumps(values, ensure_ascii=False)}


def _short(text: str | None, limit: int) -> str | None:
    """The text on one line, with places to break it; None when nothing is left to print."""
    return printable(one_line(text or "", limit)) or None


def _line(en: str | None, zh: str | None, *, limit: int = 300) -> dict[str, str | None]:
    return {"en": _short(en, limit), "zh": _short(zh, limit)}


def _described(path: str, file: Enclosure) -> dict[str, Any]:
    name = _short(file.filename, 120)
    return {"path": path, "name": name, "caption": _line(file.caption_en, file.caption_zh)}


def _text(en: str | None, zh: str | None) -> dict[str, list[str]]:
    """A text as paragraphs; none when it is not known."""
    return {"en": _paragraphs(en), "zh": _paragraphs(zh)}


def _paragraphs(text: str | None) -> list[str]:
    lines = (" ".join(line.split(" ")).strip() for line in printable(text or "").split("\n"))
    return [line for line in lines if line.strip("\u200b \u3000")]


def _section(section: Section) -> dict[str, Any]:
    heading = _line(section.heading_en, section.heading_zh)
    return {"heading": heading, "text": _text(section.text_en, section.text_zh)}


def _linked(source: str) -> list[dict[str, str | None]]:
    """A source as pieces of text, those that are web addresses with the address to open."""
    pieces: list[dict[str, str | None]] = []
    at = 0
    line = " ".join(source.split())
    for match in _ADDRESS.finditer(line):
        address = match.group()
        pieces.append({"text": printable(line[at : match.start()]), "href": None})
        pieces.append({"text": printable(address), "href": address if len(address) <= _ADDRESS_LIMIT else None})
        at = match.end()
    return [*pieces, {"text": printable(line[at:]), "href": None}]


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    unit, step = next(((u, s) for u, s in (("kB", 1e3), ("MB", 1e6)) if size < 999.5 * s), ("GB", 1e9))
    return f"{size / step:.1f} {unit}" if size < 9.95 * step else f"{size / step:.0f} {unit}"


def _printed_picture(path: str, picture: Picture, folder: Path) -> dict[str, Any]:
    """Make the picture's printed edition in `folder`; `file` is None when the picture cannot be opened."""
    name = path.rpartition("/")[2]
    described = _described(path, picture)
    original, edition = folder / f"{name}.original", folder / f"{name}.jpg"
    with closing(picture.open()) as source, original.open("wb") as copy:
        shutil.copyfileobj(source, copy, BLOCK)
    try:
        with Image.open(original, formats=PICTURE_FORMATS) as image:
            if image.width * image.height > PICTURE_PIXELS:
                raise ValueError("the picture has too many pixels")
            image.draft("RGB", (PICTURE_EDGE, PICTURE_EDGE))
            image.thumbnail((PICTURE_EDGE, PICTURE_EDGE), Image.Resampling.HAMMING)
            upright = ImageOps.exif_transpose(image)
            _on_white(upright).save(edition, "JPEG", quality=84, optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {**described, "file": None}
    finally:
        original.unlink()
    with Image.open(edition) as image:
        return {**described, "file": edition.name, "ratio": image.width / image.height}


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in plain RGB, transparent parts as paper."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper

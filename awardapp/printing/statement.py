"""A press statement as plain text, as a page and as a Word document, of what services/press_statement.py laid out.

The same statement gives the same bytes; texts go in as text, whatever they hold.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from awardapp.lettering import plain

_TAGS = {"en": "en", "zh": "zh-Hans"}
_WORD_TAGS = {"en": "en-GB", "zh": "zh-CN"}
_LATIN, _HAN = "Calibri", "Microsoft YaHei"
_GREY, _RED, _INK = RGBColor(0x57, 0x5C, 0x61), RGBColor(0xB3, 0x26, 0x1E), RGBColor(0x1D, 0x1F, 0x21)
_STYLE = (
    "body{font:16px/1.55 system-ui,'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;color:#1d1f21;"
    "max-width:42rem;margin:3rem auto;padding:0 1rem}h1{font-weight:400;line-height:1.25}h2{font-weight:400;"
    "border-top:1px solid #cfd3d6;padding-top:1rem;margin-top:2.5rem}.quiet{color:#5b6065}.invented{color:#b3261e}"
    "article{margin:0 0 1.6rem}article h3{margin:0;font-size:1rem}article p{margin:.3rem 0}"
)


def text(statement: Mapping[str, Any]) -> bytes:
    """Plain text, UTF-8, lines ended by CR LF so that every editor shows them."""
    lines = [statement["award"], f"{statement['cycle']}  {statement['date']}", ""]
    if statement["invented"]:
        lines += [statement["invented"], ""]
    lines += [statement["title"], "=" * 40, ""]
    for paragraph in statement["paragraphs"]:
        lines += [paragraph, ""]
    for group in statement["groups"]:
        lines += [group["heading"], "-" * 40, *([group["note"]] if group["note"] else []), ""]
        for entry in group["entries"]:
            lines += [entry["place"], entry["title"], *entry["reason"], ""]
    lines += [statement["about_heading"], "-" * 40, *statement["about"], ""]
    lines += [statement["more_heading"], "-" * 40, *statement["more"], ""]
    return "\r\n".join(plain(line) for line in lines).encode()


def page(statement: Mapping[str, Any]) -> bytes:
    """A page that needs nothing beside it: no script, nothing fetched."""
    said = _Escaped()
    parts = [
        f'<p class="quiet">{said(statement["award"])}<br>{said(statement["cycle"])}, {said(statement["date"])}</p>',
        f'<p class="invented">{said(statement["invented"])}</p>' if statement["invented"] else "",
        f"<h1>{said(statement['title'])}</h1>",
        *(f"<p>{said(one)}</p>" for one in statement["paragraphs"]),
    ]
    for group in statement["groups"]:
        parts.append(f"<h2>{said(group['heading'])}</h2>")
        if group["note"]:
            parts.append(f'<p class="quiet">{said(group["note"])}</p>')
        for entry in group["entries"]:
            reasons = "".join(f"<p>{said(one)}</p>" for one in entry["reason"])
            parts.append(
                f"<article><h3>{said(entry['place'])}</h3><p><em>{said(entry['title'])}</em></p>{reasons}</article>"
            )
    for heading, lines in (
        (statement["about_heading"], statement["about"]),
        (statement["more_heading"], statement["more"]),
    ):
        parts += [f"<h2>{said(heading)}</h2>", *(f'<p class="quiet">{said(one)}</p>' for one in lines)]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="{_TAGS[statement["language"]]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{said(statement["title"])}</title>'
        f"<style>{_STYLE}</style></head><body><main>\n{body}\n</main></body></html>\n"
    ).encode()


class _Escaped:
    def __call__(self, words: str) -> str:
        return escape(plain(words))


def word(statement: Mapping[str, Any], *, dated: datetime) -> bytes:
    """A Word document with real headings, in the language of the statement."""
    writer = _Word(statement["language"])
    writer.line(statement["award"], grey=True)
    writer.line(f"{statement['cycle']}, {statement['date']}", grey=True)
    if statement["invented"]:
        writer.line(statement["invented"], red=True)
    writer.heading(statement["title"], 1)
    for paragraph in statement["paragraphs"]:
        writer.line(paragraph)
    for group in statement["groups"]:
        writer.heading(group["heading"], 2)
        if group["note"]:
            writer.line(group["note"], grey=True)
        for entry in group["entries"]:
            writer.heading(entry["place"], 3)
            writer.line(entry["title"], italic=True)
            for reason in entry["reason"]:
                writer.line(reason)
    for heading, lines in (
        (statement["about_heading"], statement["about"]),
        (statement["more_heading"], statement["more"]),
    ):
        writer.heading(heading, 2)
        for one in lines:
            writer.line(one)
    return writer.written(title=statement["title"], author=statement["award"], dated=dated)


class _Word:
    """One document, paragraph after paragraph."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.6)
        for name, size in (("Normal", 11), ("Heading 1", 22), ("Heading 2", 14), ("Heading 3", 11.5)):
            self._dress(self.document.styles[name], size)

    def _dress(self, style: Any, size: float) -> None:
        style.font.name, style.font.size, style.font.color.rgb = _LATIN, Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for part, face in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", _HAN)):
            fonts.set(qn(f"w:{part}"), face)

    def heading(self, words: str, level: int) -> None:
        self._spoken(self.document.add_heading(level=level).add_run(_clean(words)))

    def line(self, words: str, *, grey: bool = False, red: bool = False, italic: bool = False) -> None:
        run = self.document.add_paragraph().add_run(_clean(words))
        run.italic = italic or None
        if grey or red:
            run.font.color.rgb = _RED if red else _GREY
        self._spoken(run)

    def _spoken(self, run: Any) -> None:
        tag = OxmlElement("w:lang")
        for part in ("val", "eastAsia"):
            tag.set(qn(f"w:{part}"), _WORD_TAGS[self.language])
        run._r.get_or_add_rPr().append(tag)

    def written(self, *, title: str, author: str, dated: datetime) -> bytes:
        """The document's bytes; its parts carry a fixed date instead of the present moment."""
        core = self.document.core_properties
        core.title, core.author, core.comments, core.last_modified_by = _clean(title)[:255], author, "", ""
        core.language = _WORD_TAGS[self.language]
        core.created = core.modified = dated.replace(tzinfo=None, microsecond=0)
        written, settled = io.BytesIO(), io.BytesIO()
        self.document.save(written)
        with zipfile.ZipFile(written) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts.infolist():
                archive.writestr(
                    zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0)), parts.read(part), zipfile.ZIP_DEFLATED
                )
        return settled.getvalue()


def _clean(words: str) -> str:
    return plain(words).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")

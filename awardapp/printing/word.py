"""The committee's report as a Word document: real headings, a table of contents with page numbers, tables with head rows.

Charts are tables here, so that their figures can be read and copied. Texts go in as text, whatever they hold.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from awardapp.lettering import plain
from awardapp.printing import elements

_LATIN, _HAN = "Calibri", "Microsoft YaHei"
_INK, _GREY = RGBColor(0x1D, 0x1F, 0x21), RGBColor(0x57, 0x5C, 0x61)
_TAGS = {"en": "en-GB", "zh": "zh-CN"}
_LINE = 16.2  # centimetres of text on a page
_DATE = (1980, 1, 1, 0, 0, 0)  # the first one a ZIP file can hold
_LEVELS_IN_CONTENTS = 2
_SIZES = {
    "Normal": 10.5, "Title": 24, "Subtitle": 13, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11, "Caption": 9.5,
}  # fmt: skip


def write(report: Mapping[str, Any]) -> bytes:
    """The bytes of the document that services/report_document.py laid out; the same for the same report."""
    return _Writer(_cleaned(report)).written()


def _cleaned(value: Any) -> Any:
    """Every text in it without control characters and marks that turn the direction of reading."""
    if isinstance(value, str):
        return plain(value).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    if isinstance(value, Mapping):
        return {key: _cleaned(one) for key, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value


class _Writer:
    """One document, block after block."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.report = report
        self.languages: list[str] = report["languages"]
        self.document = Document()
        self._numbers = count(1)
        self._headings: list[tuple[int, str, str]] = []  # level, bookmark, words
        self._breaks = False  # the next heading begins a page

    def written(self) -> bytes:
        """The whole document."""
        self._prepare()
        self._title_page()
        contents = self.document.add_paragraph()
        writers = {
            "heading": self._heading, "text": self._text, "table": self._table, "chart": self._chart, "case": self._case,
            "entry": self._entry, "notes": self._notes,
        }  # fmt: skip
        for block in self.report["blocks"]:
            writers[block["kind"]](block)
        self._contents(contents)
        return self._settled()

    def _settled(self) -> bytes:
        """The parts of the archive carry a fixed date instead of the present moment."""
        written, settled = io.BytesIO(), io.BytesIO()
        self.document.save(written)
        with zipfile.ZipFile(written) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts.infolist():
                archive.writestr(zipfile.ZipInfo(part.filename, _DATE), parts.read(part), zipfile.ZIP_DEFLATED)
        return settled.getvalue()

    # ---- page, type, running lines

    def _prepare(self) -> None:
        page = self.document.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm((21 - _LINE) / 2)
        page.top_margin = page.bottom_margin = Cm(2.3)
        styles = self.document.styles
        for level in range(1, _LEVELS_IN_CONTENTS + 1):
            style = styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.paragraph_format.left_indent = Cm(0.6 * (level - 1))
            style.paragraph_format.tab_stops.add_tab_stop(Cm(_LINE), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
            style.paragraph_format.space_after = Pt(2)
        for name, size in _SIZES.items():
            self._dress(styles[name], size)
        for name, mark in (("Title", "w:pBdr"), ("Title", "w:spacing"), ("Subtitle", "w:spacing")):
            for element in list(styles[name].element.iter(qn(mark))):
                element.getparent().remove(element)
        for name, before in (("Heading 1", 14), ("Heading 2", 12), ("Heading 3", 12)):
            styles[name].paragraph_format.space_before = Pt(before)
            styles[name].paragraph_format.keep_with_next = True
        core = self.document.core_properties
        core.title = f"{self._both(self.report['title'])} – {self._both(self.report['cycle'])}"
        core.author, core.comments, core.subject = (
            self._both(self.report["award"]),
            "",
            self._both(self.report["cycle"]),
        )
        core.language = _TAGS[self.languages[0]]
        core.created = core.modified = datetime.fromisoformat(self.report["dated"])
        core.last_modified_by = ""
        foot = page.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._run(foot, f"{self._both(self.report['title'])} · ", size=8)
        elements.field(foot, "PAGE", "1")

    def _dress(self, style: Any, size: float) -> None:
        """One pair of faces for Latin and Chinese, instead of the template's."""
        style.font.name, style.font.size, style.font.color.rgb, style.font.italic = _LATIN, Pt(size), _INK, False
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for part, face in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", _HAN)):
            fonts.set(qn(f"w:{part}"), face)
        if style.name == "Normal":
            spoken = OxmlElement("w:lang")
            spoken.set(qn("w:val"), _TAGS["en"])
            spoken.set(qn("w:eastAsia"), _TAGS["zh"])
            properties.append(spoken)
            style.paragraph_format.space_after = Pt(6)
            style.paragraph_format.line_spacing = 1.2

    def _title_page(self) -> None:
        for style, words in (("Subtitle", "award"), ("Title", "title"), ("Subtitle", "cycle"), ("Subtitle", "date")):
            for language, text in self._said(self.report[words]):
                paragraph = self.document.add_paragraph(style=style)
                if style == "Title":
                    paragraph.paragraph_format.space_before = Pt(90 if language == self.languages[0] else 0)
                self._run(paragraph, text, language=language)
        if self.report["draft"]:
            for language, text in self._said(self.report["draft"]):
                self._run(self.document.add_paragraph(), text, language=language, bold=True)

    def _contents(self, before: Any) -> None:
        """The table of contents: a field filled with links already, to which Word adds the page numbers when it opens it."""
        title = before.insert_paragraph_before()
        title.paragraph_format.page_break_before = True
        self._run(title, self._both(self.report["contents"]), size=16, bold=True)
        entries = [one for one in self._headings if one[0] <= _LEVELS_IN_CONTENTS]
        for n, (level, mark, words) in enumerate(entries):
            line = before.insert_paragraph_before(style=f"toc {level}")
            if n == 0:
                elements.begin_field(line, f'TOC \\o "1-{_LEVELS_IN_CONTENTS}" \\h \\z \\u')
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), mark)
            link.set(qn("w:history"), "1")
            line._p.append(link)
            link.append(elements.text_run(words))
            if n == len(entries) - 1:
                elements.end_field(line)
        before._p.getparent().remove(before._p)

    # ---- blocks

    def _heading(self, block: Mapping[str, Any]) -> None:
        words = self._both(block["words"])
        heading = self.document.add_heading(level=block["level"])
        heading.paragraph_format.page_break_before = bool(block["breaks"]) or not self._headings
        number = next(self._numbers)
        mark = f"_Toc{number:08}"
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(number))
        begin.set(qn("w:name"), mark)
        heading._p.append(begin)
        for n, (language, text) in enumerate(self._said(block["words"])):
            self._run(heading, ("  " if n else "") + text, language=language)
        heading._p.append(end)
        self._headings.append((block["level"], mark, words))

    def _text(self, block: Mapping[str, Any]) -> None:
        for language in self.languages:
            for text in block["texts"][language]:
                self._run(self.document.add_paragraph(), text, language=language)
            if language in block["missing"]:
                self._run(self.document.add_paragraph(), block["missing"][language], language=language, grey=True)

    def _table(self, block: Mapping[str, Any]) -> None:
        self._grid(block["caption"], block["head"], block["rows"], block["widths"])

    def _chart(self, block: Mapping[str, Any]) -> None:
        self._grid(block["title"], block["head"], block["rows"], [6, -2, -3])

    def _case(self, block: Mapping[str, Any]) -> None:
        for language, text in self._said(block["title"]):
            self._run(self.document.add_paragraph(), text, language=language, bold=True, size=12)
        goals = "; ".join(f"{number} {self._both(name)}" for number, name in block["goals"])
        for label, value in ((block["theme_label"], self._both(block["theme"])), (block["goals_label"], goals)):
            line = self.document.add_paragraph()
            self._run(line, f"{self._both(label)}: ", grey=True)
            self._run(line, value or self._both(block["no_goals"] if label == block["goals_label"] else {"": "–"}))
        if not block["facts"]:
            self._run(self.document.add_paragraph(), self._both(block["no_facts"]), grey=True)
            return
        self._grid(block["facts_label"], None, block["facts"], [5, 5])

    def _entry(self, block: Mapping[str, Any]) -> None:
        self._heading({"words": block["place"], "level": 2, "breaks": False})
        for language, text in self._said(block["title"]):
            self._run(self.document.add_paragraph(), text, language=language, bold=True)
        self._text({"texts": block["texts"], "missing": {}})

    def _notes(self, block: Mapping[str, Any]) -> None:
        self.document.add_paragraph()
        for words in block["notes"]:
            for language, text in self._said(words):
                self._run(self.document.add_paragraph(), text, language=language, size=8.5, grey=True)

    def _grid(
        self,
        caption: Mapping[str, str],
        head: Sequence[Mapping[str, str]] | None,
        rows: Sequence[Sequence[Mapping[str, str]]],
        widths: Sequence[int],
    ) -> None:
        """A table under its caption; a negative width is a column of figures."""
        if caption:
            line = self.document.add_paragraph(style="Caption")
            line.paragraph_format.keep_with_next, line.paragraph_format.space_before = True, Pt(8)
            self._run(line, self._both(caption), bold=True)
        table = self.document.add_table(rows=0, cols=len(widths))
        table.autofit = False
        elements.thin_lines(table)
        total = sum(abs(width) for width in widths)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(_LINE * abs(width) / total)
        for n, cells in enumerate([*([head] if head else []), *rows]):
            row = table.add_row()
            elements.keep_together(row)
            is_head = bool(head) and n == 0
            if is_head:
                elements.repeat(row)
            for cell, words, width in zip(row.cells, cells, widths, strict=True):
                cell.width = Cm(_LINE * abs(width) / total)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(1)
                if width < 0:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                for m, (language, text) in enumerate(self._said(words)):
                    self._run(paragraph, (" " if m else "") + text, language=language, size=9.5, bold=is_head)
        gap = self.document.add_paragraph().paragraph_format  # two tables without it would be one
        gap.line_spacing, gap.space_after = Pt(1), Pt(5)  # thin: below a table that fills the page it begins no other

    # ---- words

    def _said(self, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Each language with its words, once where they are the same."""
        seen = set()
        for language, text in words.items():
            if text and text not in seen:
                seen.add(text)
                yield language, text

    def _both(self, words: Mapping[str, str]) -> str:
        return "  ".join(text for _language, text in self._said(words))

    def _run(
        self, paragraph: Any, text: str, *, language: str = "", size: float = 0, bold: bool = False, grey: bool = False
    ) -> None:
        run = paragraph.add_run(text)
        if size:
            run.font.size = Pt(size)
        if bold:
            run.bold = True
        if grey:
            run.font.color.rgb = _GREY
        if language:
            spoken = OxmlElement("w:lang")
            spoken.set(qn("w:val" if language == "en" else "w:eastAsia"), _TAGS[language])
            run._r.get_or_add_rPr().append(spoken)

"""Writing the document: A4, headings, a bordered box for each input, content controls that can be filled but not deleted."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import count
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from awardapp.wordform.shapes import REFERENCE, Box, BoxKind, Question, Sheet, marker, tag

_LATIN, _HAN = "Calibri", "Microsoft YaHei"
_INK, _GREY, _RULE = RGBColor(0x1C, 0x1B, 0x19), RGBColor(0x57, 0x53, 0x4C), "B9B3A9"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_TAGS = {"en": "en-GB", "zh": "zh-CN"}
_NO_DIGEST = "0" * 16
_DATE = (1980, 1, 1, 0, 0, 0)  # the first one a ZIP file can hold
# What XML cannot carry; texts stored here may hold a few of them from old word processors.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def writable(text: str) -> str:
    """The text without control characters, which no Word document can hold."""
    return _UNWRITABLE.sub("", text)


def write(sheet: Sheet) -> bytes:
    """The document's bytes; the same for the same sheet."""
    document = Document()
    _prepare(document, sheet)
    numbers = count(100_000)
    title = document.add_paragraph(style="Title")
    title.add_run(writable(sheet.title))
    line = document.add_paragraph(style="Subtitle")
    line._p.append(_inline(REFERENCE, _NO_DIGEST, sheet.reference, sheet, number=next(numbers), is_locked=True))
    line.add_run(f" · {writable(sheet.subtitle)}")
    for words in sheet.intro:
        document.add_paragraph(words, style="List Bullet")
    for chapter in sheet.chapters:
        document.add_heading(chapter.title, 1)
        if chapter.help:
            _grey(document.add_paragraph(), chapter.help)
        for question in chapter.questions:
            _ask(document, question, sheet, numbers)
    document.add_paragraph()  # a document does not end with a table
    return _settled(document)


def _settled(document: Any) -> bytes:
    """The same bytes for the same document: the parts of the archive carry a fixed date instead of the present moment."""
    written, settled = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts.infolist():
            archive.writestr(zipfile.ZipInfo(part.filename, _DATE), parts.read(part), zipfile.ZIP_DEFLATED)
    return settled.getvalue()


def _prepare(document: Any, sheet: Sheet) -> None:
    """Page, type and running head."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2)
    sizes = {"Normal": 10.5, "Title": 20, "Subtitle": 11, "Heading 1": 15, "Heading 2": 11.5, "List Bullet": 10}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _LATIN, Pt(size), _INK
        style.font.italic = False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for part, face in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", _HAN)):
            fonts.set(qn(f"w:{part}"), face)
        style.paragraph_format.space_after = Pt(4)
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    document.styles["Heading 1"].paragraph_format.space_before = Pt(20)
    document.styles["Heading 2"].paragraph_format.space_before = Pt(12)
    document.core_properties.title = writable(sheet.title)
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.language = _TAGS[sheet.language]
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _small(foot.add_run(f"{sheet.reference} · {sheet.page_words} "))
    _small(foot.add_run()._r, field="PAGE")


def _small(run: Any, *, field: str | None = None) -> None:
    """Grey and small; with `field` a field of Word's, e.g. the number of the page."""
    if field is None:
        run.font.size, run.font.color.rgb = Pt(8), _GREY
        return
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), field)
    run.addnext(simple)
    simple.append(run)


def _grey(paragraph: Any, words: str) -> None:
    run = paragraph.add_run(writable(words))
    run.font.size, run.font.color.rgb = Pt(9.5), _GREY
    paragraph.paragraph_format.keep_with_next = True


def _ask(document: Any, question: Question, sheet: Sheet, numbers: Any) -> None:
    """A question: heading, help, and under each box's own line the box."""
    heading = document.add_heading(writable(question.label), 2)
    if question.need:
        run = heading.add_run(f"  {question.need}")
        run.bold, run.font.size, run.font.color.rgb = False, Pt(9), _GREY
    if question.help:
        _grey(document.add_paragraph(), question.help)
    for box in question.boxes:
        line = document.add_paragraph()
        line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(4), Pt(2)
        line.paragraph_format.keep_with_next = True
        if box.label:
            line.add_run(writable(box.label)).bold = True
        if box.note:
            run = line.add_run(("  " if box.label else "") + writable(box.note))
            run.font.size, run.font.color.rgb = Pt(9), _GREY
        run = line.add_run(f"  {marker(box.name)}")
        run.font.size, run.font.color.rgb = Pt(6.5), RGBColor(0xA8, 0xA3, 0x9B)
        _fill(_frame(document), box, sheet, numbers)


def _frame(document: Any) -> Any:
    """A table of one cell with a thin line around it, as wide as the page; the cell's element."""
    table = document.add_table(rows=1, cols=1)
    properties = table._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")
    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        edge, margin = OxmlElement(f"w:{side}"), OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            edge.set(qn(f"w:{name}"), value)
        for name, value in (("w", "100" if side in ("left", "right") else "50"), ("type", "dxa")):
            margin.set(qn(f"w:{name}"), value)
        borders.append(edge)
        margins.append(margin)
    look = properties.find(qn("w:tblLook"))  # the order of these elements is fixed
    look.addprevious(borders)
    look.addprevious(margins)
    cell = table.rows[0].cells[0]._tc
    for paragraph in list(cell.iter(qn("w:p"))):
        cell.remove(paragraph)
    return cell


def _fill(cell: Any, box: Box, sheet: Sheet, numbers: Any) -> None:
    if box.kind is BoxKind.TEXT:
        cell.append(_block(box, sheet, number=next(numbers)))
        cell.append(_last_line())  # a cell ends with a paragraph
    elif box.kind is BoxKind.TICKS:
        for option in box.options:
            paragraph = OxmlElement("w:p")
            paragraph.append(_tick(box, option.key, number=next(numbers)))
            paragraph.append(_run(f" {writable(option.words)}"))
            cell.append(paragraph)
    else:
        paragraph = OxmlElement("w:p")
        text = str(box.value)
        options = [(option.key, option.words) for option in box.options] if box.kind is BoxKind.CHOICE else None
        paragraph.append(
            _inline(box.name, box.digest, text, sheet, number=next(numbers), options=options, language=box.language)
        )
        cell.append(paragraph)


def _last_line() -> Any:
    """The empty paragraph that ends a cell, as low as can be."""
    paragraph, properties = OxmlElement("w:p"), OxmlElement("w:pPr")
    spacing = OxmlElement("w:spacing")
    for name, value in (("before", "0"), ("after", "0"), ("line", "60"), ("lineRule", "exact")):
        spacing.set(qn(f"w:{name}"), value)
    properties.append(spacing)
    paragraph.append(properties)
    return paragraph


def _control(name: str, tagged: str, number: int, *, is_placeholder: bool, is_locked: bool = False) -> tuple[Any, Any]:
    """An empty content control and its properties: it cannot be deleted, its content can be changed unless locked."""
    control, properties = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
    for kind, value in (
        ("alias", name),
        ("tag", tagged),
        ("id", str(number)),
        ("lock", "sdtContentLocked" if is_locked else "sdtLocked"),
    ):
        element = OxmlElement(f"w:{kind}")
        element.set(qn("w:val"), value)
        properties.append(element)
    if is_placeholder:
        properties.append(OxmlElement("w:showingPlcHdr"))
    control.append(properties)
    return control, properties


def _inline(
    name: str,
    digest: str,
    text: str,
    sheet: Sheet,
    *,
    number: int,
    options: list[tuple[str, str]] | None = None,
    language: str = "",
    is_locked: bool = False,
) -> Any:
    """A control within a line: to be typed into, or with `options` to choose from a list."""
    control, properties = _control(name, tag(name, digest), number, is_placeholder=not text, is_locked=is_locked)
    if options is None:
        properties.append(OxmlElement("w:text"))
        shown = text or sheet.placeholder
    else:
        menu = OxmlElement("w:dropDownList")
        for key, words in [("", sheet.choose), *options]:
            item = OxmlElement("w:listItem")
            item.set(qn("w:displayText"), writable(words))
            item.set(qn("w:value"), key)
            menu.append(item)
        properties.append(menu)
        shown = dict(options).get(text, "") or sheet.choose
    content = OxmlElement("w:sdtContent")
    content.append(_run(writable(shown), is_placeholder=not text, language=language))
    control.append(content)
    return control


def _block(box: Box, sheet: Sheet, *, number: int) -> Any:
    """A control around paragraphs, for a long text."""
    text = writable(str(box.value))
    control, _properties = _control(box.name, tag(box.name, box.digest), number, is_placeholder=not text)
    content = OxmlElement("w:sdtContent")
    for line in text.split("\n") if text else [sheet.placeholder]:
        paragraph = OxmlElement("w:p")
        paragraph.append(_run(line, is_placeholder=not text, language=box.language))
        content.append(paragraph)
    control.append(content)
    return control


def _tick(box: Box, key: str, *, number: int) -> Any:
    """A check box for one of several options."""
    control, properties = _control(box.name, tag(box.name, box.digest, key), number, is_placeholder=False)
    is_ticked = key in box.value
    ticked = properties.makeelement(f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    for name, values in (
        ("checked", {"val": "1" if is_ticked else "0"}),
        ("checkedState", {"val": "2612", "font": "MS Gothic"}),
        ("uncheckedState", {"val": "2610", "font": "MS Gothic"}),
    ):
        element = properties.makeelement(f"{{{_W14}}}{name}", nsmap={"w14": _W14})
        for attribute, value in values.items():
            element.set(f"{{{_W14}}}{attribute}", value)
        ticked.append(element)
    properties.append(ticked)
    content = OxmlElement("w:sdtContent")
    content.append(_run("☒" if is_ticked else "☐", face="MS Gothic"))
    control.append(content)
    return control


def _run(text: str, *, is_placeholder: bool = False, language: str = "", face: str = "") -> Any:
    """A run of text; tabs become Word's own."""
    run, properties = OxmlElement("w:r"), OxmlElement("w:rPr")
    if face:
        fonts = OxmlElement("w:rFonts")
        for part in ("ascii", "hAnsi", "eastAsia"):
            fonts.set(qn(f"w:{part}"), face)
        properties.append(fonts)
    if is_placeholder:
        colour = OxmlElement("w:color")
        colour.set(qn("w:val"), "86817A")
        properties.append(colour)
    if language:
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val" if language == "en" else "w:eastAsia"), _TAGS[language])
        properties.append(spoken)
    run.append(properties)
    for number, part in enumerate(text.split("\t")):
        if number:
            run.append(OxmlElement("w:tab"))
        element = OxmlElement("w:t")
        element.set(qn("xml:space"), "preserve")
        element.text = part
        run.append(element)
    return run

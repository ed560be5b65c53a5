"""Elements of a Word document for which python-docx has no word of its own: fields, lines of tables, rows that stay whole."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

RULE = "CFD3D6"  # colour of thin lines


def text_run(words: str) -> Any:
    """A run of plain text."""
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.set(qn("xml:space"), "preserve")
    text.text = words
    run.append(text)
    return run


def _mark(kind: str) -> Any:
    run, mark = OxmlElement("w:r"), OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def _instruction(words: str) -> Any:
    run, instruction = OxmlElement("w:r"), OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {words} "
    run.append(instruction)
    return run


def _runs(words: str, shown: str) -> list[Any]:
    """A field of Word's with what it shows until it is brought up to date."""
    return [_mark("begin"), _instruction(words), _mark("separate"), text_run(shown), _mark("end")]


def field(paragraph: Any, words: str, shown: str) -> None:
    """Put a field into a line, e.g. PAGE, with what it shows at first."""
    for run in _runs(words, shown):
        paragraph._p.append(run)


def begin_field(paragraph: Any, words: str) -> None:
    """Begin a field that reaches over several lines, for Word to bring up to date."""
    begin = _mark("begin")
    begin[0].set(qn("w:dirty"), "true")  # Word asks for it to be brought up to date when the document is opened
    for run in (begin, _instruction(words), _mark("separate")):
        paragraph._p.append(run)


def end_field(paragraph: Any) -> None:
    """End the field begun last."""
    paragraph._p.append(_mark("end"))


def thin_lines(table: Any) -> None:
    """Thin lines below the rows."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # the order of these elements is fixed
    look.addprevious(borders)


def keep_together(row: Any) -> None:
    """A row is not parted by the end of a page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def repeat(row: Any) -> None:
    """The head row stands on every page the table reaches."""
    properties = row._tr.get_or_add_trPr()
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    properties.append(head)

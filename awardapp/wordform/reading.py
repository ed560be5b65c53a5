"""Reading the document back, whoever's program saved it: by the tags of its controls, else by the small names beside boxes.

Nothing of the document is trusted: no entities, no files besides the text, limits on size and depth. What stands in a box is
given as text; what it means, and whether it may be stored, the caller decides.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from awardapp.wordform.shapes import REFERENCE, Box, BoxKind, read_tag, short

MOST_TEXT = 12_000_000  # bytes of the document's text, unpacked
MOST_CONTROLS = 20_000  # boxes and ticks; the largest form has some thousand
_DEEPEST = 3  # controls of ours around another one, by mistakes of copying
_MAIN = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CELL = f"{_W}tc"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MARKER = re.compile(r"⟦([\w-]+)⟧")
_TICKED, _UNTICKED = "☒☑✓✔■", "☐□"
# What was crossed out with changes tracked, commands of fields, and the second drawing of the same thing.
_SKIPPED = {
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "tblPr", "tcPr")
}
_SKIPPED.add(f"{_MC}Fallback")
_PICTURES = {f"{_W}{name}" for name in ("drawing", "pict", "object")}


class NotReadable(Exception):
    """The document cannot be read as one of our forms; `why` is "damaged", "too_large" or "not_ours"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class ReadBox:
    """What stands in a box. For ticks the keys found, each ticked or not; `digest` is of the text the box was made from, ""
    where the control was deleted. `notes`: "by_name" (no control), "twice", "picture".
    """

    text: str = ""
    ticks: dict[str, bool] = field(default_factory=dict)
    digest: str = ""
    notes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A document read: the reference it carries ("" if none), and by input name what stands in each box that was found."""

    reference: str
    boxes: Mapping[str, ReadBox]


def read(path: Path, boxes: Iterable[Box], *, placeholders: Iterable[str]) -> ReadForm:
    """Read a document. `boxes` are those the form has now, `placeholders` the words of empty boxes in every language.

    Raises NotReadable.
    """
    body = _body(path)
    wanted = {short(box.name): box for box in boxes}
    empty = set(placeholders)
    reference = ""
    found: dict[str, ReadBox] = {}
    controls = _controls(body)
    in_cells = Counter(cell for control in controls for cell in control.iterancestors(_CELL))
    for control, (name, option, digest) in controls.items():
        if name == REFERENCE:
            reference = _text(control.find(f"{_W}sdtContent")).strip()
        elif name in wanted:
            box = wanted[name]
            _take(found.setdefault(box.name, ReadBox(digest=digest)), box, control, option, empty, in_cells)
    by_name = {box.name: box for box in wanted.values()}
    for name, paragraph in _markers(body):
        if name in by_name and name not in found:
            found[name] = _beside(paragraph, by_name[name], empty)
    if not found:
        raise NotReadable("not_ours")
    return ReadForm(reference, found)


def _body(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_MAIN).file_size > MOST_TEXT:
                raise NotReadable("too_large")
            with archive.open(_MAIN) as file:
                data = file.read(MOST_TEXT + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise NotReadable("damaged") from error
    if len(data) > MOST_TEXT:
        raise NotReadable("too_large")
    data = data.replace(_STRICT.encode(), _W[1:-1].encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotReadable("damaged") from error
    body = root.find(f"{_W}body")
    if root.getroottree().docinfo.doctype or body is None:
        raise NotReadable("damaged")
    return body


def _controls(body: Any) -> dict[Any, tuple[str, str | None, str]]:
    """Our controls in order, each with its name, option and digest. Raises NotReadable for more than any form has, or for
    controls deep within each other: every one is read with all that stands in it.
    """
    found: dict[Any, tuple[str, str | None, str]] = {}
    for control in body.iter(f"{_W}sdt"):
        named = _named(control)
        if named is None:
            continue
        around = sum(1 for other in control.iterancestors(f"{_W}sdt") if other in found)
        if len(found) >= MOST_CONTROLS or around > _DEEPEST:
            raise NotReadable("too_large")
        found[control] = named
    return found


def _named(control: Any) -> tuple[str, str | None, str] | None:
    """Name, option and digest of a control of ours."""
    properties = control.find(f"{_W}sdtPr")
    tagged = properties.find(f"{_W}tag") if properties is not None else None
    return None if tagged is None else read_tag(tagged.get(f"{_W}val") or "")


def _take(
    read_box: ReadBox, box: Box, control: Any, option: str | None, empty: set[str], in_cells: Mapping[Any, int]
) -> None:
    """What stands in one control of a box, added to what is known of the box."""
    if box.kind is BoxKind.TICKS:
        key = next((o.key for o in box.options if short(o.key) == option), None)
        if key is not None:
            read_box.ticks[key] = _is_ticked(control)
        return
    holder = _holder(control, in_cells) if box.kind is BoxKind.TEXT else control.find(f"{_W}sdtContent")
    text = _lines_of(holder) if box.kind is BoxKind.TEXT else _text(holder)
    if text.strip() in empty:
        text = ""
    if holder is not None and any(True for _ in holder.iter(*_PICTURES)):
        read_box.notes.add("picture")
    if read_box.text and text and text != read_box.text:
        read_box.notes.add("twice")
        return
    read_box.text = read_box.text or text


def _holder(control: Any, in_cells: Mapping[Any, int]) -> Any:
    """Where a long text stands: the whole cell around its control, so that what was typed beside it is not lost."""
    cell = control.getparent()
    if cell is not None and cell.tag == _CELL and in_cells[cell] == 1:
        return cell
    return control.find(f"{_W}sdtContent")


def _is_ticked(control: Any) -> bool:
    state = control.find(f"{_W}sdtPr/{_W14}checkbox/{_W14}checked")
    if state is not None:
        return (state.get(f"{_W14}val") or "1").lower() in ("1", "true", "on")
    return any(mark in _text(control.find(f"{_W}sdtContent")) for mark in _TICKED)


def _lines_of(holder: Any) -> str:
    """The paragraphs inside an element, one a line; without the empty ones at the end."""
    if holder is None:
        return ""
    lines = [_paragraph(one) for one in _paragraphs(holder)]
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def _paragraphs(holder: Any) -> Iterator[Any]:
    """Paragraphs in order, not those inside a paragraph (text boxes), nor in what is skipped."""
    for child in holder:
        if child.tag == f"{_W}p":
            yield child
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _paragraphs(child)


def _paragraph(paragraph: Any) -> str:
    listed = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    is_listed = listed is not None and listed.get(f"{_W}val") != "0"
    text = _text(paragraph)
    return f"• {text}" if is_listed and text.strip() else text


def _text(element: Any) -> str:
    """The words inside an element as Word shows them, tabs and line breaks included."""
    return "" if element is None else "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        name = child.tag.rpartition("}")[2]
        if name == "t":
            yield child.text or ""
        elif name in ("tab", "ptab"):
            yield "\t"
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "\u2011"
        else:
            yield from _pieces(child)


def _markers(body: Any) -> Iterator[tuple[str, Any]]:
    """The small names in the document with their paragraphs."""
    for paragraph in _paragraphs(body):
        for name in _MARKER.findall(_text(paragraph)):
            yield name, paragraph


def _beside(paragraph: Any, box: Box, empty: set[str]) -> ReadBox:
    """What stands after a small name whose box has lost its control: in the next table, or else up to the next name."""
    holders: list[Any] = []
    following = paragraph.getnext()
    while following is not None:
        if following.tag == f"{_W}tbl":
            if not holders:
                holders = [following]
            break
        if following.tag == f"{_W}p" and (_MARKER.search(_text(following)) or _is_heading(following)):
            break
        holders.append(following)
        following = following.getnext()
    lines = [
        line for one in holders for line in ([_paragraph(one)] if one.tag == f"{_W}p" else _lines_of(one).split("\n"))
    ]
    read_box = ReadBox(notes={"by_name"})
    if any(True for one in holders for _ in one.iter(*_PICTURES)):
        read_box.notes.add("picture")
    if box.kind is BoxKind.TICKS:
        read_box.ticks = _ticks_of(lines, box)
        return read_box
    while lines and not lines[-1].strip():
        lines.pop()
    text = "\n".join(lines)
    read_box.text = "" if text.strip() in empty else text
    return read_box


def _ticks_of(lines: list[str], box: Box) -> dict[str, bool]:
    """Options by their words, each after a mark that is ticked or not."""
    words = {" ".join(option.words.split()): option.key for option in box.options}
    found = {}
    for line in lines:
        plain = " ".join(line.split())
        key = words.get(plain[1:].strip()) if plain else None
        if key is not None and plain[0] in _TICKED + _UNTICKED:
            found[key] = plain[0] in _TICKED
    return found


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style is not None and str(style.get(f"{_W}val") or "").lower().startswith(("heading", "title", "1", "2"))

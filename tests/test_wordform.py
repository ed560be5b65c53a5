"""The Word document: what is written is read back, whatever people and their programs did to it in between."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest

from awardapp import wordform
from awardapp.filekinds.cage import Limits
from awardapp.filekinds.forms import read_form
from awardapp.wordform import Box, BoxKind, Chapter, NotReadable, Option, Question, Sheet

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DIGEST = "0123456789abcdef"
LONG = "First paragraph, with a\ttab.\n\n第二段：广州。\n  indented <b>&amp; “quoted”"
LIST = (Option("policy", "New policy"), Option("a_very_long_key_of_a_choice", "Use of technology"))
BOXES = (
    Box("title_en", BoxKind.LINE, DIGEST, "River buses", label="English", language="en"),
    Box("title_zh", BoxKind.LINE, DIGEST, "", label="中文", language="zh"),
    Box("background_en", BoxKind.TEXT, DIGEST, LONG, label="English", note="at most 400 words", language="en"),
    Box("background_zh", BoxKind.TEXT, DIGEST, "", label="中文", language="zh"),
    Box("main_source_of_prosperity", BoxKind.LINE, DIGEST, "Ports"),
    Box("kind", BoxKind.CHOICE, DIGEST, "policy", options=LIST),
    Box("kinds", BoxKind.TICKS, DIGEST, ("a_very_long_key_of_a_choice",), options=LIST),
)
SHEET = Sheet(
    reference="GA8-KM4T9",
    language="en",
    title="Submission form",
    subtitle="Recife",
    intro=("Write in the boxes.",),
    placeholder="Type here",
    choose="Choose from the list",
    page_words="page",
    chapters=(Chapter("Everything", "With help.", tuple(Question(box.name, "", "", (box,)) for box in BOXES)),),
)
EMPTY = ("Type here", "Choose from the list")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "form.docx"
    found.write_bytes(wordform.write(SHEET))
    return found


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


def changed(path: Path, change: Callable[[str], str]) -> Path:
    """The document with another text part, as another program would have saved it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name == "word/document.xml" else data)
    path.write_bytes(buffer.getvalue())
    return path


def texts(path: Path) -> dict[str, object]:
    found = wordform.read(path, BOXES, placeholders=EMPTY)
    return {name: box.ticks or box.text for name, box in found.boxes.items()}


AS_WRITTEN = {
    "title_en": "River buses",
    "title_zh": "",
    "background_en": LONG,
    "background_zh": "",
    "main_source_of_prosperity": "Ports",
    "kind": "New policy",
    "kinds": {"policy": False, "a_very_long_key_of_a_choice": True},
}


def control(name: str) -> str:
    """A pattern for the whole control of a box."""
    return rf'<w:sdt><w:sdtPr><w:alias w:val="{name}"/>.*?</w:sdt>'


def unwrapped(text: str, name: str) -> str:
    """The document's text with the controls of a box deleted and their content left."""
    return re.sub(
        control(name), lambda found: re.search("<w:sdtContent>(.*)</w:sdtContent>", found[0], re.S)[1], text, flags=re.S
    )


def test_every_box_is_read_back_as_it_was_written_with_its_digest(path: Path) -> None:
    found = wordform.read(path, BOXES, placeholders=EMPTY)
    assert (found.reference, texts(path)) == ("GA8-KM4T9", AS_WRITTEN)
    assert {box.digest for box in found.boxes.values()} == {DIGEST}
    assert all(box.notes == set() for box in found.boxes.values())


def test_other_readers_see_the_same_words(path: Path) -> None:
    """With python-docx and with a bare XML parser, neither of which knows how the document was made."""
    document = docx.Document(str(path))
    words = "\n".join(element.text or "" for element in document.element.iter(f"{W}t"))
    root = ElementTree.fromstring(text_of(path))
    assert words == "\n".join(element.text or "" for element in root.iter(f"{W}t"))
    for expected in ("Submission form", "River buses", "第二段：广州。", "at most 400 words", "☒", "☐", "Type here"):
        assert expected in words


def test_every_control_has_a_short_tag_and_a_number_of_its_own(path: Path) -> None:
    text = text_of(path)
    tags, numbers = re.findall(r'<w:tag w:val="([^"]+)"', text), re.findall(r'<w:id w:val="(\d+)"', text)
    assert len(tags) == len(numbers) == len(set(numbers)) == len(BOXES) + 2  # two ticks, and the reference
    assert len(set(tags)) == len(tags) and max(map(len, tags)) <= 64


def test_a_box_without_its_control_is_found_by_the_small_name_beside_it(path: Path) -> None:
    changed(path, lambda text: unwrapped(text, "background_en"))
    found = wordform.read(path, BOXES, placeholders=EMPTY).boxes["background_en"]
    assert (found.text, found.digest, found.notes) == (LONG, "", {"by_name"})


def test_a_document_without_any_control_is_still_read(path: Path) -> None:
    def without(text: str) -> str:
        for name in ("ref", *(box.name for box in BOXES)):
            text = unwrapped(text, name)
        assert "<w:sdt>" not in text
        return text

    changed(path, without)
    assert texts(path) == AS_WRITTEN
    assert wordform.read(path, BOXES, placeholders=EMPTY).reference == ""


def test_a_box_whose_table_is_gone_is_read_up_to_the_next_name(path: Path) -> None:
    table = r"<w:tbl>(?:(?!<w:tbl>).)*?⟪background_en⟫.*?</w:tbl>"
    pasted = "<w:p><w:r><w:t>One.</w:t></w:r></w:p><w:p><w:r><w:t>Two.</w:t></w:r></w:p>"

    def without_table(text: str) -> str:
        text = text.replace('<w:alias w:val="background_en"/>', "⟪background_en⟫")
        return re.sub(table, pasted, text, flags=re.S)

    changed(path, without_table)
    found = wordform.read(path, BOXES, placeholders=EMPTY).boxes
    assert (found["background_en"].text, found["background_zh"].text) == ("One.\nTwo.", "")


def test_pasted_paragraphs_lists_tables_and_breaks_become_lines(path: Path) -> None:
    pasted = (
        "<w:p><w:r><w:t>Results</w:t><w:br/><w:t>in 2026:</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>fewer cars</w:t></w:r></w:p>'
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:ins w:id='1'><w:r><w:t>put in</w:t></w:r></w:ins>"
        "<w:del w:id='2'><w:r><w:delText>taken out</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t xml:space='preserve'> and a link</w:t></w:r></w:hyperlink></w:p>"
    )

    def paste(text: str) -> str:
        return re.sub(
            r'(<w:alias w:val="background_zh"/>.*?<w:sdtContent>).*?(</w:sdtContent>)',
            lambda found: found[1] + pasted + found[2],
            text,
            count=1,
            flags=re.S,
        )

    changed(path, paste)
    assert texts(path)["background_zh"] == "Results\nin 2026:\n• fewer cars\na cell\nput in and a link"


def test_what_was_typed_below_a_box_within_its_frame_belongs_to_it(path: Path) -> None:
    below = r"(⟪.*?</w:sdt><w:p>)(<w:pPr>.*?</w:pPr></w:p></w:tc>)"

    def typed(text: str) -> str:
        text = text.replace('<w:alias w:val="background_en"/>', "⟪")
        text = re.sub(below, r"\1<w:r><w:t>Typed outside.</w:t></w:r>\2", text, count=1, flags=re.S)
        return text.replace("⟪", '<w:alias w:val="background_en"/>')

    changed(path, typed)
    assert texts(path)["background_en"] == f"{LONG}\nTyped outside."


def test_a_tick_is_read_from_its_state_not_from_its_glyph(path: Path) -> None:
    changed(path, lambda text: text.replace('w14:checked w14:val="0"', 'w14:checked w14:val="1"', 1))
    assert texts(path)["kinds"] == {"policy": True, "a_very_long_key_of_a_choice": True}


def test_a_box_copied_with_another_text_and_a_picture_are_noted(path: Path) -> None:
    def copied(text: str) -> str:
        again = re.search(control("title_en"), text, re.S)[0].replace("River buses", "Another title")
        return text.replace("</w:body>", f"<w:p>{again}</w:p></w:body>").replace(
            "River buses</w:t>", "River buses</w:t><w:drawing/>", 1
        )

    changed(path, copied)
    found = wordform.read(path, BOXES, placeholders=EMPTY).boxes["title_en"]
    assert (found.text, found.notes) == ("River buses", {"twice", "picture"})


def test_text_with_what_no_document_can_hold_is_written_without_it(tmp_path: Path) -> None:
    box = Box("title_en", BoxKind.LINE, DIGEST, "a\x0bb\x00c")
    sheet = Sheet("R", "zh", "t", "s", (), "p", "c", "n", (Chapter("", "", (Question("", "", "", (box,)),)),))
    path = tmp_path / "form.docx"
    path.write_bytes(wordform.write(sheet))
    assert wordform.read(path, [box], placeholders=()).boxes["title_en"].text == "abc"


BOMB = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: BOMB + text.partition("?>")[2].replace("River buses", "&b;"), "damaged"),
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda text: text.replace("<w:t>", "<w:p>" * 4000, 1), "damaged"),
        (lambda text: text.replace("w:body", "w:other"), "damaged"),
        (lambda text: re.sub("<w:body>.*</w:body>", "<w:body><w:p/></w:body>", text, flags=re.S), "not_ours"),
    ],
)
def test_what_is_hostile_or_not_our_form_is_refused(path: Path, change: Callable[[str], str], why: str) -> None:
    with pytest.raises(NotReadable) as refused:
        texts(changed(path, change))
    assert refused.value.why == why


def test_thousands_of_boxes_in_one_cell_do_not_keep_the_reader_busy(path: Path) -> None:
    one = f'<w:sdt><w:sdtPr><w:tag w:val="a:title_en#{DIGEST}"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
    many = "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"
    changed(path, lambda text: text.replace("<w:body>", "<w:body>" + many.format(one * 4000), 1))
    began = time.process_time()
    assert texts(path)["title_en"] == "River buses"
    assert time.process_time() - began < 10  # looking through the cell for each of them took minutes
    changed(path, lambda text: text.replace("<w:body>", "<w:body>" + many.format(one * 20_000), 1))
    with pytest.raises(NotReadable) as refused:
        texts(path)
    assert refused.value.why == "too_large"


def test_a_text_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 40_000_000)
    with pytest.raises(NotReadable) as refused:
        texts(path)
    assert refused.value.why == "too_large"


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_document_at_all_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "form.docx"
    path.write_bytes(data)
    with pytest.raises(NotReadable):
        texts(path)


def test_in_a_process_of_its_own_the_same_is_read(path: Path) -> None:
    assert read_form(path, BOXES, placeholders=EMPTY) == wordform.read(path, BOXES, placeholders=EMPTY)


def test_a_document_that_takes_too_much_memory_is_refused_and_hurts_nobody(path: Path) -> None:
    with pytest.raises(NotReadable, match="too_large"):
        read_form(path, BOXES, placeholders=EMPTY, limits=Limits(memory=20_000_000))

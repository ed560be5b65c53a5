"""The report as PDF and as Word document: the same bytes, tags and fonts, real headings, and every text as text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pikepdf
import pypdfium2
import pytest
from docx import Document

from awardapp.domain.report import EDITIONS
from awardapp.services import report_files

LONG = "x" * 100_000
HOSTILE = (
    '<b>bold</b> #let x = 1 $y$ *z* =HYPERLINK("http://x") {{ 7*7 }} \u202etxt.exe\u202c Ελλάδα Москва العربية हिन्दी ไทย '
    "한국어 日本語 עברית ქართული አማርኛ 中文 😀🏙️\x07"
)


def case(n: int, **more: Any) -> dict[str, Any]:
    return {
        "ref": f"GA-{n}",
        "city_en": f"City {n}",
        "city_zh": f"城市{n}",
        "country_en": "Spain",
        "country_zh": "西班牙",
        "title_en": f"Initiative {n}",
        "title_zh": f"项目{n}",
        "theme_en": "Environmental",
        "theme_zh": "环境",
        "partners": [],
        "city_data": [["Population", "people", "人口", "人", 1_234_567]],
        "goals": [11],
        "summary_en": "What it did.",
        "summary_zh": "它做了什么。",
        "reasons_en": "Why.",
        "reasons_zh": "为什么。",
        **more,
    }


def content(*cases: dict[str, Any], **texts: str) -> dict[str, Any]:
    return {
        "format": 1,
        "cycle": {"name_en": "7th Award", "name_zh": "第七届", "slug": "7", "year": 2027},
        "is_locked": True,
        "dated": "2027-03-01",
        "record_sha256": "ab" * 32,
        "met": ["2027-02-26", "2027-03-01"],
        "members": [{"name": "Amara Diallo", "is_chair": True, "country_en": "Mali", "country_zh": "马里"}],
        "numbers": {
            "handed_in": 7, "valid": 6, "cities": 6, "countries": 1, "readings": 18,
            "regions": [["Europe", "欧洲", 6, 3]], "themes": [["Environmental", "环境", 6, 3]],
        },
        "method": {
            "criteria": [["Innovation", "创新", 1]], "scale": [0, 10, 0.5], "readings": 3, "rounds": [[1, 60]],
            "calibration": "robust", "shortlist_size": 3, "deserving_max": 2, "shortlisted": 3, "ties_at_line": 0, "moved": 2,
            "moved_back": 1, "plenary": {"sessions": 2, "files": 5, "votes": 1},
        },
        "texts": {"opening_en": "We met.", "opening_zh": "我们开会。", "closing_en": "", "closing_zh": "", **texts},
        "cases": list(cases),
        "deserving": [
            {
                "city_en": "Lyon", "city_zh": "里昂", "country_en": "France", "country_zh": "法国", "title_en": "Rhône",
                "title_zh": "罗讷河", "reason_en": "Good.", "reason_zh": "好。",
            }
        ],
    }  # fmt: skip


def words_of_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def words_of_word(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def built(found: dict[str, Any], edition: str, format: str) -> bytes:
    return report_files.build(found, edition=edition, format=format).data


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_says_the_same_in_both_formats_and_in_the_same_bytes(edition: str) -> None:
    found = content(case(1), case(2, summary_zh="", city_data=[], goals=[]))
    paper, word = built(found, edition, "pdf"), built(found, edition, "docx")
    assert (built(found, edition, "pdf"), built(found, edition, "docx")) == (paper, word)
    for text in (words_of_pdf(paper), words_of_word(word)):
        assert ("What it did." in text, "它做了什么" in text) == (edition != "zh", edition != "en")
        assert ("Not written in English yet." in text) == (edition != "zh")  # the closing remarks
        assert ("中文稿尚未撰写" in text) == (edition != "en")
        assert ("One was moved back" in text) == (edition != "zh")
        assert "1,234,567" in text
        assert "ab" * 8 in text.replace("\n", "").replace("\u200b", "")


def test_the_paper_is_tagged_named_spoken_bookmarked_and_carries_its_type() -> None:
    with pikepdf.open(io.BytesIO(built(content(case(1)), "zh", "pdf"))) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith("zh")
        assert "技术委员会报告" in str(pdf.docinfo["/Title"])
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
            cases = [child.title for item in outline.root for child in item.children]
        assert len(titles) == 7
        assert any("城市1" in title.replace(" ", "") for title in cases)
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        names = {str(font.BaseFont) for font in fonts}
        assert names
        assert all(re.match(r"/[A-Z]{6}\+", name) for name in names), names  # embedded as subsets
        figures = [
            str(o.get("/Alt")) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        assert any("欧洲" in alt for alt in figures)


def test_the_word_document_has_real_headings_and_a_table_of_contents_that_leads_to_them() -> None:
    document = Document(io.BytesIO(built(content(case(1), case(2)), "en", "docx")))
    headings = [p.text for p in document.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    listed = [p for p in document.paragraphs if p.style.name.startswith("toc ")]
    assert "City 1, Spain" in headings
    assert len(listed) == len(headings)
    xml = document.element.xml
    assert 'TOC \\o "1-2"' in xml
    marks = set(re.findall(r'w:bookmarkStart [^>]*w:name="(\w+)"', xml))
    assert set(re.findall(r'w:hyperlink [^>]*w:anchor="(\w+)"', xml)) <= marks
    assert all(table.rows[0]._tr.xml.count("w:tblHeader") for table in document.tables if len(table.columns) == 3)


def test_hostile_texts_come_out_as_text_and_a_hundred_thousand_letters_without_a_space_stay_on_the_page() -> None:
    found = content(
        case(1, summary_en=HOSTILE, title_en=HOSTILE, reasons_en=LONG, theme_en=HOSTILE), opening_en=HOSTILE
    )
    word = words_of_word(built(found, "both", "docx"))
    paper = built(found, "both", "pdf")
    printed = words_of_pdf(paper)
    assert LONG in word
    for part in ("<b>bold</b> #let x = 1 $y$ *z* =HYPERLINK", "{{ 7*7 }}", "አማርኛ", "😀"):
        assert part in word
    assert "\u202e" not in word
    for part in ("<b>bold</b>", "#let x = 1 $y$ *z*", "{{ 7*7 }}", "Москва", "〓"):
        assert part in printed
    for page in pypdfium2.PdfDocument(paper):
        width = page.get_size()[0]
        assert all(box[2] <= width for box in (item.get_bounds() for item in page.get_objects(max_depth=1)))


def test_the_word_documents_parts_carry_no_time_of_their_making() -> None:
    with zipfile.ZipFile(io.BytesIO(built(content(case(1)), "en", "docx"))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2027-03-01T" in parts.read("docProps/core.xml")

"""Bundles: same bytes from the same case, true to the manifest, whole or not there, whatever the text."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.lettering import printable
from tests.support.cases import EMPTY, FULL, attachment, build, member, photograph, picture
from worker import bundles
from worker.bundles import CaseStudyContent, Citation, CityDatum, Section
from worker.typesetting import case_study_pdf

HOSTILE = (
    '#import "@preview/x:1": * #read("/etc/passwd") $x^2$ *bold* _it_ `raw` <script>alert(1)</script> '
    "{{ 7*7 }} =cmd|' /C calc'!A0 \u202egnp.exe\u202c \U0001f600 "
    "مرحبا שלום ไทย हिन्दी 한국어 Ελλάδα Москва Việt Nam İstanbul "
    "\x00\x07\x1b[31m e" + "\u0301" * 40 + "\r\nBagging-Date: 1999-01-01\n= heading\n- list\n// note \\ $id #"
)


def pdf_text(bundle: Path) -> str:
    """The text of the PDF, read back through the fonts' own character maps."""
    with pikepdf.open(io.BytesIO(member(bundle, "data/case-study.pdf"))) as pdf:
        seen: set[str] = set()
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                for line in font.ToUnicode.read_bytes().decode("ascii").splitlines():
                    if line.startswith("<") and line.count("<") == 2:
                        seen.update(bytes.fromhex(line.split("<")[2].split(">")[0]).decode("utf-16-be"))
    return "".join(sorted(seen))


def test_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = build(FULL, tmp_path, "one.zip"), build(FULL, tmp_path, "two.zip")

    assert first.read_bytes() == second.read_bytes()


def test_the_result_describes_the_file_in_place(tmp_path: Path) -> None:
    built = bundles.build(FULL, tmp_path / "bundle.zip", scratch_dir=tmp_path)

    content = (tmp_path / "bundle.zip").read_bytes()
    assert built.sha256 == hashlib.sha256(content).hexdigest()
    assert built.size == len(content)
    assert [file.name for file in built.files] == [
        "LICENCE.txt",
        "README.txt",
        "attachments/01-annual-report.pdf",
        "attachments/02-data.csv",
        "case-study.json",
        "case-study.pdf",
        "pictures/01-picture.jpg",
        "pictures/02-dsc-1.jpg",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]


def test_enclosed_files_are_kept_byte_for_byte_with_their_names_in_the_data(tmp_path: Path) -> None:
    bundle = build(FULL, tmp_path)

    assert member(bundle, "data/attachments/01-annual-report.pdf") == b"%PDF-1.7 " * 1000
    assert member(bundle, "data/pictures/01-picture.jpg") == photograph()
    described = json.loads(member(bundle, "data/case-study.json"))
    assert [image["name"] for image in described["image"]] == ["泉水.JPG", "DSC 1.jpeg"]
    assert described["@context"] == "https://schema.org"
    assert described["contentLocation"]["additionalProperty"][1]["value"][0] == {
        "@language": "en",
        "@value": None,
    }


def test_the_bag_follows_rfc_8493(tmp_path: Path) -> None:
    bundle = build(FULL, tmp_path)

    assert member(bundle, "bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    manifest = member(bundle, "manifest-sha256.txt").decode().splitlines()
    assert len(manifest) == 8
    for sha256, path in (line.split("  ") for line in manifest):
        assert hashlib.sha256(member(bundle, path)).hexdigest() == sha256
    tagged = [line.split("  ")[1] for line in member(bundle, "tagmanifest-sha256.txt").decode().splitlines()]
    assert tagged == ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    info = member(bundle, "bag-info.txt").decode()
    assert "External-Identifier: GA6-07\n" in info
    assert "Bagging-Date: 2023-12-07\n" in info


def test_a_case_of_which_nothing_is_known_says_so_everywhere(tmp_path: Path) -> None:
    bundle = build(EMPTY, tmp_path)

    with pikepdf.open(io.BytesIO(member(bundle, "data/case-study.pdf"))) as pdf:
        assert len(pdf.pages) == 1
    assert set("Not known / 未知") - {" "} <= set(pdf_text(bundle))
    assert "Place       地点        Not known / 未知\n" in member(bundle, "data/README.txt").decode()
    assert member(bundle, "data/LICENCE.txt").decode().endswith("\n\nNot known / 未知\n")
    described = json.loads(member(bundle, "data/case-study.json"))
    assert described["name"] == [
        {"@language": "en", "@value": None},
        {"@language": "zh-Hans", "@value": None},
    ]
    assert described["datePublished"] is None


def test_the_pdf_is_tagged_and_carries_its_fonts_language_title_and_bookmarks(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(member(build(FULL, tmp_path), "data/case-study.pdf"))) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert "/StructTreeRoot" in pdf.Root
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        assert all("/FontFile3" in font.DescendantFonts[0].FontDescriptor for font in fonts)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "GA6-07 · Springs in trust"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == (
                "2",
                "A",
                "1",
            )
            assert metadata["xmp:CreateDate"].startswith("2023-12-07")
        with pdf.open_outline() as outline:
            titles = [" ".join(item.title.split()) for item in outline.root]
    assert titles[:4] == [
        "Summary 概要",
        "City data 城市数据",
        "The initiative 项目介绍",
        "Why it was chosen 入选理由",
    ]


def test_hostile_texts_and_names_come_out_as_text(tmp_path: Path) -> None:
    endless = "x" * 100_000
    texts = [field.name for field in fields(CaseStudyContent) if field.name.endswith(("_en", "_zh"))]
    everywhere: dict[str, Any] = dict.fromkeys(texts, HOSTILE)
    content = replace(
        CaseStudyContent(stable_id="-", **everywhere),
        stable_id="../../GA6 07\n$id",
        country_en=endless,
        outcomes=((HOSTILE, HOSTILE),),
        city_data=(CityDatum(HOSTILE, HOSTILE, HOSTILE, endless),),
        sections=(
            Section(HOSTILE, endless, endless, "字" * 100_000),
            Section("", " ", "\n" * 5000, "\u200b"),
        ),
        citations=(Citation(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        pictures=(
            picture(b"not a picture", "../../../etc/passwd\x00.jpg", HOSTILE),
            picture(photograph(100, 900), "CON.jpg", endless),
            picture(photograph(mode="CMYK"), "\u202egpj.exe", None),
        ),
        attachments=(attachment(b"", "", "text/html"), attachment(b"x", HOSTILE, "x/../y")),
        sources=(HOSTILE, "http://example.org/" + endless, "javascript:alert(1)"),
        url="javascript:alert(1)",
    )
    bundle = build(content, tmp_path)

    with zipfile.ZipFile(bundle) as archive:
        assert [name for name in archive.namelist() if "pictures/" in name or "attachments/" in name] == [
            "GA6-07-id/data/attachments/01-file.bin",
            "GA6-07-id/data/attachments/02-file.bin",
            "GA6-07-id/data/pictures/01-passwd.jpg",
            "GA6-07-id/data/pictures/02-con.jpg",
            "GA6-07-id/data/pictures/03-gpj.jpg",
        ]
    assert "\nBagging-Date" not in member(bundle, "bag-info.txt").decode()
    for readable in ("README.txt", "LICENCE.txt"):
        text = member(bundle, f"data/{readable}").decode()
        assert not set(text) & set("\u202e\x00\x1b")
        assert "हिन्दी" in text
    assert json.loads(member(bundle, "data/case-study.json"))["name"][0]["@value"] == HOSTILE
    with pikepdf.open(io.BytesIO(member(bundle, "data/case-study.pdf"))) as pdf:
        opened = [str(note.A.URI) for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note]
        assert opened == []
        assert "/JavaScript" not in str(pdf.Root.get("/Names", ""))


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_there_is_can_be_typeset(text: str) -> None:
    content = replace(EMPTY, title_en=text, title_zh=text, summary_en=text, summary_zh=text, outcomes=((text, text),))

    with TemporaryDirectory() as folder:
        assert case_study_pdf(content, files={}, folder=Path(folder)).startswith(b"%PDF-")
    assert printable(printable(text)) == printable(text)


def test_an_unknown_goal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="18"):
        bundles.build(replace(EMPTY, sdgs=(18,)), tmp_path / "bundle.zip", scratch_dir=tmp_path)

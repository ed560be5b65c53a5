"""File names that are kept and cleaned, limits of size and number, kinds that do not overlap."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.cycles import Rules
from awardapp.domain.errors import RuleViolation
from awardapp.domain.files import FILE_KINDS, check_file, clean_filename, kind_names, kind_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("report.pdf", "report.pdf"),
        (" 年度报告.pdf ", "年度报告.pdf"),
        ("C:\\Users\\me\\plan.docx", "plan.docx"),
        ("../../etc/passwd", "passwd"),
        ("a/b\\c.png", "c.png"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("..hidden.", "hidden"),
        (".. .twice hidden. .", "twice hidden"),
        ("half \ud83d a sign.pdf", "half  a sign.pdf"),
        ("two\u2028lines.pdf", "twolines.pdf"),
        ("Me\u0301dellin.jpg", "Médellin.jpg"),
    ],
)
def test_a_file_keeps_its_name_without_path_and_tricks(typed: str, kept: str) -> None:
    assert clean_filename(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "...", "/", "\u202e", "\x00\x07", "folder/"])
def test_a_name_of_which_nothing_is_left_is_refused(typed: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        clean_filename(typed)
    assert refused.value.field == "file"


def test_a_long_name_is_shortened_before_its_extension() -> None:
    name = clean_filename("a" * 500 + ".docx")
    assert (len(name), name[-5:]) == (200, ".docx")
    assert len(clean_filename("b" * 500)) == 200
    assert len(clean_filename("a." + "b" * 500)) == 200


@given(st.text(max_size=400))
def test_a_cleaned_name_is_never_a_path_and_cleaning_it_again_changes_nothing(typed: str) -> None:
    try:
        name = clean_filename(typed)
    except RuleViolation:
        return
    assert 0 < len(name) <= 200
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in name)
    name.encode()
    assert clean_filename(name) == name


def test_files_are_limited_by_size_count_and_sum() -> None:
    rules = replace(Rules(), max_files=2, max_file_bytes=10_000_000, max_total_bytes=15_000_000)
    check_file(size=10_000_000, count=1, total=5_000_000, rules=rules)
    for values, limit in (
        ({"size": 0, "count": 0, "total": 0}, None),
        ({"size": 10_000_001, "count": 0, "total": 0}, 10),
        ({"size": 1, "count": 2, "total": 2}, 2),
        ({"size": 5_000_001, "count": 1, "total": 10_000_000}, 15),
    ):
        with pytest.raises(RuleViolation) as refused:
            check_file(**values, rules=rules)
        assert refused.value.params.get("limit") == limit


def test_every_accepted_kind_has_an_ending_of_its_own() -> None:
    endings = [ending for kind in FILE_KINDS.values() for ending in kind.extensions]
    assert len(endings) == len(set(endings))
    assert all(ending.startswith(".") and ending == ending.lower() for ending in endings)


def test_kinds_are_named_in_one_order_and_found_by_their_media_type() -> None:
    assert kind_names(("docx", "pdf")) == "PDF, DOCX"
    assert all(kind_of(kind.media_type) is kind for kind in FILE_KINDS.values())
    assert kind_of("text/html") is None

"""Lettering: what the fonts cannot print is marked, what cannot be seen is removed, what cannot break can."""

from __future__ import annotations

from awardapp.lettering import plain, printable


def test_characters_outside_the_fonts_are_marked_and_invisible_ones_removed() -> None:
    assert printable("a\u202eb\u200dc \U0001f600\x00 İéữ Ж Ω 广㐀") == "abc 〓〓 İéữ Ж Ω 广㐀"
    assert printable("x" * 41).replace("\u200b", "") == "x" * 41
    assert max(len(run) for run in printable("x" * 5000).split("\u200b")) == 8
    assert plain("a\u202eb\r\nहिन्दी\x00") == "ab\nहिन्दी\ufffd"

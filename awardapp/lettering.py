"""Which characters the fonts of our PDFs can print, and how any text is brought into that set.

The PDF standards we keep (PDF/A-2a, PDF/UA-1) forbid a character without a glyph, and a text from a city may
hold any character there is. So every text passes through `printable` first; the untouched text stays in
case-study.json.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn

SUBSTITUTE = "\u3013"
"""The geta mark, by which Chinese and Japanese printers show a character they have no type for."""

MAX_MARKS = 4
"""Combining marks kept on one letter; no orthography needs more."""

# Libertinus Serif, which the typesetter carries and does not show us: the ranges it prints without a gap.
_LATIN_FONT = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x300, 0x310),
    *range(0x386, 0x38B),
    *range(0x38E, 0x3A2),
    *range(0x3A3, 0x3CF),
    *range(0x400, 0x460),
    *range(0x5D0, 0x5EB),
    *range(0x1E00, 0x1E9C),
    *range(0x1EA0, 0x1EFA),
)

# Characters that turn the direction of what follows, in files as in names: removed wherever a person reads.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff]")
# Further invisible characters, of joining and of variants: languages need them in text, the PDF does not.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065"
    "\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Runs so long without a break that a line would leave the page; Han and kana break anywhere by themselves.
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]{40,}")
_BREAK_EVERY = 8


def font_folder() -> Path:
    """The folder with the two Chinese fonts, Noto Sans SC and Noto Serif SC."""
    return Path(pylopdf_fonts_zh_cn.serif_path()).parent


@cache
def coverage() -> frozenset[int]:
    """The code points that at least one of the PDF's fonts can print."""
    fonts = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    return frozenset(_LATIN_FONT).union(*(_mapped(Path(font)) for font in fonts))


def plain(text: str) -> str:
    """The text for a text file: letters of every script, line ends \\n, no direction marks or controls."""
    cleaned = _DIRECTION.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
    return _CONTROLS.sub("\ufffd", cleaned)


def one_line(text: str, limit: int = 300) -> str:
    """The plain text on a single line of at most `limit` characters, for headings, names and text files."""
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def printable(text: str) -> str:
    """The text as the PDF can print it: nothing in it but visible characters, spaces and line ends.

    Characters without a glyph become `SUBSTITUTE`, invisible controls of direction and joining go, piles of
    combining marks are cut, and very long unbroken runs get places where a line may end.
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", plain(text)))
    covered = coverage()
    out: list[str] = []
    marks = 0
    for character in visible:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_MARKS:
            continue
        if character == "\n" or (ord(character) in covered and category != "Co"):
            out.append(character)
        else:
            out.append(SUBSTITUTE)
    return _UNBROKEN.sub(_with_breaks, "".join(out))


def _with_breaks(match: re.Match[str]) -> str:
    run = match.group()
    return "\u200b".join(run[at : at + _BREAK_EVERY] for at in range(0, len(run), _BREAK_EVERY))


def _mapped(font: Path) -> set[int]:
    """Code points of an OpenType font's character map, format 12 (OpenType specification, table `cmap`)."""
    data = font.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    found: set[int] = set()
    for number in range(subtables):
        (offset,) = struct.unpack_from(">L", data, start + 8 + 8 * number)
        at = start + offset
        if struct.unpack_from(">H", data, at)[0] != 12:
            continue
        (groups,) = struct.unpack_from(">L", data, at + 12)
        for group in range(groups):
            first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * group)
            found.update(range(first + (glyph == 0), last + 1))
    return found

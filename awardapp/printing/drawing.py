"""A chart of bars as SVG, for the PDF: pale for all, dark for a part of them, the figures beside."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from awardapp.lettering import one_line, printable

WIDTH = 460  # points: the text width of the page
_LABELS, _FIGURES = 225, 56  # points kept for words and figures
_ROW, _BAR, _LEGEND = 19, 9, 24
_INK, _PALE, _DARK = "#1d1f21", "#b9d3d6", "#0f5c66"
_LONGEST = 50  # letters of a label; Han characters are two wide


def bars(labels: Sequence[str], values: Sequence[tuple[int, int]], legend: Sequence[str]) -> str:
    """The drawing: one row for each label with (all, part). Labels that are too long are cut with an ellipsis."""
    longest = max((whole for whole, _part in values), default=0) or 1
    room = WIDTH - _LABELS - _FIGURES
    drawn = [_key(0, _PALE, legend[0]), _key(_LABELS, _DARK, legend[1])]
    for n, (label, (whole, part)) in enumerate(zip(labels, values, strict=True)):
        top = _LEGEND + n * _ROW
        drawn += [
            _words(0, top + 11, _cut(label)),
            _bar(_LABELS, top + 3, room * whole / longest, _PALE),
            _bar(_LABELS, top + 3, room * part / longest, _DARK),
            _words(_LABELS + room * whole / longest + 6, top + 11, f"{whole} · {part}" if part else str(whole)),
        ]
    height = _LEGEND + _ROW * len(labels) + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
        f'<g font-family="Noto Sans SC" font-size="8.5" fill="{_INK}">{"".join(drawn)}</g></svg>'
    )


def _words(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _bar(x: float, y: float, length: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>' if length else ""


def _key(x: float, colour: str, words: str) -> str:
    return f'<rect x="{x}" y="3" width="9" height="9" fill="{colour}"/>{_words(x + 14, 11, _cut(words))}'


def _cut(label: str) -> str:
    """The label on one line, as wide as its column at most."""
    words = printable(one_line(label)).replace("\u200b", "")
    kept, width = "", 0
    for letter in words:
        width += 2 if letter >= "\u2e80" else 1
        if width > _LONGEST:
            return kept.rstrip() + "…"
        kept += letter
    return kept

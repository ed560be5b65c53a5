"""What changed between two texts, word by word (Chinese: character by character), and between two lists of files.

Made for reading: the words that were taken out and put in, in their place. Long texts are first held fast where a run of words
occurs exactly once in both (as in a "patience" comparison), so that 100 kB take well under a second whatever stands in them;
where nothing can be held fast, a passage counts as replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_HAN = "\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_HAN}]|\n|[^\S\n]+|[^\W{_HAN}]+|.", re.DOTALL)
_WORD = re.compile(r"\w")

_RUNS = (16, 6, 3, 1)  # lengths of the runs of tokens that are held fast, the surest first
_EXACT = 16_384  # passages of fewer pairs of tokens are compared exactly
_DEEPEST = 12  # rounds of holding fast; beyond them a passage counts as replaced


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and what became of it. All pieces but the added ones, joined, are the earlier text."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs between two lists: as it was and as it is; None where it was or is not there."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def tokens(text: str) -> list[str]:
    """Words, single Han characters, runs of spaces, line ends and marks; joined they are the text again."""
    return _TOKEN.findall(text)


def difference(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order: what was removed stands before what was added in its place."""
    old, new = tokens(before), tokens(after)
    pieces: list[Piece] = []
    at_old = at_new = 0
    for start_old, start_new, length in [*_readable(old, new, _matches(old, new)), (len(old), len(new), 0)]:
        for change, words in (
            (Change.REMOVED, old[at_old:start_old]),
            (Change.ADDED, new[at_new:start_new]),
            (Change.SAME, old[start_old : start_old + length]),
        ):
            if words:
                pieces.append(Piece(change, "".join(words)))
        at_old, at_new = start_old + length, start_new + length
    return pieces


def file_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[FileChange]:
    """Files that came, went, or changed their name or caption, by their content's SHA-256; their order does not count."""
    old, new = ({file["sha256"]: file for file in files} for files in (before, after))
    changes = [FileChange(file, new.get(key)) for key, file in old.items() if new.get(key) != file]
    return changes + [FileChange(None, file) for key, file in new.items() if key not in old]


Match = tuple[int, int, int]  # where it begins in the one and in the other, and how many tokens it is long


def _matches(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """What both have in common, in order, neighbouring runs joined."""
    found: list[Match] = []
    for start_old, start_new, length in sorted(_common(old, new, 0, len(old), 0, len(new), 0)):
        if found and found[-1][0] + found[-1][2] == start_old and found[-1][1] + found[-1][2] == start_new:
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + length)
        else:
            found.append((start_old, start_new, length))
    return found


def _common(
    old: Sequence[str], new: Sequence[str], low: int, high: int, low_new: int, high_new: int, depth: int
) -> Iterator[Match]:
    head = 0
    while low + head < high and low_new + head < high_new and old[low + head] == new[low_new + head]:
        head += 1
    if head:
        yield low, low_new, head
        low, low_new = low + head, low_new + head
    tail = 0
    while tail < high - low and tail < high_new - low_new and old[high - 1 - tail] == new[high_new - 1 - tail]:
        tail += 1
    if tail:
        yield high - tail, high_new - tail, tail
        high, high_new = high - tail, high_new - tail
    if low == high or low_new == high_new:
        return
    if (high - low) * (high_new - low_new) <= _EXACT:
        yield from _exactly(old, new, low, high, low_new, high_new)
        return
    if depth == _DEEPEST:
        return
    for length in _RUNS:
        anchors = _anchors(old, new, low, high, low_new, high_new, length)
        if anchors:
            break
    else:
        return
    at, at_new = low, low_new
    for start, start_new in anchors:
        if start < at or start_new < at_new:
            continue  # overlaps the one before; what lies between is compared once more anyway
        yield from _common(old, new, at, start, at_new, start_new, depth + 1)
        yield start, start_new, length
        at, at_new = start + length, start_new + length
    yield from _common(old, new, at, high, at_new, high_new, depth + 1)


def _once(words: Sequence[str], low: int, high: int, length: int) -> dict[tuple[str, ...], int]:
    """The runs of this length that occur exactly once, with their place."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(low, high - length + 1):
        run = tuple(words[at : at + length])
        places[run] = at if run not in places else -1
    return {run: at for run, at in places.items() if at >= 0 and any(_WORD.match(word) for word in run)}


def _anchors(
    old: Sequence[str], new: Sequence[str], low: int, high: int, low_new: int, high_new: int, length: int
) -> list[tuple[int, int]]:
    """Runs that occur once in both passages, the longest series of them that stands in the same order in both."""
    places = _once(old, low, high, length)
    pairs = sorted((places[run], at) for run, at in _once(new, low_new, high_new, length).items() if run in places)
    ends: list[int] = []  # the smallest place at which a series of each length ends, and which pair that is
    tops: list[int] = []
    previous: list[int] = []
    for number, (_, at) in enumerate(pairs):
        slot = bisect_left(ends, at)
        previous.append(tops[slot - 1] if slot else -1)
        if slot == len(ends):
            ends.append(at)
            tops.append(number)
        else:
            ends[slot], tops[slot] = at, number
    series: list[tuple[int, int]] = []
    number = tops[-1] if tops else -1
    while number >= 0:
        series.append(pairs[number])
        number = previous[number]
    return series[::-1]


def _exactly(
    old: Sequence[str], new: Sequence[str], low: int, high: int, low_new: int, high_new: int
) -> Iterator[Match]:
    """The longest common subsequence of two short passages, token by token."""
    width = high_new - low_new
    table = [[0] * (width + 1)]
    for at in range(high - 1, low - 1, -1):
        word, below, row = old[at], table[-1], [0] * (width + 1)
        for column in range(width - 1, -1, -1):
            if word == new[low_new + column]:
                row[column] = below[column + 1] + 1
            else:
                row[column] = below[column] if below[column] >= row[column + 1] else row[column + 1]
        table.append(row)
    table.reverse()
    at, at_new = low, low_new
    while at < high and at_new < high_new:
        if old[at] == new[at_new]:
            yield at, at_new, 1
            at, at_new = at + 1, at_new + 1
        elif table[at - low + 1][at_new - low_new] >= table[at - low][at_new - low_new + 1]:
            at += 1
        else:
            at_new += 1


def _readable(old: Sequence[str], new: Sequence[str], matches: Sequence[Match]) -> list[Match]:
    """Without the islands of a single word or of spaces between two changes, which make a changed sentence hard to read."""
    kept: list[Match] = []
    for number, match in enumerate(matches):
        start, start_new, length = match
        end, end_new = (matches[number + 1][:2]) if number + 1 < len(matches) else (len(old), len(new))
        before = kept[-1] if kept else (0, 0, 0)
        follows_change = start > before[0] + before[2] or start_new > before[1] + before[2]
        precedes_change = end > start + length or end_new > start_new + length
        words = sum(1 for word in old[start : start + length] if _WORD.match(word))
        has_line_end = "\n" in old[start : start + length]
        if follows_change and precedes_change and words <= 1 and not has_line_end:
            continue
        kept.append(match)
    return kept

"""What stands in the document: chapters, questions and their boxes; and the tags by which boxes are found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

REFERENCE = "ref"  # name of the box that holds the submission's reference
# Word takes a document for damaged when a tag is longer than 64 characters: 2 + 20 + 1 + 20 + 1 + 16.
_LONGEST_NAME = 20
_TAG = re.compile(r"a:([\w~-]{1,20})(?:=([\w~-]{1,20}))?#([0-9a-f]{16})")


class BoxKind(StrEnum):
    """How a box is filled in: one line, a text of paragraphs, one of a list, or ticks."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: its key, and its words in the document's language."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Box:
    """One input. `value` is its text, or the keys ticked; `digest` names what is stored; `language` the one to be typed."""

    name: str
    kind: BoxKind
    digest: str
    value: str | tuple[str, ...] = ""
    label: str = ""
    note: str = ""
    language: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A field of the form with its help and boxes; `need` says whether it must be answered."""

    label: str
    help: str
    need: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the form."""

    title: str
    help: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole document. `placeholder` and `choose` stand in empty boxes."""

    reference: str
    language: str
    title: str
    subtitle: str
    intro: tuple[str, ...]
    placeholder: str
    choose: str
    page_words: str
    chapters: tuple[Chapter, ...] = field(default_factory=tuple)

    @property
    def boxes(self) -> Iterator[Box]:
        """Every box in the order of the document."""
        return (box for chapter in self.chapters for question in chapter.questions for box in question.boxes)


def short(name: str) -> str:
    """A name as a tag carries it: shortened without becoming another's."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:11]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def tag(name: str, digest: str, option: str | None = None) -> str:
    """The tag of a box, or of one tick of it."""
    return f"a:{short(name)}" + (f"={short(option)}" if option is not None else "") + f"#{digest}"


def read_tag(text: str) -> tuple[str, str | None, str] | None:
    """(short name, short key of an option or None, digest) of one of our tags; None for any other."""
    found = _TAG.fullmatch(text)
    return (found[1], found[2], found[3]) if found else None


def marker(name: str) -> str:
    """The small name beside a box."""
    return f"⟦{name}⟧"

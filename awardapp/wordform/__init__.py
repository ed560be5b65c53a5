"""The submission form as a Word document: written for filling in outside, and read back.

Only shapes and bytes: what a field means is decided by the caller. Each box of the document is a content control whose tag
names its input and the digest of the text it was made from, so that reading does not depend on what stands around it. A small
name beside each box finds its text again when the control was deleted.
"""

from __future__ import annotations

from awardapp.wordform.reading import NotReadable, ReadBox, ReadForm, read
from awardapp.wordform.shapes import Box, BoxKind, Chapter, Option, Question, Sheet
from awardapp.wordform.writing import writable, write

__all__ = [
    "Box",
    "BoxKind",
    "Chapter",
    "NotReadable",
    "Option",
    "Question",
    "ReadBox",
    "ReadForm",
    "Sheet",
    "read",
    "writable",
    "write",
]

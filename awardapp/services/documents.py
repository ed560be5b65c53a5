"""Documents that prove what somebody outside decided or counted: kept whole, under their digest, for the pages that may show
them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from awardapp import storage
from awardapp.domain.files import clean_filename
from awardapp.services import attachments

LARGEST = 20_000_000  # bytes
KINDS = ("pdf", "docx", "xlsx", "jpeg", "png")


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document: its digest and the name it was sent under."""

    sha256: str
    name: str


def keep(staged: storage.Staged, *, filename: str, media_type: str, now: datetime) -> Document:
    """Note a document whose content was checked and whose bytes are stored. Raises attachments.BytesGone."""
    attachments.note_bytes(staged, media_type, now=now)
    return Document(staged.sha256, clean_filename(filename))

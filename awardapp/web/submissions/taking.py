"""A received file on its last steps into the submission: checked by content, stored under its digest, attached.

No transaction is open while a file is checked and stored: a slow disk must not keep others from writing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from awardapp import filekinds, storage
from awardapp.domain.cycles import Rules
from awardapp.extensions import db
from awardapp.services import attachments

T = TypeVar("T")


def checked(staged: storage.Staged, filename: str, rules: Rules) -> str:
    """The media type of a file that may be kept. Raises RuleViolation saying why it is refused."""
    return filekinds.media_type(staged.path, filename, kinds=rules.file_kinds)


def stored(staged: storage.Staged, note: Callable[[], T]) -> T:
    """Store the bytes, then note them (`note` attaches) and commit. Raises storage.Unavailable and what `note` raises."""
    for _attempt in range(2):
        storage.put(storage.blob_key(staged.sha256), staged.path)
        try:
            done = note()
        except attachments.BytesGone:  # the daily sweep was faster than we
            db.session.rollback()
            continue
        db.session.commit()
        return done
    raise storage.Unavailable("stored bytes disappear")

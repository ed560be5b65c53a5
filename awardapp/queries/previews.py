"""Which pictures there are of files."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from awardapp.extensions import db
from awardapp.models import Preview


def of_files(sha256s: Collection[str]) -> dict[str, Preview]:
    """The state of the pictures of these files by digest; absent for kinds of which none are made. One query."""
    if not sha256s:
        return {}
    rows = db.session.scalars(select(Preview).where(Preview.sha256.in_(sha256s)))
    return {preview.sha256: preview for preview in rows}

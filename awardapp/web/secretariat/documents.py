"""A document sent with a form that proves what it says: received, checked by its content, stored, noted."""

from __future__ import annotations

from flask import request

from awardapp import clock, filekinds, storage
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import clean_filename
from awardapp.extensions import db
from awardapp.services import attachments, documents
from awardapp.services.documents import Document


def receive() -> Document | None:
    """The document of the request, None when none was chosen. Ends the request's transaction and commits its own.

    Raises RuleViolation at the field `document` saying why it is refused.
    """
    file = request.files.get("document")
    if file is None or not file.filename:
        return None
    name = clean_filename(file.filename)
    db.session.commit()  # nobody waits for a slow disk
    try:
        with storage.stage(file.stream, limit=documents.LARGEST) as staged:
            if staged.size == 0:
                raise RuleViolation(N_("This file is empty."), field="document")
            media_type = filekinds.media_type(staged.path, name, kinds=documents.KINDS)
            for _attempt in range(2):
                storage.put(storage.blob_key(staged.sha256), staged.path)
                try:
                    kept = documents.keep(staged, filename=name, media_type=media_type, now=clock.database_now())
                except attachments.BytesGone:  # the daily sweep was faster than we
                    db.session.rollback()
                    continue
                db.session.commit()
                return kept
            raise storage.Unavailable("stored bytes disappear")
    except storage.TooLarge as error:
        limit = documents.LARGEST // 1_000_000
        raise RuleViolation(
            N_("The file is larger than the %(limit)d MB allowed."), field="document", limit=limit
        ) from error
    except storage.Unavailable as error:
        raise RuleViolation(
            N_("There is no room for files at the moment. Try again in a while."), field="document"
        ) from error

"""Parts of a submission put back to what was handed in last. Texts that stood there are kept beside and shown to the city."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.returning import FILES, PARTNERS
from awardapp.extensions import db
from awardapp.models import Attachment, Partner, Submission, User
from awardapp.services import inputs, writing
from awardapp.services.versions import latest_version

Wanted = Callable[[str], bool]


def put_back(submission: Submission, wanted: Wanted, *, actor: User, now: datetime) -> None:
    """Put back the fields whose key is `wanted`, and the files and partner cities ("files", "partners") likewise.

    What a city wrote after it handed in is not handed in. Where it can no longer change a part, or others go by it as it
    stands, the part must say what was handed in.
    """
    last = latest_version(submission)
    if last is None:
        return
    _texts(submission, last.content, wanted, actor=actor, now=now)
    if wanted(FILES):
        _files(submission, last.content["files"], now=now)
    if wanted(PARTNERS):
        _partners(submission, last.content.get("partners", []), now=now)


def _texts(submission: Submission, content: Mapping[str, Any], wanted: Wanted, *, actor: User, now: datetime) -> None:
    theme = next((one for one in submission.cycle.themes if one.key == content["theme"]), None)
    before = inputs.values_of(submission)
    handed_in = inputs.values_in({**content, "theme": str(theme.id) if theme else ""}, submission.form)
    fields = [field for field in submission.form.fields if wanted(field.key)]
    # What is said about two texts belongs to the texts, so it comes after them.
    names = [name for field in fields for name in (*field.inputs, *field.notes)]
    changed = [name for name in names if not inputs.is_same(before[name], handed_in[name])]
    for name in changed:
        inputs.put(submission, name, handed_in[name])
    kept = [name for field in fields for name in field.inputs if name in changed]
    if changed:
        writing.note_change(submission, {name: before[name] for name in changed}, over=kept, actor=actor, now=now)


def _files(submission: Submission, handed_in: list[dict[str, Any]], *, now: datetime) -> None:
    wanted = {file["sha256"]: file for file in handed_in}
    rows = db.session.scalars(
        select(Attachment).where(Attachment.submission_id == submission.id).order_by(Attachment.removed_at.is_not(None))
    ).all()
    for row in rows:
        file = wanted.pop(row.sha256, None)
        if file is not None:
            row.removed_at = None
            for name in ("filename", "caption_en", "caption_zh"):
                setattr(row, name, file[name])
        elif row.removed_at is None:
            row.removed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])


def _partners(submission: Submission, handed_in: list[dict[str, Any]], *, now: datetime) -> None:
    places = [(one["name_en"], one["country"]) for one in handed_in]
    for row in db.session.scalars(select(Partner).where(Partner.submission_id == submission.id)):
        place = (row.city.name_en, row.city.country)
        if place in places:
            row.position, row.removed_at = places.index(place) + 1, None
        elif row.removed_at is None:
            row.removed_at = now
    db.session.flush()
    db.session.expire(submission, ["partners"])

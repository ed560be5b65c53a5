"""The call that the deadline load closes: its people with their sign-ins and drafts, and what must be true afterwards."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update

from awardapp import clock, storage
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, Cycle, Notification, Submission, SubmissionVersion, User
from awardapp.services import audit, inputs, sign_ins
from awardapp.services.submissions import content_digest
from tests.bench.seeding import MEMBERS, _Seeding

INPUT = "background_en"  # what everybody writes at


@dataclass
class Person:
    """Somebody of a city of their own with a draft; `kept` is the last text the server said it has."""

    ref: str
    cookie: str
    token: str
    text: str
    kept: str
    saves: int = 0
    in_doubt: bool = False  # a save whose answer never came: either text may be stored


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server gave for a hand-in: the reference, the number of the version, its digest, the text at that moment."""

    ref: str
    number: int
    sha256: str
    text: str


def fill(app: Flask, people: int, *, with_files: int) -> list[Person]:
    """An open call in which everybody has a draft, the first `with_files` of them with a file; nobody signs in by password,
    since 300 of them would be a load of its own.
    """
    with app.app_context():
        work = _Seeding(people)
        work.cities = people
        work.people()
        work.places()
        call = work.cycle("9", work.now.year + 1, CyclePhase.OPEN)
        ids = work.handed_in(call, SubmissionStatus.DRAFT)
        for number, submission_id in enumerate(ids[:with_files]):
            _give_file(submission_id, number)
        _drop_empty_blob(ids[with_files:])
        found = []
        for number, submission_id in enumerate(ids):
            submission = db.session.get_one(Submission, submission_id)
            cookie, token = _session(app, user_id=2 + MEMBERS + number)
            text = inputs.value_of(submission, INPUT)
            found.append(Person(submission.ref, f"award={cookie}", token, text, text))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
        app.extensions.pop("awardapp.storage", None)
        return found


def _give_file(submission_id: int, number: int) -> None:
    """A stored file with bytes of its own in the place of the seeded one that has none."""
    data = f"Evidence {number}\n".encode() * 4000
    sha256 = hashlib.sha256(data).hexdigest()
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        storage.put(storage.blob_key(sha256), Path(file.name))
    db.session.add(Blob(sha256=sha256, size=len(data), media_type="application/pdf", created_at=clock.now()))
    db.session.flush()
    db.session.execute(update(Attachment).where(Attachment.submission_id == submission_id).values(sha256=sha256))


def _drop_empty_blob(submission_ids: Sequence[int]) -> None:
    db.session.execute(Attachment.__table__.delete().where(Attachment.submission_id.in_(submission_ids)))
    db.session.execute(Blob.__table__.delete().where(Blob.sha256 == "0" * 64))


def _session(app: Flask, *, user_id: int) -> tuple[str, str]:
    """A cookie as the sign-in page gives it, and the token of its forms."""
    person = db.session.get_one(User, user_id)
    known = secrets.token_hex(20)
    values = {
        "_user_id": str(user_id), "_fresh": True, "sign_in": sign_ins.begin(person, now=clock.now()), "csrf_token": known,
        "seen": int(time.time()),
    }  # fmt: skip
    signer: Any = app.session_interface
    cookie = signer.get_signing_serializer(app).dumps(values)
    return cookie, str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(known))


def close_in(app: Flask, seconds: float) -> datetime:
    """The call ends so many seconds from now, by the database's clock."""
    with app.app_context():
        deadline = clock.database_now() + timedelta(seconds=seconds)
        db.session.execute(update(Cycle).where(Cycle.slug == "9").values(deadline_at=deadline))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return deadline


def faults(app: Flask, people: Sequence[Person], receipts: Sequence[Receipt], deadline: datetime) -> list[str]:
    """What is not as it must be: every receipt against rows and stored bytes, every kept text against the database."""
    with app.app_context():
        rows = {
            (ref, version.number): version
            for ref, version in db.session.execute(
                select(Submission.ref, SubmissionVersion).join(
                    SubmissionVersion, SubmissionVersion.submission_id == Submission.id
                )
            )
        }
        found = [fault for receipt in receipts for fault in _wrong_with(receipt, rows, deadline)]
        given = {(receipt.ref, receipt.number) for receipt in receipts}
        found += [f"{ref}: version {number} without a receipt" for ref, number in rows if (ref, number) not in given]
        letters = db.session.scalars(select(Notification.id).where(Notification.kind == "submission_received")).all()
        if len(letters) != len(rows):
            found.append(f"{len(letters)} letters for {len(rows)} hand-ins")
        stored = {s.ref: inputs.value_of(s, INPUT) for s in db.session.scalars(select(Submission))}
        found += [
            f"{p.ref}: the stored text is not the one that was acknowledged last"
            for p in people
            if not p.in_doubt and digest(stored[p.ref]) != digest(p.kept)
        ]
        broken = audit.first_fault()
        if broken is not None:
            found.append(f"the audit chain is broken: {broken}")
        db.session.remove()
        db.engine.dispose()
        return found


def _wrong_with(receipt: Receipt, rows: dict[tuple[str, int], SubmissionVersion], deadline: datetime) -> list[str]:
    version = rows.get((receipt.ref, receipt.number))
    if version is None:
        return [f"{receipt.ref}: the version of the receipt is missing"]
    found = []
    if not version.sha256 == receipt.sha256 == content_digest(version.content):
        found.append("the digest of the receipt is not that of the stored content")
    if version.content["answers"]["sections"]["background"]["en"].strip() != receipt.text.strip():
        found.append("what was handed in is not what had been saved last")
    if version.submitted_at >= deadline:
        found.append("handed in after the deadline")
    for file in version.content["files"]:
        if hashlib.sha256(b"".join(storage.read(storage.blob_key(file["sha256"])))).hexdigest() != file["sha256"]:
            found.append(f"the bytes of {file['filename']} are not those of the receipt")
    if not version.content["files"]:
        found.append("the file is missing")
    return [f"{receipt.ref}: {fault}" for fault in found]

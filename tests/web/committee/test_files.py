"""Attachments of the files a member reads."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from awardapp import storage
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Attachment,
    Blob,
    Cycle,
    Membership,
    Submission,
    SubmissionVersion,
)
from awardapp.services.submissions import frozen
from tests import factories as make
from tests.conftest import NOW
from tests.support.committee_room import given, room, sheet
from tests.support.pages import Browser, fresh


def attach(submission: Submission, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        storage.put(storage.blob_key(sha256), Path(file.name))
    db.session.add(Blob(sha256=sha256, size=len(data), media_type="text/plain", created_at=NOW))
    db.session.flush()
    db.session.add(
        Attachment(
            submission_id=submission.id,
            sha256=sha256,
            filename="城市 plan.txt",
            uploaded_by=submission.created_by,
            uploaded_at=NOW,
        )
    )
    db.session.flush()
    fresh(SubmissionVersion, submission_id=submission.id).content = frozen(submission)
    db.session.flush()
    return sha256


def test_attachments_of_assigned_files_only(
    browser: Browser, another_browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    sha256 = attach(assignment.submission, b"the plan")
    path = room(cycle, f"submissions/{assignment.submission.ref}/files/{sha256}")
    browser.sign_in(member.user)
    assert path in browser.get(sheet(cycle, assignment)).links()
    response = browser.get(path).response
    assert response.data == b"the plan"
    assert response.headers["Content-Disposition"].startswith("attachment")
    another_browser.sign_in(make.make_member(cycle, Role.COMMITTEE).user)
    assert another_browser.get(path).status == 404

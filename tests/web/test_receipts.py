"""A juror's receipt, found again once the winners are public; before that these addresses do not exist."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, User
from awardapp.services import announcements, ballot_counting, jury_lock
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Jury, cast_all, counted, write_citations
from tests.support.pages import Browser


def sealed(*, publishes: bool) -> Jury:
    """Winners locked; the record is published with them, or only its digest."""
    clock.set_offset(NOW - clock.now())
    found = judging.jury()
    found.cycle.rules_json = replace(found.cycle.rules, publish_score_table=publishes).to_json()
    cast_all(found)
    counted(found)
    write_citations(found.cycle)
    judging.lock(found.cycle, chair=found.chair, of=jury_lock.LOCK)
    return found


def publish(cycle: Cycle) -> None:
    """Prepared, sealed and released by two people, at once."""
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    draft = announcements.prepare(actor=first, cycle=cycle, kind=AnnouncementKind.WINNERS, now=NOW)
    words = dict.fromkeys(("title_en", "title_zh", "statement_en", "statement_zh"), "The winners")
    announcements.edit(
        actor=first, announcement=draft, embargo_until=None, edit_version=draft.edit_version, now=NOW, **words
    )
    announcements.seal(actor=first, announcement=draft, now=NOW)
    for person in (first, second):
        announcements.release(actor=person, announcement=draft, shown_sha256=draft.snapshot_sha256 or "", now=NOW)
    db.session.commit()


def address(found: Jury, path: str) -> str:
    return f"/records/{found.cycle.slug}/winners/{path}"


def receipts(found: Jury) -> list[str]:
    return [ballot.receipt_sha256 or "" for ballot in ballot_counting.all_cast(found.cycle)]


@pytest.mark.parametrize("publishes", [False, True])
def test_a_receipt_is_found_in_the_published_list_and_in_the_record_where_that_is_published(
    app: Flask, browser: Browser, publishes: bool
) -> None:
    found = sealed(publishes=publishes)
    own = receipts(found)[1]
    for path in ("receipts.json", "receipt", f"receipt?receipt={own}"):
        assert browser.get(address(found, path)).status == 404
    publish(found.cycle)

    listed = browser.get(address(found, "receipts.json")).response.json

    assert listed is not None
    assert listed["receipts"] == sorted(receipts(found))
    page = browser.get(f"/announcements/{found.cycle.slug}/winners")
    assert address(found, "receipt") in page.links()
    assert all(one in page.words for one in receipts(found))
    page = browser.get(address(found, f"receipt?receipt={own[:20]}+{own[20:].upper()}+"))
    assert "This ballot was counted." in page.words
    member = next(m for m in found.jurors if m.pseudonym in page.words) if publishes else None
    assert (member is not None) is publishes
    assert ("is not published" in page.words) is not publishes
    assert "not in the list" in browser.get(address(found, f"receipt?receipt={'0' * 64}")).words
    assert "This is not a receipt" in browser.get(address(found, "receipt?receipt=abc")).words
    assert browser.get(address(found, "receipt").replace("winners", "shortlist")).status == 404


def test_the_list_is_sealed_with_the_announcement_and_published_as_it_was_sealed(app: Flask) -> None:
    found = sealed(publishes=False)
    first: User = make.make_member(found.cycle, Role.SECRETARIAT).user
    draft = announcements.prepare(actor=first, cycle=found.cycle, kind=AnnouncementKind.WINNERS, now=NOW)
    words = dict.fromkeys(("title_en", "title_zh", "statement_en", "statement_zh"), "The winners")
    announcements.edit(
        actor=first, announcement=draft, embargo_until=None, edit_version=draft.edit_version, now=NOW, **words
    )
    announcements.seal(actor=first, announcement=draft, now=NOW)
    assert (draft.snapshot or {})["receipts"] == sorted(receipts(found))


def test_a_juror_whose_role_ended_after_the_lock_is_still_found(app: Flask, browser: Browser) -> None:
    found = sealed(publishes=False)
    counted_then = sorted(receipts(found))
    found.jurors[1].ended_at = NOW
    db.session.commit()
    publish(found.cycle)
    listed = browser.get(address(found, "receipts.json")).response.json
    assert listed is not None
    assert listed["receipts"] == counted_then

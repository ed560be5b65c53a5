"""The jury's decision on screen: citations that save themselves, the deputy, meetings and notes, minutes, the second juror."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, CitationChange, Decision, Deliberation, LockRequest, Submission, User
from awardapp.queries import deliberations as deliberation_queries
from awardapp.services import deliberations, jury_lock
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Jury, cast_all, counted, tie_to, write_citations
from tests.support.pages import Browser, Page, fresh


@pytest.fixture
def found(app: Flask) -> Jury:
    """A jury that has counted."""
    clock.set_offset(NOW - clock.now())
    found = judging.jury()
    cast_all(found)
    counted(found)
    db.session.commit()
    return found


def room(found: Jury, path: str = "") -> str:
    return f"/jury/{found.cycle.slug}/{path}"


def desk(found: Jury, path: str = "") -> str:
    return f"/secretariat/{found.cycle.slug}/{path}"


def token(page: Page) -> str:
    return next(c.get("value") or "" for c in page.form("/sign-out").iter("input") if c.get("name") == "csrf_token")


def decision(submission: Submission) -> Decision:
    return fresh(Decision, submission_id=submission.id, stage="jury")


def save(browser: Browser, page: Page, address: str, value: str, base: str) -> Any:
    return browser.post(address, {"csrf_token": token(page), "value": value, "base": digest(base)}).response


def test_a_citation_saves_itself_and_two_windows_never_lose_a_text(browser: Browser, found: Jury) -> None:
    first = found.finalists[0]
    browser.sign_in(found.chair)
    page = browser.get(room(found, f"decide/{first.ref}"))
    address = room(found, f"decide/{first.ref}/texts/citation_en")
    assert address in page.text
    answer = save(browser, page, address, "Bold.", "")
    assert answer.json["base"] == digest("Bold.")
    elsewhere = save(browser, page, address, "Other.", "")
    assert (elsewhere.status_code, elsewhere.json["stored"]) == (409, "Bold.")
    assert save(browser, page, address, "x" * 5001, "Bold.").status_code == 422
    state = browser.get(room(found, f"decide/{first.ref}/texts")).response.json
    assert state["texts"] == {"citation_en": "Bold.", "citation_zh": ""}
    stale = browser.submit(page, "/citation", citation_en="Mine.", citation_zh="我的。")
    assert stale.status == 409
    assert "Mine." in stale.text and "Bold." in stale.text
    assert decision(first).reason_zh == ""  # all or none
    browser.submit(stale, "/citation")
    assert (decision(first).reason_en, decision(first).reason_zh) == ("Mine.", "我的。")
    history = browser.get(room(found, f"decide/{first.ref}/changes"))
    assert history.words.index("Mine.") < history.words.index("Bold.")


def test_a_changed_text_asks_for_a_look_at_the_other_language(browser: Browser, found: Jury) -> None:
    first = found.finalists[0]
    browser.sign_in(found.chair)
    page = browser.get(room(found, f"decide/{first.ref}"))
    address = room(found, f"decide/{first.ref}/texts/citation_")
    save(browser, page, address + "en", "Bold.", "")
    save(browser, page, address + "zh", "大胆。", "")
    save(browser, page, address + "en", "Bold and kind.", "Bold.")
    assert "One language may be behind" in browser.get(room(found, "decide")).words
    page = browser.get(room(found, f"decide/{first.ref}"))
    browser.submit(page, "/in-step")
    assert "One language may be behind" not in browser.get(room(found, f"decide/{first.ref}")).words
    assert db.session.query(CitationChange).count() == 4


def test_winners_stand_in_alphabetical_order_of_the_readers_language_and_without_rank(
    browser: Browser, found: Jury
) -> None:
    first, second = found.finalists[:2]
    for submission, english, chinese in ((first, "Zürich", "阿里"), (second, "Ålesund", "郑州")):
        submission.city.name_en, submission.city.name_zh = english, chinese
    db.session.commit()
    browser.sign_in(found.chair)

    def winners(address: str) -> list[str]:
        table = next(t for t in browser.get(address).all("table") if t.get("id") == "winners")
        return [" ".join("".join(link.itertext()).split()) for link in table.iter("a")]

    assert winners(room(found, "decide")) == ["Ålesund", "Zürich"]
    assert winners(room(found, "decide?lang=zh")) == ["阿里", "郑州"]


def test_the_chair_with_a_tie_is_out_and_the_deputy_decides(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    first = found.finalists[0]
    tie_to(found.jurors[0], first)
    db.session.commit()
    deputy = found.jurors[1]
    browser.sign_in(found.chair)
    another_browser.sign_in(deputy.user)
    assert browser.get(room(found, f"decide/{first.ref}")).status == 404
    assert another_browser.get(room(found, "decide")).status == 404
    page = browser.get(room(found, "deliberations"))
    page = browser.submit(page, holding="deputy", deputy=str(deputy.id), follow=True)
    assert "Meeting 1" in page.words
    assert f"{deputy.user.name} decides on it" in browser.get(room(found, "decide")).words
    page = another_browser.get(room(found, "decide"))
    assert [link for link in page.links() if "/decide/" in link] == [room(found, f"decide/{first.ref}")]
    page = another_browser.get(room(found, f"decide/{first.ref}"))
    another_browser.submit(page, "/citation", citation_en="By the deputy.", citation_zh="代理。")
    assert decision(first).reason_en == "By the deputy."
    assert another_browser.get(room(found, f"decide/{found.finalists[1].ref}")).status == 404


def test_a_meeting_is_kept_by_its_clerk_and_nobody_else_of_the_secretariat_reads_its_notes(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    clerk = make.make_member(found.cycle, Role.SECRETARIAT)
    other = make.make_member(found.cycle, Role.SECRETARIAT).user
    juror, third = found.jurors[1], found.jurors[2]
    browser.sign_in(found.chair)
    page = browser.submit(browser.get(room(found, "deliberations")), holding="clerk", clerk=str(clerk.id), follow=True)
    meeting = fresh(Deliberation)
    page = browser.post(
        room(found, "deliberations/1/arrive"), {"csrf_token": token(page), "member": juror.id, "how": "remote"}
    )
    assert f"{juror.user.name} is present" in browser.get(page.location).words
    another_browser.sign_in(clerk.user)
    page = another_browser.get(desk(found, "deliberations/1"))
    page = another_browser.submit(
        page, "/out", ref=found.finalists[1].ref, member=str(third.id), reason="A friend works there.", follow=True
    )
    assert "noted: A friend works there." in page.words
    page = another_browser.get(desk(found, "deliberations/1/notes"))
    another_browser.submit(
        page, "/notes", **{"notes-meeting": "Opened with the rule.", f"notes-{found.finalists[0].ref}": "For: water."}
    )
    address = room(found, f"deliberations/1/notes/{found.finalists[0].ref}")
    page = browser.get(room(found, "deliberations/1/notes"))
    assert "For: water." in page.text
    refused = save(browser, page, address, "Mine.", "")
    assert (refused.status_code, refused.json["stored"]) == (409, "For: water.")
    assert save(browser, page, address, "For: water. Against: cost.", "For: water.").status_code == 200
    assert "For: water." in browser.get(f"{address}/earlier").words
    another_browser.sign_in(other)
    shown = another_browser.get(desk(found, "deliberations/1"))
    assert shown.status == 200
    assert "A friend works there." not in shown.words
    for path in ("deliberations/1/notes", "deliberations/1/notes/state", "deliberations/1/notes/meeting/earlier"):
        assert another_browser.get(desk(found, path)).status == 404
    another_browser.sign_in(juror.user)
    assert another_browser.get(room(found, "deliberations/1/notes")).status == 404
    page = browser.submit(browser.get(room(found, "deliberations/1")), "/close", follow=True)
    assert "closed" in page.words
    assert fresh(Deliberation).closed_at is not None
    assert [a.membership_id for a in deliberation_queries.attendance(meeting)] == [found.jurors[0].id, juror.id]


def test_a_note_written_on_an_old_page_is_refused_and_the_others_are_kept(browser: Browser, found: Jury) -> None:
    meeting = deliberations.open_meeting(actor=found.chair, cycle=found.cycle, deputy=None, clerk=None, now=NOW)
    db.session.commit()
    browser.sign_in(found.chair)
    old = browser.get(room(found, "deliberations/1/notes"))
    browser.submit(old, "/notes", **{"notes-meeting": "First."})
    stale = browser.submit(old, "/notes", **{"notes-meeting": "Second.", f"notes-{found.finalists[0].ref}": "Kept."})
    assert stale.status == 409
    assert "First." in stale.text and "Second." in stale.text
    kept = {note.submission_id: note.text for note in deliberation_queries.notes(meeting).values()}
    assert kept == {None: "First.", found.finalists[0].id: "Kept."}


def minutes_of(browser: Browser, person: User, address: str) -> Page:
    browser.sign_in(person)
    return browser.get(address)


def test_the_minutes_are_the_chairs_then_the_secretariats_and_at_last_every_jurors(
    browser: Browser, found: Jury
) -> None:
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    write_citations(found.cycle)
    db.session.commit()
    own, sealed = room(found, "minutes"), desk(found, "minutes")
    page = minutes_of(browser, found.chair, own)
    assert "Convincing." in page.words
    assert minutes_of(browser, found.jurors[1].user, own).status == 404
    assert minutes_of(browser, secretary, sealed).status == 404
    selection = judging.lock(found.cycle, chair=found.chair, of=jury_lock.LOCK)
    db.session.commit()
    page = minutes_of(browser, secretary, sealed)
    assert (selection.record_sha256 or "") in page.words
    assert db.session.query(AuditEntry).filter_by(action="jury.look_at_minutes").count() == 1
    assert minutes_of(browser, found.jurors[1].user, own).status == 404
    found.cycle.phase = CyclePhase.WINNERS_PUBLIC
    db.session.commit()
    assert "Convincing." in minutes_of(browser, found.jurors[1].user, own).words
    paper = browser.ask("GET", f"{own}.pdf?in=zh")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.data.startswith(b"%PDF")


def test_the_juror_whom_the_chair_named_is_asked_and_no_other(
    browser: Browser, another_browser: Browser, found: Jury
) -> None:
    write_citations(found.cycle)
    db.session.commit()
    named, other = found.jurors[1].user, found.jurors[2].user
    browser.sign_in(found.chair)
    page = browser.get(room(found, "decide-lock"))
    browser.submit(page, holding="second", second=str(named.id), sure="y", password=make.PASSWORD)
    assert fresh(LockRequest, stage=Stage.JURY).named_id == named.id
    second = room(found, "decide-lock/second")
    another_browser.sign_in(other)
    assert another_browser.get(second).status == 404
    assert second not in another_browser.get(room(found)).links()
    another_browser.sign_in(named)
    assert second in another_browser.get(room(found)).links()
    another_browser.submit(another_browser.get(second), holding="sure", sure="y", password=make.PASSWORD)
    assert found.cycle.phase is CyclePhase.WINNERS_SEALED

"""The committee's report on its pages: who finds it, writing with and without script, the seal, the documents."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import storage
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, ReportFile, Submission, User
from awardapp.queries import reports as queries
from awardapp.services import committee_report, report_files, work
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Committee
from tests.support.pages import Browser
from tests.support.reporting import proposed, tie, write_case

SECRET = "Zinnober"


def room(found: Committee, path: str = "") -> str:
    return f"/committee/{found.cycle.slug}/report{path}"


def of_case(found: Committee, submission: Submission, path: str = "") -> str:
    return room(found, f"/cases/{submission.ref}{path}")


def looks() -> list[tuple[int | None, str]]:
    """Who looked at what of the report, in order."""
    rows = db.session.execute(
        select(AuditEntry.actor_id, AuditEntry.details)
        .where(AuditEntry.action == "report.look")
        .order_by(AuditEntry.id)
    )
    return [(actor, details["what"]) for actor, details in rows]


def name(found: Committee, submission: Submission, member: Any) -> None:
    committee_report.name_rapporteur(
        actor=found.chair, cycle=found.cycle, ref=submission.ref, member_id=member.id, now=NOW
    )


def made(found: Committee, edition: str = "both") -> list[ReportFile]:
    """Both documents of an edition as a worker would have left them."""
    rows = report_files.request(actor=found.chair, cycle=found.cycle, edition=edition, now=NOW)
    for row in rows:
        data = f"{row.format} of the report".encode()
        row.sha256 = hashlib.sha256(data).hexdigest()
        row.storage_key, row.size = report_files.storage_key(row.sha256, row.format), len(data)
        with storage.stage(io.BytesIO(data), limit=1000) as staged:
            storage.put(row.storage_key, staged.path)
        work.finish(row, now=NOW)
    db.session.flush()
    return rows


@pytest.fixture
def found(app: Flask) -> Committee:
    return proposed()


def test_under_the_seal_only_chair_named_members_and_secretariat_find_the_report(app: Flask, found: Committee) -> None:
    chair, named, other = (Browser(app).sign_in(member.user) for member in found.members)
    secretary = Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT).user)
    first, second = found.submissions[:2]
    name(found, first, found.members[1])
    write_case(first, found.chair, summary_en=SECRET)
    paths = [
        room(found),
        room(found, "/text"),
        of_case(found, first),
        of_case(found, first, "/texts"),
        of_case(found, second),
    ]
    assert [chair.get(path).status for path in paths] == [200] * 5
    assert [named.get(path).status for path in paths] == [200, 404, 200, 200, 404]
    assert [other.get(path).status for path in paths] == [404] * 5
    page = named.get(room(found))
    assert first.city.name_en in page.words
    assert second.city.name_en not in page.words
    assert "Make both documents" not in page.words
    assert room(found) in named.get(f"/committee/{found.cycle.slug}/").links()
    assert room(found) not in other.get(f"/committee/{found.cycle.slug}/").links()
    overview = secretary.get(f"/secretariat/{found.cycle.slug}/report")
    assert all(s.city.name_en in overview.words for s in found.submissions[:3])
    assert SECRET not in overview.text
    for address in (f"/secretariat/{found.cycle.slug}/report/documents/both.pdf", room(found, "/documents/both.pdf")):
        assert named.get(address).status == other.get(address).status == 404


def test_every_look_under_the_seal_is_recorded_before_it_is_shown_and_none_after_the_announcement(
    app: Flask, found: Committee
) -> None:
    chair, first = Browser(app).sign_in(found.chair), found.submissions[0]
    made(found)
    for path in (room(found), room(found, "/text"), of_case(found, first), room(found, "/documents/both.docx")):
        assert chair.get(path).status == 200
    who = found.chair.id
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    assert Browser(app).sign_in(secretary).get(f"/secretariat/{found.cycle.slug}/report").status == 200
    assert looks() == [
        (who, "report"),
        (who, "opening and closing"),
        (who, first.ref),
        (who, "both.docx"),
        (secretary.id, "report"),
    ]
    found.cycle.phase = CyclePhase.SHORTLIST_PUBLIC
    db.session.commit()
    member = Browser(app).sign_in(found.members[2].user)
    assert member.get(room(found)).status == 200
    assert len(looks()) == 5


def test_a_case_is_written_with_a_plain_form_in_both_languages_and_its_goals(app: Flask, found: Committee) -> None:
    chair, case = Browser(app).sign_in(found.chair), found.submissions[0]
    page = chair.get(of_case(found, case))
    assert "Words about the initiative." in page.words  # the file stands beside it
    sent = chair.submit(
        page, of_case(found, case), summary_en="It drinks\r\nthe rain.", summary_zh="它喝雨水。", sdgs=["6", "13"]
    )
    assert sent.status == 303
    row = queries.case(case.id)
    assert row is not None
    assert (row.summary_en, row.summary_zh, row.sdgs, row.reasons_en) == (
        "It drinks\nthe rain.",
        "它喝雨水。",
        [6, 13],
        None,
    )
    history = chair.get(of_case(found, case, "/changes"))
    assert "它喝雨水。" in history.words
    assert found.chair.name in history.words


def test_two_people_without_script_are_shown_both_texts_and_nothing_is_lost(app: Flask, found: Committee) -> None:
    case = found.submissions[0]
    name(found, case, found.members[1])
    chair, member = (Browser(app).sign_in(one.user) for one in found.members[:2])
    page = chair.get(of_case(found, case))
    member.submit(member.get(of_case(found, case)), of_case(found, case), summary_en="The member's.")
    refused = chair.submit(page, of_case(found, case), summary_en="The chair's.", summary_zh="主席的。")
    assert refused.status == 409
    assert "Somebody else changed this text" in refused.words
    assert [t.text_content().strip() for t in refused.all("textarea", id="stored-summary_en")] == ["The member's."]
    assert refused.all("textarea", id="summary_en")[0].text_content().strip() == "The chair's."
    assert chair.submit(refused, of_case(found, case)).status == 303
    row = queries.case(case.id)
    assert row is not None
    assert (row.summary_en, row.summary_zh) == ("The chair's.", "主席的。")
    assert "The member's." in chair.get(of_case(found, case, "/changes")).words


def test_the_script_saves_one_text_and_is_told_when_another_window_was_faster(app: Flask, found: Committee) -> None:
    chair, case = Browser(app).sign_in(found.chair), found.submissions[0]
    token = chair.get(of_case(found, case)).all("input", name="csrf_token")[0].get("value")

    def send(path: str, value: str, base: str) -> Any:
        headers = {"Accept": "application/json"}
        return chair.post(path, {"csrf_token": token, "value": value, "base": base}, headers=headers).response

    address = of_case(found, case, "/texts/summary_en")
    first = send(address, "One.", digest(""))
    assert (first.status_code, first.json["base"]) == (200, digest("One."))
    late = send(address, "Two.", digest(""))
    assert (late.status_code, late.json["stored"], late.json["base"]) == (409, "One.", digest("One."))
    assert send(of_case(found, case, "/texts/sdgs"), "3 18", digest("11 13")).status_code == 422
    assert send(of_case(found, case, "/texts/sdgs"), "", digest("11 13")).status_code == 200
    assert send(of_case(found, case, "/texts/id"), "7", "").status_code == 404
    assert send(room(found, "/text/texts/closing_zh"), "谢谢。", digest("")).status_code == 200
    state = chair.get(of_case(found, case, "/texts")).response.json
    assert (state["texts"]["summary_en"], state["texts"]["sdgs"], state["marks"]) == ("One.", "", {})
    found.cycle.phase = CyclePhase.ARCHIVED
    assert send(address, "Too late.", digest("One.")).status_code == 403


def test_the_chair_names_and_ends_writers_but_nobody_with_a_tie(app: Flask, found: Committee) -> None:
    chair, case = Browser(app).sign_in(found.chair), found.submissions[0]
    member, tied = found.members[1:]
    tie(tied, case)
    page = chair.get(of_case(found, case, "/writers"))
    assert [option.get("value") for option in page.all("option")] == [str(found.members[0].id), str(member.id)]
    assert chair.submit(page, "/writers", holding="member", member=str(tied.id)).status == 422
    page = chair.submit(page, "/writers", holding="member", member=str(member.id), follow=True)
    assert member.user.name in page.words
    chair.submit(page, "/writers", holding="act", follow=True)
    assert queries.rapporteurs(found.cycle) == {}
    assert Browser(app).sign_in(member.user).get(of_case(found, case, "/writers")).status == 404


def test_a_case_with_a_tie_is_closed_to_the_chair_and_so_are_the_whole_documents_until_the_announcement(
    app: Flask, found: Committee
) -> None:
    case = found.submissions[0]
    made(found)
    write = {"summary_en": SECRET}
    name(found, case, found.members[1])
    tie(found.members[0], case)
    chair = Browser(app).sign_in(found.chair)
    write_case(case, found.members[1].user, **write)
    made_by(found, make.make_member(found.cycle, Role.SECRETARIAT).user)
    page = chair.get(room(found))
    assert "Closed to you" in page.words
    assert of_case(found, case) not in page.links()
    for path in (of_case(found, case), of_case(found, case, "/texts"), of_case(found, case, "/changes")):
        answer = chair.get(path)
        assert (answer.status, SECRET in answer.text) == (404, False)
    assert chair.get(room(found, "/documents/both.pdf")).status == 404
    assert chair.get(of_case(found, case, "/writers")).status == 200  # the chair still says who writes it
    found.cycle.phase = CyclePhase.SHORTLIST_PUBLIC
    db.session.commit()
    assert chair.get(room(found, "/documents/both.pdf")).status == 200
    assert chair.get(of_case(found, case)).status == 404


def made_by(found: Committee, secretary: User) -> None:
    """The documents of the report as it stands, asked for by the secretariat."""
    for row in report_files.request(actor=secretary, cycle=found.cycle, edition="both", now=NOW):
        row.storage_key, row.sha256, row.size = _stored(row.format)
        work.finish(row, now=NOW)
    db.session.flush()


def _stored(format: str) -> tuple[str, str, int]:
    data = f"{format} again".encode()
    sha256 = hashlib.sha256(data).hexdigest()
    key = report_files.storage_key(sha256, format)
    with storage.stage(io.BytesIO(data), limit=1000) as staged:
        storage.put(key, Path(staged.path))
    return key, sha256, len(data)


def test_documents_are_asked_for_followed_downloaded_and_gone_when_a_text_changes(app: Flask, found: Committee) -> None:
    secretary = Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT).user)
    page = f"/secretariat/{found.cycle.slug}/report"
    sent = secretary.submit(secretary.get(page), "/documents", holding="edition", follow=True)
    assert "being made" in sent.words
    state = secretary.get(f"{page}/documents.json").response.json
    assert (state["done"], state["total"], state["finished"], state["next"]) == (0, 2, False, None)
    assert secretary.post(f"{page}/documents", {"edition": "xx"}).status in (400, 409)  # without the form's token
    made(found, "en")
    shown = secretary.get(page)
    assert [link for link in shown.links() if "/documents/en." in link] == [
        f"{page}/documents/en.pdf",
        f"{page}/documents/en.docx",
    ]
    answer = secretary.get(f"{page}/documents/en.pdf").response
    assert answer.get_data() == b"pdf of the report"
    assert "attachment" in answer.headers["Content-Disposition"]
    write_case(found.submissions[0], found.chair, summary_en="Changed.")
    assert secretary.get(f"{page}/documents/en.pdf").status == 404
    assert "not made yet" in secretary.get(page).words


def test_before_there_is_a_proposal_the_page_says_what_will_appear_and_members_find_nothing(app: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    chair = make.make_member(cycle, Role.COMMITTEE, is_chair=True)
    member = make.make_member(cycle, Role.COMMITTEE)
    secretary = make.make_member(cycle, Role.SECRETARIAT)
    assert "nothing to report on yet" in Browser(app).sign_in(chair.user).get(f"/committee/{cycle.slug}/report").words
    assert Browser(app).sign_in(secretary.user).get(f"/secretariat/{cycle.slug}/report").status == 200
    assert Browser(app).sign_in(member.user).get(f"/committee/{cycle.slug}/report").status == 404
    for path in ("/text", "/documents.json", "/documents/en.pdf"):
        assert Browser(app).sign_in(chair.user).get(f"/committee/{cycle.slug}/report{path}").status == 404

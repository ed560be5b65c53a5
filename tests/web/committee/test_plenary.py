"""The pages of a session: the chair leads, members vote, nobody with a tie learns anything, nobody else gets in."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from flask import Flask

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.people import Role
from awardapp.domain.plenary import Question
from awardapp.extensions import db
from awardapp.models import Assessment, PlenaryAttendance, PlenarySession, Submission
from awardapp.queries import plenary_room as queries
from awardapp.services import plenary_floor, plenary_votes, selections
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.plenary import Room, opened, tie

SECRETS = ("PLANTED-NOTE", "PLANTED-COMMENT", "PLANTED-QUESTION", "PLANTED-REASON", "PLANTED-TITLE", "PLANTED-CITY")


def path(room: Room, rest: str = "/room", *, of: str = "committee") -> str:
    return f"/{of}/{room.cycle.slug}/plenary{rest}"


def as_(app: Flask, person: Any) -> Browser:
    return Browser(app).sign_in(person)


def test_the_chair_opens_a_session_leads_through_it_and_a_vote_leads_to_the_decision(app: Flask) -> None:
    room = opened(present=())
    room.session.closed_at, room.session.closed_by = NOW, room.chair.id
    db.session.flush()
    chair, member = as_(app, room.chair), as_(app, room.members[2].user)
    page = chair.get(path(room, ""))
    refused = chair.submit(page, holding="kind", deputy="", kind="top")
    assert refused.status == 422 and "Choose a deputy" in refused.words
    page = chair.submit(
        page, holding="kind", deputy=str(room.members[1].id), kind="picked",
        picked=[room.submissions[n].pseudonym for n in (3, 1)], follow=True,
    )  # fmt: skip
    titles = [room.submissions[n].title_en for n in (1, 3)]
    assert f"Take up the first file: {titles[0]}" in page.words
    remote = as_(app, room.members[3].user)
    away = remote.get(path(room))
    assert titles[0] not in away.words  # before they say that they are there
    page_of_member = member.submit(member.get(path(room)), "/arrive", press="I am in the room", follow=True)
    assert remote.submit(away, "/arrive", how="remote").status == 303
    assert "Between two files" in page_of_member.words and "Take up" not in page_of_member.words
    page = chair.submit(chair.get(path(room)), "/go", press="Take up the first", follow=True)
    assert page.title.startswith(titles[0])
    page = chair.submit(page, "/plenary/vote", holding="question", question="place", follow=True)
    voting = member.get(path(room))
    assert "Shortlisted, deserving or neither?" in voting.words and "Well founded." in voting.words
    said = member.submit(voting, "/cast", press="3", follow=True)
    assert "Your vote: Neither." in said.words
    chair.submit(chair.get(path(room)), "/cast", press="3", follow=True)
    page = chair.get(path(room))
    assert "2 of 3 votes given" in page.words
    late = member.get(path(room))
    page = chair.submit(page, "/count", follow=True)
    assert "Decided: Neither" in page.words
    too_late = member.submit(late, "/cast", press="1")
    assert too_late.status == 409
    assert "closed before yours arrived" in too_late.words and "You had chosen: Shortlisted" in too_late.words
    decide = chair.get(next(a for a in page.links() if "/shortlist/" in a))
    form = decide.form(holding="move_reason")
    assert "Vote of the committee in session 2" in "".join(form.find(".//textarea[@name='move_reason']").itertext())
    stored = chair.submit(decide, holding="move_reason")
    assert stored.status == 302
    moved = {d.submission_id: d.outcome for d in selections.decided(room.cycle, Stage.COMMITTEE)}
    assert room.submissions[1].id not in moved
    assert moved[room.submissions[3].id] is Outcome.DESERVING


def test_a_second_click_and_a_screen_that_is_behind_get_a_clear_answer(app: Flask) -> None:
    room = opened()
    one, other = as_(app, room.chair), as_(app, room.chair)
    here, there = one.get(path(room)), other.get(path(room))
    assert one.submit(here, "/go", press="Take up the first").status == 303
    behind = other.submit(there, "/go", press="Take up the first")
    assert behind.status == 409 and "at another file by now" in behind.words
    here, there = one.get(path(room)), other.get(path(room))
    asked = {"question": "own", "words": "Shall the city be visited?"}
    assert one.submit(here, "/plenary/vote", holding="question", **asked).status == 303
    twice = other.submit(there, "/plenary/vote", holding="question", **asked)
    assert twice.status == 409 and "A vote is open on this file" in twice.words
    here, there = one.get(path(room)), other.get(path(room))
    assert one.submit(here, "/count").status == 303
    assert other.submit(there, "/count").status == 409
    refused = one.submit(one.get(path(room)), "/plenary/vote", holding="question", **asked)
    assert refused.status == 422 and "Give the reason for voting again" in refused.words
    assert refused.form("/plenary/vote").find(".//input[@name='words']").get("value") == asked["words"]
    assert one.submit(one.get(path(room)), "/plenary/close").status == 303
    over = other.submit(there, "/count", follow=True)
    assert "No session of the committee is open." in over.words
    assert fresh(PlenarySession, id=room.session.id).closed_at is not None
    assert db.session.scalar(db.select(PlenaryAttendance).where(PlenaryAttendance.left_at.is_(None))) is None


def test_an_answer_that_there_is_not_is_refused_with_the_screen_as_it_is(app: Flask) -> None:
    room = opened()
    room.go(0)
    room.open_vote()
    member = as_(app, room.members[2].user)
    page = member.get(path(room))
    refused = member.submit(page, "/cast", choice="everybody")
    assert refused.status == 422
    assert "Choose one of the answers." in refused.words


def test_the_clerk_leads_notes_and_keys_hands_in(app: Flask) -> None:
    room = opened(ties=[(4, 0)])
    clerk = as_(app, room.clerk.user)
    page = clerk.submit(clerk.get(path(room, of="secretariat")), "/go", press="Take up the first", follow=True)
    address = path(room, f"/notes/{room.submissions[0].ref}", of="secretariat")
    state = clerk.ask("GET", address).get_json()
    token = page.form("/notes/").find(".//input[@name='csrf_token']").get("value")
    json = {"Accept": "application/json"}
    values = {"csrf_token": token, "value": "They agree.", "base": state["bases"]["notes"]}
    saved = clerk.ask("POST", address, data=values, headers=json)
    assert saved.status_code == 200 and saved.get_json()["saved"].startswith("Saved at")
    met = clerk.ask("POST", address, data=values | {"value": "They differ."}, headers=json)
    assert (met.status_code, met.get_json()["stored"]) == (409, "They agree.")
    page = clerk.submit(clerk.get(path(room, of="secretariat")), "/plenary/vote", holding="question", follow=True)
    assert f"hand-{room.members[4].id}" not in page.text
    hands = {f"hand-{room.members[n].id}": "shortlisted" for n in (0, 1, 2)}
    page = clerk.submit(page, "/hands", follow=True, **hands)
    assert "3 hands are keyed in." in page.words and "3 of 4 votes given" in page.words
    page = clerk.submit(page, "/count", follow=True)
    assert "Decided: Shortlisted" in page.words and "Take it to the decision" not in page.words
    other = as_(app, room.members[2].user)
    assert other.ask("GET", path(room, f"/notes/{room.submissions[0].ref}")).status_code == 404
    assert other.get(path(room, "/agenda")).status == 404


def test_the_agenda_is_ordered_by_buttons_and_by_numbers(app: Flask) -> None:
    room = opened(ties=[(0, 1)])
    chair = as_(app, room.chair)
    ids = [room.item(n).id for n in range(5)]

    def order() -> list[int]:
        return [
            room.submissions.index(line.submission)
            for line in queries.agenda(fresh(PlenarySession, id=room.session.id))
        ]

    page = chair.get(path(room, "/agenda"))
    assert room.submissions[1].title_en not in page.text and "A file you have a tie with" in page.words
    page = chair.submit(page, "/agenda", act=f"up-{ids[2]}", follow=True)
    assert order() == [0, 2, 1, 3, 4]
    page = chair.submit(page, "/agenda", act="order", follow=True, **{f"place-{ids[4]}": "1", f"place-{ids[0]}": "3"})
    assert order() == [4, 2, 1, 0, 3]
    page = chair.submit(page, "/agenda", act=f"drop-{ids[3]}", follow=True)
    refused = chair.submit(page, "/agenda", act="add", ref="nothing")
    assert refused.status == 422 and "no valid file" in refused.words
    chair.submit(page, "/agenda", act="add", ref=room.submissions[5].ref)
    assert order() == [4, 2, 1, 0, 5]


def test_a_member_looks_at_another_file_and_finds_the_way_back(app: Flask) -> None:
    room = opened(ties=[(2, 3)])
    room.go(0)
    member = as_(app, room.members[2].user)
    page = member.get(path(room, f"/room/{room.submissions[1].ref}"))
    assert page.title.startswith(room.submissions[1].title_en)
    assert f"Back to where the chair is: {room.submissions[0].title_en}" in page.words
    assert member.get(path(room, f"/room/{room.submissions[0].ref}")).status == 302
    tied, absent = (member.get(path(room, f"/room/{room.submissions[n].ref}")) for n in (3, 5))
    assert (tied.status, tied.words) == (404, absent.words)
    assert room.submissions[3].ref not in member.get(path(room)).text


def state(browser: Browser, address: str, **headers: str) -> tuple[int, bytes, str | None]:
    answer = browser.ask("GET", address, headers=headers)
    return answer.status_code, answer.get_data(), answer.headers.get("ETag")


def test_the_state_is_the_same_until_the_screen_changes(app: Flask, queries: Any) -> None:
    room = opened()
    address = path(room, "/state")
    member, chair = as_(app, room.members[2].user), as_(app, room.chair)
    room.go(0)
    first = state(member, address)
    with queries() as sent:
        again = state(member, address, **{"If-None-Match": str(first[2])})
    assert (again[0], again[1]) == (304, b"")
    assert len(sent) <= 8
    room.open_vote()
    second = state(member, address, **{"If-None-Match": str(first[2])})
    assert second[0] == 200 and second[2] != first[2] and len(second[1]) == len(first[1])
    leads = state(chair, address)
    room.cast(3, "none")
    assert state(member, address) == second  # the hands are counted on the leaders' screens alone
    assert state(chair, address) != leads


_TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')


def everything(
    browser: Browser, room: Room, *, of: str = "committee", files: int = 1
) -> dict[str, tuple[int, bytes, Any]]:
    """What somebody is answered at the addresses of the session and of its best files: status, bytes and tag."""
    found = {}
    own = [submission.ref for submission in room.submissions[:files]]
    base = path(room, "", of=of)
    for rest in ("/room", "/state", "/agenda", "/1", *(f"/{kind}/{ref}" for ref in own for kind in ("room", "notes"))):
        answer = browser.ask("GET", base + rest)
        found[rest] = (answer.status_code, _TOKEN.sub(b"", answer.get_data()), answer.headers.get("ETag"))
    return found


@pytest.mark.parametrize("who", ["member", "chair"])
def test_nobody_with_a_tie_can_tell_what_is_said_and_voted_in_the_room(app: Flask, who: str) -> None:
    """Two worlds: whatever happens to the file, the member out of the room is answered alike, to the letter."""
    number = 2 if who == "member" else 0
    room = opened(ties=[(number, 0)])
    submission = room.submissions[0]
    submission.title_en = submission.title_zh = "PLANTED-TITLE"
    submission.city.name_en = submission.city.name_zh = "PLANTED-CITY"
    for sheet in db.session.scalars(db.select(Assessment).where(Assessment.submission_id == submission.id)):
        sheet.comment = "PLANTED-COMMENT"
    room.go(0)
    leader = room.members[1].user if who == "chair" else room.chair
    out = as_(app, room.members[number].user)
    token = out.get(path(room)).form("/leave").find(".//input[@name='csrf_token']").get("value")
    before = everything(out, room)
    plenary_floor.save_notes(
        actor=room.clerk.user, session=room.session, item=room.item(0), text="PLANTED-NOTE",
        base=plenary_floor.digest(""), now=NOW,
    )  # fmt: skip
    for n in (1, 2):
        plenary_votes.open_vote(
            actor=leader, session=room.session, question=Question.OWN, words="PLANTED-QUESTION",
            again_because="PLANTED-REASON", seen=room.seen(), now=NOW,
        )  # fmt: skip
        for voter in {0, 1, 3, 4} - {number}:
            room.cast(voter, "yes", number=n)
        assert everything(out, room) == before
        values = {"csrf_token": token, "seen": submission.ref, "number": n, "choice": "yes"}
        tries = [out.ask("POST", path(room, "/cast"), data=values).status_code]
        room.close_vote(by=leader, number=n)
        assert everything(out, room) == before
        tries.append(out.ask("POST", path(room, "/cast"), data=values).status_code)
        assert tries == [403, 403]  # open or closed, the answer is the same
    assert not [word for word in SECRETS for _status, body, _tag in before.values() if word.encode() in body]
    room.go(1, by=leader)
    after = everything(out, room)
    assert not [word for word in SECRETS for _status, body, _tag in after.values() if word.encode() in body]
    inside = as_(app, room.members[3].user)
    plenary_floor.go_to(actor=room.chair, session=room.session, item=None, seen=room.seen(), now=NOW)
    room.session.closed_at, room.session.closed_by = NOW, room.chair.id
    db.session.flush()
    ended = everything(out, room)
    assert not [word for word in SECRETS for _status, body, _tag in ended.values() if word.encode() in body]
    assert "you were out of the room" in ended["/1"][1].decode()
    known = inside.get(path(room, "/1")).text
    assert [word for word in SECRETS if word not in known] == ["PLANTED-COMMENT"]


def test_nobody_else_gets_anything(app: Flask) -> None:
    room = opened()
    room.go(0)
    people = [
        make.make_user(), make.make_member(room.cycle, Role.JUROR).user, make.make_member(room.cycle, Role.ADVISER).user,
        db.session.get_one(Submission, room.submissions[0].id).city.delegates[0].user,
        make.make_member(make.make_cycle(), Role.COMMITTEE, is_chair=True).user,
    ]  # fmt: skip
    for person in people:
        for of in ("committee", "secretariat"):
            assert {status for status, _body, _tag in everything(as_(app, person), room, of=of).values()} == {404}
    undeclared = make.make_member(room.cycle, Role.COMMITTEE, declared=False).user
    assert {status for status, _body, _tag in everything(as_(app, undeclared), room).values()} == {403}
    away = everything(as_(app, room.members[4].user), opened(present=()))
    assert not [rest for rest, (_status, body, _tag) in away.items() if b"Initiative" in body]


def test_the_minutes_as_a_page_and_as_a_pdf_in_both_languages(app: Flask) -> None:
    room = opened(ties=[(2, 0)])
    room.go(0)
    room.open_vote()
    room.cast(1, "shortlisted")
    room.close_vote()
    clerk = as_(app, room.clerk.user)
    page = clerk.get(path(room, "/1", of="secretariat"))
    assert f"Out of the room: {room.members[2].user.name}" in page.words and "Decided: Shortlisted" in page.words
    for language, words in (("en", "Minutes of the technical committee"), ("zh", "技术委员会第 1 次会议纪要")):
        answer = clerk.ask("GET", path(room, f"/1/minutes.pdf?in={language}", of="secretariat"))
        assert answer.mimetype == "application/pdf"
        with pikepdf.open(BytesIO(answer.get_data())) as pdf:
            assert words in str(pdf.docinfo["/Title"])
    other = as_(app, room.members[3].user)
    assert other.get(path(room, "/1")).status == 404  # while the session goes on
    room.session.closed_at, room.session.closed_by = NOW, room.chair.id
    selection = selections.selection_of(room.cycle, Stage.COMMITTEE)
    assert selection is not None
    selection.record, selection.record_sha256 = "{}", "5ea1" * 16
    selection.locked_at, selection.locked_by = NOW, room.chair.id
    db.session.flush()
    assert "5ea1" * 16 in other.get(path(room, "/1")).words
    assert as_(app, room.chair).ask("GET", path(room, "/1/minutes.pdf")).mimetype == "application/pdf"


def test_a_secretary_who_is_a_member_too_is_out_of_the_room_in_both_rooms(app: Flask) -> None:
    room = opened()
    make.make_member(room.cycle, Role.SECRETARIAT, room.members[3].user)
    tie(room.members[3], room.submissions[0])
    room.go(0)
    both = as_(app, room.members[3].user)
    for of in ("committee", "secretariat"):
        page = both.get(path(room, of=of))
        assert "You are out of the room" in page.words and room.submissions[0].title_en not in page.text


def test_on_a_file_of_the_chairs_tie_the_deputy_writes_down_what_was_voted(app: Flask) -> None:
    room = opened(ties=[(0, 1)])
    deputy = as_(app, room.members[1].user)
    decision = path(room, f"/decision/{room.submissions[1].ref}")
    assert deputy.get(decision).status == 404  # nothing was voted yet
    room.go(1)
    room.open_vote(by=room.members[1].user)
    for n in (1, 2, 3):
        room.cast(n, "deserving")
    page = deputy.submit(deputy.get(path(room)), "/count", follow=True)
    form = deputy.get(next(a for a in page.links() if "/decision/" in a))
    assert "Decided: Deserving" in form.text
    for other in (room.chair, room.members[2].user):
        assert as_(app, other).get(decision).status == 404
    assert deputy.submit(form, holding="move_reason", move_reason="").status == 422
    assert deputy.submit(form, holding="move_reason").status == 303
    moved = {d.submission_id: d.outcome for d in selections.decided(room.cycle, Stage.COMMITTEE)}
    assert moved[room.submissions[1].id] is Outcome.DESERVING

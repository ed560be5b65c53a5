"""The committee in session: who leads, who is out of the room, what a vote needs, what the minutes say."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.plenary import Agenda, Question, Quorum
from awardapp.extensions import db
from awardapp.models import Assessment, AuditEntry, PlenaryBallot, Suspicion
from awardapp.queries import plenary as minutes_queries
from awardapp.queries import plenary_room as queries
from awardapp.services import audit, plenary, plenary_floor, plenary_votes
from awardapp.services.plenary_floor import NotesChanged
from awardapp.services.plenary_votes import VoteClosed
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.pages import fresh
from tests.support.plenary import opened, tie


def file_of(room: object, n: int = 0) -> minutes_queries.FileMinutes:
    """The minutes of the n-th best submission."""
    found = minutes_queries.minutes(room.cycle).sessions[-1].files  # type: ignore[attr-defined]  # Room, see opened()
    return next(one for one in found if one.submission_id == room.submissions[n].id)  # type: ignore[attr-defined]


def test_a_session_needs_a_proposal_a_deputy_and_the_chair_or_a_secretary(app: Flask) -> None:
    scene = judging.committee()
    words = {"cycle": scene.cycle, "clerk": None, "kind": Agenda.TOP, "now": NOW}
    with pytest.raises(IllegalTransition, match="no proposal"):
        plenary.open_session(actor=scene.chair, deputy=scene.members[1], **words)
    room = opened()
    with pytest.raises(IllegalTransition, match="open already"):
        plenary.open_session(
            actor=room.chair, cycle=room.cycle, deputy=room.members[1], clerk=None, kind=Agenda.TOP, now=NOW
        )
    plenary.close_session(actor=room.chair, session=room.session, now=NOW)
    words["cycle"] = room.cycle
    for actor, deputy, error in (
        (room.members[2].user, room.members[1], NotPermitted),
        (room.chair, None, RuleViolation),
        (room.chair, room.members[0], RuleViolation),
    ):
        with pytest.raises(error):
            plenary.open_session(actor=actor, deputy=deputy, **words)
    second = plenary.open_session(actor=room.clerk.user, deputy=room.members[1], **words)
    assert (second.number, queries.present(second)) == (2, {})


def test_the_agenda_is_taken_from_the_proposal_and_its_order_can_be_changed(app: Flask) -> None:
    room = opened(kind=Agenda.LINE)
    best = room.submissions

    def order() -> list[int]:
        return [best.index(line.submission) + 1 for line in queries.agenda(room.session)]

    assert order() == [3, 4, 2, 5, 1]  # the line lies behind the third
    ids = [line.item.id for line in queries.agenda(room.session)]
    plenary.arrange(actor=room.chair, session=room.session, order=[ids[4], ids[0]], now=NOW)
    assert order() == [1, 3, 4, 2, 5]
    plenary.add_file(actor=room.chair, session=room.session, submission=best[5], now=NOW)
    room.go(0)
    with pytest.raises(IllegalTransition):
        plenary.drop_file(actor=room.chair, session=room.session, item=room.item(0), now=NOW)
    plenary.drop_file(actor=room.chair, session=room.session, item=room.item(4), now=NOW)
    assert order() == [1, 3, 4, 2, 6]
    with pytest.raises(NotPermitted):
        plenary.arrange(actor=room.members[2].user, session=room.session, order=ids, now=NOW)


@pytest.mark.parametrize("way", ["tie", "recusal", "suspicion"])
def test_whoever_has_a_tie_is_out_of_the_room_and_counts_neither_as_a_voter_nor_for_the_quorum(
    app: Flask, way: str
) -> None:
    room = opened(present=(1, 2, 3))
    member, submission = room.members[3], room.submissions[0]
    if way == "tie":
        tie(member, submission)
    elif way == "recusal":
        sheet = fresh(Assessment, membership_id=member.id, submission_id=submission.id)
        sheet.status, sheet.reason = "recused", "I know them."
    else:
        db.session.add(
            Suspicion(
                cycle_id=room.cycle.id, membership_id=member.id, submission_id=submission.id, ground="employer",
                words="City hall", found_at=NOW,
            )
        )  # fmt: skip
    db.session.flush()
    room.go(0)
    room.open_vote()
    with pytest.raises(NotPermitted, match="out of the room"):
        room.cast(3, "shortlisted")
    with pytest.raises(NotPermitted, match="Say first"):
        room.cast(4, "shortlisted")
    for n, choice in ((0, "shortlisted"), (1, "shortlisted"), (2, "abstain")):
        room.cast(n, choice)
    count = room.close_vote()
    assert (count.present, count.entitled, count.needed, count.out) == (3, 4, 3, 1)
    assert (count.votes["shortlisted"], count.abstained, count.answer) == (2, 1, "shortlisted")
    room.go(None)
    file = file_of(room)
    assert list(file.out_of_room) == [member.user.name]
    assert [name for name, _choice, _keyed in file.votes[0].choices or ()] == sorted(
        room.members[n].user.name for n in (0, 1, 2)
    )


def test_a_chair_with_a_tie_hands_the_gavel_to_the_deputy_for_that_file(app: Flask) -> None:
    room = opened(ties=[(0, 1)])
    deputy = room.members[1].user
    with pytest.raises(NotPermitted):
        room.go(0, by=deputy)
    room.go(1)
    with pytest.raises(NotPermitted, match="out of the room"):
        room.open_vote()
    with pytest.raises(NotPermitted):
        plenary_floor.save_notes(
            actor=room.chair, session=room.session, item=room.item(1), text="x", base=digest(""), now=NOW
        )
    room.open_vote(Question.KEEP, by=deputy)
    room.cast(1, "keep")
    assert room.close_vote(by=deputy).answer == "keep"
    room.go(2, by=deputy)
    with pytest.raises(NotPermitted):
        room.open_vote(by=deputy)
    room.open_vote()
    file = file_of(room, 1)
    assert [turn.presided for turn in file.turns] == [deputy.name]
    assert list(file.out_of_room) == [room.chair.name]


def test_with_chair_and_deputy_out_nobody_votes_until_another_deputy_is_named(app: Flask) -> None:
    room = opened(ties=[(0, 0), (1, 0)])
    room.go(0)
    with pytest.raises(IllegalTransition, match="gavel"):
        room.open_vote(by=room.clerk.user)
    with pytest.raises(RuleViolation):
        plenary_floor.name_deputy(actor=room.chair, session=room.session, member=room.members[0], now=NOW)
    plenary_floor.name_deputy(actor=room.chair, session=room.session, member=room.members[2], now=NOW)
    room.open_vote(by=room.members[2].user)
    room.cast(2, "none")
    assert room.close_vote(by=room.members[2].user).verdict == "carried"


def test_a_chair_out_of_the_room_does_not_learn_by_closing_the_session_whether_a_vote_is_open(app: Flask) -> None:
    room = opened(ties=[(0, 0)])
    room.go(0)
    for is_open in (False, True):
        if is_open:
            room.open_vote(by=room.members[1].user)
        with pytest.raises(NotPermitted, match="out of the room"):
            plenary.close_session(actor=room.chair, session=room.session, now=NOW)


def test_the_gavel_goes_to_the_deputy_when_the_chairs_role_ends(app: Flask) -> None:
    room = opened()
    room.go(0)
    room.members[0].ended_at = NOW
    db.session.flush()
    with pytest.raises(NotPermitted):
        room.open_vote()
    room.open_vote(by=room.members[1].user)
    room.cast(1, "shortlisted")
    assert room.close_vote(by=room.members[1].user).present == 4


def test_the_gavel_follows_a_chair_who_leaves_and_comes_back(app: Flask) -> None:
    room = opened()
    room.go(0)
    plenary_floor.leave(actor=room.chair, session=room.session, member=room.members[0], now=NOW)
    with pytest.raises(NotPermitted):
        room.open_vote()
    room.open_vote(by=room.members[1].user)
    room.close_vote(by=room.members[1].user)
    room.arrive(0, how="remote")
    room.open_vote(because="The chair is back.")


def test_without_a_quorum_no_vote_is_opened_and_one_that_lost_it_decides_nothing(app: Flask) -> None:
    room = opened(present=(1,))
    room.go(0)
    with pytest.raises(RuleViolation, match="2 of 5 members without a tie are present, 3 are needed"):
        room.open_vote()
    room.arrive(2)
    room.open_vote()
    room.cast(0, "shortlisted")
    plenary_floor.leave(actor=room.members[2].user, session=room.session, member=room.members[2], now=NOW)
    assert (room.close_vote().verdict, file_of(room).votes[0].count.answer) == ("no_quorum", None)


def test_the_same_question_is_voted_on_again_only_with_a_reason_and_both_counts_stay(app: Flask) -> None:
    room = opened()
    room.go(0)
    room.open_vote()
    room.cast(1, "none")
    room.close_vote()
    with pytest.raises(RuleViolation, match="voted on already"):
        room.open_vote()
    room.open_vote(Question.OWN)
    room.close_vote(number=2)
    room.open_vote(because="Two had not understood.")
    room.cast(1, "shortlisted", number=3)
    room.cast(1, "deserving", number=3)
    room.close_vote(number=3)
    votes = file_of(room).votes
    assert [(v.count.answer, v.again_because) for v in votes] == [
        ("none", None), (None, None), ("deserving", "Two had not understood."),
    ]  # fmt: skip


def test_of_a_secret_vote_only_the_counts_are_kept_and_no_hand_is_keyed_in(app: Flask) -> None:
    room = opened(is_secret=True)
    room.go(0)
    room.open_vote()
    room.cast(1, "none")
    room.cast(2, "shortlisted")
    with pytest.raises(IllegalTransition):
        plenary_votes.key_in(
            actor=room.clerk.user, session=room.session, seen=room.seen(), number=1,
            choices={room.members[3].id: "none"}, now=NOW,
        )  # fmt: skip
    room.close_vote()
    assert set(db.session.scalars(db.select(PlenaryBallot.choice))) == {None}
    vote = file_of(room).votes[0]
    assert (vote.choices, vote.count.votes) == (None, {"shortlisted": 1, "deserving": 0, "none": 1})


def test_the_clerk_keys_hands_in_but_never_over_a_vote_from_a_members_own_screen(app: Flask) -> None:
    room = opened(present=(1, 2), ties=[(4, 0)])
    room.arrive(4)
    room.go(0)
    room.open_vote()
    room.cast(1, "none")
    hands = {member.id: "shortlisted" for member in room.members}
    stored = plenary_votes.key_in(
        actor=room.clerk.user, session=room.session, seen=room.seen(), number=1, choices=hands, now=NOW
    )
    assert stored == 2  # neither the own vote, nor who is away, nor who is out of the room
    room.cast(2, "deserving")
    count = room.close_vote()
    assert count.votes == {"shortlisted": 1, "deserving": 1, "none": 1}
    assert count.verdict == "no_majority"


def test_a_click_on_a_screen_that_is_behind_changes_nothing(app: Flask) -> None:
    room = opened()
    room.go(0)
    seen = room.seen()
    room.go(1)
    for act in (
        lambda: plenary_floor.go_to(actor=room.chair, session=room.session, item=room.item(2), seen=seen, now=NOW),
        lambda: plenary_votes.cast(actor=room.chair, session=room.session, seen=seen, number=1, choice="none", now=NOW),
    ):
        with pytest.raises(StaleVersion, match="another file"):
            act()
    room.open_vote()
    with pytest.raises(IllegalTransition, match="vote is open"):
        room.go(2)
    with pytest.raises(IllegalTransition, match="vote is open"):
        plenary.close_session(actor=room.chair, session=room.session, now=NOW)
    room.close_vote()
    with pytest.raises(VoteClosed, match="closed before yours arrived"):
        room.cast(2, "none")
    with pytest.raises(VoteClosed):
        room.close_vote()


def test_the_notes_keep_every_state_and_are_never_written_over_unseen(app: Flask) -> None:
    room = opened()
    room.go(0)

    def save(text: str, base: str) -> str:
        return plenary_floor.save_notes(
            actor=room.clerk.user, session=room.session, item=room.item(0), text=text, base=digest(base), now=NOW
        )

    assert save("First.", "") == digest("First.")
    assert save("First. Second.", "First.") == digest("First. Second.")
    with pytest.raises(NotesChanged) as refused:
        save("Mine.", "First.")
    assert refused.value.stored == "First. Second."
    assert save("First. Second.", "First.") == digest("First. Second.")  # an answer that was lost costs nothing
    assert file_of(room).notes == "First. Second."
    with pytest.raises(NotPermitted):
        plenary_floor.save_notes(
            actor=room.members[2].user, session=room.session, item=room.item(0), text="x", base="", now=NOW
        )


def test_the_minutes_tell_who_was_there_from_when_and_what_was_not_reached(app: Flask) -> None:
    room = opened(present=(1, 2), quorum=Quorum.ALL)
    late: datetime = NOW.replace(hour=11)
    plenary_floor.arrive(actor=room.clerk.user, session=room.session, member=room.members[3], how="remote", now=late)
    room.go(1)
    room.go(0)
    room.go(1)
    plenary.close_session(actor=room.chair, session=room.session, now=NOW.replace(hour=12))
    (session,) = minutes_queries.minutes(room.cycle).sessions
    assert [(one.how, one.arrived_at, one.left_at) for one in session.attendance][-1] == (
        "remote", late, NOW.replace(hour=12),
    )  # fmt: skip
    assert [len(file.turns) for file in session.files] == [2, 1, 0, 0, 0]
    assert [file.ref for file in session.files[:2]] == [room.submissions[1].ref, room.submissions[0].ref]
    assert (session.chair, session.clerk) == (room.chair.name, room.clerk.user.name)
    with pytest.raises(IllegalTransition, match="over"):
        room.arrive(4)
    acts = list(db.session.scalars(db.select(AuditEntry.action).order_by(AuditEntry.id)))
    assert [a for a in acts if a.startswith("plenary.")] == [
        "plenary.open", *["plenary.arrive"] * 3, *["plenary.file"] * 3, "plenary.close",
    ]  # fmt: skip
    assert audit.first_fault() is None


def test_outside_of_the_committees_phase_nothing_is_done_but_a_session_can_be_closed(app: Flask) -> None:
    room = opened()
    room.cycle.phase = CyclePhase.SHORTLIST_SEALED
    with pytest.raises(IllegalTransition):
        room.go(0)
    plenary.close_session(actor=room.clerk.user, session=room.session, now=NOW)
    assert queries.open_session(room.cycle) is None


def test_a_member_who_has_not_declared_and_a_stranger_take_no_part(app: Flask) -> None:
    room = opened(present=())
    room.members[3].conflicts_declared_at = None
    with pytest.raises(RuleViolation, match="not declared"):
        room.arrive(3)
    with pytest.raises(NotPermitted):
        plenary_floor.arrive(actor=make.make_user(), session=room.session, member=room.members[2], how="room", now=NOW)
    with pytest.raises(NotPermitted):
        plenary_floor.arrive(
            actor=room.members[2].user, session=room.session, member=room.members[4], how="room", now=NOW
        )

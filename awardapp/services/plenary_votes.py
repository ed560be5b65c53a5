"""Votes of the committee in session: opened, given from the members' own screens or keyed in by the clerk, closed and counted.

A count changes nothing by itself: what follows from it the chair writes down on the file's own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from awardapp.domain import plenary as rules
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.plenary import OPTIONS, Choice, Count, Majority, Question, Quorum
from awardapp.extensions import db
from awardapp.models import PlenaryBallot, PlenarySession, PlenaryVote, User
from awardapp.queries import plenary_room as queries
from awardapp.services.plenary_floor import Floor, check_seen, leading, locked, note, note_out, told

LONGEST_WORDS = 500


class VoteClosed(IllegalTransition):
    """The vote was closed before this one came; `at` is when."""

    def __init__(self, at: datetime | None) -> None:
        super().__init__(
            N_(
                "The vote was closed before yours arrived: it does not count. Tell the chair if it should be taken again."
            )
        )
        self.at = at


def open_vote(
    *,
    actor: User,
    session: PlenarySession,
    question: Question,
    words: str,
    again_because: str,
    seen: str,
    now: datetime,
) -> PlenaryVote:
    """Put a question on the present file to the vote. The same question once more needs a reason, and the earlier count
    stays in the minutes.

    Raises NotPermitted, StaleVersion, IllegalTransition while a vote is open or without a file or a gavel, RuleViolation
    without a quorum, words or reason.
    """
    floor = leading(actor, session)
    check_seen(floor, seen)
    turn = floor.turn
    if turn is None:
        raise IllegalTransition(N_("Take up a file first."))
    if queries.vote_open(session) is not None:
        raise IllegalTransition(N_("A vote is open on this file. Close and count it first."))
    if floor.gavel is None:
        raise IllegalTransition(
            N_("Nobody holds the gavel: chair and deputy are away or out of the room. Name another deputy first.")
        )
    words, again_because = words.strip(), again_because.strip()
    if question is Question.OWN and not words:
        raise RuleViolation(N_("Write the question that is put to the vote."), field="words")
    if len(words) > LONGEST_WORDS or len(again_because) > LONGEST_WORDS:
        raise RuleViolation(N_("This text is too long to be kept."), field="words")
    earlier = queries.votes(turn.item)
    is_again = any(one.question == question.value for one in earlier)
    if is_again and not again_because:
        raise RuleViolation(
            N_(
                "This question was voted on already. Give the reason for voting again; both counts stay in the minutes."
            ),
            field="again_because",
        )
    here, entitled = _sides(floor)
    needed = rules.quorum_needed(Quorum(session.quorum), entitled=entitled)
    if len(here) < needed:
        raise RuleViolation(
            N_(
                "There is no quorum: %(present)d of %(entitled)d members without a tie are present, %(needed)d are needed."
            ),
            present=len(here),
            entitled=entitled,
            needed=needed,
        )
    vote = PlenaryVote(
        session_id=session.id,
        item_id=turn.item_id,
        number=len(earlier) + 1,
        question=question.value,
        words=words if question is Question.OWN else "",
        is_secret=session.is_secret,
        again_because=again_because if is_again else None,
        presided_id=floor.gavel,
        opened_at=now,
        opened_by=actor.id,
    )
    db.session.add(vote)
    note_out(turn, floor.out, now=now)
    told(floor)
    note(floor, "vote_open", now=now, reason=vote.again_because, submission=turn.item.submission_id,
         number=vote.number, question=question.value, present=len(here), out=len(floor.out))  # fmt: skip
    return vote


def _sides(floor: Floor) -> tuple[set[int], int]:
    """Who is there without a tie to the file, and how many members of the committee have none, here or not."""
    people = {member.id for member in queries.members(floor.session.cycle)}
    return {one for one in floor.present if one in people and one not in floor.out}, len(people - set(floor.out))


def _vote(floor: Floor, seen: str, number: int) -> PlenaryVote:
    """The open vote of the file and number the screen showed. Raises VoteClosed, StaleVersion."""
    check_seen(floor, seen)
    if floor.turn is None:
        raise IllegalTransition(N_("Take up a file first."))
    vote = next((one for one in queries.votes(floor.turn.item) if one.number == number), None)
    if vote is None:
        raise StaleVersion(N_("There is no such vote."))
    if vote.closed_at is not None:
        raise VoteClosed(vote.closed_at)
    return vote


def _choice(vote: PlenaryVote, choice: str) -> Choice:
    if choice not in {*OPTIONS[Question(vote.question)], Choice.ABSTAIN}:
        raise RuleViolation(N_("Choose one of the answers."))
    return Choice(choice)


def cast(*, actor: User, session: PlenarySession, seen: str, number: int, choice: str, now: datetime) -> None:
    """Give one's vote, or another one while the vote is open: the last one counts.

    Raises NotPermitted for whoever is out of the room, away or no member, VoteClosed, StaleVersion, RuleViolation.
    """
    floor = locked(actor, session)
    if floor.member is None or floor.is_out:  # before anything is said about the vote
        raise NotPermitted(N_("You are out of the room for this file."))
    if floor.member.id not in floor.present:
        raise NotPermitted(N_("Say first that you are there: only members who are present vote."))
    vote = _vote(floor, seen, number)
    chosen = _choice(vote, choice)
    ballot = queries.ballots(vote).get(floor.member.id)
    if ballot is None:
        ballot = PlenaryBallot(vote_id=vote.id, membership_id=floor.member.id)
        db.session.add(ballot)
    ballot.choice, ballot.is_keyed_in, ballot.cast_at = chosen.value, False, now
    told(floor, hands_only=True)
    note(floor, "cast", now=now, number=number, submission=vote.item.submission_id)


def key_in(
    *, actor: User, session: PlenarySession, seen: str, number: int, choices: Mapping[int, str], now: datetime
) -> int:
    """Key in hands that were raised: a choice by membership id, "" for none. Whoever voted on their own screen is passed over.
    Returns how many hands were stored.

    Raises as `cast`, and IllegalTransition for a secret vote, where nobody's hand is seen.
    """
    floor = leading(actor, session)
    vote = _vote(floor, seen, number)
    if vote.is_secret:
        raise IllegalTransition(N_("A secret vote is given from the members' own screens alone."))
    here, _entitled = _sides(floor)
    known, stored = queries.ballots(vote), 0
    for member_id, choice in choices.items():
        ballot = known.get(member_id)
        if not choice or member_id not in here or (ballot is not None and not ballot.is_keyed_in):
            continue
        chosen = _choice(vote, choice)
        if ballot is None:
            ballot = PlenaryBallot(vote_id=vote.id, membership_id=member_id)
            db.session.add(ballot)
        elif ballot.choice == chosen.value:
            continue
        ballot.choice, ballot.is_keyed_in, ballot.cast_at = chosen.value, True, now
        stored += 1
    if stored:
        told(floor, hands_only=True)
        note(floor, "key_in", now=now, number=number, submission=vote.item.submission_id, hands=stored)
    return stored


def close_vote(*, actor: User, session: PlenarySession, seen: str, number: int, now: datetime) -> Count:
    """Close the vote and count it. Of a secret one the choices are forgotten; whoever got a tie meanwhile is not counted.

    Raises NotPermitted, VoteClosed when it is closed already, StaleVersion.
    """
    floor = leading(actor, session)
    vote = _vote(floor, seen, number)
    here, entitled = _sides(floor)
    given = {member: ballot for member, ballot in queries.ballots(vote).items() if member not in floor.out}
    counted = rules.count(
        Question(vote.question),
        [ballot.choice or "" for ballot in given.values()],
        present=len(here | given.keys()),
        entitled=entitled,
        out=len(set(floor.out) & floor.present.keys()),
        quorum=Quorum(session.quorum),
        majority=Majority(session.majority),
    )
    vote.closed_at, vote.closed_by, vote.count = now, actor.id, counted.to_json()
    if floor.gavel is not None:
        vote.presided_id = floor.gavel
    if vote.is_secret:
        for ballot in queries.ballots(vote).values():
            ballot.choice = None
    if floor.turn is not None:
        note_out(floor.turn, floor.out, now=now)
    told(floor)
    note(floor, "vote_close", now=now, number=number, submission=vote.item.submission_id,
         present=counted.present, entitled=counted.entitled, needed=counted.needed, out=counted.out)  # fmt: skip
    return counted

"""A session of the committee on the files around the line: everybody arrives, two files are voted on, the minutes are kept."""

from __future__ import annotations

from datetime import timedelta

from awardapp.domain.answers import digest
from awardapp.domain.plenary import Agenda, Question
from awardapp.models import PlenarySession
from awardapp.queries import plenary_room as queries
from awardapp.rehearsal.course import Rehearsal, chair
from awardapp.services import plenary, plenary_floor, plenary_votes

_NOTES = (
    "The readers agree on the method and differ on how easily other cities can follow. The committee asks for its cost.",
    "One member points to the evidence from the second year. Nobody wishes to move the file.",
)


def hold(run: Rehearsal, *, files: int = 2) -> PlenarySession:
    """One session: the chair leads to the first files of the agenda and asks each time whether to keep the proposal."""
    the_chair, now = chair(run.members), run.at(days=14, hours=1)
    cycle = run.cycle
    people = [one for one in queries.members(cycle) if one.conflicts_declared_at is not None]
    deputy = next(one for one in people if not one.is_chair)
    session = plenary.open_session(
        actor=the_chair,
        cycle=cycle,
        deputy=deputy,
        clerk=next(iter(queries.clerks(cycle)), None),
        kind=Agenda.LINE,
        now=now,
    )
    for n, member in enumerate(people):
        how = "remote" if n % 5 == 4 else "room"
        plenary_floor.arrive(actor=member.user, session=session, member=member, how=how, now=now)
    clerk = run.secretaries[0]
    for n, line in enumerate(queries.agenda(session)[:files]):
        now += timedelta(minutes=12)
        turn = queries.turn_now(session)
        seen = turn.item.submission.ref if turn is not None else ""
        plenary_floor.go_to(actor=clerk, session=session, item=line.item, seen=seen, now=now)
        ref = line.submission.ref
        text = _NOTES[n % len(_NOTES)]
        plenary_floor.save_notes(actor=clerk, session=session, item=line.item, text=text, base=digest(""), now=now)
        if plenary_floor.look(clerk, session).gavel is None:
            continue  # chair and deputy both have a tie to the file: it is talked about, not voted on
        now += timedelta(minutes=9)
        plenary_votes.open_vote(
            actor=clerk, session=session, question=Question.KEEP, words="", again_because="", seen=ref, now=now
        )
        out = queries.out_of_room(cycle, line.submission)
        for at, member in enumerate(one for one in people if one.id not in out):
            choice = "abstain" if at % 6 == 5 else "move" if at % 4 == 3 else "keep"
            plenary_votes.cast(actor=member.user, session=session, seen=ref, number=1, choice=choice, now=now)
        plenary_votes.close_vote(actor=clerk, session=session, seen=ref, number=1, now=now + timedelta(minutes=1))
    plenary.close_session(actor=the_chair, session=session, now=now + timedelta(minutes=5))
    return session

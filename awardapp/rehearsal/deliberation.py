"""The jury behind closed doors: it meets, speaks of the first cities of the count, writes its citations and locks."""

from __future__ import annotations

from datetime import datetime, timedelta

from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.models import Decision, Deliberation, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.rehearsal.course import Rehearsal, chair
from awardapp.rehearsal.locking import lock_by_two
from awardapp.services import (
    ballot_counting,
    citations,
    deciders,
    deliberation_notes,
    deliberations,
    jury_lock,
    selections,
)

_OPENING = "The chair recalls the rule of the vote, and that whoever has a tie to a city leaves the room for it."
_NOTES = "What spoke for it, and what the jury asked itself, is written in the citation. No objection was left."


def meet(run: Rehearsal, *, now: datetime) -> Deliberation:
    """The chair opens a meeting with a deputy who has no tie where the chair has one, and a clerk; all jurors come."""
    the_chair = chair(run.jurors)
    jurors = sorted(run.jurors.values(), key=lambda member: member.id)
    winners = [decision.submission for decision in selections.decided(run.cycle, Stage.JURY)]
    own = next(member for member in jurors if member.user_id == the_chair.id)
    tied = [city for city in winners if assessment_queries.conflict(own, city) is not None]
    deputy = next(
        (member for member in jurors if member.id != own.id and not assessment_queries.conflicts(member, tied)),
        None,
    )
    meeting = deliberations.open_meeting(actor=the_chair, cycle=run.cycle, deputy=deputy, clerk=None, now=now)
    for number, member in enumerate(jurors):
        how = "remote" if number % 4 == 3 else "room"
        deliberations.arrive(
            actor=the_chair, meeting=meeting, member=member, how=how, now=now + timedelta(minutes=number)
        )
    deliberation_notes.save_notes(
        actor=the_chair,
        meeting=meeting,
        submission=None,
        text=_OPENING,
        base=digest(""),
        now=now + timedelta(minutes=9),
    )
    for city in winners:
        writer = _writer(run, city)
        deliberation_notes.save_notes(
            actor=writer,
            meeting=meeting,
            submission=city,
            text=_NOTES,
            base=digest(""),
            now=now + timedelta(minutes=40),
        )
    deliberations.close_meeting(actor=the_chair, meeting=meeting, now=now + timedelta(hours=2))
    run.commit()
    return meeting


def _writer(run: Rehearsal, city: Submission) -> User:
    """Who decides on a city: the chair, or the deputy where the chair has a tie."""
    return next(
        member.user for member in run.jurors.values() if deciders.office(member.user, run.cycle, city) is not None
    )


def write_citation(run: Rehearsal, decision: Decision, *, now: datetime) -> None:
    """Both languages of a winner's citation."""
    words = run.judging.citation(run.invented.submission(run.number_of(decision.submission_id)))
    citations.save(
        actor=_writer(run, decision.submission),
        cycle=run.cycle,
        submission=decision.submission,
        values={"en": words.en, "zh": words.zh},
        bases={code: digest(text) for code, text in citations.texts(decision).items()},
        now=now,
    )


def decide_winners(run: Rehearsal) -> None:
    """The jury counts, meets, writes its citations and locks by two."""
    the_chair, now = chair(run.jurors), run.at(days=97)
    ballot_counting.count(actor=the_chair, cycle=run.cycle, now=now)
    run.commit()
    meet(run, now=now + timedelta(minutes=5))
    after = now + timedelta(hours=3)
    for decision in run.each("winners", selections.decided(run.cycle, Stage.JURY)):
        write_citation(run, decision, now=after)
    lock_by_two(run, jury_lock.LOCK, chair=the_chair, now=after)

"""The jury: secret ballots and the count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import Stage
from awardapp.domain.ballots import Content
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, Ballot, ConflictOfInterest, Membership, Submission
from awardapp.services import ballot_counting, ballots, selections
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Jury
from tests.support.judging import jury as seated


def save(member: Membership, ranking: Sequence[Submission], edit_version: int = 0, **changes: Any) -> Ballot:
    values = {"actor": member.user, "now": NOW, **changes}
    content = Content.ranked(s.id for s in ranking)
    return ballots.save(member=member, content=content, edit_version=edit_version, **values)


def cast(member: Membership) -> Ballot:
    return ballots.cast(actor=member.user, member=member, now=NOW)


def vote(found: Jury, *orders: Sequence[int]) -> None:
    """Each juror casts a ranking, given by the finalists' numbers."""
    for member, order in zip(found.jurors, orders, strict=True):
        save(member, [found.finalists[n] for n in order])
        cast(member)


def count(found: Jury) -> Any:
    return ballot_counting.count(actor=found.chair, cycle=found.cycle, now=NOW)


def winners(found: Jury) -> list[Submission]:
    decided = {d.submission_id for d in selections.decided(found.cycle, Stage.JURY)}
    return [s for s in found.finalists if s.id in decided]


def tie_to(member: Membership, submission: Submission) -> None:
    db.session.add(
        ConflictOfInterest(
            membership_id=member.id,
            city_id=submission.city_id,
            kind="advice",
            declared_by=member.user_id,
            declared_at=NOW,
        )
    )
    db.session.flush()


def test_a_ballot_is_a_draft_until_cast_and_then_final(app: Flask, now: datetime) -> None:
    found = seated(recorded=False)
    juror = found.jurors[1]
    ballot = save(juror, found.finalists[:1])
    assert (ballot.cast_at, ballot.edit_version) == (None, 1)
    save(juror, found.finalists[1:], edit_version=1)
    assert ballot.content == {"ranking": [[s.id] for s in found.finalists[1:]]}
    assert cast(juror).cast_at == now
    with pytest.raises(IllegalTransition):
        save(juror, found.finalists, edit_version=2)
    with pytest.raises(IllegalTransition):
        cast(juror)


def test_two_windows_never_overwrite_each_other(app: Flask) -> None:
    found = seated(recorded=False)
    juror = found.jurors[0]
    save(juror, found.finalists[:1])
    with pytest.raises(StaleVersion):  # opened before there was a ballot
        save(juror, found.finalists)
    save(juror, found.finalists[:2], edit_version=1)
    with pytest.raises(StaleVersion):
        save(juror, found.finalists, edit_version=1)


def test_an_empty_ballot_cannot_be_cast(app: Flask) -> None:
    found = seated(recorded=False)
    with pytest.raises(RuleViolation):
        cast(found.jurors[0])
    save(found.jurors[0], [])
    with pytest.raises(RuleViolation) as refused:
        cast(found.jurors[0])
    assert refused.value.field == "ranking"


def test_only_finalists_can_be_ranked_each_once_and_never_a_city_one_is_tied_to(app: Flask) -> None:
    found = seated(recorded=False)
    juror = found.jurors[0]
    other = make.make_submission(found.cycle)
    tie_to(juror, found.finalists[1])
    assert [s.id for s in ballots.votable(juror, found.cycle)] == sorted(
        (found.finalists[0].id, found.finalists[2].id),
        key=lambda i: next(s.city.name_en for s in found.finalists if s.id == i),
    )
    for ranking in ([found.finalists[0]] * 2, [other], [found.finalists[1]]):
        with pytest.raises(RuleViolation) as refused:
            save(juror, ranking)
        assert refused.value.field == "ranking"


def test_a_juror_of_a_finalists_country_is_barred_by_the_rules(app: Flask) -> None:
    found = seated(recorded=False)
    found.jurors[0].user.country = "ES"
    assert ballots.votable(found.jurors[0], found.cycle) == []


def test_nobody_votes_for_another_before_declaring_or_outside_the_phase(app: Flask) -> None:
    found = seated(recorded=False)
    juror, other = found.jurors[0], found.jurors[1]
    with pytest.raises(NotPermitted):
        save(juror, found.finalists, actor=other.user)
    other.conflicts_declared_at = None
    with pytest.raises(NotPermitted):
        save(other, found.finalists)
    for phase in (CyclePhase.SHORTLIST_PUBLIC, CyclePhase.WINNERS_SEALED):
        found.cycle.phase = phase
        with pytest.raises(IllegalTransition):
            save(juror, found.finalists)


def test_the_audit_log_notes_that_a_ballot_was_cast_and_never_what_it_says(app: Flask) -> None:
    found = seated(recorded=False)
    vote(found, (0, 1, 2), (1, 0, 2), (0, 2, 1))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ballot.cast")).all()
    assert [(e.object, e.details) for e in entries] == [(f"membership:{m.id}", {}) for m in found.jurors]


def test_ballots_are_counted_only_when_all_are_cast(app: Flask) -> None:
    found = seated(recorded=False)
    save(found.jurors[0], found.finalists)
    for juror in found.jurors[1:]:
        save(juror, found.finalists)
        cast(juror)
    with pytest.raises(RuleViolation) as refused:
        count(found)
    assert refused.value.params == {"cast": 2, "all": 3}
    cast(found.jurors[0])
    assert count(found).result["winners"] == [s.pseudonym for s in found.finalists[:2]]


def test_an_excused_juror_does_not_hold_up_the_count(app: Flask, now: datetime) -> None:
    found = seated(recorded=False)
    for juror in found.jurors[:2]:
        save(juror, found.finalists)
        cast(juror)
    found.jurors[2].ended_at = now
    db.session.flush()
    count(found)
    assert winners(found) == found.finalists[:2]


def test_a_recused_citys_rank_is_made_by_the_others(app: Flask) -> None:
    found = seated(recorded=False)
    tie_to(found.jurors[0], found.finalists[0])
    vote(found, (1, 2), (0, 1, 2), (0, 2, 1))
    assert count(found).result["order"][0]["id"] == found.finalists[0].pseudonym


def test_the_chair_counts_and_nobody_else(app: Flask, now: datetime) -> None:
    found = seated(recorded=False)
    vote(found, (0, 1, 2), (0, 1, 2), (0, 1, 2))
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    for other in (found.jurors[1].user, secretary):
        with pytest.raises(NotPermitted):
            ballot_counting.count(actor=other, cycle=found.cycle, now=now)

"""Ballots by every rule: the receipt, reopening on the record, jurors not waited for, papers keyed in by two people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.announcements import Stage
from awardapp.domain.ballots import Content
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.selection.receipts import ballot_receipt
from awardapp.extensions import db
from awardapp.models import (
    AuditEntry,
    Ballot,
    ConflictOfInterest,
    Cycle,
    Membership,
    Notification,
    PaperBallot,
    PaperKeying,
    Submission,
    User,
)
from awardapp.queries import ballots as ballot_queries
from awardapp.services import ballot_counting, ballot_reopening, ballots, paper_ballots, selections
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Jury
from tests.support.judging import jury as seated


def by_rule(cycle: Cycle, **changes: Any) -> None:
    cycle.rules_json = replace(cycle.rules, **changes).to_json()
    db.session.flush()


def vote(member: Membership, content: Content) -> Ballot:
    own = ballots.of(member)
    ballots.save(
        actor=member.user, member=member, content=content, edit_version=own.edit_version if own else 0, now=NOW
    )
    return ballots.cast(actor=member.user, member=member, now=NOW)


def rank(found: Jury, member: Membership, *places: int) -> Ballot:
    return vote(member, Content.ranked(found.finalists[n].id for n in places))


def count(found: Jury) -> Any:
    return ballot_counting.count(actor=found.chair, cycle=found.cycle, now=NOW)


def reopen(found: Jury, member: Membership, *, reason: str = "Cast by mistake.", actor: User | None = None) -> Ballot:
    return ballot_reopening.reopen(actor=actor or found.chair, cycle=found.cycle, member=member, reason=reason, now=NOW)


def excuse(found: Jury, member: Membership) -> None:
    ballot_reopening.excuse(actor=found.chair, cycle=found.cycle, member=member, reason="Ill.", now=NOW)


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


def names(found: Jury, pseudonyms: Sequence[str]) -> list[int]:
    """The numbers of the finalists with these pseudonyms."""
    return [next(n for n, s in enumerate(found.finalists) if s.pseudonym == one) for one in pseudonyms]


def acts(cycle: Cycle) -> list[str]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.cycle_id == cycle.id).order_by(AuditEntry.id))
    return [row.action for row in rows if row.action.startswith(("ballot", "paper"))]


def test_the_receipt_of_a_ballot_is_that_of_what_counts(app: Flask) -> None:
    found = seated(recorded=False)
    tie_to(found.jurors[1], found.finalists[2])
    ballot = rank(found, found.jurors[1], 1, 0)
    (counted,) = ballot_counting.cast_ballots(found.cycle)
    assert counted.ballot.recused == (found.finalists[2].pseudonym,)
    assert counted.ballot.ranking == ((found.finalists[1].pseudonym,), (found.finalists[0].pseudonym,))
    assert (counted.nonce, counted.receipt) == (ballot.nonce, ballot.receipt_sha256)
    assert counted.receipt == ballot_receipt(found.cycle.slug, counted.ballot, counted.nonce)
    other = rank(found, found.jurors[0], 1, 0)
    assert len({ballot.nonce, other.nonce}) == 2


def test_a_draft_saved_after_the_page_that_asked_is_not_cast_unseen(app: Flask) -> None:
    found = seated(recorded=False)
    juror = found.jurors[0]
    content = Content.ranked([found.finalists[0].id])
    ballots.save(actor=juror.user, member=juror, content=content, edit_version=0, now=NOW)
    ballots.save(actor=juror.user, member=juror, content=content, edit_version=1, now=NOW)
    with pytest.raises(StaleVersion):
        ballots.cast(actor=juror.user, member=juror, seen=1, now=NOW)
    assert ballots.cast(actor=juror.user, member=juror, seen=2, now=NOW).cast_at == NOW


@pytest.mark.parametrize("method", ["approval", "score", "points", "borda"])
def test_each_rule_is_counted_from_ballots_of_its_own_shape(app: Flask, method: str) -> None:
    found = seated(recorded=False)
    by_rule(found.cycle, jury_method=method, jury_points=10, jury_points_most=10, jury_trim=0, winners_max=1)
    first, second, third = (s.id for s in found.finalists)
    for juror in found.jurors:
        vote(
            juror,
            {
                "approval": Content(approved=(second,)),
                "score": Content(marks={first: 1, second: 9, third: 0}),
                "points": Content(points={first: 3, second: 7}),
                "borda": Content.ranked([second, first]),
            }[method],
        )
    result = count(found).result
    assert names(found, result["winners"]) == [1]
    told = {name for name, ids in result["other_rules"].items() if ids is not None}
    assert told == {"approval": set(), "borda": {"schulze"}}.get(method, {"schulze", "borda"})


def test_an_abstention_is_cast_like_a_ballot_and_says_nothing(app: Flask) -> None:
    found = seated(recorded=False)
    vote(found.jurors[0], Content(ranking=((found.finalists[0].id,),), abstained=True))
    assert ballots.of(found.jurors[0]).content == {"abstained": True}  # type: ignore[union-attr]
    for juror in found.jurors[1:]:
        rank(found, juror, 2, 1, 0)
    result = count(found).result
    assert (result["abstained"], names(found, result["winners"])) == (1, [2, 1])


def test_a_pair_that_too_few_compared_stays_undecided_and_is_named(app: Flask) -> None:
    found = seated(recorded=False)
    by_rule(found.cycle, pair_quorum=3)
    tie_to(found.jurors[2], found.finalists[0])
    for juror in found.jurors[:2]:
        rank(found, juror, 0, 1, 2)
    rank(found, found.jurors[2], 1, 2)
    undecided = {frozenset(names(found, pair)) for pair in count(found).result["undecided"]}
    assert undecided == {frozenset({0, 1}), frozenset({0, 2})}


def test_the_chair_reopens_one_ballot_and_learns_nothing_of_it(app: Flask) -> None:
    found = seated(recorded=False)
    juror = found.jurors[1]
    ballot = rank(found, juror, 2, 0)
    receipt, content = ballot.receipt_sha256, {"ranking": [[found.finalists[2].id], [found.finalists[0].id]]}

    reopen(found, juror)

    assert (ballot.cast_at, ballot.nonce, ballot.receipt_sha256, ballot.content) == (None, None, None, content)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.object, entry.reason) == ("ballot.reopen", f"membership:{juror.id}", "Cast by mistake.")
    assert entry.details == {}
    letters = db.session.scalars(select(Notification).where(Notification.kind == "ballot_reopened")).all()
    assert [(one.recipient_id, one.context) for one in letters] == [(juror.user_id, {"reason": "Cast by mistake."})]
    rank(found, juror, 0)
    (counted,) = ballot_counting.cast_ballots(found.cycle)
    assert counted.replaced == (receipt,)
    assert counted.receipt != receipt
    reopen(found, juror, reason="Again.")  # each time a letter of its own
    assert db.session.scalar(select(func.count(Notification.id)).where(Notification.kind == "ballot_reopened")) == 2


def test_only_the_chair_reopens_with_a_reason_and_never_the_own_ballot(app: Flask) -> None:
    found = seated(recorded=False)
    for juror in found.jurors:
        rank(found, juror, 0)
    secretary = make.make_member(found.cycle, Role.SECRETARIAT)
    for actor in (found.jurors[1].user, secretary.user):
        with pytest.raises(NotPermitted):
            reopen(found, found.jurors[2], actor=actor)
    with pytest.raises(NotPermitted):
        reopen(found, found.jurors[0])
    with pytest.raises(RuleViolation) as refused:
        reopen(found, found.jurors[1], reason="  ")
    assert refused.value.field == "reason"
    reopen(found, found.jurors[1])
    with pytest.raises(IllegalTransition):
        reopen(found, found.jurors[1])


def test_a_count_before_the_reopening_holds_no_longer_and_is_made_anew(app: Flask) -> None:
    found = seated(recorded=False)
    for juror in found.jurors:
        rank(found, juror, 0, 1)
    assert names(found, count(found).result["winners"]) == [0, 1]
    reopen(found, found.jurors[1])
    reopen(found, found.jurors[2])
    selection = selections.selection_of(found.cycle, Stage.JURY)
    assert ballot_counting.is_outdated(selection)
    with pytest.raises(RuleViolation):
        count(found)
    for juror in found.jurors[1:]:
        rank(found, juror, 2, 1)
    assert names(found, count(found).result["winners"]) == [2, 1]
    assert not ballot_counting.is_outdated(selection)
    decided = {d.submission_id for d in selections.decided(found.cycle, Stage.JURY)}
    assert decided == {found.finalists[1].id, found.finalists[2].id}


def test_a_juror_who_is_not_waited_for_does_not_hold_up_the_count(app: Flask) -> None:
    found = seated(recorded=False)
    missing = found.jurors[2]
    for juror in found.jurors[:2]:
        rank(found, juror, 1)
    with pytest.raises(RuleViolation):
        count(found)
    with pytest.raises(IllegalTransition):
        excuse(found, found.jurors[1])  # has cast
    excuse(found, missing)
    ballot_reopening.expect(actor=found.chair, cycle=found.cycle, member=missing, now=NOW)
    excuse(found, missing)
    assert count(found).result["excused"] == [missing.pseudonym]
    with pytest.raises(IllegalTransition):
        rank(found, missing, 0)


def test_after_a_count_nobody_is_left_out_or_let_in_since_two_counts_would_tell_that_ballot(app: Flask) -> None:
    found = seated(recorded=False)
    for juror in found.jurors[:2]:
        rank(found, juror, 1)
    excuse(found, found.jurors[2])
    count(found)
    with pytest.raises(IllegalTransition, match="counted once"):
        ballot_reopening.expect(actor=found.chair, cycle=found.cycle, member=found.jurors[2], now=NOW)
    ballot_reopening.reopen(
        actor=found.chair, cycle=found.cycle, member=found.jurors[1], reason="Asked for it.", now=NOW
    )
    assert ballot_counting.is_outdated(selections.selection_of(found.cycle, Stage.JURY))
    with pytest.raises(IllegalTransition, match="counted once"):
        excuse(found, found.jurors[1])


def test_a_tie_found_after_the_cast_asks_for_a_new_ballot_whatever_the_old_one_says(app: Flask) -> None:
    found = seated(recorded=False)
    for juror in found.jurors:
        rank(found, juror, 0)
    tie_to(found.jurors[1], found.finalists[2])  # which the ballot does not name
    with pytest.raises(RuleViolation) as refused:
        count(found)
    assert refused.value.params == {"juror": found.jurors[1].user.name}
    reopen(found, found.jurors[1])
    ballots.cast(actor=found.jurors[1].user, member=found.jurors[1], now=NOW)
    assert names(found, count(found).result["winners"])[0] == 0


def test_what_is_known_from_outside_is_that_a_ballot_is_cast_and_not_what_it_says(app: Flask) -> None:
    """The log, the states and the letters of a jury are the same whatever its ballots say."""

    def traces(places: tuple[int, ...]) -> list[Any]:
        found = seated(recorded=False)
        for juror in found.jurors:
            rank(found, juror, *places)
        reopen(found, found.jurors[1])
        rows = db.session.scalars(
            select(AuditEntry).where(AuditEntry.cycle_id == found.cycle.id).order_by(AuditEntry.id)
        ).all()
        states = ballot_queries.states(found.cycle)
        return [
            [(row.action, row.reason, row.details) for row in rows if row.action.startswith("ballot")],
            [states[juror.id] for juror in found.jurors],
        ]

    assert traces((0, 1, 2)) == traces((2,))


def secretaries(cycle: Cycle, n: int = 2) -> list[User]:
    return [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(n)]


def open_paper(found: Jury, actor: User, member: Membership, number: str = "17") -> PaperBallot:
    return paper_ballots.open_paper(actor=actor, cycle=found.cycle, member=member, number=number, now=NOW)


def key(found: Jury, actor: User, paper: PaperBallot, *places: int) -> None:
    content = Content.ranked(found.finalists[n].id for n in places)
    paper_ballots.key_in(actor=actor, cycle=found.cycle, paper=paper, content=content, now=NOW)


def test_two_people_who_agree_cast_the_ballot_of_a_paper(app: Flask) -> None:
    found = seated(recorded=False)
    one, two = secretaries(found.cycle)
    juror = found.jurors[1]
    paper = open_paper(found, one, juror)
    key(found, one, paper, 2, 0, 1)
    assert (paper.state, ballots.of(juror)) == ("open", None)
    with pytest.raises(IllegalTransition):
        key(found, one, paper, 2, 0, 1)  # never both by one person
    key(found, two, paper, 2, 0, 1)
    ballot = ballots.of(juror)
    assert ballot is not None
    assert (paper.state, ballot.cast_at, ballot.paper_number) == ("cast", NOW, "17")
    assert db.session.scalars(select(PaperKeying.content)).all() == [None, None]
    (counted,) = ballot_counting.cast_ballots(found.cycle)
    assert counted.on_paper
    assert counted.receipt == ballot_receipt(found.cycle.slug, counted.ballot, counted.nonce)
    assert acts(found.cycle) == ["paper.open", "paper.key", "paper.cast"]
    log = json.dumps([row.details for row in db.session.scalars(select(AuditEntry)) if row.action.startswith("paper")])
    assert counted.receipt not in log and found.finalists[2].pseudonym not in log


def test_two_readings_that_differ_are_forgotten_and_both_begin_again(app: Flask) -> None:
    found = seated(recorded=False)
    one, two = secretaries(found.cycle)
    paper = open_paper(found, one, found.jurors[1])
    key(found, one, paper, 0, 1, 2)
    key(found, two, paper, 0, 2, 1)
    assert (paper.state, paper.turn) == ("open", 2)
    assert set(paper.differing) == {found.finalists[1].id, found.finalists[2].id}
    assert db.session.scalars(select(PaperKeying.content)).all() == [None, None]
    assert ballots.of(found.jurors[1]) is None
    key(found, two, paper, 0, 1, 2)
    key(found, one, paper, 0, 1, 2)
    assert (paper.state, paper.differing) == ("cast", [])


def test_papers_are_for_the_secretariat_and_not_for_jurors(app: Flask) -> None:
    found = seated(recorded=False)
    one, two = secretaries(found.cycle)
    paper = open_paper(found, one, found.jurors[1])
    with pytest.raises(NotPermitted):
        key(found, found.jurors[2].user, paper, 0)
    make.make_member(found.cycle, Role.JUROR, two)
    with pytest.raises(NotPermitted):
        key(found, two, paper, 0)
    with pytest.raises(NotPermitted):
        open_paper(found, found.chair, found.jurors[2], "18")


def test_one_juror_has_one_ballot_on_screen_or_on_paper(app: Flask) -> None:
    found = seated(recorded=False)
    one, two = secretaries(found.cycle)
    juror = found.jurors[1]
    paper = open_paper(found, one, juror)
    with pytest.raises(IllegalTransition):
        rank(found, juror, 0)
    for member, number in ((juror, "18"), (found.jurors[2], " 17 ")):
        with pytest.raises(RuleViolation):
            open_paper(found, one, member, number)
    with pytest.raises(RuleViolation):
        paper_ballots.void(actor=one, cycle=found.cycle, paper=paper, reason="", now=NOW)
    paper_ballots.void(actor=two, cycle=found.cycle, paper=paper, reason="Torn.", now=NOW)
    rank(found, juror, 0)
    with pytest.raises(IllegalTransition):
        open_paper(found, one, juror, "19")


def test_a_ballot_of_a_paper_is_reopened_like_any_other(app: Flask) -> None:
    found = seated(recorded=False)
    one, two = secretaries(found.cycle)
    juror = found.jurors[1]
    paper = open_paper(found, one, juror)
    for actor in (one, two):
        key(found, actor, paper, 1)
    reopen(found, juror)
    assert (paper.state, paper.live) == ("void", None)
    assert rank(found, juror, 0).paper_number is None


def test_a_reading_that_is_no_whole_ballot_is_refused(app: Flask) -> None:
    found = seated(recorded=False)
    one, _two = secretaries(found.cycle)
    tie_to(found.jurors[1], found.finalists[0])
    paper = open_paper(found, one, found.jurors[1])
    for places in ((), (0,)):
        with pytest.raises(RuleViolation):
            key(found, one, paper, *places)
    assert db.session.scalars(select(PaperKeying)).all() == []

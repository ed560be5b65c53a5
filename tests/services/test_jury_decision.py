"""What the jury decides beside the count: moves by hand, why fewer, citations in two languages, the deputy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import CitationChange, JuryMove, Submission, User
from awardapp.queries import jury_decisions as queries
from awardapp.services import ballot_counting, citations, deciders, deliberations, jury_decision, jury_lock, selections
from awardapp.services.citations import CitationChanged
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Jury, cast_all, counted, tie_to
from tests.support.judging import jury as seated


def decide(found: Jury, submission: Submission, *, wins: bool, reason: str = "", actor: User | None = None) -> None:
    jury_decision.decide(
        actor=actor or found.chair, cycle=found.cycle, submission=submission, wins=wins, reason=reason, now=NOW
    )


def write(found: Jury, submission: Submission, *, actor: User | None = None, minutes: int = 0, **texts: str) -> None:
    """Write in the window that was opened just now."""
    decision = queries.decision(found.cycle, submission)
    bases = {code: digest(text) for code, text in citations.texts(decision).items()} if decision else {}
    citations.save(
        actor=actor or found.chair,
        cycle=found.cycle,
        submission=submission,
        values=texts,
        bases=bases,
        now=NOW + timedelta(minutes=minutes),
    )


def behind(found: Jury, submission: Submission) -> str | None:
    decision = queries.decision(found.cycle, submission)
    assert decision is not None
    return citations.behind(found.cycle, decision)


def winners(found: Jury) -> list[Submission]:
    decided = {d.submission_id for d in selections.decided(found.cycle, Stage.JURY)}
    return [s for s in found.finalists if s.id in decided]


def test_nobody_but_the_chair_decides_and_only_between_count_and_lock(app: Flask) -> None:
    found = seated(recorded=False)
    cast_all(found)
    with pytest.raises(IllegalTransition):
        decide(found, found.finalists[0], wins=False, reason="x")
    counted(found)
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    for other in (found.jurors[1].user, secretary, make.make_user()):
        with pytest.raises(NotPermitted):
            decide(found, found.finalists[0], wins=False, reason="x", actor=other)
        with pytest.raises(NotPermitted):
            write(found, found.finalists[0], actor=other, en="Bold.")
        with pytest.raises(NotPermitted):
            jury_decision.say_why_fewer(actor=other, cycle=found.cycle, reason="x", now=NOW)


def test_every_move_needs_its_reason_and_is_kept_for_ever(app: Flask) -> None:
    found = seated(recorded=False)
    cast_all(found)
    counted(found)
    first, second, third = found.finalists
    for submission, wins in ((second, False), (third, True)):
        with pytest.raises(RuleViolation) as refused:
            decide(found, submission, wins=wins)
        assert refused.value.field == "move_reason"
    with pytest.raises(RuleViolation):
        decide(found, first, wins=True, reason="It wins already.")
    with pytest.raises(RuleViolation):
        decide(found, make.make_submission(found.cycle), wins=True, reason="From outside the shortlist.")
    decide(found, second, wins=False, reason="A doubt.")
    decide(found, third, wins=True, reason="The jury wishes it.")
    assert winners(found) == [first, third]
    counted(found)
    assert winners(found) == [first, third]
    decide(found, second, wins=True, reason="Settled.")
    assert [(m.submission_id, m.to_outcome, m.reason, m.office, m.is_back) for m in queries.moves(found.cycle)] == [
        (second.id, "none", "A doubt.", "chair", False),
        (third.id, "winner", "The jury wishes it.", "chair", False),
        (second.id, "winner", "Settled.", "chair", True),
    ]
    decisions = {d.submission_id: d for d in selections.decided(found.cycle, Stage.JURY)}
    assert (decisions[third.id].moved_by_hand, decisions[second.id].moved_by_hand) == (True, False)
    for statement in (update(JuryMove).values(reason="Another."), delete(JuryMove), delete(CitationChange)):
        write(found, first, en=f"Bold {statement}.")
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(statement)


def test_fewer_winners_are_allowed_with_a_written_reason(app: Flask) -> None:
    found = seated()
    cast_all(found)
    counted(found)
    write(found, found.finalists[0], en="Bold.", zh="大胆。")
    decide(found, found.finalists[1], wins=False, reason="Not convincing.")
    asked = "Fewer winners are named than the rules allow: write down why."
    assert jury_lock.problems(found.cycle) == [asked]
    jury_decision.say_why_fewer(actor=found.chair, cycle=found.cycle, reason=" One stood out. ", now=NOW)
    assert jury_lock.problems(found.cycle) == []
    assert jury_lock.fewer_reason(found.cycle, 1) == "One stood out."
    assert jury_lock.fewer_reason(found.cycle, 2) == ""  # as many as the rules allow
    jury_decision.say_why_fewer(actor=found.chair, cycle=found.cycle, reason="", now=NOW)
    assert jury_lock.problems(found.cycle) == [asked]


def test_a_citation_is_never_written_over_one_that_the_writer_has_not_seen(app: Flask) -> None:
    found = seated(recorded=False)
    cast_all(found)
    counted(found)
    first = found.finalists[0]
    write(found, first, en="Bold.", zh="大胆。")
    with pytest.raises(CitationChanged) as refused:
        citations.save(
            actor=found.chair, cycle=found.cycle, submission=first,
            values={"en": "Another.", "zh": "大胆。"}, bases={"en": digest(""), "zh": digest("")}, now=NOW,
        )  # fmt: skip
    assert refused.value.languages == ["en"]  # the same Chinese text once more is no change
    assert [change.text for change in queries.changes(found.cycle, first)] == ["大胆。", "Bold."]
    with pytest.raises(RuleViolation):
        write(found, first, en="x" * 5001)
    with pytest.raises(IllegalTransition):
        write(found, found.finalists[2], en="Not a winner.")


def test_a_city_that_wins_again_gets_its_citation_back(app: Flask) -> None:
    found = seated(recorded=False)
    cast_all(found)
    counted(found)
    first = found.finalists[0]
    write(found, first, en="Bold.", zh="大胆。")
    decide(found, first, wins=False, reason="A doubt.")
    assert queries.decision(found.cycle, first) is None
    decide(found, first, wins=True, reason="Settled.")
    decision = queries.decision(found.cycle, first)
    assert decision is not None
    assert citations.texts(decision) == {"en": "Bold.", "zh": "大胆。"}


def test_a_text_changed_after_its_translation_asks_for_a_look_at_both(app: Flask) -> None:
    found = seated()
    cast_all(found)
    counted(found)
    first, second = found.finalists[:2]
    write(found, second, en="Wise.", zh="明智。")
    write(found, first, en="Bold.")
    write(found, first, zh="大")
    write(found, first, zh="大胆。", minutes=1)  # the translation goes on being written
    assert behind(found, first) is None
    write(found, first, en="Bold and kind.", minutes=5)
    assert behind(found, first) == "zh"
    assert jury_lock.problems(found.cycle) == [
        "A citation was changed in one language after the other was written. Read both once more."
    ]
    write(found, first, zh="大胆而", minutes=6)
    write(found, first, zh="大胆而善良。", minutes=7)
    assert behind(found, first) is None
    write(found, first, zh="大胆、善良。", minutes=200)  # another sitting: now the Chinese text leads
    assert behind(found, first) == "en"
    citations.say_in_step(actor=found.chair, cycle=found.cycle, submission=first, language="en", now=NOW)
    assert behind(found, first) is None
    assert jury_lock.problems(found.cycle) == []


def test_the_deputy_decides_on_a_city_the_chair_has_a_tie_with_and_on_no_other(app: Flask) -> None:
    found = seated()
    first, second = found.finalists[:2]
    tie_to(found.jurors[0], first)
    cast_all(found)
    counted(found)
    chair, deputy, other = (member.user for member in found.jurors)
    with pytest.raises(NotPermitted):
        write(found, first, en="By the chair.")
    with pytest.raises(NotPermitted):
        decide(found, first, wins=False, reason="By the chair.")
    with pytest.raises(NotPermitted):
        write(found, first, actor=deputy, en="Before there is a deputy.")
    meeting = deliberations.open_meeting(actor=chair, cycle=found.cycle, deputy=found.jurors[1], clerk=None, now=NOW)
    deliberations.close_meeting(actor=chair, meeting=meeting, now=NOW)
    assert [deciders.office(user, found.cycle, first) for user in (chair, deputy, other)] == [None, "deputy", None]
    assert [deciders.office(user, found.cycle, second) for user in (chair, deputy, other)] == ["chair", None, None]
    write(found, first, actor=deputy, en="Bold.", zh="大胆。")
    decide(found, first, actor=deputy, wins=False, reason="A doubt.")
    decide(found, first, actor=deputy, wins=True, reason="Settled.")
    assert [move.office for move in queries.moves(found.cycle)] == ["deputy", "deputy"]
    tie_to(found.jurors[1], first)
    assert deciders.office(deputy, found.cycle, first) is None


def test_a_count_made_anew_keeps_citations_and_lets_go_of_who_no_longer_wins(app: Flask) -> None:
    found = seated(recorded=False)
    cast_all(found)
    counted(found)
    write(found, found.finalists[1], en="Wise.", zh="明智。")
    decide(found, found.finalists[1], wins=False, reason="A doubt.")
    decide(found, found.finalists[1], wins=True, reason="Settled.")
    ballot_counting.outdate(found.cycle)
    assert ballot_counting.OUTDATED in jury_lock.problems(found.cycle)
    counted(found)
    assert winners(found) == found.finalists[:2]
    decision = queries.decision(found.cycle, found.finalists[1])
    assert decision is not None
    assert decision.reason_en == "Wise."

"""How the committee's reading goes: the chair and the secretariat follow it, remind, stop and resume scoring."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, Membership, Notification
from awardapp.services import assessments, letters, progress
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import assessed
from tests.support.pages import Browser


@pytest.fixture
def cycle(app: Any) -> Cycle:
    return make.make_cycle(CyclePhase.COMMITTEE, committee_to=(NOW + timedelta(days=3)).date())


@pytest.fixture
def chair(cycle: Cycle) -> Membership:
    return make.make_member(cycle, Role.COMMITTEE, make.make_user("Chair"), is_chair=True)


@pytest.fixture
def member(cycle: Cycle) -> Membership:
    """Somebody with three files, one of them finished and one set aside for a conflict."""
    member = make.make_member(cycle, Role.COMMITTEE, make.make_user("Ana", language="zh"))
    files = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(3)]
    assessed(files[0], member, 12)
    assessed(files[1], member, 0, status="recused")
    make.make_assignment(files[2], member)
    return member


def reminders(cycle: Cycle) -> list[Notification]:
    return list(
        db.session.scalars(
            select(Notification).where(Notification.kind == "reading_reminder", Notification.cycle_id == cycle.id)
        )
    )


@pytest.mark.parametrize("role", ["chair", "secretariat"])
def test_the_chair_and_the_secretariat_see_who_has_read_what(
    cycle: Cycle, chair: Membership, member: Membership, browser: Browser, role: str
) -> None:
    who = chair if role == "chair" else make.make_member(cycle, Role.SECRETARIAT)
    room = "committee" if role == "chair" else "secretariat"
    page = browser.sign_in(who.user).get(f"/{room}/{cycle.slug}/progress")
    row = next(tr for tr in page.all("tr") if "Ana" in "".join(tr.itertext()))
    assert " ".join("".join(row.itertext()).split()).startswith("Remind Ana Ana 2 of 3 – 1")
    assert "2 of 3 readings finished" in page.words


def test_other_members_do_not_see_it(cycle: Cycle, chair: Membership, member: Membership, browser: Browser) -> None:
    assert browser.sign_in(member.user).get(f"/committee/{cycle.slug}/progress").status == 404
    with pytest.raises(NotPermitted):
        progress.freeze(actor=member.user, cycle=cycle, now=NOW)


def test_those_ticked_are_reminded_once_in_their_language(
    cycle: Cycle, chair: Membership, member: Membership, browser: Browser
) -> None:
    page = browser.sign_in(chair.user).get(f"/committee/{cycle.slug}/progress")
    done = browser.submit(page, "/remind", member=str(member.id))
    assert done.status == 303
    (letter,) = reminders(cycle)
    text = letters.render(letter).text
    assert "分配给您的 3 份材料中，尚有 1 份未完成" in text
    assert f"/committee/{cycle.slug}/" in text

    again = browser.get(f"/committee/{cycle.slug}/progress")
    assert again.all("input", name="member") == []
    with pytest.raises(RuleViolation):
        progress.remind(actor=chair.user, cycle=cycle, member_ids=[member.id], now=letter.created_at)
    assert len(reminders(cycle)) == 1


def test_whoever_is_done_is_not_reminded(cycle: Cycle, chair: Membership) -> None:
    with pytest.raises(RuleViolation):
        progress.remind(actor=chair.user, cycle=cycle, member_ids=[chair.id], now=NOW)
    assert reminders(cycle) == []


def test_nobody_can_score_while_scoring_is_stopped_and_nothing_is_lost(
    cycle: Cycle, chair: Membership, member: Membership, browser: Browser
) -> None:
    page = browser.sign_in(chair.user).get(f"/committee/{cycle.slug}/progress")
    assert browser.submit(page, "/freeze").status == 303
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    assignment = make.make_assignment(submission, member)
    aside = {
        "actor": member.user, "member": member, "assignment": assignment, "status": AssessmentStatus.ABSTAINED,
        "reason": "no time", "now": NOW,
    }  # fmt: skip
    with pytest.raises(IllegalTransition):
        assessments.step_aside(**aside)  # type: ignore[arg-type] # one dictionary of unlike values
    with pytest.raises(IllegalTransition):
        progress.freeze(actor=chair.user, cycle=cycle, now=NOW)

    page = browser.get(f"/committee/{cycle.slug}/progress")
    assert browser.submit(page, "/unfreeze").status == 303
    assert assessments.step_aside(**aside).status == "abstained"  # type: ignore[arg-type] # as above
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.cycle_id == cycle.id))
    assert [a for a in actions if a.startswith("scoring.")] == ["scoring.freeze", "scoring.unfreeze"]


def test_the_page_costs_the_same_queries_for_two_members_and_for_five(
    cycle: Cycle, chair: Membership, member: Membership, browser: Browser, queries: Any
) -> None:
    browser.sign_in(chair.user)
    path = f"/committee/{cycle.slug}/progress"
    browser.get(path)
    with queries() as few:
        browser.get(path)
    for _ in range(3):
        another = make.make_member(cycle, Role.COMMITTEE)
        assessed(make.make_submission(cycle, status=SubmissionStatus.VALID), another, 10)
    with queries() as many:
        browser.get(path)
    assert len(many) == len(few)

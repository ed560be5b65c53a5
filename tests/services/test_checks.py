"""Having a file of the validity check in hand."""

from __future__ import annotations

import pytest
from flask import Flask

from awardapp.domain.errors import NotPermitted
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import Submission, User
from awardapp.services import checks
from awardapp.services.checks import HeldByColleague
from tests import factories as make
from tests.conftest import NOW


@pytest.fixture
def file(app: Flask) -> Submission:
    return make.make_submission(make.make_cycle(), status=SubmissionStatus.SUBMITTED)


def secretary(file: Submission) -> User:
    return make.make_member(file.cycle, Role.SECRETARIAT).user


def holder(file: Submission) -> int | None:
    claim = checks.claim_of(file)
    return claim.user_id if claim else None


def test_the_first_has_it_and_the_second_is_refused_until_it_is_laid_down(file: Submission) -> None:
    one, other = secretary(file), secretary(file)
    checks.hold(actor=one, submission=file, now=NOW)
    checks.hold(actor=one, submission=file, now=NOW)
    with pytest.raises(HeldByColleague):
        checks.hold(actor=other, submission=file, now=NOW)
    checks.let_go(actor=other, submission=file)
    assert holder(file) == one.id
    checks.let_go(actor=one, submission=file)
    checks.hold(actor=other, submission=file, now=NOW)
    assert holder(file) == other.id


def test_it_can_be_taken_over_and_says_from_whom(file: Submission) -> None:
    one, other = secretary(file), secretary(file)
    assert checks.take(actor=one, submission=file, now=NOW) is None
    assert checks.take(actor=one, submission=file, now=NOW) is None
    assert checks.take(actor=other, submission=file, now=NOW) == one
    assert holder(file) == other.id


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.JUROR, Role.ADVISER, None])
def test_nobody_else_has_a_file_in_hand(file: Submission, role: Role | None) -> None:
    person = make.make_member(file.cycle, role).user if role else make.make_user()
    for act in (checks.hold, checks.take):
        with pytest.raises(NotPermitted):
            act(actor=person, submission=file, now=NOW)
    assert holder(file) is None


def test_the_secretariat_of_another_cycle_has_no_hand_in_it(file: Submission) -> None:
    stranger = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    with pytest.raises(NotPermitted):
        checks.take(actor=stranger, submission=file, now=NOW)

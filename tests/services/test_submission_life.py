"""A submission's life as a machine: any step by anybody at any instant, and what must hold after each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.domain.lateness import LATE_PHASES, LateStatus
from awardapp.domain.people import Role
from awardapp.domain.submissions import TRANSITIONS, Action, SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, LateAcceptance, Notification, SubmissionEvent, SubmissionVersion
from awardapp.services import audit, cycles, lateness, submissions, writing
from tests import factories as make
from tests.conftest import NOW

HOUR = timedelta(hours=1)


class Life:
    """One file, its city, two people of the secretariat; the clock only goes forward."""

    now: datetime

    def __init__(self) -> None:
        self.now = NOW
        self.cycle = make.make_cycle(deadline_at=NOW + 4 * HOUR)
        self.one, self.other = (make.make_member(self.cycle, Role.SECRETARIAT).user for _ in range(2))
        self.edits = 0
        self._begin_a_file()

    def _begin_a_file(self) -> None:
        self.submission = make.make_submission(self.cycle)
        self.city = self.submission.city
        self.delegate = self.city.delegates[0].user
        self.acceptance: LateAcceptance | None = None
        self.instants: list[datetime] = []  # until when each version could be handed in

    def another_city_begins(self) -> None:
        if self.submission.status in (SubmissionStatus.NOT_VALID, SubmissionStatus.WITHDRAWN):
            self._begin_a_file()

    def attempt(self, act: Any, **values: Any) -> Any:
        """The step, or None where the rules refuse it; a refusal changes nothing."""
        before = (self.submission.status, self.submission.version, self.cycle.deadline_at)
        savepoint = db.session.begin_nested()
        try:
            done = act(now=self.now, **values)
        except RuleViolation:
            savepoint.rollback()
            db.session.expire_all()
            assert (self.submission.status, self.submission.version, self.cycle.deadline_at) == before
            return None
        savepoint.commit()
        return done if done is not None else True

    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR + timedelta(seconds=1)
        if self.cycle.phase is CyclePhase.OPEN and self.cycle.deadline_at and self.now >= self.cycle.deadline_at:
            cycles.advance_phase(actor=None, cycle=self.cycle, now=self.now)

    def write(self) -> None:
        self.edits += 1
        self.attempt(
            writing.save_form,
            actor=self.delegate,
            submission=self.submission,
            values={"title_en": f"Title {self.edits}"},
            bases=None,
        )

    def submit(self) -> None:
        before, instant = self.submission.version, self._instant()
        version = self.attempt(submissions.submit, actor=self.delegate, submission=self.submission)
        if version is None:
            return
        assert instant is not None and self.now < instant, "accepted after its instant"
        if version.number > before:
            assert version.number == before + 1
            self.instants.append(instant)

    def _instant(self) -> datetime | None:
        """Until when the file may be handed in, worked out here once more from what is stored."""
        found = []
        if self.submission.status is SubmissionStatus.RETURNED:
            return self.submission.return_by
        if self.cycle.phase in (CyclePhase.OPEN, CyclePhase.SCREENING):
            found.append(self.cycle.deadline_at)
        accepted = self.acceptance is not None and self.acceptance.status is LateStatus.ACCEPTED
        if accepted and self.acceptance and self.cycle.phase in LATE_PHASES:
            found += [link.until_at for link in self.acceptance.links if link.revoked_at is None]
        return max((one for one in found if one is not None), default=None)

    def send_back(self, hours: int, is_limited: bool) -> None:
        self.attempt(
            submissions.return_for_changes, actor=self.one, submission=self.submission, note="Please.",
            notes={"title": "Shorter."}, is_limited=is_limited, return_by=self.now + hours * HOUR,
        )  # fmt: skip

    def accept(self) -> None:
        self.attempt(submissions.accept_as_valid, actor=self.one, submission=self.submission)

    def reject(self) -> None:
        self.attempt(
            submissions.reject_as_not_valid, actor=self.one, submission=self.submission, reason="other", note="Because."
        )

    def withdraw(self) -> None:
        self.attempt(submissions.withdraw, actor=self.delegate, submission=self.submission, note="")

    def extend(self, hours: int) -> None:
        later = (self.cycle.deadline_at or self.now) + hours * HOUR
        self.attempt(cycles.extend_intake, actor=self.one, cycle=self.cycle, deadline_at=later, reason="Rain.")

    def begin_the_committee(self) -> None:
        self.attempt(cycles.advance_phase, actor=self.one, cycle=self.cycle, to=CyclePhase.COMMITTEE)

    def let_it_come_late(self, hours: int, is_accepted: bool) -> None:
        done = self.attempt(
            lateness.propose,
            actor=self.one,
            cycle=self.cycle,
            city=self.city,
            submission=self.submission,
            until_at=self.now + hours * HOUR,
            reason="The line was down.",
        )
        if done is None:
            return
        self.acceptance = done
        assert self.attempt(lateness.accept, actor=self.one, acceptance=done) is None, "one person accepted alone"
        if is_accepted:
            assert self.attempt(lateness.accept, actor=self.other, acceptance=done) is not None

    def end_late(self) -> None:
        if self.acceptance is not None:
            self.attempt(lateness.end, actor=self.one, acceptance=self.acceptance, reason="A mistake.")

    def revoke_link(self) -> None:
        for link in self.acceptance.links[-1:] if self.acceptance is not None else []:
            self.attempt(lateness.revoke_link, actor=self.one, link=link)

    def check(self) -> None:
        self.every_version_was_handed_in_once_and_in_time()
        self.every_receipt_has_its_version_and_every_version_its_receipt()
        self.every_change_of_status_is_one_of_the_tables_and_audited()

    def every_version_was_handed_in_once_and_in_time(self) -> None:
        own = SubmissionVersion.submission_id == self.submission.id
        versions = db.session.scalars(select(SubmissionVersion).where(own).order_by(SubmissionVersion.number)).all()
        assert [version.number for version in versions] == list(range(1, self.submission.version + 1))
        assert all(version.submitted_at < until for version, until in zip(versions, self.instants, strict=True))
        assert [version.submitted_at for version in versions] == sorted(version.submitted_at for version in versions)
        assert self.submission.is_late == bool(versions and versions[-1].late_acceptance_id)

    def every_receipt_has_its_version_and_every_version_its_receipt(self) -> None:
        receipts = db.session.scalars(
            select(Notification).where(
                Notification.kind == "submission_received", Notification.submission_id == self.submission.id
            )
        ).all()
        assert sorted(row.context["version"] for row in receipts) == list(range(1, self.submission.version + 1))

    def every_change_of_status_is_one_of_the_tables_and_audited(self) -> None:
        status = SubmissionStatus.DRAFT
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.object == f"submission:{self.submission.id}").order_by(AuditEntry.id)
        ).all()
        for entry in entries:
            step = TRANSITIONS[Action(entry.action.removeprefix("submission."))]
            assert entry.details["from"] == status.value and status in step.sources
            status = SubmissionStatus(entry.details["to"])
            assert status is step.target
        assert status is self.submission.status
        events = db.session.scalars(
            select(SubmissionEvent).where(SubmissionEvent.submission_id == self.submission.id)
        ).all()
        assert len(events) == len(entries)


# Each step with its weight: what ends a file is tried seldom, or every life would be short.
_WEIGHTED: list[tuple[int, str, dict[str, Any]]] = [
    (5, "submit", {}),
    (4, "write", {}),
    (3, "time_passes", {"hours": 0}),
    (2, "time_passes", {"hours": 1}),
    (1, "time_passes", {"hours": 3}),
    (2, "send_back", {"hours": 2, "is_limited": True}),
    (2, "send_back", {"hours": 1, "is_limited": False}),
    (3, "accept", {}),
    (1, "reject", {}),
    (1, "withdraw", {}),
    (3, "another_city_begins", {}),
    (1, "extend", {"hours": 2}),
    (1, "begin_the_committee", {}),
    (3, "let_it_come_late", {"hours": 4, "is_accepted": True}),
    (1, "let_it_come_late", {"hours": 2, "is_accepted": False}),
    (1, "end_late", {}),
    (1, "revoke_link", {}),
]
STEPS = [(name, values) for weight, name, values in _WEIGHTED for _ in range(weight)]


@pytest.mark.slow
def test_whatever_is_tried_in_whatever_order_the_file_stays_in_order(app: Flask) -> None:
    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.sampled_from(STEPS), min_size=30, max_size=60))
    def live(steps: list[tuple[str, dict[str, Any]]]) -> None:
        life = Life()
        for name, values in steps:
            getattr(life, name)(**values)
            life.check()

    live()
    assert audit.first_fault() is None

"""`awardapp rehearse`: an invented cycle from the call to the case bank, with a database, broker, mail catcher and worker of
its own, all real processes. Nothing of the site's own data is read or touched.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from awardapp import clock, create_app, migrations, queue
from awardapp.config import SETTINGS
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.selection import record as selection_record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.embedded import broker, commands, processes
from awardapp.embedded.supervision import Service, Supervisor
from awardapp.extensions import db
from awardapp.invention import invent
from awardapp.models import (
    Announcement,
    Assessment,
    Bundle,
    Certificate,
    Cycle,
    Notification,
    OpenedFeedback,
    Publication,
    PublicationFile,
    PublishedOutcome,
    Selection,
    Submission,
    WorkStatus,
)
from awardapp.rehearsal import awarding, committee, course, deliberation, feedback, finale, intake, letters, presenting
from awardapp.services import audit

PASSWORD = "rehearsal-only-password"  # noqa: S105 - invented people in a database of their own
_ROOT = Path(__file__).resolve().parent.parent.parent
_DRAINED_WITHIN = 900.0  # seconds without any finished work before the rehearsal gives up waiting
_EMBARGO = timedelta(seconds=3)


class RehearsalError(Exception):
    """The rehearsal did not come to its end; the message says where and what to look at."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large an invented cycle to run, from which seed, and in which folder."""

    submissions: int
    members: int
    jurors: int
    seed: int
    folder: Path


def rehearse(plan: Plan, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Run the whole cycle and return its summary (see the README, "Rehearsal"). Raises RehearsalError."""
    plan.folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    (plan.folder / "log").mkdir()
    environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environ |= {"AWARD_VAR_DIR": str(plan.folder), "AWARD_LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"}
    with _services(environ, plan.folder) as running:
        app = create_app(running.environ)
        with app.app_context():
            migrations.upgrade()
            running.start_worker()
            return _run(app, plan, running, say=say)


class _Services:
    """The processes around a rehearsal."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self.environ = dict(environ)
        self._folder = folder
        self._supervisor = Supervisor(env=self.environ, cwd=_ROOT, log_dir=folder / "log", report=lambda _line: None)

    def start(self) -> None:
        server = broker.find_server()
        if server is None:
            raise RehearsalError("No broker for this kind of machine: install redis-server.")
        address = broker.socket_path(self._folder)
        data = self._folder / "broker"
        data.mkdir()
        self._supervisor.start(Service("broker", broker.command(server, directory=data, socket_path=address)))
        if not broker.wait_until_ready(path=address):
            raise RehearsalError(f"The broker did not answer; see {self._supervisor.log_of('broker')}.")
        self.environ["AWARD_REDIS_URL"] = broker.socket_url(address)
        smtp, pages = processes.listening_socket(), processes.listening_socket()
        self.environ["AWARD_SMTP_URL"] = f"smtp://127.0.0.1:{processes.port_of(smtp)}"
        fds = (smtp.detach(), pages.detach())
        options = ("--folder", str(self._folder / "mail"), "--smtp-fd", str(fds[0]), "--http-fd", str(fds[1]))
        command = (sys.executable, "-m", "awardapp.embedded.mailcatcher", *options)
        self._supervisor.start(Service("mailcatcher", command, pass_fds=fds))

    def start_worker(self) -> None:
        """The worker, once the schema is there."""
        self._supervisor.start(Service("worker", commands.worker(level="WARNING"), stop_steps=commands.WORKER_STOP))

    def start_clock(self) -> None:
        """Beat, which finds work whose message was lost; once the call is closed, since its deadline lies in the real past
        and the clock would close it too early."""
        self._supervisor.start(Service("beat", commands.beat(schedule=self._folder / "beat", level="WARNING")))

    def look_after(self) -> None:
        self._supervisor.look_after()

    def stop(self) -> None:
        self._supervisor.stop_all()


@contextmanager
def _services(environ: Mapping[str, str], folder: Path) -> Iterator[_Services]:
    running = _Services(environ, folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _run(app: Flask, plan: Plan, running: _Services, *, say: Callable[[str], None]) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    started = time.monotonic()

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        begun = time.monotonic()
        say(f"{name} ...")
        yield
        seconds[name] = round(time.monotonic() - begun, 2)
        say(f"{name}: {seconds[name]:.1f} s")

    def progress(what: str, done: int, total: int) -> None:
        running.look_after()  # a worker that was killed is started again
        if done == total or done % 50 == 0:
            say(f"  {what} {done}/{total}")

    deadline = clock.now().replace(microsecond=0) - timedelta(days=120)
    with stage("inventing"):
        invented = invent(plan.submissions, plan.members, plan.jurors, plan.seed, year=deadline.year)
    with stage("registration"):
        run = course.begin(
            invented,
            slug="rehearsal",
            name_en=f"Rehearsal {plan.seed}",
            name_zh=f"演练 {plan.seed}",
            deadline=deadline,
            password=PASSWORD,
            progress=progress,
        )
        intake.register_cities(run)
    with stage("submission"):
        intake.write_and_submit(run)
    with stage("validity check"):
        intake.close_call(run)
        running.start_clock()
        intake.check_validity(run)
    with stage("assignment"):
        committee.seat_committee(run)
        letters.approve(run, now=clock.now())
    with stage("assessment"):
        committee.assess(run)
    with stage("shortlist"):
        committee.decide_shortlist(run)
        feedback.write(run)
        finale.announce(run, AnnouncementKind.SHORTLIST, now=run.at(days=14))
    with stage("jury"):
        finale.seat_jury(run)
        presenting.present(run)
        finale.vote(run)
        deliberation.decide_winners(run)
    with stage("announcement"):
        keys = awarding.give_all(run)
        _announce_under_embargo(run, running.look_after)
        for key in keys:
            finale.announce(run, AnnouncementKind.SPECIAL, award_key=key, now=clock.now())
    with stage("case studies"):
        finale.publish_cases(run, now=clock.now())
        letters.approve(run, now=clock.now())
    with stage("letters and bundles"):
        _wait_for_workers(say, running.look_after)
    summary = _summary(run.cycle, plan)
    summary["late_refused"] = run.refused_late
    summary["seconds"] = {**seconds, "total": round(time.monotonic() - started, 2)}
    return summary


def _announce_under_embargo(run: course.Rehearsal, look_after: Callable[[], None]) -> None:
    """The winners are released for an instant a few seconds away; the worker publishes them then, and not before."""
    instant = clock.now() + _EMBARGO
    announcement = finale.announce(run, AnnouncementKind.WINNERS, now=clock.now(), embargo_until=instant)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        look_after()
        status = db.session.scalar(select(Announcement.status).where(Announcement.id == announcement.id))
        db.session.commit()
        if status is AnnouncementStatus.PUBLISHED:
            published_at = db.session.scalar(
                select(Publication.published_at).where(
                    Publication.cycle_id == run.cycle.id, Publication.kind == AnnouncementKind.WINNERS
                )
            )
            if published_at is None or published_at < instant:
                raise RehearsalError("The winners became public before their instant.")
            db.session.expire_all()
            return
        if clock.now() >= instant:
            queue.send(queue.TaskName.PUBLISH_DUE)
        time.sleep(0.5)
    raise RehearsalError("The worker did not publish the winners; see log/worker.log in the rehearsal's folder.")


def _waiting() -> int:
    waiting = 0
    for model in (Notification, Bundle, Certificate, PublicationFile):
        waiting += (
            db.session.scalar(
                select(func.count()).select_from(model).where(model.status.in_([WorkStatus.QUEUED, WorkStatus.LEASED]))
            )
            or 0
        )
    db.session.commit()
    return waiting


def _wait_for_workers(say: Callable[[str], None], look_after: Callable[[], None]) -> None:
    fewest, since = _waiting(), time.monotonic()
    while fewest:
        look_after()
        time.sleep(1)
        waiting = _waiting()
        if waiting < fewest:
            fewest, since = waiting, time.monotonic()
            if waiting % 50 == 0:
                say(f"  {waiting} letters and bundles to go")
        elif time.monotonic() - since > _DRAINED_WITHIN:
            raise RehearsalError(f"{waiting} letters or bundles were never finished; see log/worker.log.")


def _count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _outcomes(cycle: Cycle, outcome: Outcome) -> int:
    return (
        db.session.scalar(
            select(func.count(PublishedOutcome.id))
            .join(Publication)
            .where(Publication.cycle_id == cycle.id, PublishedOutcome.outcome == outcome)
        )
        or 0
    )


def _committee_result(cycle: Cycle) -> dict[str, Any]:
    result: dict[str, Any] = db.session.scalars(
        select(Selection.result).where(Selection.cycle_id == cycle.id, Selection.stage == Stage.COMMITTEE)
    ).one()
    return result


def _summary(cycle: Cycle, plan: Plan) -> dict[str, Any]:
    """What came of the cycle, counted from the rows; the record of the selection is written beside the database."""
    final = db.session.scalars(
        select(Selection)
        .where(Selection.cycle_id == cycle.id, Selection.record.is_not(None))
        .order_by(Selection.id.desc())
    ).first()
    if final is None or final.record is None:
        raise RehearsalError("The selection was never locked.")
    path = plan.folder / "record.json"
    path.write_bytes(final.record.encode())
    differences = selection_record.verify(path.read_bytes())
    if differences:
        raise RehearsalError(f"The record does not verify: {differences[0]}")
    fault = audit.first_fault()
    if fault is not None:
        raise RehearsalError(f"The audit log does not hold: {fault}")
    statuses = {s.value: _count(Submission, Submission.status == s) for s in SubmissionStatus}
    return {
        "seed": plan.seed,
        "folder": str(plan.folder),
        "submissions": _count(Submission),
        "statuses": statuses,
        "valid": statuses["valid"],
        "assessments": _count(Assessment, Assessment.status == "submitted"),
        "recused": _count(Assessment, Assessment.status == "recused"),
        "shortlisted": _outcomes(cycle, Outcome.SHORTLISTED),
        "deserving": _outcomes(cycle, Outcome.DESERVING),
        "winners": _outcomes(cycle, Outcome.WINNER),
        "ties_at_the_line": sum(bool(tie["at_line"]) for tie in _committee_result(cycle)["ties"]),
        "notifications": {
            "created": _count(Notification),
            "sent": _count(Notification, Notification.status == WorkStatus.DONE),
            "failed": _count(Notification, Notification.status == WorkStatus.DEAD),
        },
        "bundles": {
            "built": _count(Bundle, Bundle.status == WorkStatus.DONE),
            "failed": _count(Bundle, Bundle.status == WorkStatus.DEAD),
            "bytes": db.session.scalar(select(func.coalesce(func.sum(Bundle.size), 0))) or 0,
        },
        "certificates": {
            "made": _count(Certificate, Certificate.status == WorkStatus.DONE),
            "failed": _count(Certificate, Certificate.status == WorkStatus.DEAD),
        },
        "feedback_open": _count(OpenedFeedback),
        "record": {"path": str(path), "sha256": final.record_sha256},
    }

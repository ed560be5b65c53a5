"""Telling the worker that there is work.

The web never imports the worker: it sends a task's name and a row's id, after the commit, as a nudge. When the broker is
down or frozen nothing is lost, because the row says what is to be done and the worker's sweep finds it.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from enum import StrEnum
from typing import Any

from celery import Celery
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from awardapp.config import celery_broker_url
from awardapp.extensions import db

log = logging.getLogger(__name__)

_PENDING = "awardapp.queue.pending"
_PRODUCER = "awardapp.queue.producer"
_PAUSE_SECONDS = 10.0  # after a failed nudge the broker is left alone for this long, so that requests stay quick
_SWEEP_FROM = 20  # more rows than this in one transaction are nudged by one sweep instead of one message each


class TaskName(StrEnum):
    """The tasks the worker knows; tests/test_tasks_registered.py compares the two sets."""

    DELIVER_NOTIFICATION = "notifications.deliver"
    SWEEP_NOTIFICATIONS = "notifications.sweep"
    WRITE_REMINDERS = "notifications.write_reminders"
    BUILD_BUNDLE = "casebank.build_bundle"
    SWEEP_BUNDLES = "casebank.sweep"
    COMPUTE_ASSIGNMENT = "assignments.compute"
    SWEEP_ASSIGNMENTS = "assignments.sweep"
    BUILD_PREVIEW = "previews.build"
    SWEEP_PREVIEWS = "previews.sweep"
    BUILD_REPORT = "reports.build"
    SWEEP_REPORTS = "reports.sweep"
    BUILD_CERTIFICATE = "certificates.build"
    SWEEP_CERTIFICATES = "certificates.sweep"
    BUILD_PUBLICATION_FILE = "publication_files.build"
    SWEEP_PUBLICATION_FILES = "publication_files.sweep"
    SWEEP_UPLOADS = "uploads.sweep"
    PUBLISH_DUE = "announcements.publish_due"
    ADVANCE_DUE = "cycles.advance_due"
    EXAMINE = "checks.examine_due"
    BEAT = "health.beat"
    TIDY = "health.tidy"


QUEUE_OF = {
    TaskName.BEAT: "clock",
    TaskName.PUBLISH_DUE: "clock",
    TaskName.ADVANCE_DUE: "clock",
    TaskName.BUILD_PREVIEW: "previews",
    TaskName.SWEEP_PREVIEWS: "previews",
    TaskName.SWEEP_UPLOADS: "previews",
}
_DEFAULT_QUEUE = "award"
QUEUES = (_DEFAULT_QUEUE, *sorted(set(QUEUE_OF.values())))

_SWEEPS = {
    TaskName.DELIVER_NOTIFICATION: TaskName.SWEEP_NOTIFICATIONS,
    TaskName.BUILD_BUNDLE: TaskName.SWEEP_BUNDLES,
    TaskName.BUILD_PREVIEW: TaskName.SWEEP_PREVIEWS,
    TaskName.BUILD_REPORT: TaskName.SWEEP_REPORTS,
    TaskName.BUILD_CERTIFICATE: TaskName.SWEEP_CERTIFICATES,
    TaskName.BUILD_PUBLICATION_FILE: TaskName.SWEEP_PUBLICATION_FILES,
    TaskName.COMPUTE_ASSIGNMENT: TaskName.SWEEP_ASSIGNMENTS,
}


def celery_settings(redis_url: str) -> dict[str, Any]:
    """Settings shared by the web's producer and the worker; the reasons are in the README, "Decisions taken"."""
    transport = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": not redis_url.startswith("unix://"),
        "global_keyprefix": "award:",
    }
    return {
        "broker_url": celery_broker_url(redis_url),
        "broker_transport_options": transport,
        "broker_connection_retry_on_startup": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": _DEFAULT_QUEUE,
    }


def init_app(app: Flask) -> None:
    """Give the application its producer and listen to commits."""
    producer = Celery("awardapp.producer", set_as_current=False)
    settings = celery_settings(app.config["REDIS_URL"])
    settings["broker_transport_options"] |= {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    settings["task_publish_retry"] = False
    producer.conf.update(settings)
    app.extensions[_PRODUCER] = {"celery": producer, "paused_until": 0.0}


def enqueue_after_commit(task: TaskName, row_id: int) -> None:
    """Nudge the worker about a row once the outermost transaction is committed; dropped on rollback."""
    db.session().info.setdefault(_PENDING, []).append((task, row_id))


@event.listens_for(Session, "after_commit")
def _send_pending(session: Session) -> None:
    if session.in_nested_transaction():  # a released savepoint is not the commit
        return
    by_task: dict[TaskName, list[int]] = defaultdict(list)
    for task, row_id in session.info.pop(_PENDING, []):
        by_task[task].append(row_id)
    for task, row_ids in by_task.items():
        if len(row_ids) >= _SWEEP_FROM:
            send(_SWEEPS[task])
        else:
            for row_id in row_ids:
                send(task, row_id)


@event.listens_for(Session, "after_rollback")
def _drop_pending(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def send(task: TaskName, *args: int) -> bool:
    """Send one message now; False when the broker cannot be reached (the sweep will find the row)."""
    state = current_app.extensions[_PRODUCER]
    if time.monotonic() < state["paused_until"]:
        return False
    try:
        where = QUEUE_OF.get(task, _DEFAULT_QUEUE)
        state["celery"].send_task(task.value, args=list(args), queue=where, ignore_result=True, retry=False)
    except Exception as error:  # kombu, redis and sockets each raise their own; none may fail a committed request
        state["paused_until"] = time.monotonic() + _PAUSE_SECONDS
        log.warning("nudge not sent: task=%s args=%s error=%s", task.value, args, type(error).__name__)
        return False
    return True


def ping() -> None:
    """Raise if the broker does not answer within a second."""
    with current_app.extensions[_PRODUCER]["celery"].connection_for_write(connect_timeout=1) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)

"""The Celery application: `celery -A worker.celery_app worker`, `... beat`.

Settings and their reasons: README, "Decisions taken" (a killed worker on Redis loses and doubles messages; rows do not).
"""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init, worker_ready
from flask import Flask

from awardapp import create_app, logs
from awardapp.config import ConfigError
from awardapp.embedded import tether
from awardapp.extensions import db, reading
from awardapp.queue import QUEUE_OF, QUEUES, TaskName, celery_settings
from awardapp.services import freezes
from worker.schedule import SCHEDULE

try:
    flask_app: Flask = create_app()
except ConfigError as error:
    sys.exit(f"awardapp worker: {error}")


# Signs of life and tidying up; everything else changes or leaves, and stands still while the site is frozen.
GO_ON = frozenset({TaskName.BEAT.value, TaskName.TIDY.value})


def _is_frozen() -> bool:
    with reading():
        frozen = freezes.is_frozen()
        db.session.rollback()  # the task begins outside of any transaction
    return frozen


class ContextTask(Task):  # type: ignore[misc]
    """Runs a task inside the application's context, with a clean session before and after; most only while not frozen."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app.app_context():
            logs.request_id.set((self.request.id or "")[:12])
            try:
                if self.name not in GO_ON and _is_frozen():
                    return "frozen"  # the rows wait; the sweeps find them after the lifting
                return self.run(*args, **kwargs)
            finally:
                db.session.remove()


celery_app = Celery("awardapp", task_cls=ContextTask)
celery_app.conf.update(
    **celery_settings(flask_app.config["REDIS_URL"]),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=300,
    task_soft_time_limit=240,
    worker_max_tasks_per_child=500,
    worker_max_memory_per_child=600_000,
    worker_soft_shutdown_timeout=20,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    # queues are read in turn: what has its instant does not wait behind a thousand letters, nor these behind pictures
    task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
    task_routes={task.value: {"queue": queue} for task, queue in QUEUE_OF.items()},
    timezone="UTC",
    beat_schedule=SCHEDULE,
    imports=(
        "worker.assignments",
        "worker.casebank",
        "worker.certificates",
        "worker.checks",
        "worker.cycles",
        "worker.health",
        "worker.notifications",
        "worker.previews",
        "worker.publication_files",
        "worker.reports",
        "worker.uploads",
    ),
)
celery_app.set_default()


_MAIN_PROCESS = os.getpid()


@worker_process_init.connect
def _die_with_main_process(**_kwargs: Any) -> None:
    """Celery asks for this too, but does not notice a main process that was killed before it could ask."""
    tether.die_with(_MAIN_PROCESS)


@worker_ready.connect
def _show_first_sign_of_life(**_kwargs: Any) -> None:
    """Beat sends the first heartbeat only after its interval; until then /healthz would call a new worker dead."""
    celery_app.send_task(TaskName.BEAT.value)


@setup_logging.connect
def _keep_our_logging(**_kwargs: Any) -> None:
    """Connecting this signal is what keeps Celery from replacing the application's log format."""

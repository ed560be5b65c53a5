"""The web sends tasks by name only; here the names are compared with what the worker knows and beat sends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from awardapp.queue import TaskName
from tests.conftest import environment
from tests.support.processes import ROOT
from worker.schedule import SCHEDULE

# In a process of its own: the worker makes an application from the environment when it is imported.
_ASK = """
import importlib, json
from worker.celery_app import celery_app
for name in celery_app.conf.imports:
    importlib.import_module(name)
ours = [name for name in celery_app.tasks if not name.startswith("celery.")]
print(json.dumps({"tasks": sorted(ours), "late": celery_app.conf.task_acks_late}))
"""


@pytest.fixture
def registered(tmp_path: Path) -> dict[str, object]:
    found = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    answer: dict[str, object] = json.loads(found.stdout.splitlines()[-1])
    return answer


def test_the_worker_knows_exactly_the_tasks_the_web_can_send(registered: dict[str, object]) -> None:
    assert registered == {"tasks": sorted(task.value for task in TaskName), "late": True}


def test_beat_sends_only_known_tasks_and_forgets_each_before_the_next() -> None:
    known = {task.value for task in TaskName}
    for entry in SCHEDULE.values():
        assert entry["task"] in known
        assert entry["options"]["expires"] == entry["schedule"]


def test_every_sweep_is_on_the_schedule_since_a_message_may_be_lost() -> None:
    sent = {entry["task"] for entry in SCHEDULE.values()}
    by_a_row = {
        TaskName.DELIVER_NOTIFICATION.value,
        TaskName.BUILD_BUNDLE.value,
        TaskName.BUILD_PREVIEW.value,
        TaskName.BUILD_REPORT.value,
        TaskName.BUILD_CERTIFICATE.value,
        TaskName.BUILD_PUBLICATION_FILE.value,
        TaskName.COMPUTE_ASSIGNMENT.value,
    }
    assert {task.value for task in TaskName} - by_a_row == sent

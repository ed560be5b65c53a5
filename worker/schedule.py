"""What beat sends, and how often. Order matters nowhere: every task claims its work row by row.

Periodic tasks that must run once per slot claim the slot (models/work.PeriodicRun), so that a second beat does nothing.
"""

from __future__ import annotations

from typing import Any

from awardapp.queue import TaskName

SCHEDULE: dict[str, dict[str, Any]] = {
    # Every quarter of a minute: a result leaves its embargo at most 15 seconds late even if nobody looks.
    "publish due announcements": {"task": TaskName.PUBLISH_DUE.value, "schedule": 15.0, "options": {"expires": 15}},
    "close calls whose deadline passed": {"task": TaskName.ADVANCE_DUE.value, "schedule": 30.0, "options": {"expires": 30}},
    "find letters whose message was lost": {
        "task": TaskName.SWEEP_NOTIFICATIONS.value,
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "find bundles whose message was lost": {
        "task": TaskName.SWEEP_BUNDLES.value,
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "heartbeat": {"task": TaskName.BEAT.value, "schedule": 20.0, "options": {"expires": 20}},
    "tidy": {"task": TaskName.TIDY.value, "schedule": 3600.0, "options": {"expires": 3600}},
}

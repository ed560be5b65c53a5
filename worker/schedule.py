"""What beat sends, and how often. Order matters nowhere: every task claims its work row by row.

Periodic tasks that must run once per slot claim the slot (models/work.PeriodicRun), so that a second beat does nothing.
"""

from __future__ import annotations

from typing import Any

from awardapp.queue import TaskName

SCHEDULE: dict[str, dict[str, Any]] = {
    # A result leaves its embargo at most five seconds late even if nobody looks.
    "publish due announcements": {"task": TaskName.PUBLISH_DUE.value, "schedule": 5.0, "options": {"expires": 5}},
    "close calls whose deadline passed": {
        "task": TaskName.ADVANCE_DUE.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find letters whose message was lost": {
        "task": TaskName.SWEEP_NOTIFICATIONS.value,
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "write reminders that are due": {
        "task": TaskName.WRITE_REMINDERS.value,
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "find bundles whose message was lost": {
        "task": TaskName.SWEEP_BUNDLES.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find assignments whose message was lost": {
        "task": TaskName.SWEEP_ASSIGNMENTS.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "examine files handed in": {"task": TaskName.EXAMINE.value, "schedule": 20.0, "options": {"expires": 20}},
    "find files without pictures": {
        "task": TaskName.SWEEP_PREVIEWS.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find reports whose message was lost": {
        "task": TaskName.SWEEP_REPORTS.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find certificates whose message was lost": {
        "task": TaskName.SWEEP_CERTIFICATES.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "find press kits whose message was lost": {
        "task": TaskName.SWEEP_PUBLICATION_FILES.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "clear the staging area of uploads": {
        "task": TaskName.SWEEP_UPLOADS.value,
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "heartbeat": {"task": TaskName.BEAT.value, "schedule": 20.0, "options": {"expires": 20}},
    "tidy": {"task": TaskName.TIDY.value, "schedule": 3600.0, "options": {"expires": 3600}},
}

"""GET /healthz: is every part alive, in one JSON object."""

from __future__ import annotations

import shutil

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from awardapp import clock, queue
from awardapp.extensions import db
from awardapp.services import health
from awardapp.web.access import public

bp = Blueprint("health", __name__)

WORKER_MAY_BE_SILENT = 180.0  # seconds; after that the supervisor restarts it
OUTBOX_MAY_WAIT = 600.0
_LEAST_DISK = 200_000_000


@bp.get("/healthz")
@public
def check() -> tuple[Response, int]:
    """200 when everything works, 503 otherwise; each part says how it is."""
    parts: dict[str, object] = {}
    try:
        ages = health.ages(now=clock.now())
        parts["database"] = "ok"
    except SQLAlchemyError as error:
        db.session.rollback()
        ages = health.Ages(None, None, 0)
        parts["database"] = type(error).__name__
    try:
        queue.ping()
        parts["broker"] = "ok"
    except Exception as error:  # any failure to reach the broker is the answer, whatever its class
        parts["broker"] = type(error).__name__
    parts["worker_heartbeat_seconds"] = None if ages.worker is None else round(ages.worker, 1)
    parts["outbox_age_seconds"] = None if ages.outbox is None else round(ages.outbox, 1)
    parts["dead_work"] = ages.dead
    parts["frozen"] = ages.is_frozen
    free = shutil.disk_usage(current_app.config["AWARD"].var_dir.parent).free
    parts["disk_free_bytes"] = free
    healthy = (
        parts["database"] == "ok"
        and parts["broker"] == "ok"
        and ages.worker is not None
        and ages.worker < WORKER_MAY_BE_SILENT
        and (ages.outbox is None or ages.outbox < OUTBOX_MAY_WAIT or ages.is_frozen)
        and free > _LEAST_DISK
    )
    response = jsonify(status="ok" if healthy else "degraded", **parts)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if healthy else 503

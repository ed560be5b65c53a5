"""Asking our own health page, without proxies and never for long."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Health:
    """What `GET /healthz` said: its status, its words, and the age of the worker's heartbeat in seconds."""

    status: int
    body: str
    worker_age: float | None


def ask(port: int, *, host: str = "127.0.0.1", seconds: float = 3.0) -> Health | None:
    """The answer of our web server on `port` under the name `host`, or None when none comes within `seconds`."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        line.request("GET", "/healthz", headers={"Host": host, "Accept": "application/json"})
        answer = line.getresponse()
        body = answer.read(65536)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()
    return Health(answer.status, body.decode(errors="replace").strip(), _worker_age(body))


def _worker_age(body: bytes) -> float | None:
    try:
        facts = json.loads(body)
    except ValueError:
        return None
    age = facts.get("worker_heartbeat_seconds") if isinstance(facts, dict) else None
    return float(age) if isinstance(age, int | float) else None

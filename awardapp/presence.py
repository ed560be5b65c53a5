"""Who has a submission's form open now, and at which field: kept in Redis for seconds, never in the database.

Only a courtesy between writers. Without a broker, or with a slow one, nobody is seen and everything else works: every
question is bounded to a quarter of a second, and after a failure none is asked for a while.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

_CLIENT = "awardapp.presence.client"
_PAUSE_SECONDS = 10.0  # after a failure, so that requests stay quick
_GONE_SECONDS = 30  # a page asks every 12 seconds at most; one that is silent for so long is closed or asleep
_TIMEOUT_SECONDS = 0.25
_MOST = 50  # windows told of at once


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the form open: in which window, and the name of the input they are in ("" for none)."""

    user_id: int
    name: str
    window: str
    field: str


def _state() -> dict[str, Any]:
    app: Flask = current_app
    if _CLIENT not in app.extensions:
        client = redis.Redis.from_url(
            app.config["REDIS_URL"],
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        app.extensions[_CLIENT] = {"client": client, "paused_until": 0.0}
    state: dict[str, Any] = app.extensions[_CLIENT]
    return state


def _ask(submission_id: int, window: str, note: str | None) -> dict[str, str]:
    """Write this window's note (None takes it away) and read all. {} when the broker cannot be asked."""
    state = _state()
    if time.monotonic() < state["paused_until"]:
        return {}
    key = f"award:writing:{submission_id}"
    try:
        with state["client"].pipeline(transaction=False) as pipe:
            if note is None:
                pipe.hdel(key, window)
            else:
                pipe.hset(key, window, note)
                pipe.expire(key, 4 * _GONE_SECONDS)
            pipe.hgetall(key)
            found: dict[str, str] = pipe.execute()[-1]
    except redis.RedisError as error:
        state["paused_until"] = time.monotonic() + _PAUSE_SECONDS
        log.warning("presence unknown: error=%s", type(error).__name__)
        return {}
    return found


def note(submission_id: int, window: str, *, user_id: int, name: str, field: str) -> list[Present]:
    """Note that somebody is in this window at this field, and tell who is in the others, by name."""
    now = time.time()
    found = _ask(submission_id, window, json.dumps({"id": user_id, "name": name, "field": field, "at": now}))
    others = []
    for other, text in found.items():
        told = json.loads(text)
        if other != window and told["at"] > now - _GONE_SECONDS:
            others.append(Present(told["id"], told["name"], other, told["field"]))
    return sorted(others, key=lambda one: (one.name, one.window))[:_MOST]


def leave(submission_id: int, window: str) -> None:
    """The window was closed or left."""
    _ask(submission_id, window, None)

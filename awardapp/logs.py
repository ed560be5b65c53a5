"""One log line format with the request's id; lines carry ids, never people's texts."""

from __future__ import annotations

import logging
import secrets
import sys
from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class _AddRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get() or "-"
        return True


def set_up(level: str) -> None:
    """Log to standard error in one format; called once per process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_AddRequestId())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def new_request_id() -> str:
    """A fresh id for one request, short enough to be read out on the telephone."""
    return secrets.token_hex(6)

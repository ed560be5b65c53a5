"""Gunicorn settings that cannot be given on its command line."""

from __future__ import annotations

from typing import Protocol

from awardapp.embedded.tether import die_with


class _Worker(Protocol):
    ppid: int


def post_fork(arbiter: object, worker: _Worker) -> None:
    """Let a worker die with its master; by itself it would notice a second later and hold the port until
    then.
    """
    die_with(worker.ppid)

"""The command lines of our own three processes, for the launcher and for the tests that start them one by
one.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Final

from awardapp.embedded.processes import StopStep

# Celery gets time to finish the task in hand (SIGTERM), then is asked to give it back (SIGQUIT).
WORKER_STOP: Final[tuple[StopStep, ...]] = ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 10.0))

_GUNICORN: Final = (
    ("--config", "python:awardapp.embedded.gunicorn_hooks"),
    ("--worker-class", "gthread"),
    ("--timeout", "60"),
    ("--graceful-timeout", "8"),
    ("--access-logfile", "-"),
    ("--error-logfile", "-"),
    ("--no-control-socket",),  # it would be shared by every gunicorn of this user
)


def web(*, bind: str, workers: int = 2, threads: int = 8) -> tuple[str, ...]:
    """Gunicorn on `bind`: host:port, unix:path or fd://number of a socket that already listens."""
    size = ("--bind", bind, "--workers", str(workers), "--threads", str(threads))
    options = tuple(word for option in _GUNICORN for word in option)
    return (sys.executable, "-m", "gunicorn", "awardapp.wsgi:app", *size, *options)


def worker(*, level: str = "INFO", concurrency: int = 2, name: str = "award@%h") -> tuple[str, ...]:
    """A Celery worker with `concurrency` processes; workers on one broker need different names."""
    options = ("--loglevel", level, "--concurrency", str(concurrency), "--hostname", name)
    # gossip and mingle are talk between workers, which have nothing to tell each other and would start a
    # second later
    return (*_celery("worker"), *options, "--without-gossip", "--without-mingle")


def beat(*, schedule: Path, level: str = "INFO") -> tuple[str, ...]:
    """Celery's clock, with its memory of last runs in the file `schedule`."""
    # an empty --pidfile: a file left by a crash would keep beat from starting
    return (*_celery("beat"), "--loglevel", level, "--schedule", str(schedule), "--pidfile=")


def _celery(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "-A", "worker.celery_app", command)

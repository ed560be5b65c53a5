"""A process that has our modules loaded and forks to become a worker, a beat or a web server.

Loading them takes three seconds of processor, and tests start some fifty such processes. What is forked is a process of its
own like any other: it reads its own environment, makes its own application, and dies with whoever started it.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from awardapp.embedded import tether

ROOT: Final = Path(__file__).resolve().parents[2]
# Nothing that reads settings when it is loaded, like worker.celery_app and awardapp.wsgi.
_LOADED: Final = (
    "awardapp",
    "awardapp.embedded.gunicorn_hooks",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
    *(
        f"worker.{path.stem}"
        for path in sorted((ROOT / "worker").glob("*.py"))
        if path.stem not in ("__init__", "celery_app")
    ),
)
_LARGEST: Final = 1 << 18  # bytes of one message
_FIRST_FREE: Final = 300  # descriptors are put aside above this number before they get the one they were asked for


class Process:
    """A forked process, with what of subprocess.Popen our tests use."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self._parent = parent
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The status if it has ended: negative for a signal."""
        if self.returncode is None:
            self.returncode = self._parent.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.02)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Parent:
    """The loaded process, as the tests see it: started on first use, gone with them."""

    def __init__(self) -> None:
        self._door, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm", str(other.fileno()), str(os.getpid())],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith("AWARD_")}
                | {"OPENBLAS_NUM_THREADS": "1"},  # a thread would not come along into a fork
                pass_fds=[other.fileno()],
                start_new_session=True,
            )
        atexit.register(self._door.close)

    def ask(self, order: dict[str, Any], fds: Sequence[int] = ()) -> Any:
        """One question and its answer. Raises RuntimeError when the loaded process is gone."""
        socket.send_fds(self._door, [json.dumps(order).encode()], list(fds))
        answer = self._door.recv(_LARGEST)
        if not answer:
            raise RuntimeError(f"the loaded process ended with status {self._process.wait(5)}")
        return json.loads(answer)


_parents: dict[int, Parent] = {}  # by process id: a forked test process needs its own


def start(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path, pass_fds: Sequence[int] = ()
) -> Process:
    """`python -m MODULE ARGUMENTS...` in a session of its own, its output appended to `log`."""
    python, option, *words = command
    if (python, option) != (sys.executable, "-m"):
        raise ValueError(f"not a module of this Python: {command}")
    parent = _parents.get(os.getpid())
    if parent is None:
        parent = _parents[os.getpid()] = Parent()
    with log.open("ab") as output:
        order = {"words": words, "env": dict(env), "cwd": str(cwd), "fds": list(pass_fds)}
        return Process(parent, parent.ask(order, [output.fileno(), *pass_fds]))


def main() -> None:
    """The loaded process: fork for every order, tell who has ended when asked, end with the tests."""
    door, starter = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    tether.die_with(starter)
    for name in _LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is shared stays shared
    while True:
        data, fds, _flags, _address = socket.recv_fds(door, _LARGEST, 16)
        if not data:
            return
        order = json.loads(data)
        if "ended" in order:
            pid, status = os.waitpid(order["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                door.close()
                _become(order, fds)
        for descriptor in fds:
            os.close(descriptor)
        door.send(json.dumps(answer).encode())


def _become(order: dict[str, Any], fds: Sequence[int]) -> None:
    """Be the program that was ordered, from its first line on."""
    os.setsid()
    tether.die_with(os.getppid())
    log, *others = [fcntl.fcntl(one, fcntl.F_DUPFD, _FIRST_FREE) for one in fds]
    for one in fds:
        os.close(one)
    for one, wanted in zip(others, order["fds"], strict=True):
        os.dup2(one, wanted)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    time.tzset()
    random.seed()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr] # text streams both
    module, *arguments = order["words"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    main()

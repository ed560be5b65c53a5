"""Our own programs as real processes: the web server, a Celery worker, beat, or the launcher with all of
them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from awardapp.embedded import commands, health, processes
from awardapp.embedded.processes import StopStep
from tests.support import warm

ROOT: Final = Path(__file__).resolve().parents[2]
START_WITHIN: Final = 30.0  # seconds


class Running:
    """A process of ours and its log."""

    def __init__(
        self, process: subprocess.Popen[bytes] | warm.Process, log: Path, stop_steps: Sequence[StopStep]
    ) -> None:
        self._process = process
        self._stop_steps = stop_steps
        self.log = log

    @property
    def pid(self) -> int:
        """The main process; its children are in the same session."""
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the main process is still there."""
        return self._process.poll() is None

    def said(self) -> str:
        """Everything the process has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the main process alone."""
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Wait for the end of the main process; its status. Raises subprocess.TimeoutExpired."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End the process and its children as a crash of the machine would."""
        processes.kill(self._process)

    def kill_main(self) -> None:
        """`kill -9` of the main process alone; its children are left to notice."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """End the process as an operator would; its status."""
        return processes.stop(self._process, self._stop_steps)


@contextmanager
def running_web(
    env: Mapping[str, str], *, folder: Path, workers: int = 2, threads: int = 8
) -> Iterator[tuple[Running, str]]:
    """Gunicorn with the application on a free port, once /healthz gives any answer; and its address without a
    final slash.
    """
    door = processes.listening_socket()
    port = processes.port_of(door)
    address = f"http://127.0.0.1:{port}"
    command = commands.web(bind=f"fd://{door.fileno()}", workers=workers, threads=threads)
    settings = {**env, "AWARD_PORT": str(port), "AWARD_BASE_URL": address}
    try:
        with _running("web", command, settings, folder, pass_fds=(door.fileno(),)) as web:
            _wait(web, lambda: health.ask(port) is not None)
            yield web, address
    finally:
        door.close()


@contextmanager
def running_worker(
    env: Mapping[str, str], *, folder: Path, concurrency: int = 1, name: str = "test"
) -> Iterator[Running]:
    """A Celery worker that is ready for tasks; several on one broker need different names."""
    command = commands.worker(concurrency=concurrency, name=f"{name}@%h")
    with _running(name, command, env, folder, stop_steps=commands.WORKER_STOP) as worker:
        _wait(worker, lambda: f"{name}@" in worker.said() and " ready." in worker.said())
        yield worker


@contextmanager
def running_beat(env: Mapping[str, str], *, folder: Path, name: str = "beat") -> Iterator[Running]:
    """Celery's clock, started."""
    command = commands.beat(schedule=folder / f"{name}-schedule")
    with _running(name, command, env, folder) as beat:
        _wait(beat, lambda: "beat: Starting" in beat.said())
        yield beat


@contextmanager
def running_launcher(env: Mapping[str, str], *, folder: Path, seconds: float = 180.0) -> Iterator[Running]:
    """What `./run.sh` starts after its installation, once it has said where everything is."""
    command = (sys.executable, "-m", "awardapp.launch")
    with _running("launch", command, env, folder, stop_steps=((signal.SIGTERM, 30.0),), cold=True) as launcher:
        _wait(launcher, lambda: "is running" in launcher.said(), seconds=seconds)
        yield launcher


def bare_environment() -> dict[str, str]:
    """This process's environment without our own settings, so that a test says all of them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWARD_")}


@contextmanager
def _running(
    name: str,
    command: Sequence[str],
    env: Mapping[str, str],
    folder: Path,
    *,
    stop_steps: Sequence[StopStep] = ((signal.SIGTERM, 15.0),),
    pass_fds: Sequence[int] = (),
    cold: bool = False,
) -> Iterator[Running]:
    log = folder / f"{name}.log"
    log.unlink(missing_ok=True)  # a log of an earlier process would say "ready" for this one
    begin = processes.spawn if cold else warm.start
    process = begin(
        command, env={**env, "AWARD_LOG_LEVEL": "INFO", "PYTHONUNBUFFERED": "1"}, log=log, cwd=ROOT, pass_fds=pass_fds
    )
    running = Running(process, log, stop_steps)
    try:
        yield running
    finally:
        running.stop()


def _wait(running: Running, ready: Callable[[], bool], *, seconds: float = START_WITHIN) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if not running.is_running() or time.monotonic() > end:
            raise RuntimeError(f"did not become ready: {processes.last_lines(running.log, 40)}")
        time.sleep(0.05)

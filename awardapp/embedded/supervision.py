"""Keeping a handful of child processes alive, and ending them in the right order."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from awardapp.embedded import processes
from awardapp.embedded.processes import StopStep

FIRST_PAUSE: Final = 0.5  # seconds before an ended process is started again; doubles with each failure in a row
LONGEST_PAUSE: Final = 30.0
STEADY_AFTER: Final = 60.0  # a process that lived this long starts with a clean record


@dataclass(frozen=True)
class Service:
    """One process to keep running: `stop_steps` say which signals end it and how long each may take."""

    name: str
    command: tuple[str, ...]
    stop_steps: tuple[StopStep, ...] = ((signal.SIGTERM, 10.0),)
    pass_fds: tuple[int, ...] = ()


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Starts services in the order given, restarts the ones that end, stops them in the reverse order.

    Not for use from several threads: the parent-death signal of a child follows the thread that started it.
    """

    def __init__(self, *, env: Mapping[str, str], cwd: Path, log_dir: Path, report: Callable[[str], None]) -> None:
        self._env = env
        self._cwd = cwd
        self._log_dir = log_dir
        self._report = report
        self._running: dict[str, _Running] = {}

    def log_of(self, name: str) -> Path:
        """Where the output of a service goes."""
        return self._log_dir / f"{name}.log"

    def start(self, service: Service) -> None:
        """Start a service for the first time."""
        self._running[service.name] = _Running(service, self._spawn(service), time.monotonic())

    def failures_of(self, name: str) -> int:
        """How many times in a row the service ended by itself soon after its start."""
        return self._running[name].failures

    def look_after(self) -> None:
        """Notice services that ended and start them again after their pause; call this about twice a second."""
        now = time.monotonic()
        for running in self._running.values():
            if running.restart_at is not None:
                if now >= running.restart_at:
                    self._again(running)
            elif (status := running.process.poll()) is not None:
                processes.kill(running.process)  # its children, if it left any
                if now - running.started_at >= STEADY_AFTER:
                    running.failures = 0
                pause = min(FIRST_PAUSE * 2**running.failures, LONGEST_PAUSE)
                running.failures += 1
                running.restart_at = now + pause
                log = self.log_of(running.service.name)
                self._report(
                    f"{running.service.name} ended with status {status}, starts again in {pause:g} s; see {log}"
                )

    def restart(self, name: str, reason: str) -> None:
        """Stop one service in its own manner and start it again, because of `reason`."""
        self._report(f"{name} is restarted: {reason}")
        running = self._running[name]
        processes.stop(running.process, running.service.stop_steps)
        self._again(running)

    def stop_all(self) -> None:
        """Stop everything, last started first."""
        while self._running:
            name = next(reversed(self._running))
            processes.stop(self._running[name].process, self._running[name].service.stop_steps)
            del self._running[name]

    def kill_all(self) -> None:
        """Kill what still runs, for the impatient; a signal handler may call it while `stop_all` waits."""
        for running in self._running.values():
            processes.kill_session(running.process)

    def _again(self, running: _Running) -> None:
        running.process = self._spawn(running.service)
        running.started_at = time.monotonic()
        running.restart_at = None

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        return processes.spawn(
            service.command,
            env=self._env,
            log=self.log_of(service.name),
            cwd=self._cwd,
            pass_fds=service.pass_fds,
        )

"""Gunicorn as in production, with the benchmark's applications, and the processor time it has used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from awardapp.embedded import commands, processes
from awardapp.embedded.health import ask as ask_health
from tests.support.processes import ROOT, START_WITHIN


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn: its port and its main process."""

    port: int
    pid: int

    def processor(self) -> float:
        """Seconds of processor that gunicorn and its workers have used so far (not the database server)."""
        return sum(_used(pid) for pid in _family(self.pid)) / 1e9


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _used(pid: int) -> int:
    """Nanoseconds on a processor, over all threads of a process (first figure of schedstat)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))


@contextmanager
def gunicorn(name: str, application: str, env: dict[str, str], folder: Path) -> Iterator[Server]:
    """Gunicorn as in production, with another application than the usual; once it answers."""
    door = processes.listening_socket()
    port = processes.port_of(door)
    command = [
        application if word == "awardapp.wsgi:app" else word for word in commands.web(bind=f"fd://{door.fileno()}")
    ]
    command[command.index("--access-logfile") + 1] = "/dev/null"  # the same for both
    settings = {**env, "PYTHONPATH": str(ROOT), "AWARD_PORT": str(port), "AWARD_BASE_URL": f"http://127.0.0.1:{port}"}
    log = folder / f"{name}.log"
    process = processes.spawn(command, env=settings, log=log, cwd=ROOT, pass_fds=(door.fileno(),))
    try:
        for _ in range(int(START_WITHIN * 10)):
            if ask_health(port, seconds=START_WITHIN) is not None:
                break
        else:
            raise RuntimeError(f"did not start: {processes.last_lines(log, 40)}")
        yield Server(port, process.pid)
    finally:
        processes.kill(process)
        door.close()

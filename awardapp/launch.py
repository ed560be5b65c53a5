"""What `./run.sh` starts: every process of the award system on one machine, with nothing installed before.

Broker, mail catcher, web server, Celery worker and beat run as real child processes, are restarted when they
end, and stop with Ctrl-C. Production runs the last three under its own supervisor; see the README.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from socket import socket
from types import FrameType
from typing import IO, Final

from awardapp import config
from awardapp.embedded import broker, commands, health, processes
from awardapp.embedded.supervision import Service, Supervisor

ROOT: Final = Path(__file__).resolve().parent.parent
READY_WITHIN: Final = 90.0  # seconds for the first 200 of /healthz
PREPARED_WITHIN: Final = 600.0  # seconds for migration and seeding
HEALTH_EVERY: Final = 20.0
HEARTBEAT_LIMIT: Final = 180.0  # seconds; the worker shows a sign of life several times a minute
LETTERS_PORT_AFTER: Final = 25  # the letters' pages try AWARD_PORT + 25 first, so that their address stays the same
# `awardapp migrate` and `awardapp seed --json` in one process, because loading the application takes a second
_PREPARE: Final = """
from awardapp.cli import main
main(["migrate"], standalone_mode=False)
main(["seed", "--json"], standalone_mode=False)
"""
LARGEST_LOG: Final = 10 * 2**20  # bytes; a larger log is set aside at the next start


class StartError(Exception):
    """The system cannot start; the message is for the person at the terminal."""


class Launcher:
    """One run of the system on one state folder."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = config.load(environ)
        self._var = self._settings.var_dir
        self._env = {**environ, "AWARD_VAR_DIR": str(self._var), "PYTHONUNBUFFERED": "1"}
        self._stopping = threading.Event()
        self._started_at = time.monotonic()
        self._lock: IO[str] | None = None
        self._letters_port: int | None = None
        self._temporary: Path | None = None
        self._supervisor = Supervisor(env=self._env, cwd=ROOT, log_dir=self._var / "log", report=self._note)

    def run(self) -> int:
        """Start everything, tell where it is, look after it until a signal comes, stop it; the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup leaves it
            signal.signal(signal.SIGHUP, self._on_signal)
        self._take_folder()
        door = self._open_door()
        self._record(f"start on port {self._settings.port}, process {os.getpid()}")
        try:
            self._start_broker()
            self._start_mail_catcher()
            accounts = self._prepare_database()
            self._record("the database is ready")
            self._start_application(door)
            self._wait_until_healthy()
            self._record("the application is well")
            if not self._stopping.is_set():
                self._print_table(accounts)
            self._look_after()
        finally:
            self._stopping.set()
            self._supervisor.stop_all()
            door.close()
            if self._temporary is not None:
                shutil.rmtree(self._temporary, ignore_errors=True)
        self._record("stopped")
        print("Stopped. The data are kept; ./run.sh starts it again.", flush=True)
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set() and number == signal.SIGINT:  # a second Ctrl-C
            self._supervisor.kill_all()
        self._stopping.set()

    def _note(self, line: str) -> None:
        """Say something that happened while running, on the terminal and in the launcher's own log."""
        print(line, file=sys.stderr, flush=True)
        self._record(line)

    def _record(self, line: str) -> None:
        """Note something in the launcher's own log, with the seconds since the start."""
        seconds = time.monotonic() - self._started_at
        with (self._var / "log" / "launch.log").open("a", encoding="utf-8") as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {seconds:8.1f} {line}\n")

    def _take_folder(self) -> None:
        """Make the state folder, keep it private, and make sure nobody else runs on it."""
        os.umask(0o077)
        for folder in (self._var, self._var / "log", self._var / "mail"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = (self._var / "launch.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            raise StartError(f"Already running on {self._var} ({self._lock.read().strip()}).") from None
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()}, {self._settings.base_url}\n")
        self._lock.flush()
        for log in (self._var / "log").glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.old"))

    def _open_door(self) -> socket:
        """Listen on the web server's port before anything starts, so that a taken port stops us at once."""
        port = self._settings.port
        if not 0 < port < 65536:
            raise StartError(
                f"Port {port} cannot be used (there are ports 1 to 65535); choose another with AWARD_PORT."
            )
        try:
            return processes.listening_socket(port)
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise StartError(f"Port {port} cannot be used ({reason}); choose another with AWARD_PORT.") from None

    def _start_broker(self) -> None:
        if "AWARD_REDIS_URL" in self._env:
            return
        server = broker.find_server()
        if server is None:
            raise StartError("No broker for this kind of machine: install redis-server or set AWARD_REDIS_URL.")
        # Redis and Valkey cannot read each other's files, so each keeps its own
        folder = self._var / server.name
        folder.mkdir(mode=0o700, exist_ok=True)
        address = broker.socket_path(self._var)
        if address.parent != self._var:
            self._temporary = address.parent
        self._env["AWARD_REDIS_URL"] = broker.socket_url(address)
        self._supervisor.start(Service("broker", broker.command(server, directory=folder, socket_path=address)))
        if not broker.wait_until_ready(path=address):
            raise self._failed("broker", "The broker did not answer")

    def _start_mail_catcher(self) -> None:
        if "AWARD_SMTP_URL" in self._env:
            return
        smtp_door = processes.listening_socket()
        try:
            pages_door = processes.listening_socket(self._settings.port + LETTERS_PORT_AFTER)
        except (OSError, OverflowError):
            pages_door = processes.listening_socket()
        self._env["AWARD_SMTP_URL"] = f"smtp://127.0.0.1:{processes.port_of(smtp_door)}"
        self._letters_port = processes.port_of(pages_door)
        fds = (smtp_door.detach(), pages_door.detach())  # open as long as we live, for restarts
        options = ("--folder", str(self._var / "mail"), "--smtp-fd", str(fds[0]), "--http-fd", str(fds[1]))
        command = (sys.executable, "-m", "awardapp.embedded.mailcatcher", *options)
        self._supervisor.start(Service("mailcatcher", command, pass_fds=fds))

    def _prepare_database(self) -> str:
        """Migrate and fill the database; return what the seeding printed, the demonstration accounts as JSON."""
        log = self._var / "log" / "setup.log"
        printed = self._var / "log" / "setup.out"
        printed.unlink(missing_ok=True)
        command = (sys.executable, "-c", _PREPARE)
        process = processes.spawn(command, env=self._env, log=printed, errors=log, cwd=ROOT)
        begun, said = time.monotonic(), False
        while process.poll() is None and not self._stopping.wait(0.05):
            seconds = time.monotonic() - begun
            if seconds > PREPARED_WITHIN:
                break
            if seconds > 3 and not said:
                print("Preparing the database ...", file=sys.stderr, flush=True)
                said = True
        status = processes.kill(process)
        output = printed.read_text(encoding="utf-8")
        printed.unlink()
        if status != 0 and not self._stopping.is_set():
            raise StartError(f"The database could not be prepared; {log} ends with:\n{processes.last_lines(log)}")
        return output

    def _start_application(self, door: socket) -> None:
        if self._stopping.is_set():
            return
        level = self._settings.log_level
        web = commands.web(bind=f"fd://{door.fileno()}")
        self._supervisor.start(Service("web", web, pass_fds=(door.fileno(),)))
        self._supervisor.start(Service("worker", commands.worker(level=level), stop_steps=commands.WORKER_STOP))
        beat = commands.beat(schedule=self._var / "beat-schedule", level=level)
        self._supervisor.start(Service("beat", beat))

    def _wait_until_healthy(self) -> None:
        """Wait for 200 from /healthz. Raises StartError when a process does not stay up or nobody answers."""
        begun = time.monotonic()
        while not self._stopping.wait(0.2):
            self._supervisor.look_after()
            answer = self._health()
            since = time.monotonic() - begun
            # a heartbeat older than this start is the last sign of a worker of the time before
            if answer is not None and answer.status == 200 and (answer.worker_age or 0.0) < since:
                return
            for name in ("web", "worker", "beat"):
                if self._supervisor.failures_of(name) >= 3:
                    raise self._failed(name, f"The {name} process does not stay up")
            if since > READY_WITHIN:
                if answer is None:
                    raise self._failed("web", f"/healthz did not answer within {READY_WITHIN:.0f} s")
                # a mail server out of reach, say, must not keep the site from its readers
                self._note(f"/healthz is not well after {READY_WITHIN:.0f} s: {answer.body}")
                return

    def _health(self) -> health.Health | None:
        return health.ask(self._settings.port, host=self._settings.trusted_hosts[0])

    def _failed(self, name: str, what: str) -> StartError:
        log = self._supervisor.log_of(name)
        return StartError(f"{what}; {log} ends with:\n{processes.last_lines(log)}")

    def _look_after(self) -> None:
        """Restart what ends, and a worker that is alive but has not worked for three minutes."""
        next_question = time.monotonic() + HEALTH_EVERY
        worker_restarted_at = time.monotonic()
        while not self._stopping.wait(0.5):
            self._supervisor.look_after()
            now = time.monotonic()
            if now < next_question:
                continue
            next_question = now + HEALTH_EVERY
            answer = self._health()
            age = None if answer is None else answer.worker_age
            # a new worker is given as long as the old one before it is judged
            if age is not None and age > HEARTBEAT_LIMIT and now - worker_restarted_at > HEARTBEAT_LIMIT:
                self._supervisor.restart("worker", f"no heartbeat for {age:.0f} s")
                worker_restarted_at = time.monotonic()

    def _print_table(self, accounts: str) -> None:
        seconds = time.monotonic() - self._started_at
        letters = f"http://127.0.0.1:{self._letters_port}/" if self._letters_port else "sent to AWARD_SMTP_URL"
        rows = [
            ("Address", f"{self._settings.base_url}/"),
            ("Letters", letters),
            ("Data and logs", str(self._var)),
        ]
        lines = [f"The award system is running, started in {seconds:.1f} s. Ctrl-C stops it.", ""]
        lines += [f"  {name:<15}{value}" for name, value in rows]
        last_line = accounts.strip().rpartition("\n")[2] or "[]"
        people = [(str(a["role"]), str(a["email"]), str(a["password"])) for a in json.loads(last_line)]
        if people:
            lines += ["", "  Demonstration accounts"]
            wide = [max(len(person[column]) for person in people) + 3 for column in range(2)]
            lines += [f"  {role:<{wide[0]}}{email:<{wide[1]}}{password}" for role, email, password in people]
        print("\n".join(lines), flush=True)


def main() -> int:
    """Run the system; the status is 0 after Ctrl-C and 1, with one clear line, when it cannot start."""
    try:
        return Launcher(os.environ).run()
    except (config.ConfigError, StartError) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

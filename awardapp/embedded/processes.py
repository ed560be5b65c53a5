"""Starting and stopping child processes so that none is left behind.

Every child gets a session of its own, so that Ctrl-C in the terminal reaches only the launcher, and a
parent-death signal, so that it dies with the process that started it even when that one is killed outright.
The launcher and the tests share this.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_TETHER: Final = Path(__file__).with_name("tether.py")

# A signal and how many seconds the process has to follow it before the next one is sent.
StopStep = tuple[signal.Signals, float]


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path,
    errors: Path | None = None,
    pass_fds: Sequence[int] = (),
    user: int | None = None,
    group: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session with its output appended to `log`; it dies when this process dies.

    Error output goes to the same file, or is appended to `errors`. `user` and `group` (numeric ids) need root
    and drop all other groups. A program that cannot be run ends with status 1 and says so in the log.
    """
    tether = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid())]
    who = ["-", "-"] if user is None or group is None else [str(user), str(group)]
    with log.open("ab") as output, (errors or log).open("ab") as error_output:
        return subprocess.Popen(
            [*tether, *who, *command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=error_output,
            start_new_session=True,
            pass_fds=pass_fds,
        )


def stop(process: subprocess.Popen[bytes], steps: Sequence[StopStep]) -> int:
    """Send the signals of `steps` one after the other until the process ends, at last SIGKILL; return its
    status.

    Only the main process is signalled: Celery and gunicorn tell their own children, and a SIGTERM to Celery's
    children would mark their tasks as lost. Whatever is left of the session afterwards is killed.
    """
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    return kill(process)


def kill(process: subprocess.Popen[bytes]) -> int:
    """Kill the process and everything in its session at once; return its status."""
    kill_session(process)
    return process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything in its session without waiting for the end."""
    with suppress(ProcessLookupError):  # the whole session is gone already, which is what we want
        os.killpg(process.pid, signal.SIGKILL)


def listening_socket(port: int = 0) -> socket.socket:
    """A socket that listens on 127.0.0.1, on `port` or on any free one; a child serves it through `pass_fds`.

    Because the parent holds it, no one else can take the port, and visitors wait instead of being refused
    while the child is restarted. Raises OSError when the port is taken.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen(128)
    except OSError:
        door.close()
        raise
    return door


def port_of(door: socket.socket) -> int:
    """The port a socket of `listening_socket` listens on."""
    port: int = door.getsockname()[1]
    return port


def last_lines(log: Path, count: int = 15) -> str:
    """The last lines of a log, for the message that explains why something did not start."""
    if not log.exists():
        return ""
    with log.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque(lines, maxlen=count)).rstrip()

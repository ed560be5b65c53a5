"""Opening a file that somebody sent, in a process of its own: what it does wrong there, it does to nobody.

The process gets the path and nothing else: no environment, no open files, little memory, little time. Its limits are set
from outside before it is told the path.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_SCRIPTS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use: seconds by the clock (and of the processor), bytes of memory, bytes of one written file."""

    seconds: int = 30
    memory: int = 1_000_000_000
    written: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the process said, line by line, and whether it came to its end by itself."""

    said: list[dict[str, Any]]
    is_complete: bool


def run(script: str, request: Mapping[str, Any], *, limits: Limits) -> Outcome:
    """Run one of the scripts beside this file on a request (JSON) and hear what it says. Raises OSError if it cannot start."""
    with tempfile.TemporaryFile() as heard:
        process = subprocess.Popen(  # noqa: S603 our own interpreter with a script of ours, the path goes through stdin
            [sys.executable, "-I", str(_SCRIPTS / script)],
            stdin=subprocess.PIPE,
            stdout=heard,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        try:
            for what, most in (
                (resource.RLIMIT_AS, limits.memory),
                (resource.RLIMIT_CPU, limits.seconds),
                (resource.RLIMIT_FSIZE, limits.written),
                (resource.RLIMIT_CORE, 0),
                (resource.RLIMIT_NOFILE, 64),
            ):
                resource.prlimit(process.pid, what, (most, most))
            process.communicate(json.dumps({**request, "seconds": limits.seconds}).encode() + b"\n", limits.seconds + 5)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            pass  # told by its status below
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        heard.seek(0)
        said = [_read(line) for line in heard.read(1_000_000).splitlines()]
    if process.returncode != 0:
        log.warning("a file was too much for %s: status=%s", script, process.returncode)
    return Outcome([facts for facts in said if facts], process.returncode == 0)


def _read(line: bytes) -> dict[str, Any]:
    """One line of what was said; {} for half a line."""
    try:
        facts = json.loads(line)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}

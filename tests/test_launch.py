"""`./run.sh` after its installation: everything starts, tells where it is, survives faults, and leaves
nothing behind.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from awardapp.embedded import health, processes
from awardapp.embedded.supervision import Service, Supervisor
from tests.support.processes import ROOT, bare_environment, running_launcher


def _environment(folder: Path, port: int) -> dict[str, str]:
    return bare_environment() | {"AWARD_VAR_DIR": str(folder / "var"), "AWARD_PORT": str(port)}


def _free_port() -> int:
    with processes.listening_socket() as door:
        return processes.port_of(door)


def _processes_on(folder: Path) -> dict[int, str]:
    """Process id and command line of everything that was started with this state folder."""
    mark = f"AWARD_VAR_DIR={folder / 'var'}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            # the broker writes its title over its environment, but the title names its socket
            if mark in (entry / "environ").read_bytes() or str(folder) in command:
                found[int(entry.name)] = command
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # ended meanwhile, or somebody else's
    return found


def _wait_until_gone(folder: Path, seconds: float = 5.0) -> dict[int, str]:
    end = time.monotonic() + seconds
    while (left := _processes_on(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _wait_for(folder: Path, *names: str, seconds: float = 10.0) -> None:
    """Wait until a process of each name is there; one that is just being started has no name yet."""
    end = time.monotonic() + seconds
    while missing := [name for name in names if name not in " ".join(_processes_on(folder).values())]:
        assert time.monotonic() < end, f"no process {missing}"
        time.sleep(0.05)


def _letters(address: str) -> list[str]:
    line = http.client.HTTPConnection(address, timeout=5)
    line.request("GET", "/api/letters?to=keeper@city.example")
    return [letter["subject"] for letter in json.loads(line.getresponse().read())["letters"]]


def _refusal(env: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "awardapp.launch"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def _start_of(name: str, commands: dict[int, str]) -> int:
    return min(pid for pid, command in commands.items() if name in command)


@pytest.mark.slow
def test_start_crash_start_again_and_stop(tmp_path: Path) -> None:
    port = _free_port()
    env = _environment(tmp_path, port)

    with running_launcher(env, folder=tmp_path) as launcher:
        first = launcher.said()
        assert f"http://127.0.0.1:{port}/" in first
        letters = re.search(r"Letters +http://(\S+)/", first)
        assert letters is not None
        accounts = first[first.index("Demonstration accounts") :]
        assert accounts.count("@") >= 4  # one for each role
        answer = health.ask(port)
        assert answer is not None
        assert answer.status == 200
        _wait_for(tmp_path, "-server", "mailcatcher", "gunicorn", "celery_app worker", "celery_app beat")
        assert (tmp_path / "var").stat().st_mode & 0o077 == 0

        status, refusal = _refusal(env)
        assert (status, refusal.count("\n")) == (1, 1)
        assert "Already running" in refusal
        settings = dict(
            setting.split("=", 1)
            for setting in Path(f"/proc/{_start_of('gunicorn', _processes_on(tmp_path))}/environ")
            .read_text()
            .split("\0")
            if setting.startswith("AWARD_")
        )
        with smtplib.SMTP("127.0.0.1", int(settings["AWARD_SMTP_URL"].rsplit(":", 1)[1]), timeout=5) as client:
            client.sendmail("s@award.example", ["keeper@city.example"], b"Subject: kept\r\n\r\n")

        # "ended with status" would mean that something had to be restarted
        assert "ended with status" not in launcher.said()
        launcher.kill_main()
        assert _wait_until_gone(tmp_path) == {}

    # neither lock, socket nor process ids left by the crash hinder the next start, and the data are there
    with running_launcher(env, folder=tmp_path) as launcher:
        said = launcher.said()
        assert said[said.index("Demonstration accounts") :] == accounts
        again = re.search(r"Letters +http://(\S+)/", said)
        assert again is not None
        assert _letters(again.group(1)) == ["kept"]

        os.kill(_start_of("celery_app worker", _processes_on(tmp_path)), signal.SIGKILL)
        os.kill(_start_of("-server", _processes_on(tmp_path)), signal.SIGKILL)
        end = time.monotonic() + 20
        ended = ("worker ended with status -9", "broker ended with status -9")
        while not all(line in launcher.said() for line in ended):
            assert time.monotonic() < end, launcher.said()
            time.sleep(0.1)
        _wait_for(tmp_path, "-server", "celery_app worker")

        launcher.send(signal.SIGINT)
        assert launcher.wait(30) == 0
        assert _wait_until_gone(tmp_path, 0) == {}


def test_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with processes.listening_socket() as door:
        port = processes.port_of(door)
        status, refusal = _refusal(_environment(tmp_path, port))
    assert status == 1
    assert refusal == f"Port {port} cannot be used (Address already in use); choose another with AWARD_PORT.\n"
    assert list((tmp_path / "var" / "log").iterdir()) == []


def test_unknown_setting_is_named_in_one_line(tmp_path: Path) -> None:
    status, refusal = _refusal(_environment(tmp_path, 8000) | {"AWARD_COLOUR": "red"})
    assert (status, refusal.count("\n")) == (1, 1)
    assert "AWARD_COLOUR" in refusal
    assert not (tmp_path / "var").exists()


def test_ended_service_is_restarted_with_growing_pauses(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(env=os.environ, cwd=tmp_path, log_dir=tmp_path, report=said.append)
    supervisor.start(Service("failing", ("sh", "-c", "echo started; exit 3")))
    supervisor.start(Service("lasting", ("sleep", "60")))
    end = time.monotonic() + 10
    while supervisor.failures_of("failing") < 3 and time.monotonic() < end:
        supervisor.look_after()
        time.sleep(0.02)
    supervisor.stop_all()
    assert (tmp_path / "failing.log").read_text() == "started\n" * 3
    assert [line.split(";")[0] for line in said] == [
        f"failing ended with status 3, starts again in {pause} s" for pause in ("0.5", "1", "2")
    ]


def test_process_that_ignores_signals_is_ended_with_its_children(tmp_path: Path) -> None:
    stubborn = "trap '' TERM INT; sleep 60 & sleep 60 & echo $!; wait; wait"
    process = processes.spawn(["sh", "-c", stubborn], env=os.environ, log=tmp_path / "log", cwd=tmp_path)
    end = time.monotonic() + 5
    while not (said := (tmp_path / "log").read_text()).strip() and time.monotonic() < end:
        time.sleep(0.01)
    assert processes.stop(process, ((signal.SIGTERM, 0.2), (signal.SIGINT, 0.2))) == -signal.SIGKILL
    child = Path(f"/proc/{said.strip()}/stat")
    end = time.monotonic() + 5
    while child.exists() and child.read_text().split()[2] != "Z" and time.monotonic() < end:
        time.sleep(0.01)
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_child_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    starter = (
        "import os, pathlib, time\n"
        "from awardapp.embedded import processes\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "child = processes.spawn(['sleep', '60'], env=os.environ, log=folder / 'log', cwd=folder)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = Path(f"/proc/{parent.stdout.readline().strip()}/stat")
        assert child.exists()
        parent.kill()
    end = time.monotonic() + 5
    while child.exists() and child.read_text().split()[2] != "Z" and time.monotonic() < end:
        time.sleep(0.01)
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_health_question_is_bounded_in_time() -> None:
    with processes.listening_socket() as silent:
        started = time.monotonic()
        assert health.ask(processes.port_of(silent), seconds=0.3) is None
        assert time.monotonic() - started < 2


def test_locks_agree_on_every_version() -> None:
    pins = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
    run = dict(pins.findall((ROOT / "run.lock").read_text()))
    everything = dict(pins.findall((ROOT / "requirements.lock").read_text()))
    assert run
    assert {name: everything.get(name) for name in run} == run


def test_port_is_free_again_as_soon_as_the_door_is_closed() -> None:
    door = processes.listening_socket()
    port = processes.port_of(door)
    with socket.create_connection(("127.0.0.1", port)):
        door.close()
    processes.listening_socket(port).close()

"""The last minutes of a call: hundreds of people write and many hand in, until the deadline passes under their hands.

    python -m tests.bench.deadline [--database sqlite|postgresql|both] [--people 300] [--submissions 90] [--seconds 60]

Gunicorn serves as in production. Everybody has a form open that saves one input whenever they pause (every `--pause` seconds
in the mean) and asks who else is there; the submitters read the review page and hand in, ever more of them towards the end;
one in ten comes too late and must be refused. Ten minutes are pressed into `--seconds`, with all submissions and at a pause
that a person typing has, so that the machine carries ten times the hand-ins of the real hour. Afterwards every receipt is
checked against the stored rows and bytes, and every acknowledged text against the database. Nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from awardapp import create_app, migrations
from awardapp.domain.answers import digest
from awardapp.extensions import db
from tests.bench.deadline_site import INPUT, Person, Receipt, close_in, faults, fill
from tests.bench.loading import Answer, Line, request
from tests.bench.serving import gunicorn
from tests.support.broker import running_broker
from tests.support.pages import parse, values_of
from tests.support.postgres import running_postgres
from tests.support.processes import bare_environment

AFTER = 2.0  # seconds for which people go on writing and handing in after the deadline
ON_THE_WAY = 0.2  # seconds before the deadline within which a hand-in may meet it on its way
GLANCE = 12.0  # seconds between two questions who else is there
SAVE, GLANCES, REVIEW, SUBMIT, RECEIPT = "saving an input", "who is here", "review page", "submit", "receipt"


@dataclass
class Outcome:
    """What happened in one run."""

    seconds: float
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    receipts: list[Receipt] = field(default_factory=list)
    refused_in_time: list[str] = field(default_factory=list)
    accepted_late: list[str] = field(default_factory=list)
    refused_late: int = 0
    overtaken: int = 0  # opened the review page in time, and it came too late to hand in
    faults: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.errors or self.faults or self.refused_in_time or self.accepted_late)


class Hour:
    """The people at work on one served site."""

    def __init__(self, port: int, *, ends_at: float, pause: float, outcome: Outcome) -> None:
        self.port, self.ends_at, self.pause, self.outcome = port, ends_at, pause, outcome

    def _ask(self, line: Line, what: str, whole: bytes) -> Answer | None:
        begun = time.monotonic()
        try:
            answer = line.ask(whole)
        except OSError as error:
            self.outcome.errors[f"{what}: {type(error).__name__}"] += 1
            line.close()
            return None
        self.outcome.taken[what].append(time.monotonic() - begun)
        if answer.status >= 500:
            self.outcome.errors[f"{what}: {answer.status}"] += 1
        return answer

    def _post(self, person: Person, path: str, **form: str) -> bytes:
        return request(
            "POST", f"/submissions/{person.ref}/{path}", port=self.port, body=urlencode(form).encode(),
            Cookie=person.cookie, Accept="application/json", X_CSRFToken=person.token,
        )  # fmt: skip

    def live(self, person: Person, submits_at: float | None) -> None:
        """One person's last minutes: writing, and handing in at an instant if they do."""
        line, draw = Line(self.port), random.Random(person.ref)
        last = self.ends_at + AFTER
        glance = time.monotonic() + draw.random() * GLANCE
        time.sleep(draw.random() * self.pause)
        while time.monotonic() < min(last, submits_at or last):
            if not self._save(line, person):
                break
            if time.monotonic() > glance:
                glance += GLANCE
                self._ask(line, GLANCES, self._post(person, "presence", window="1", field=INPUT, since="1"))
            rest = min(draw.expovariate(1 / self.pause), (submits_at or last) - time.monotonic())
            time.sleep(max(0.0, rest))
        if submits_at is not None:
            time.sleep(max(0.0, submits_at - time.monotonic()))
            self._submit(line, person)
        line.close()

    def _save(self, line: Line, person: Person) -> bool:
        """Save the next text; False once the call is closed."""
        person.saves += 1
        text = f"{person.text} {person.saves}"
        answer = self._ask(line, SAVE, self._post(person, f"inputs/{INPUT}", base=digest(person.kept), value=text))
        if answer is None or answer.status >= 500:
            person.in_doubt = True
            return False
        if answer.status == 200:
            person.kept = text
            return True
        if answer.status != 403 or time.monotonic() < self.ends_at - 1:
            self.outcome.errors[f"{SAVE}: {answer.status}"] += 1
        return False

    def _submit(self, line: Line, person: Person) -> None:
        begun = time.monotonic()
        path = f"/submissions/{person.ref}/submit"
        page = self._ask(line, REVIEW, request("GET", path, port=self.port, Cookie=person.cookie))
        if page is None or page.status != 200:
            self.outcome.errors[f"{REVIEW}: {page and page.status}"] += 1
            return
        form = next((f for f in parse(page.body.decode()).iter("form") if f.get("action") == path), None)
        if form is None:  # closed meanwhile: the page has no declaration any more
            self._note_refusal(person, begun, time.monotonic())
            return
        body = urlencode({**values_of(form), "declaration": "y"}, doseq=True).encode()
        sent = time.monotonic()
        answer = self._ask(line, SUBMIT, request("POST", path, port=self.port, body=body, Cookie=person.cookie))
        if answer is None or answer.status >= 500:
            return
        if answer.status == 303:
            if sent > self.ends_at + 0.1:
                self.outcome.accepted_late.append(person.ref)
            self._fetch_receipt(line, person, answer.headers["location"])
        else:
            self._note_refusal(person, begun, sent)

    def _note_refusal(self, person: Person, begun: float, sent: float) -> None:
        """Refused is right only for what was sent after the deadline."""
        if sent < self.ends_at - ON_THE_WAY:
            self.outcome.refused_in_time.append(person.ref)
        elif begun < self.ends_at:
            self.outcome.overtaken += 1
        else:
            self.outcome.refused_late += 1

    def _fetch_receipt(self, line: Line, person: Person, path: str) -> None:
        page = self._ask(line, RECEIPT, request("GET", path, port=self.port, Cookie=person.cookie))
        found = re.search(rb"[0-9a-f]{64}", page.body) if page is not None else None
        if page is None or page.status != 200 or found is None:
            self.outcome.errors[f"{RECEIPT}: none"] += 1
            return
        number = int(path.rpartition("/")[2])
        self.outcome.receipts.append(Receipt(person.ref, number, found[0].decode(), person.kept))


def _moments(submissions: int, seconds: float) -> list[float]:
    """When the submitters come: ever more towards the deadline, and one in ten after it."""
    late = submissions // 10
    inside = [seconds * (0.1 + 0.9 * (n + 0.5) / submissions) ** 0.5 for n in range(submissions)]
    return inside + [seconds + 0.3 + (AFTER - 0.5) * n / max(1, late) for n in range(late)]


def run(
    database_url: str | None, folder: Path, *, people: int, submissions: int, seconds: float, pause: float
) -> Outcome:
    """Seed, serve, let them work until after the deadline, check everything. Raises when the server does not start."""
    with ExitStack() as parts:
        env = {
            "AWARD_VAR_DIR": str(folder),
            "AWARD_SECRET_KEY": "only-for-the-benchmark-only-for-the-benchmark",
            "AWARD_REDIS_URL": parts.enter_context(running_broker()).url,
            "AWARD_LOG_LEVEL": "WARNING",
            **({"AWARD_DATABASE_URL": database_url} if database_url else {}),
        }
        app = create_app({**env, "AWARD_BASE_URL": "http://localhost"})
        with app.app_context():
            migrations.upgrade()
            db.session.remove()
        moments = _moments(submissions, seconds)
        known = fill(app, people, with_files=len(moments))
        server = parts.enter_context(gunicorn("award", "awardapp.wsgi:app", {**bare_environment(), **env}, folder))
        _warm(server.port, known)
        begins_at = time.monotonic() + 1.0
        deadline = close_in(app, begins_at - time.monotonic() + seconds)
        outcome = Outcome(seconds)
        hour = Hour(server.port, ends_at=begins_at + seconds, pause=pause, outcome=outcome)
        threads = [
            threading.Thread(target=hour.live, args=(person, begins_at + moments[n] if n < len(moments) else None))
            for n, person in enumerate(known)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcome.faults = faults(app, known, outcome.receipts, deadline)
        return outcome


def _warm(port: int, people: list[Person]) -> None:
    """Both workers read their templates, as they have long before the last minutes of a call."""
    for person in people[:12]:
        line = Line(port)  # a new connection may meet the other worker
        line.ask(request("GET", f"/submissions/{person.ref}/submit", port=port, Cookie=person.cookie))
        line.close()


def _print(database: str, outcome: Outcome, people: int) -> None:
    saves = len(outcome.taken[SAVE])
    print(
        f"\n{database}: {people} people, {saves} saves and {len(outcome.receipts)} hand-ins in {outcome.seconds:g} s;"
        f" load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    print(f"{'':18}{'number':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'longest':>9}")
    for what in (SAVE, GLANCES, REVIEW, SUBMIT, RECEIPT):
        ordered = sorted(outcome.taken[what]) or [0.0]
        at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99, 1)]
        print(f"{what:18}{len(outcome.taken[what]):8}" + "".join(f"{1000 * value:9.0f}" for value in at))
    print(f"errors: {dict(outcome.errors) or 'none'}; too late and refused: {outcome.refused_late}")
    print(f"opened the review page in time, got it too late to hand in: {outcome.overtaken}")
    print(
        f"in time but refused: {outcome.refused_in_time or 'none'}; late but accepted: {outcome.accepted_late or 'none'}"
    )
    print(f"missing or wrong: {outcome.faults or 'none'}")
    print("PASS  nothing lost, nothing late" if outcome.is_good else "FAIL")
    submit = sorted(outcome.taken[SUBMIT]) or [0.0]
    p95, p99 = (submit[int(len(submit) * share)] for share in (0.95, 0.99))
    print(f"{'PASS' if p95 < 1 and p99 < 3 else 'OVER'}  submit within 1 s (p95) and 3 s (p99)", flush=True)


def main() -> None:
    """Read the command line, run, and exit 1 if anything was lost, late or failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--submissions", type=int, default=90)
    parser.add_argument("--seconds", type=float, default=60.0, help="until the deadline")
    parser.add_argument("--pause", type=float, default=8.0, help="mean seconds between two saves of one person")
    given = parser.parse_args()
    threading.stack_size(512 * 1024)
    good = True
    for database in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="award-deadline-")))
            postgres = parts.enter_context(running_postgres()) if database == "postgresql" else None
            outcome = run(
                postgres.create_database("deadline") if postgres else None, folder,
                people=given.people, submissions=given.submissions, seconds=given.seconds, pause=given.pause,
            )  # fmt: skip
            _print(database, outcome, given.people)
            good = good and outcome.is_good
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()

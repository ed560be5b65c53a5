"""A large mailing through a mail server in trouble, with workers killed: for the test of it and for the bench."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, insert, select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, LetterWords, Notification, User, WorkStatus
from awardapp.queries import outbox as queries
from awardapp.queries.outbox import Filter
from awardapp.services import outbox
from tests import factories as make
from tests.support.processes import Running, running_beat, running_worker
from tests.support.smtp import PERMANENT, TEMPORARY, AcceptedLetter, SmtpServer

DOMAINS = 20
# Of a thousand letters: refused once for now (1 %), refused for good (0.1 %), cut off before the server has the letter, and
# cut off right after it took it, before it could say so.
FATES = {3: "temporary", 97: "temporary", 211: "temporary", 307: "temporary", 401: "temporary", 499: "temporary",
         577: "temporary", 691: "temporary", 797: "temporary", 911: "temporary", 13: "permanent", 17: "cut", 503: "cut",
         809: "cut", 19: "cut after"}  # fmt: skip


class TroubledServer(SmtpServer):
    """Treats the n-th recipient (person<n>@...) as FATES says, once where it is a passing trouble."""

    def __init__(self) -> None:
        super().__init__()
        self._met: set[str] = set()

    @staticmethod
    def fate(address: str) -> str | None:
        """What happens to letters to this address."""
        number = address.partition("@")[0].removeprefix("person")
        return FATES.get(int(number) % 1000) if number.isdigit() else None

    def _first(self, address: str) -> bool:
        first = address not in self._met
        self._met.add(address)
        return first

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        fate = self.fate(address)
        if fate == "permanent":
            return PERMANENT
        if fate == "temporary" and self._first(address):
            return TEMPORARY
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd when a letter has arrived."""
        address = envelope.rcpt_tos[0]
        fate = self.fate(address)
        cut = fate in ("cut", "cut after") and self._first(address)
        if not cut or fate == "cut after":
            content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
            with self._lock:
                self._accepted.append(AcceptedLetter(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if cut and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 accepted"


@contextmanager
def troubled_server() -> Iterator[TroubledServer]:
    """The mail server for the time of the context."""
    server = TroubledServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def write_drafts(count: int, *, now: datetime) -> tuple[Cycle, User]:
    """A cycle with so many drafts of one letter, each to a person of their own, and its secretary; committed."""
    cycle = make.make_cycle(CyclePhase.OPEN)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    words = LetterWords(
        cycle_id=cycle.id, kind="secretariat_letter", group_key="mailing", template_sha256="", written_by=secretary.id,
        written_at=now, subject_en="To {name}", subject_zh="致 {name}", body_en="Words to {name} about {cycle}.",
        body_zh="致 {name}，关于{cycle}。",
    )  # fmt: skip
    db.session.add(words)
    db.session.flush()
    people = [
        {
            "email": f"person{n}@d{n % DOMAINS}.example",
            "name": f"Person {n}",
            "language": ("en", "zh")[n % 2],
            "created_at": now,
        }
        for n in range(count)
    ]
    db.session.execute(insert(User), people)
    ids = db.session.scalars(select(User.id).where(User.email.like("person%@d%")).order_by(User.id)).all()
    letters = [
        {
            "kind": "secretariat_letter", "recipient_id": user_id, "cycle_id": cycle.id, "group_key": "mailing",
            "cause": f"mailing:{user_id}", "context": {}, "urgency": 2, "mail_domain": f"d{n % DOMAINS}.example",
            "words_id": words.id, "status": WorkStatus.DRAFT, "attempts": 0, "created_at": now,
        }
        for n, user_id in enumerate(ids)
    ]  # fmt: skip
    db.session.execute(insert(Notification), letters)
    db.session.commit()
    return cycle, secretary


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mailing."""

    seconds: float
    statuses: dict[str, int]
    accepted: int
    doubled: int  # letters that the server took more than once
    same_ids: bool  # of those
    counted: int  # letters that the outbox says may have gone twice
    lost: list[str]  # recipients who should have a letter and have none
    kills: int


class Mailing:
    """Runs one: approves the drafts, kills workers when so many letters are through, takes the mail server away once."""

    def __init__(
        self, environ: Mapping[str, str], folder: Path, mail: TroubledServer, *, say: Callable[[str], None]
    ) -> None:
        self._environ, self._folder, self._mail, self._say = environ, folder, mail, say
        self._started = 0
        self.kills = 0

    def run(
        self,
        count: int,
        *,
        now: datetime,
        kill_at: list[float],
        outage_at: float,
        outage_seconds: float,
        hasten: Callable[[], None],
        within: float,
    ) -> Result:
        """`kill_at` and `outage_at` are shares of the letters; `hasten` is called while waiting (a test lets leases end)."""
        cycle, secretary = write_drafts(count, now=now)
        with ExitStack() as stack:
            workers = [self._worker(stack) for _ in range(2)]
            stack.enter_context(running_beat(self._environ, folder=self._folder))
            begun = time.monotonic()
            outbox.approve(
                actor=secretary, cycle=cycle, wanted=Filter(kind="secretariat_letter"), expected=count, now=now
            )
            db.session.commit()
            kills, is_out, came_back = list(kill_at), False, False
            while (waiting := self._waiting()) and time.monotonic() - begun < within:
                through = len(self._mail.accepted) / count
                if kills and through >= kills[0]:
                    kills.pop(0)
                    number = self.kills % 2
                    workers[number].kill()
                    self.kills += 1
                    self._say(f"{waiting} to go, worker killed")
                    workers[number] = self._worker(stack)
                if not is_out and through >= outage_at:
                    is_out, since = True, time.monotonic()
                    self._mail.stop()
                    self._say(f"{waiting} to go, mail server away")
                if is_out and not came_back and time.monotonic() - since > outage_seconds:
                    came_back = True
                    self._mail.start()
                    self._say(f"{waiting} to go, mail server back")
                if not kills and (came_back or outage_at > 1):
                    hasten()
                time.sleep(0.25)
            return self._result(cycle, time.monotonic() - begun)

    def _worker(self, stack: ExitStack) -> Running:
        self._started += 1
        name = f"mailing{self._started}"
        return stack.enter_context(running_worker(self._environ, folder=self._folder, concurrency=1, name=name))

    def _waiting(self) -> int:
        db.session.rollback()
        query = select(func.count()).where(Notification.status.in_([WorkStatus.QUEUED, WorkStatus.LEASED]))
        waiting = db.session.scalar(query) or 0
        db.session.rollback()
        return waiting

    def _result(self, cycle: Cycle, seconds: float) -> Result:
        accepted = self._mail.accepted
        received = Counter(letter.recipients[0] for letter in accepted)
        ids: dict[str, set[Any]] = {}
        for letter in accepted:
            if received[letter.recipients[0]] > 1:
                ids.setdefault(letter.recipients[0], set()).add(str(letter.message["Message-ID"]))
        addressed = db.session.scalars(
            select(User.email)
            .join(Notification, Notification.recipient_id == User.id)
            .where(Notification.cycle_id == cycle.id)
        )
        expected = {email for email in addressed if TroubledServer.fate(email) != "permanent"}
        return Result(
            seconds=seconds,
            statuses={status.value: n for status, n in queries.by_status(cycle).items()},
            accepted=len(accepted),
            doubled=len(ids),
            same_ids=all(len(one) == 1 for one in ids.values()),
            counted=queries.doubts(cycle).maybe_doubled,
            lost=sorted(expected - set(received)),
            kills=self.kills,
        )

"""A real SMTP server that accepts, refuses and breaks off as a test tells it to."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from fnmatch import fnmatch
from typing import Final, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from awardapp.embedded import processes

Stage = Literal["recipient", "data"]
TEMPORARY: Final = "451 4.3.0 try again later"
PERMANENT: Final = "550 5.1.1 no such mailbox"


@dataclass(frozen=True)
class AcceptedLetter:
    """A letter the server said yes to, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class _Rule:
    pattern: str
    stage: Stage
    reply: str | None  # None: the connection is dropped after the letter was taken
    times: int | None

    def applies(self, stage: Stage, recipients: list[str]) -> bool:
        """Whether the rule speaks now; each time it does counts."""
        if stage != self.stage or self.times == 0 or not any(fnmatch(r, self.pattern) for r in recipients):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class SmtpServer:
    """Answers on a free port of 127.0.0.1. Patterns are shell patterns over the recipient's address
    ("*@slow.example").
    """

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._accepted: list[AcceptedLetter] = []
        self._lock = threading.Lock()
        self._delay = 0.0
        door = processes.listening_socket()
        self._port = processes.port_of(door)
        door.close()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address, as AWARD_SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def accepted(self) -> list[AcceptedLetter]:
        """The letters accepted so far, oldest first."""
        with self._lock:
            return list(self._accepted)

    def to(self, recipient: str) -> list[AcceptedLetter]:
        """The letters accepted for one address."""
        return [letter for letter in self.accepted if recipient in letter.recipients]

    def wait_for(self, count: int, *, seconds: float = 20.0) -> list[AcceptedLetter]:
        """Wait until at least `count` letters were accepted. Raises TimeoutError when they do not come in
        time.
        """
        end = time.monotonic() + seconds
        while len(letters := self.accepted) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(letters)} of {count} letters came within {seconds:g} s")
            time.sleep(0.02)
        return letters

    def refuse(
        self, pattern: str, reply: str = PERMANENT, *, stage: Stage = "recipient", times: int | None = None
    ) -> None:
        """Answer `reply` to matching recipients, always or so many times; 4xx means later, 5xx never."""
        self._rules.append(_Rule(pattern, stage, reply, times))

    def break_off_after_accepting(self, pattern: str, *, times: int | None = None) -> None:
        """Take the letter and drop the connection before saying so: the sender cannot know."""
        self._rules.append(_Rule(pattern, "data", None, times))

    def answer_slowly(self, seconds: float) -> None:
        """Wait so long before the answer to each letter."""
        self._delay = seconds

    def reset(self) -> None:
        """Forget the letters and every rule."""
        with self._lock:
            self._accepted.clear()
        self._rules.clear()
        self._delay = 0.0

    def start(self) -> None:
        """Begin to answer; on the same port after a `stop`."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port, ready_timeout=10)
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        for rule in self._rules:
            if rule.applies("recipient", [address]) and rule.reply is not None:
                return rule.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd when a letter has arrived."""
        await asyncio.sleep(self._delay)
        rule = next((rule for rule in self._rules if rule.applies("data", envelope.rcpt_tos)), None)
        if rule is not None and rule.reply is not None:
            return rule.reply
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        with self._lock:
            self._accepted.append(AcceptedLetter(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if rule is not None and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 accepted"


@contextmanager
def running_smtp_server() -> Iterator[SmtpServer]:
    """A mail server for the time of the context."""
    server = SmtpServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()

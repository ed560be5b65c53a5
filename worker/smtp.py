"""Handing a letter to the mail server, and naming how it failed."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

_TIMEOUT_SECONDS = 20


class Temporary(Exception):
    """The server could not take the letter now (greylisting, overload, unreachable): try later."""


class Unreachable(Temporary):
    """No conversation came about (refused, no such host, no answer): no letter is to blame."""


class BrokenOff(Temporary):
    """The conversation ended while the server was taking the letter: it may have it."""


class Permanent(Exception):
    """The server will never take this letter (no such address): tell a person."""


class _Watched(smtplib.SMTP):
    """Remembers whether the letter itself was being handed over, and what the server said to it."""

    is_handing_over = False
    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.is_handing_over = True
        code, words = super().data(msg)
        self.is_handing_over = False
        self.answer = f"{code} {words.decode('utf-8', 'replace')}"
        return code, words


class _WatchedTLS(smtplib.SMTP_SSL, _Watched):
    """The same over TLS from the first byte."""


class Connection:
    """One SMTP conversation, used for several letters; opened on first use. Use as a context manager."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: _Watched | None = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (smtplib.SMTPException, OSError):
                self._server.close()

    def _open(self) -> _Watched:
        if self._server is not None:
            return self._server
        host, port = self._parts.hostname or "localhost", self._parts.port
        if self._parts.scheme == "smtps":
            server: _Watched = _WatchedTLS(
                host, port or 465, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = _Watched(host, port or 25, timeout=_TIMEOUT_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        if self._parts.username:
            server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        self._server = server
        return server

    def send(self, mail: EmailMessage) -> str:
        """Send to the one recipient of the letter; the server's answer.

        Raises Temporary (Unreachable, BrokenOff among them) or Permanent with the server's words.
        """
        try:
            server = self._open()
        except smtplib.SMTPAuthenticationError as error:  # somebody must mend the settings; no letter is to blame
            raise Unreachable(f"{error.smtp_code} {error.smtp_error!r}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        server.is_handing_over = False
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _named(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _named(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._server = None
            server.close()
            kind = BrokenOff if server.is_handing_over else Temporary
            raise kind(f"{type(error).__name__}: {error}") from error
        return server.answer


def _named(code: int, text: bytes | str) -> Temporary | Permanent:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    kind = Permanent if 500 <= code < 600 else Temporary
    return kind(f"{code} {words}")

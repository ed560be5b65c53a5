"""A real SMTP server that keeps every letter instead of delivering it, with pages to read them.

Run as `python -m awardapp.embedded.mailcatcher --folder DIR --smtp-fd N --http-fd N`; the launcher opens both
sockets.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import threading
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import make_server

from awardapp.embedded.letter_pages import create_pages
from awardapp.embedded.letters import LetterBox

LARGEST_LETTER: Final = 40 * 2**20  # bytes, as transferred


class _Keeper:
    """What aiosmtpd calls when a letter has arrived."""

    def __init__(self, box: LetterBox) -> None:
        self._box = box

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        letter = self._box.add(sender=envelope.mail_from or "", recipients=envelope.rcpt_tos, content=content)
        return f"250 kept as {letter.id}"


async def serve_smtp(door: socket.socket, box: LetterBox) -> None:
    """Take letters on `door` until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keeper = _Keeper(box)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", data_size_limit=LARGEST_LETTER, enable_SMTPUTF8=True),
        sock=door,
    )
    await ended.wait()
    server.close()


def main() -> None:
    """Serve letters by SMTP and pages by HTTP on two sockets that are already open."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--smtp-fd", type=int, required=True)
    options.add_argument("--http-fd", type=int, required=True)
    given = options.parse_args()
    box = LetterBox(given.folder)
    pages = make_server("127.0.0.1", 0, create_pages(box), threaded=True, fd=given.http_fd)
    threading.Thread(target=pages.serve_forever, name="pages", daemon=True).start()
    asyncio.run(serve_smtp(socket.socket(fileno=given.smtp_fd), box))
    pages.shutdown()


if __name__ == "__main__":
    main()

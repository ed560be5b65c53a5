"""A document of one or two pages as a PDF while its reader waits: tagged, PDF/A-2a and PDF/UA-1, fonts embedded.

Typeset in a process of its own (see typesetter.py): the web's processes stay as they are, and a document that takes
too much memory or time ends alone. The large documents, with their pictures, are the worker's (worker/typesetting.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any

from awardapp.lettering import SUBSTITUTE, font_folder, one_line, printable

TEMPLATES = Path(__file__).parent.parent / "templates" / "bundle"
STANDARDS = ["a-2a", "ua-1"]
PATIENCE = 20.0  # seconds until a document is given up

_AT_ONCE = BoundedSemaphore(2)  # in one web process, so that a crowd asking for receipts leaves it time for hand-ins
_TYPESETTER = Path(__file__).with_name("typesetter.py")


class CannotTypeset(RuntimeError):
    """The typesetter refused the document or took too long; the message is for the log."""


def pdf(template: str, values: Mapping[str, Any], *, dated: datetime, patience: float = PATIENCE) -> bytes:
    """The PDF of a template under templates/bundle; `values` reach it as JSON in `sys.inputs.content`.

    The same values give the same bytes (with the same version of Typst and of the fonts). A fifth of a second.
    `patience` in seconds is for long documents, which only a worker may ask for. Raises CannotTypeset.
    """
    return _typeset(template, values, dated=dated, patience=patience, picture=False)


def png(template: str, values: Mapping[str, Any], *, dated: datetime) -> bytes:
    """A template's one page as a picture, a pixel for each point; otherwise as `pdf`. Raises CannotTypeset."""
    return _typeset(template, values, dated=dated, patience=PATIENCE, picture=True)


def _typeset(template: str, values: Mapping[str, Any], *, dated: datetime, patience: float, picture: bool) -> bytes:
    content = json.dumps({**values, "substituted": SUBSTITUTE in json.dumps(values, ensure_ascii=False)})
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise CannotTypeset(f"{template}: too many documents at once")
    try:
        with TemporaryDirectory(prefix="award-") as folder:
            shutil.copyfile(TEMPLATES / template, Path(folder) / template)
            order = {
                "folder": folder,
                "template": template,
                "fonts": str(font_folder()),
                "inputs": {"content": content},
                "timestamp": dated.astimezone(UTC).replace(microsecond=0).isoformat(),
                "standards": STANDARDS,
                "seconds": int(patience),
                "picture": picture,
            }
            return _run(template, json.dumps(order), patience)
    finally:
        _AT_ONCE.release()


def _run(template: str, order: str, patience: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", str(_TYPESETTER)],
            input=order.encode(),
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotTypeset(f"{template}: not done in {patience:.0f} seconds") from error
    if done.returncode or not done.stdout.startswith((b"%PDF", b"\x89PNG")):
        raise CannotTypeset(f"{template}: {done.stderr.decode(errors='replace')[-500:] or done.returncode}")
    return done.stdout


def line(text: str | None, limit: int = 300) -> str:
    """A text on one line in the fonts' reach, with places to break it."""
    return printable(one_line(text or "", limit))

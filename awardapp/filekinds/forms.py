"""Reading a Word form that somebody sent: its text is opened in a process of its own, as every file is (see cage.py)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from awardapp.filekinds.cage import Limits, run
from awardapp.wordform import Box, NotReadable, ReadBox, ReadForm

_LIMITS = Limits(seconds=20, memory=800_000_000, written=60_000_000)


def read_form(path: Path, boxes: Iterable[Box], *, placeholders: Iterable[str], limits: Limits = _LIMITS) -> ReadForm:
    """As wordform.read. Raises NotReadable, "too_large" also for a document that takes too much memory or time."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = {
            "path": str(path),
            "answer": str(answer),
            "boxes": [[box.name, box.kind.value, [[o.key, o.words] for o in box.options]] for box in boxes],
            "placeholders": sorted(placeholders),
        }
        if not run("form_reading.py", asked, limits=limits).is_complete:
            raise NotReadable("too_large")
        told = json.loads(answer.read_bytes())
    if "fault" in told:
        raise NotReadable(told["fault"])
    found = {name: ReadBox(**{**box, "notes": set(box["notes"])}) for name, box in told["boxes"].items()}
    return ReadForm(told["reference"], found)

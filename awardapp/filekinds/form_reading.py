"""Reads a filled-in Word form for forms.py, in a process of its own: writes what stood in its boxes, or why it cannot be read.

Of the program it knows the reader alone: loading the rest would take longer than reading.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any


def _know_the_reader() -> None:
    """Make the packages around the reader known without what they load when they are imported whole."""
    program = Path(__file__).parents[1]
    for name, folder in (("awardapp", program), ("awardapp.wordform", program / "wordform")):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    from awardapp.wordform.reading import NotReadable, read  # noqa: PLC0415 only known by now
    from awardapp.wordform.shapes import Box, BoxKind, Option  # noqa: PLC0415 - only known by now

    boxes = [
        Box(name, BoxKind(kind), "", options=tuple(Option(*option) for option in options))
        for name, kind, options in asked["boxes"]
    ]
    try:
        found = read(Path(asked["path"]), boxes, placeholders=asked["placeholders"])
    except NotReadable as error:
        return {"fault": error.why}
    read_boxes = {name: {**asdict(box), "notes": sorted(box.notes)} for name, box in found.boxes.items()}
    return {"reference": found.reference, "boxes": read_boxes}


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())  # comes when the limits of this process are set
    signal.alarm(asked["seconds"])  # also when nobody is left to end it
    _know_the_reader()
    Path(asked["answer"]).write_text(json.dumps(_read(asked)))

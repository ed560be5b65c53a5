"""Typesets one document in a process of its own, with bounds on its memory and time; `typesetting` starts it.

It imports nothing of the application, so that it starts in a fifth of a second. It reads JSON from its standard input
(folder, template, fonts, inputs, timestamp, standards, seconds, picture) and writes the PDF or the picture to its standard
output; what the typesetter refuses goes to its standard error, with exit status 1.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

MEMORY = 1_500_000_000  # bytes of address space; a receipt takes some 50 MB


def typeset(order: dict[str, Any]) -> bytes:
    """The PDF of an order, or the picture of its one page. Raises typst.TypstError for what the typesetter refuses."""
    folder = Path(order["folder"])
    made = typst.compile(
        folder / order["template"],
        root=folder,
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[Path(order["fonts"])]
        ),
        ignore_system_fonts=True,
        package_path=folder,
        package_cache_path=folder,
        sys_inputs=order["inputs"],
        timestamp=datetime.fromisoformat(order["timestamp"]),
        **(
            {"format": "png", "ppi": 72.0}
            if order.get("picture")
            else {"format": "pdf", "pdf_standards": order["standards"]}
        ),
    )
    return made if isinstance(made, bytes) else b""


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    try:
        sys.stdout.buffer.write(typeset(order))
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Which program a record was made by: its version, and a digest of the part of it that selects."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata, resources

_PACKAGE = "awardapp.domain.selection"


@cache
def code() -> dict[str, str]:
    """The version, and the SHA-256 over the lines "SHA-256  name" of the package's source files by name, as `sha256sum`
    prints them: whoever has the source can repeat it with that command."""
    files = sorted(
        (one for one in resources.files(_PACKAGE).iterdir() if one.name.endswith(".py")), key=lambda one: one.name
    )
    lines = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    return {
        "package": _PACKAGE,
        "version": metadata.version("awardapp"),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }

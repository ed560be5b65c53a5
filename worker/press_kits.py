"""A press kit as a ZIP: one folder, every file of a fixed date, checked against its own list of checksums before it counts."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from awardapp import storage
from awardapp.services import press_kits
from worker.bags import BLOCK, BundleNotVerified, EnclosureChanged, Payload
from worker.placing import put_in_place
from worker.stored import Stored

CHECKSUMS = "checksums-sha256.txt"


def build(content: Mapping[str, Any], target: Path) -> tuple[str, int]:
    """Write the kit of a content to a path, whole and verified, or not at all. Returns its SHA-256 and length in bytes.

    Raises CannotTypeset, EnclosureChanged when a stored picture is not the recorded one, BundleNotVerified.
    """
    written, copied = press_kits.files(content), press_kits.pictures(content)
    sums = press_kits.checksums(press_kits.hashes(written, copied))
    payload = {
        **{name: Payload.of(data) for name, data in written.items()},
        **{one.name: Payload(_opening(one.sha256), one.sha256, one.size) for one in copied},
        CHECKSUMS: Payload.of(sums),
    }
    folder, dated = press_kits.folder(content), date.fromisoformat(content["published_at"][:10])
    with put_in_place(target) as archive:
        write(archive, folder, payload, dated)
        archive.flush()
        os.fsync(archive.fileno())
        return verify(Path(archive.name), folder)


def _opening(sha256: str) -> Any:
    return lambda: Stored(storage.blob_key(sha256))


def write(archive: Any, folder: str, payload: Mapping[str, Payload], dated: date) -> None:
    """Write the members in the order of their names, stored as they are, so that the bytes depend on their content alone."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as to:
        for name, file in sorted(payload.items()):
            member = zipfile.ZipInfo(f"{folder}/{name}", (dated.year, dated.month, dated.day, 0, 0, 0))
            member.create_system, member.external_attr, member.file_size = 3, 0o100644 << 16, file.size
            size, source = 0, file.open()
            try:
                with to.open(member, "w") as out:
                    while (block := source.read(BLOCK)) and size <= file.size:
                        size += len(block)
                        out.write(block)
            finally:
                source.close()
            if size != file.size:
                raise EnclosureChanged(f"{name} has not the {file.size} bytes that were recorded")


def verify(path: Path, folder: str) -> tuple[str, int]:
    """Read a kit whole and compare it with its checksums. Returns its SHA-256 and length; raises BundleNotVerified."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = {name: _hash(archive, name) for name in archive.namelist()}
            sums = archive.read(f"{folder}/{CHECKSUMS}").decode()
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise BundleNotVerified(f"the kit cannot be read: {error}") from error
    listed = {f"{folder}/{name}": sha256 for sha256, name in (line.split("  ", 1) for line in sums.splitlines())}
    found.pop(f"{folder}/{CHECKSUMS}", None)
    for name in sorted(found.keys() | listed.keys()):
        if found.get(name) != listed.get(name):
            raise BundleNotVerified(f"{name} is not what the list of checksums names")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    hashed = hashlib.sha256()
    with archive.open(name) as member:
        while block := member.read(BLOCK):
            hashed.update(block)
    return hashed.hexdigest()

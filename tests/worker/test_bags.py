"""Bags: every change is found, nothing half-written stays, files pass through in blocks."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cases import EMPTY, FULL, attachment, build, member
from worker import bags, bundles
from worker.case_content import ByteSource
from worker.placing import put_in_place

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name", ["data/case-study.pdf", "data/pictures/01-picture.jpg", "manifest-sha256.txt", "bag-info.txt"]
)
def test_a_flipped_byte_is_found(tmp_path: Path, name: str) -> None:
    bundle = build(FULL, tmp_path)
    original, content = member(bundle, name), bytearray(bundle.read_bytes())
    content[content.index(original) + len(original) // 2] ^= 1
    bundle.write_bytes(content)

    with pytest.raises(bags.BundleNotVerified):
        bags.verify(bundle)


def test_a_file_exchanged_with_a_valid_checksum_of_the_archive_is_found_and_named(tmp_path: Path) -> None:
    bundle, forged = build(FULL, tmp_path), tmp_path / "forged.zip"
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(forged, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, b"other" if name.endswith("LICENCE.txt") else archive.read(name))

    with pytest.raises(bags.BundleNotVerified, match=r"LICENCE.txt"):
        bags.verify(forged)


@pytest.mark.parametrize("claimed", [{"sha256": "0" * 64}, {"size": 3}, {"size": 9001}])
def test_a_stored_file_that_changed_stops_the_build_and_leaves_the_old_bundle(
    tmp_path: Path, claimed: dict[str, object]
) -> None:
    target = tmp_path / "bundle.zip"
    target.write_bytes(b"the bundle before")
    changed = replace(FULL, attachments=(replace(FULL.attachments[0], **claimed),))  # type: ignore[arg-type]

    with pytest.raises(bags.EnclosureChanged):
        bundles.build(changed, target, scratch_dir=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]
    assert target.read_bytes() == b"the bundle before"


def test_a_killed_build_leaves_no_bundle_and_the_next_one_clears_up(tmp_path: Path) -> None:
    script = """
        import dataclasses, os, pathlib, signal, sys
        from tests.support.cases import FULL, bundles
        def die():
            os.kill(os.getpid(), signal.SIGKILL)
        last = dataclasses.replace(FULL.attachments[1], open=die)
        content = dataclasses.replace(FULL, attachments=(FULL.attachments[0], last))
        folder = pathlib.Path(sys.argv[1])
        bundles.build(content, folder / "bundle.zip", scratch_dir=folder / "scratch")
    """
    (tmp_path / "scratch").mkdir()
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script), tmp_path], cwd=ROOT, timeout=30, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".part"]

    build(FULL, tmp_path)

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["bundle.zip"]


def test_a_build_leaves_the_unfinished_file_of_another_alone(tmp_path: Path) -> None:
    with put_in_place(tmp_path / "bundle.zip") as other:
        build(FULL, tmp_path)
        other.write(b"finished later")

    assert (tmp_path / "bundle.zip").read_bytes() == b"finished later"


def test_a_forked_child_builds_when_its_parent_has_only_imported(tmp_path: Path) -> None:
    script = """
        import os, pathlib, signal, sys
        from tests.support.cases import EMPTY, bundles
        folder = pathlib.Path(sys.argv[1])
        if (child := os.fork()) == 0:
            signal.alarm(10)
            bundles.build(EMPTY, folder / "bundle.zip", scratch_dir=folder)
            os._exit(0)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), tmp_path], cwd=ROOT, timeout=30, check=True)

    assert len(bags.verify(tmp_path / "bundle.zip").files) == 4


def test_files_are_read_in_blocks(tmp_path: Path) -> None:
    asked: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size if size is not None else -1)
            return super().read(size)

    def watched() -> ByteSource:
        return Watched(b"x" * 3_000_000)

    stored = attachment(b"x" * 3_000_000)
    build(replace(EMPTY, attachments=(replace(stored, open=watched),)), tmp_path)

    assert set(asked) == {bags.BLOCK}

"""How long bundles take: one case, the 45 of a cycle, and large attachments against a plain copy into a ZIP.

Run from the project's root: `python -m tests.bench.bundles [MEGABYTES]` (512). Prints, asserts nothing.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import resource
import shutil
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from worker import bundles
from worker.bundles import Attachment, CaseStudyContent, CityDatum, Picture, Section

ENGLISH = "The municipality began with the wells that the neighbourhood already trusted, and built nothing. " * 20
CHINESE = "市政府从居民一向信赖的水井入手，在邻里签字认养之前，一处工程也不动工。" * 20


def case(pictures: int, number: int = 0) -> CaseStudyContent:
    """A case of six long bilingual sections and so many 12-megapixel photographs."""
    return CaseStudyContent(
        stable_id=f"GA9-{number:02d}",
        award_name_en="Guangzhou International Award for Urban Innovation",
        award_name_zh="广州国际城市创新奖",
        cycle_name_en="9th cycle",
        cycle_name_zh="第九届",
        city_en="Sample City",
        city_zh="样例市",
        title_en="Springs in trust",
        title_zh="认养清泉",
        summary_en=f"{number} {ENGLISH[:600]}",
        summary_zh=CHINESE[:300],
        city_data=tuple(CityDatum(f"Indicator {n}", f"指标{n}", f"{n},000", None) for n in range(7)),
        sdgs=(6, 11, 13),
        sections=tuple(
            Section(f"Section {n}", f"章节{n}", f"{number} {ENGLISH}", f"{number}{CHINESE}") for n in range(6)
        ),
        pictures=tuple(photograph(n) for n in range(pictures)),
        published_on=date(2023, 12, 7),
    )


def photograph(seed: int) -> Picture:
    """A photograph of 4000 by 3000 pixels."""
    file = io.BytesIO()
    noise = Image.effect_noise((500, 375), 40 + seed).resize((4000, 3000))
    noise.convert("RGB").save(file, "JPEG", quality=85)
    content = file.getvalue()
    return Picture(
        open=lambda: io.BytesIO(content),
        filename=f"{seed}.jpg",
        media_type="image/jpeg",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        caption_en=f"Photograph {seed}",
    )


def stored(path: Path) -> Attachment:
    """An attachment as it lies in storage."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Attachment(
        open=lambda: path.open("rb"),
        filename=path.name,
        media_type="video/mp4",
        sha256=sha256,
        size=path.stat().st_size,
    )


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median duration of a piece of work."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def plain_copy(sources: list[Path], target: Path) -> None:
    """What anyone would do with zipfile: stored members, flushed to disk, nothing checked."""
    with target.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for source in sources:
                with source.open("rb") as one, archive.open(source.name, "w", force_zip64=True) as to:
                    shutil.copyfileobj(one, to, 1024 * 1024)
        file.flush()
        os.fsync(file.fileno())


def main(megabytes: int) -> None:
    """Measure and print."""
    with TemporaryDirectory() as name:
        folder = Path(name)

        def build(content: CaseStudyContent) -> bundles.BuiltBundle:
            return bundles.build(content, folder / "bundle.zip", scratch_dir=folder)

        print(f"first bundle of a process, no files      {seconds(lambda: build(case(0))):8.3f} s")
        numbers = itertools.count(100)  # texts differ each time: the typesetter remembers what it has seen
        again = seconds(lambda: build(case(0, next(numbers))), 9)
        print(f"one bundle, no files                     {again:8.3f} s")
        illustrated = case(6)
        print(f"one bundle, 6 pictures of 12 megapixels  {seconds(lambda: build(illustrated), 3):8.3f} s")
        cycle = [case(0, number) for number in range(45)]
        whole = seconds(lambda: [build(one) for one in cycle])
        print(f"45 bundles of a cycle, no files          {whole:8.3f} s")

        sources = [folder / f"{number}.mp4" for number in range(4)]
        for source in sources:
            with source.open("wb") as file:
                for _ in range(megabytes // 4):
                    file.write(os.urandom(1024 * 1024))
        heavy = replace(case(0), attachments=tuple(stored(source) for source in sources))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        copies: list[float] = []
        builds: list[float] = []

        def copy() -> None:
            plain_copy(sources, folder / "plain.zip")

        def bundle() -> None:
            build(heavy)

        for _ in range(5):  # by turns, so that whatever else the machine does falls on both
            for made, work in ((copies, copy), (builds, bundle)):
                for left in folder.glob("*.zip"):  # each writes a new file, with the same memory free to write it in
                    left.unlink()
                made.append(seconds(work))
        copied, bundled = statistics.median(copies), statistics.median(builds)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        for what, taken in (
            (f"plain copy of {megabytes} MB into a ZIP", copied),
            ("bundle, verified", bundled),
        ):
            print(f"{what:40} {taken:8.3f} s  {megabytes / taken:6.0f} MB/s")
        print(f"ratio {bundled / copied:.2f}; peak memory grew by {grown / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 512)

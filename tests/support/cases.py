"""Case studies to build bundles from, one with everything and one of which nothing is known."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from PIL import Image

from worker import bundles
from worker.bundles import Attachment, CaseStudyContent, Citation, CityDatum, Picture, Section


def photograph(width: int = 640, height: int = 400, *, mode: str = "RGB", kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(file, kind)
    return file.getvalue()


def picture(content: bytes, filename: str = "spring.jpg", caption: str | None = "A spring") -> Picture:
    return Picture(
        open=lambda: io.BytesIO(content),
        filename=filename,
        media_type="image/jpeg",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        caption_en=caption,
    )


def attachment(content: bytes, filename: str = "report.pdf", media_type: str = "application/pdf") -> Attachment:
    return Attachment(
        open=lambda: io.BytesIO(content),
        filename=filename,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


EMPTY = CaseStudyContent(
    stable_id="GA1-03",
    award_name_en="Guangzhou Award",
    award_name_zh="广州奖",
    cycle_name_en="1st cycle",
    cycle_name_zh="第一届",
)

FULL = replace(
    EMPTY,
    stable_id="GA6-07",
    outcomes=(("Winner", "获奖城市"), ("Shortlisted", "入围城市")),
    city_en="Sample City",
    city_zh="样例市",
    country_en="Colombia",
    country_zh="哥伦比亚",
    title_en="Springs in trust",
    title_zh="认养清泉",
    summary_en="Neighbours bring back the springs.",
    summary_zh="邻里唤回清泉。",
    city_data=(
        CityDatum("Population", "人口", "1,216,400", None),
        CityDatum("GINI index", "基尼系数", None, None),
    ),
    sdgs=(6, 11),
    sections=(Section("Origins", "项目缘起", "First paragraph.\nSecond paragraph.", None),),
    citations=(Citation("Jury", "评审委员会", "A promise kept.", "守诺之城。"),),
    pictures=(picture(photograph(), "泉水.JPG"), picture(photograph(300, 500), "DSC 1.jpeg", None)),
    attachments=(
        attachment(b"%PDF-1.7 " * 1000, "Annual report.pdf"),
        attachment(b"a,b\n", "data.csv", "text/csv"),
    ),
    sources=("http://example.org/a.html?lang=en; article 004",),
    licence_en="CC BY 4.0",
    published_on=date(2023, 12, 7),
    url="https://award.example.org/cases/GA6-07",
)


def build(content: CaseStudyContent, folder: Path, name: str = "bundle.zip") -> Path:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    target = folder / name
    bundles.build(content, target, scratch_dir=scratch)
    assert list(scratch.iterdir()) == []
    return target


def member(bundle: Path, name: str) -> bytes:
    with zipfile.ZipFile(bundle) as archive:
        return archive.read(archive.namelist()[0].partition("/")[0] + "/" + name)

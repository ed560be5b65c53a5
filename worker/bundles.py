"""The bundle of a case study: PDF, data, pictures, attachments, licence and checksums in one archive.

Plain values in, a file out: no application, no session. The archive is a BagIt 1.0 bag (RFC 8493) inside a
ZIP, so that it can be checked years later with tools that are not ours. The same content gives the same
bytes.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from awardapp.lettering import one_line, plain
from worker import bags
from worker.bags import BuiltBundle, BundledFile, BundleError, BundleNotVerified, EnclosureChanged, Payload
from worker.case_content import (
    SDG_NAMES,
    Attachment,
    ByteSource,
    CaseStudyContent,
    Citation,
    CityDatum,
    Enclosure,
    Picture,
    Section,
)
from worker.placing import put_in_place
from worker.structured_data import serialise
from worker.typesetting import CannotTypeset, case_study_pdf

__all__ = [
    "Attachment",
    "BuiltBundle",
    "BundleError",
    "BundleNotVerified",
    "BundledFile",
    "ByteSource",
    "CannotTypeset",
    "CaseStudyContent",
    "Citation",
    "CityDatum",
    "EnclosureChanged",
    "Picture",
    "Section",
    "build",
]

NOT_KNOWN = "Not known / 未知"

_README = Path(__file__).parent.parent / "templates" / "bundle" / "README.txt"
_LICENCE = Path(__file__).parent.parent / "templates" / "bundle" / "LICENCE.txt"

# The ending comes from the recorded type, never from the name a file was given.
_ENDINGS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/webm": "webm",
}


def build(content: CaseStudyContent, target_path: Path, *, scratch_dir: Path) -> BuiltBundle:
    """Build the bundle of a case and put it at `target_path`, whole and verified, or leave that path
    untouched.

    Works in a folder of its own below `scratch_dir` and takes it away; files are copied in blocks, so memory
    does not grow with them. Raises ValueError when a goal number is not one of the 17, EnclosureChanged when
    a stored file is not the recorded one, CannotTypeset, BundleNotVerified when the written archive does not
    agree with its manifest.
    """
    if unknown := [goal for goal in content.sdgs if goal not in SDG_NAMES]:
        raise ValueError(f"not a Sustainable Development Goal: {unknown}")
    files: dict[str, Enclosure] = {
        **_named("pictures", "picture", content.pictures),
        **_named("attachments", "file", content.attachments),
    }
    with TemporaryDirectory(prefix="bundle-", dir=scratch_dir) as scratch:
        pdf = case_study_pdf(content, files=files, folder=Path(scratch))
    payload = {
        "README.txt": Payload.of(_read_me(content)),
        "LICENCE.txt": Payload.of(_licence(content)),
        "case-study.json": Payload.of(serialise(content, files)),
        "case-study.pdf": Payload.of(pdf),
        **{path: Payload(file.open, file.sha256, file.size) for path, file in files.items()},
    }
    dated = max(content.published_on or bags.ZIP_EPOCH, bags.ZIP_EPOCH)
    with put_in_place(target_path) as archive:
        bags.write(archive, name=_folder(content), payload=payload, info=_info(content), dated=dated)
        archive.flush()
        with ThreadPoolExecutor(1) as aside:  # the disk writes while the archive is read back
            written = aside.submit(os.fsync, archive.fileno())
            built = _verified(Path(archive.name), payload)
            written.result()
        if [file.name for file in built.files] != sorted(payload):
            raise BundleNotVerified("the archive does not hold the files that were put in")
        return built


def _verified(archive: Path, payload: Mapping[str, Payload]) -> BuiltBundle:
    """The archive checked against its manifest; raises EnclosureChanged when a stored file is to blame."""
    try:
        return bags.verify(archive)
    except BundleNotVerified:
        for path, file in payload.items():
            file.check(path)
        raise


def _named(folder: str, otherwise: str, enclosures: Iterable[Enclosure]) -> dict[str, Enclosure]:
    """Each file under a generated name: a number, what is safe ASCII in its own name, an ending by type."""
    named: dict[str, Enclosure] = {}
    for number, file in enumerate(enclosures, start=1):
        stem = _safe(file.filename.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]) or otherwise
        ending = _ENDINGS.get(file.media_type.partition(";")[0].strip().lower(), "bin")
        named[f"{folder}/{number:02d}-{stem}.{ending}"] = file
    return named


def _safe(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-")


def _folder(content: CaseStudyContent) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", content.stable_id)[:60].strip("-") or "case-study"


def _info(content: CaseStudyContent) -> dict[str, str]:
    """Entries of bag-info.txt; the reserved names are those of RFC 8493, section 2.2.2."""
    city = content.city_en or content.city_zh or NOT_KNOWN
    entries = {
        "Source-Organization": one_line(content.award_name_en),
        "External-Identifier": one_line(content.stable_id),
        "External-Description": one_line(f"{_title(content)} ({city})"),
    }
    if content.published_on:
        entries["Bagging-Date"] = content.published_on.isoformat()
    return entries


def _title(content: CaseStudyContent) -> str:
    return " / ".join(title for title in (content.title_en, content.title_zh) if title) or NOT_KNOWN


def _read_me(content: CaseStudyContent) -> bytes:
    place = [content.city_en, content.city_zh, content.country_en, content.country_zh]
    return _filled(
        _README,
        id=one_line(content.stable_id),
        title=one_line(_title(content), 600),
        place=one_line(" / ".join(part for part in place if part)) or NOT_KNOWN,
        award=one_line(f"{content.award_name_en} / {content.award_name_zh}"),
        cycle=one_line(f"{content.cycle_name_en} / {content.cycle_name_zh}"),
        outcomes=one_line("; ".join(f"{en} / {zh}" for en, zh in content.outcomes)) or NOT_KNOWN,
        published=content.published_on.isoformat() if content.published_on else NOT_KNOWN,
        url=one_line(content.url or "") or NOT_KNOWN,
    )


def _licence(content: CaseStudyContent) -> bytes:
    known = [text for text in (content.licence_en, content.licence_zh) if text and text.strip()]
    return _filled(_LICENCE, id=one_line(content.stable_id), licence=plain("\n\n".join(known)) or NOT_KNOWN)


def _filled(template: Path, **values: str) -> bytes:
    return Template(template.read_text("utf-8")).substitute(values).encode("utf-8", "replace")

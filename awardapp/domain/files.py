"""Which files a submission may carry, and under which names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awardapp.domain.errors import N_, RuleViolation

if TYPE_CHECKING:
    from awardapp.domain.cycles import Rules


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that can be opened and checked by content; `extensions` are those its name may end in."""

    key: str
    name: str
    media_type: str
    extensions: tuple[str, ...]
    is_drawn: bool = False  # pictures are made of it


_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = (
    FileKind("pdf", "PDF", "application/pdf", (".pdf",), is_drawn=True),
    FileKind("jpeg", "JPEG", "image/jpeg", (".jpg", ".jpeg"), is_drawn=True),
    FileKind("png", "PNG", "image/png", (".png",), is_drawn=True),
    FileKind("webp", "WebP", "image/webp", (".webp",), is_drawn=True),
    FileKind("docx", "DOCX", f"{_OFFICE}wordprocessingml.document", (".docx",)),
    FileKind("pptx", "PPTX", f"{_OFFICE}presentationml.presentation", (".pptx",)),
    FileKind("xlsx", "XLSX", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",)),
)
# Every kind the program can check; which of them a cycle accepts is among its rules. The award published no list.
FILE_KINDS: dict[str, FileKind] = {kind.key: kind for kind in _KINDS}
_BY_MEDIA_TYPE = {kind.media_type: kind for kind in _KINDS}


def kind_of(media_type: str) -> FileKind | None:
    """The kind with this media type, None for one that is not among ours."""
    return _BY_MEDIA_TYPE.get(media_type)


def kind_names(keys: tuple[str, ...]) -> str:
    """The kinds as people call them, in one order: "PDF, JPEG, DOCX". The names are the same in every language."""
    return ", ".join(kind.name for kind in _KINDS if kind.key in keys)


def extensions(keys: tuple[str, ...]) -> list[str]:
    """The endings of these kinds' names, for the browser's file dialogue."""
    return [extension for kind in _KINDS if kind.key in keys for extension in kind.extensions]


_MAX_NAME = 200
_MAX_EXTENSION = 20
# Direction marks can make "exe.pdf" read as something else; they never belong in a file name.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _belongs_in_a_name(character: str) -> bool:
    """Neither a control character, nor half of one (what is left of a name in broken UTF-8), nor a direction mark."""
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") and character not in _DIRECTION_MARKS


def _without_ends(name: str) -> str:
    """Without spaces and full stops before and after: hidden files, and names that Windows cannot keep."""
    while (shorter := name.strip().strip(".")) != name:
        name = shorter
    return name


def clean_filename(name: str) -> str:
    """The name as typed, in NFC, without path, control and direction characters, at most 200 characters.

    Raises RuleViolation when nothing is left.
    """
    name = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if _belongs_in_a_name(c))
    name = _without_ends(unicodedata.normalize("NFC", name))
    if len(name) > _MAX_NAME:
        stem, _dot, extension = name.rpartition(".")
        is_extension = stem and len(extension) <= _MAX_EXTENSION
        ending = f".{extension}" if is_extension else ""
        name = _without_ends(name[: _MAX_NAME - len(ending)]) + ending
    if not name:
        raise RuleViolation(N_("The file has no usable name."), field="file")
    return name


def check_extension(filename: str, keys: tuple[str, ...]) -> None:
    """Refuse a name whose ending belongs to none of these kinds, before the file travels. Its content decides later."""
    dot, extension = filename.rpartition(".")[1:]
    if f"{dot}{extension}".lower() not in extensions(keys):
        raise RuleViolation(
            N_("Files whose names end in “%(extension)s” are not accepted. Accepted: %(kinds)s."),
            field="file",
            extension=f"{dot}{extension}"[:_MAX_EXTENSION] if dot else "?",
            kinds=kind_names(keys),
        )


def check_file(*, size: int, count: int, total: int, rules: Rules) -> None:
    """Refuse a file that breaks the rules' limits; `count` and `total` are of the files already there (bytes)."""
    if size == 0:
        raise RuleViolation(N_("The file is empty."), field="file")
    if size > rules.max_file_bytes:
        raise RuleViolation(
            N_("The file is larger than the %(limit)d MB allowed."),
            field="file",
            limit=rules.max_file_bytes // 1_000_000,
        )
    if count >= rules.max_files:
        raise RuleViolation(N_("No more than %(limit)d files are allowed."), field="file", limit=rules.max_files)
    if total + size > rules.max_total_bytes:
        raise RuleViolation(
            N_("All files together may have %(limit)d MB."), field="file", limit=rules.max_total_bytes // 1_000_000
        )

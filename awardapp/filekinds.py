"""What a file really is, by its content: its name and the browser's word for it prove nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf
import puremagic
from PIL import Image, UnidentifiedImageError

from awardapp.domain.eligibility import ALLOWED_MEDIA_TYPES
from awardapp.domain.errors import N_, RuleViolation

_MAX_PIXELS = 40_000_000
_MAX_MEMBERS = 1_000
_MAX_UNPACKED = 500_000_000
_OOXML_MAIN = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def media_type(path: Path, filename: str) -> str:
    """The media type of an allowed file, found by opening it with the parser of its kind.

    Raises RuleViolation saying why a file is refused: unknown kind, broken, a name that belongs to another kind, a picture
    of too many pixels, an Office file that unpacks to too much or carries macros.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"%PDF-"):
        found = _pdf(path)
    elif head.startswith(b"PK\x03\x04"):
        found = _office(path)
    else:
        found = _image(path)
    extension = Path(filename).suffix.lower()
    if extension not in ALLOWED_MEDIA_TYPES[found]:
        raise RuleViolation(
            N_("The file is a %(kind)s by its content, but its name ends in “%(extension)s”."),
            field="file",
            kind=ALLOWED_MEDIA_TYPES[found][0].lstrip(".").upper(),
            extension=extension or "?",
        )
    return found


def _refused(why: str) -> RuleViolation:
    return RuleViolation(
        N_("This kind of file is not accepted (%(why)s). Accepted: PDF, JPEG, PNG, WebP, DOCX, PPTX, XLSX."),
        field="file",
        why=why,
    )


def _pdf(path: Path) -> str:
    try:
        with pikepdf.open(path) as document:
            pages = len(document.pages)
    except pikepdf.PasswordError as error:
        raise RuleViolation(
            N_("This PDF is locked with a password; readers could not open it."), field="file"
        ) from error
    except pikepdf.PdfError as error:
        raise RuleViolation(N_("This PDF is damaged and cannot be opened."), field="file") from error
    if pages == 0:
        raise RuleViolation(N_("This PDF has no pages."), field="file")
    return "application/pdf"


def _office(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise RuleViolation(N_("This file is damaged and cannot be opened."), field="file") from error
    names = {member.filename for member in members}
    found = next((kind for name, kind in _OOXML_MAIN.items() if name in names), None)
    if found is None:
        raise _refused("ZIP")
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED:
        raise RuleViolation(N_("This Office file unpacks to more than is allowed."), field="file")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RuleViolation(N_("Office files with macros are not accepted."), field="file")
    return found


def _image(path: Path) -> str:
    try:
        with Image.open(path, formats=list(_IMAGES)) as image:
            width, height = image.size
            kind = image.format or ""
            if width * height > _MAX_PIXELS:
                raise RuleViolation(
                    N_("This picture has %(n)d megapixels; %(limit)d are allowed."),
                    field="file",
                    n=width * height // 1_000_000,
                    limit=_MAX_PIXELS // 1_000_000,
                )
            image.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RuleViolation(N_("This picture has too many pixels."), field="file") from error
    except UnidentifiedImageError as error:
        raise _refused(_guess(path)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise RuleViolation(N_("This picture is damaged and cannot be opened."), field="file") from error
    return _IMAGES[kind]


def _guess(path: Path) -> str:
    """What the file looks like, for the refusal's sentence."""
    try:
        return str(puremagic.from_file(str(path))).lstrip(".").upper() or "?"
    except (puremagic.PureError, ValueError):
        return "?"

"""What a file really is, by its content: its name and the browser's word for it prove nothing. And pictures of it.

`media_type` and `draw` open what others sent in a process of its own (cage.py); `media_type_of_own` is for files that this
program made itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import FILE_KINDS, kind_names
from awardapp.filekinds import looking
from awardapp.filekinds.cage import Limits, run

SIZES = {"small": 480, "large": 1600}  # longest side of the pictures, in pixels
PAGES_DRAWN = 6

_EVERY_KIND = tuple(FILE_KINDS)

_RESEMBLES = {
    "html": N_("a web page (HTML)"),
    "svg": N_("an SVG drawing (export it as PNG)"),
    "xml": N_("an XML file"),
    "program": N_("a program"),
    "old_office": N_("an Office file of the old kind (save it as DOCX, PPTX, XLSX or PDF)"),
    "archive": N_("an archive (send the files in it one by one)"),
    "gif": N_("a GIF picture (save it as PNG)"),
    "tiff": N_("a TIFF picture (save it as JPEG)"),
    "bmp": N_("a BMP picture (save it as PNG)"),
    "photoshop": N_("a Photoshop picture (export it as JPEG)"),
    "rtf": N_("an RTF document (save it as DOCX or PDF)"),
    "heic": N_("a HEIC or AVIF picture (export it as JPEG)"),
    "video": N_("a video or sound recording (give its address in the text)"),
    "text": N_("plain text"),
}

_FAULTS = {
    ("damaged", "pdf"): N_(
        "This PDF is damaged and cannot be opened. Make it anew from the program it was written in."
    ),
    ("damaged", "office"): N_("This file is damaged and cannot be opened."),
    ("damaged", "picture"): N_("This picture is damaged and cannot be opened. Perhaps it was not copied to its end."),
    ("locked", "pdf"): N_("This PDF is locked with a password; readers could not open it."),
    ("locked", "office"): N_("This file is locked with a password; readers could not open it."),
    ("active", "pdf"): N_(
        "This PDF carries a program (JavaScript or a command) that runs when opened. Print it into a new PDF and send that."
    ),
    ("active", "office"): N_(
        "Office files with macros, controls or templates from elsewhere are not accepted. Save it without them, or as PDF."
    ),
    ("too_much", "pdf"): N_("This file takes more memory or time to open than readers should be asked for."),
    ("too_much", "office"): N_("This Office file unpacks to more than is allowed."),
    ("no_pages", ""): N_("This PDF has no pages."),
}


def media_type(path: Path, filename: str, *, kinds: tuple[str, ...] = _EVERY_KIND) -> str:
    """The media type of a file that somebody sent, if it is of one of the accepted `kinds` and its name says the same.

    Raises RuleViolation saying why a file is refused: unknown kind, broken, a name that belongs to another kind, a picture
    of too many pixels, an Office file that unpacks to too much, anything that runs by itself.
    """
    outcome = run("looking.py", {"path": str(path)}, limits=Limits())
    facts = outcome.said[0] if outcome.is_complete and outcome.said else {"fault": "too_much", "kind": "pdf"}
    return _judged(facts, filename, kinds)


def media_type_of_own(path: Path, filename: str) -> str:
    """The same for a file made by this program, without a process of its own."""
    return _judged(looking.look(str(path)), filename, _EVERY_KIND)


def _judged(facts: dict[str, Any], filename: str, kinds: tuple[str, ...]) -> str:
    if "fault" in facts:
        raise _refusal(facts, kinds)
    kind = FILE_KINDS[facts["kind"]]
    if kind.key not in kinds:
        raise RuleViolation(
            N_("%(kind)s files are not accepted in this cycle. Accepted: %(kinds)s."),
            field="file",
            kind=kind.name,
            kinds=kind_names(kinds),
        )
    extension = Path(filename).suffix.lower()
    if extension not in kind.extensions:
        raise RuleViolation(
            N_("The file is a %(kind)s by its content, but its name ends in “%(extension)s”."),
            field="file",
            kind=kind.name,
            extension=extension or "?",
        )
    return kind.media_type


def _refusal(facts: dict[str, Any], kinds: tuple[str, ...]) -> RuleViolation:
    fault = facts["fault"]
    if fault == "pixels":
        return RuleViolation(
            N_("This picture has %(n)d megapixels; %(limit)d are allowed."),
            field="file",
            n=facts["megapixels"],
            limit=looking.MAX_PIXELS // 1_000_000,
        )
    if fault == "unknown":
        what = _RESEMBLES.get(facts["resembles"])
        if what is None:
            return RuleViolation(
                N_("This kind of file is not known here. Accepted: %(kinds)s."), field="file", kinds=kind_names(kinds)
            )
        return RuleViolation(
            N_("By its content this is %(what)s. Accepted: %(kinds)s."),
            field="file",
            what=what,
            kinds=kind_names(kinds),
        )
    kind = facts.get("kind", "")
    return RuleViolation(_FAULTS.get((fault, kind)) or _FAULTS[fault, "office"], field="file")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures made of a file: width and height of each large one, and how many pages a document has in all."""

    pages: list[dict[str, int]]
    page_count: int | None


def draw(path: Path, kind: str, folder: Path) -> Drawn:
    """Draw a file (`kind` as in domain.files) into `folder`; no pages when it cannot be drawn within the limits."""
    asked = {"path": str(path), "kind": kind, "folder": str(folder), "pages": PAGES_DRAWN, **SIZES}
    said = run("drawing.py", asked, limits=Limits(seconds=60)).said
    pages = [{"width": facts["width"], "height": facts["height"]} for facts in said if "page" in facts]
    return Drawn(pages, next((facts["page_count"] for facts in said if "page_count" in facts), None))

"""Forms with files whose names are not UTF-8, as old programs and some scripts send them.

Werkzeug reads the heading of each part as UTF-8 and, when one cannot be read, throws the whole form away with everything
that was typed in it. Here such a heading is read as GB 18030, which is what old Chinese programs write, and else with a
sign in place of every letter that is lost.
"""

from __future__ import annotations

from werkzeug import formparser
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import MultipartDecoder


class ForgivingDecoder(MultipartDecoder):
    """The parts of a form, whatever the letters of their headings."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        lines = (_readable(line) for line in bytes(data).splitlines(keepends=True))
        return super()._parse_headers("".join(lines).encode())


def _readable(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode(errors="replace")


def install() -> None:
    """Put it in Werkzeug's place: the parser that makes one knows no other way to be given it."""
    formparser.MultipartDecoder = ForgivingDecoder  # type: ignore[attr-defined]  # not exported; see above

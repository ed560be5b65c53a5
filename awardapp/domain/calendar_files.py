"""Calendar files (iCalendar, RFC 5545): appointments with lasting ids, so that calendars follow changes and cancellations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_LINE = 75  # octets of a line at most, without its end


@dataclass(frozen=True, slots=True)
class Appointment:
    """One event. `uid` never changes, `sequence` grows with every change; `is_cancelled` tells calendars to strike it out."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    is_cancelled: bool = False


def calendar_file(appointments: Iterable[Appointment], *, name: str) -> str:
    """The appointments as one calendar, with the line ends and folded lines that the standard asks for."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Guangzhou Award//Presentations//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for one in appointments:
        lines += _event(one)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(one: Appointment) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"SEQUENCE:{one.sequence}"
    yield f"DTSTAMP:{_instant(one.changed_at)}"
    yield f"LAST-MODIFIED:{_instant(one.changed_at)}"
    yield f"DTSTART:{_instant(one.starts_at)}"
    yield f"DTEND:{_instant(one.ends_at)}"
    yield f"SUMMARY:{_text(one.summary)}"
    for key, words in (("DESCRIPTION", one.description), ("LOCATION", one.location)):
        if words:
            yield f"{key}:{_text(words)}"
    if one.url:
        yield f"URL:{_plain(one.url)}"
    yield f"STATUS:{'CANCELLED' if one.is_cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(words: str) -> str:
    """Without characters that would end the line."""
    return "".join(c for c in words if c.isprintable())


def _text(words: str) -> str:
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    words = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join("\\n" if c == "\n" else c for c in words if c == "\n" or c.isprintable())


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, none of them within a character; every further one begins with a space."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _LINE:
            yield piece
            piece, size = " ", 1
        piece += character
        size += octets
    yield piece

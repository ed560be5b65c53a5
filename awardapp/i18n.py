"""English and Chinese for everything people read: pages, letters, documents.

A thin layer on Babel. English is the source; Chinese lives in awardapp/translations/zh/*.po, one small catalogue per
room, read at start (no compiled files to forget). `locale()` is the reader's language in a request and the recipient's in
a worker (`speaking`).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from awardapp.domain.errors import N_, RuleViolation

TRANSLATIONS = Path(__file__).parent / "translations"
LANGUAGES = ("en", "zh")
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}

_language: ContextVar[str] = ContextVar("language", default="en")
_zone: ContextVar[str] = ContextVar("zone", default="Asia/Shanghai")


def read_catalogue(language: str) -> Catalog:
    """All catalogues of one language as one. Raises ValueError when two disagree on a message."""
    merged = Catalog(locale=Locale.parse(language))
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if not message.id:
                    continue
                known = merged.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name}: {message.id!r} is translated differently elsewhere")
                merged[message.id if isinstance(message.id, str) else message.id[0]] = message
    return merged


@cache
def translations(language: str) -> NullTranslations:
    """The messages of a language, ready for look-up; English is its own translation."""
    if language == "en":
        return NullTranslations()
    buffer = io.BytesIO()
    write_mo(buffer, read_catalogue(language))
    buffer.seek(0)
    return Translations(buffer)


def language() -> str:
    """The language being spoken now: "en" or "zh"."""
    return _language.get()


def set_language(value: str) -> None:
    """Speak this language for the rest of the request; an unknown one is ignored."""
    if value in LANGUAGES:
        _language.set(value)


def zone() -> ZoneInfo:
    """The time zone in which times are shown now."""
    return ZoneInfo(_zone.get())


def set_zone(value: str) -> None:
    """Show times in this zone for the rest of the request."""
    _zone.set(value)


@contextmanager
def speaking(value: str, *, time_zone: str | None = None) -> Iterator[None]:
    """Speak a language (and show times in a zone) inside the block: letters, documents, tests."""
    token = _language.set(value if value in LANGUAGES else "en")
    zone_token = _zone.set(time_zone) if time_zone else None
    try:
        yield
    finally:
        _language.reset(token)
        if zone_token is not None:
            _zone.reset(zone_token)


def gettext(msgid: str, **params: Any) -> str:
    """The message in the language being spoken, its %(name)s places filled."""
    text = translations(language()).gettext(msgid)
    return text % params if params else text


def ngettext(singular: str, plural: str, n: int, **params: Any) -> str:
    """The message for n things; `n` is among the parameters."""
    return translations(language()).ngettext(singular, plural, n) % {"n": n, **params}


def explain(error: RuleViolation) -> str:
    """A refusal as a sentence for the reader. Parameters that are message ids are translated too."""
    params = {key: gettext(value) if isinstance(value, str) else value for key, value in error.params.items()}
    return gettext(error.msgid, **params)


def _part(thing: Any, key: str) -> Any:
    return thing.get(key) if isinstance(thing, dict) else getattr(thing, key, None)


def pick(thing: Any, name: str) -> str:
    """`name_en` or `name_zh` of an object or mapping in the reader's language; the other one where it is empty; ""."""
    own, other = (f"{name}_{language()}", f"{name}_{'en' if language() == 'zh' else 'zh'}")
    return _part(thing, own) or _part(thing, other) or ""


def pick_language(thing: Any, name: str) -> str:
    """Which language `pick` returns, for the page's lang attribute."""
    return language() if _part(thing, f"{name}_{language()}") else ("en" if language() == "zh" else "zh")


def name_key(thing: Any) -> bytes:
    """What things are put in alphabetical order by, in the reader's language.

    Chinese names go by GB 18030, whose common characters stand in the order of their sounds; Latin letters without accents.
    """
    name = pick(thing, "name").casefold()
    if language() == "zh":
        return name.encode("gb18030", "replace")
    return "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one)).encode()


def format_datetime(value: datetime, *, in_zone: ZoneInfo | None = None, style: str = "long") -> str:
    """A moment with its zone, e.g. "31 August 2023, 23:59:59 (UTC+08:00)"."""
    local = value.astimezone(in_zone or zone())
    pattern = {
        "en": {"long": "d MMMM y, HH:mm:ss", "short": "d MMM y, HH:mm"},
        "zh": {"long": "y年M月d日 HH:mm:ss", "short": "y年M月d日 HH:mm"},
    }[language()][style]
    text = dates.format_datetime(local, pattern, locale=language())
    return f"{text} ({dates.format_datetime(local, 'OOOO', locale='en').replace('GMT', 'UTC')})"


def format_deadline(value: datetime, *, in_zone: ZoneInfo | None = None) -> str:
    """A deadline as its last second, as the pages show it; it is stored as the first instant that is too late."""
    return format_datetime(value - timedelta(seconds=1), in_zone=in_zone)


def format_date(value: date) -> str:
    """A day, e.g. "7 December 2023" or "2023年12月7日"."""
    return _date_words(value, language())


@lru_cache(maxsize=4096)
def _date_words(value: date, in_language: str) -> str:
    return dates.format_date(value, "d MMMM y" if in_language == "en" else "y年M月d日", locale=in_language)


def format_number(value: float, *, decimals: int | None = None) -> str:
    """A number with the language's grouping; a fixed count of decimals if given."""
    return _number_words(value, decimals, language())


@lru_cache(maxsize=4096, typed=True)  # lists and scales show the same numbers again and again
def _number_words(value: float, decimals: int | None, in_language: str) -> str:
    pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=in_language)


def negotiate(header: str | None) -> str:
    """The interface language for an Accept-Language header: Chinese if it comes before English, else English."""
    for part in (header or "").replace(" ", "").lower().split(","):
        code = part.split(";")[0].split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


__all__ = [
    "N_",
    "explain",
    "format_date",
    "format_datetime",
    "format_deadline",
    "format_number",
    "gettext",
    "ngettext",
    "pick",
    "speaking",
]

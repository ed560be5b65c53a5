"""What templates use to show values: times with their zone, numbers, sizes, the reader's language, addresses.

It only formats: values come in from the view, text or safe markup goes out; no queries, no rules.
Call `install(app)` once in the application factory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import dates
from flask import Flask, request
from markupsafe import Markup, escape
from wtforms import Field, FieldList, Form, FormField
from wtforms.widgets import ListWidget

from awardapp import i18n
from awardapp.i18n import gettext as _
from awardapp.web import charts, status, template_language
from awardapp.web.script_words import script_words_attribute

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
_SHORT = {"en": "d MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}


def _zone(name: str | None) -> ZoneInfo:
    """The zone asked for, or the one the request shows times in."""
    return ZoneInfo(name) if name else i18n.zone()


def zone_words(zone: str | None, at: datetime) -> str:
    """The zone as people say it, with its distance from UTC at that instant: "Beijing time, UTC+8"."""
    info = _zone(zone)
    if info.key in ("UTC", "Etc/UTC"):
        return "UTC"
    minutes = round((at.astimezone(info).utcoffset() or timedelta()).total_seconds() / 60)
    return _zone_words(info, minutes, i18n.language())


@lru_cache(maxsize=1024)
def _zone_words(info: ZoneInfo, minutes: int, _language: str) -> str:
    name = (
        _("Beijing time")
        if info.key == "Asia/Shanghai"
        else dates.get_timezone_location(info, locale=i18n.language(), return_city=True)
    )
    hours, rest = divmod(abs(minutes), 60)
    distance = f"{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return _("%(zone)s, UTC%(distance)s", zone=name, distance=distance)


def _moment(value: datetime, zone: ZoneInfo, *, seconds: bool) -> str:
    local = value.astimezone(zone)
    comma = "," if i18n.language() == "en" else ""
    return (
        f"{i18n.format_date(local.date())}{comma} {local:%H:%M:%S}"
        if seconds
        else f"{i18n.format_date(local.date())}{comma} {local:%H:%M}"
    )


def date_time(value: datetime | None, zone: str | None = None, *, seconds: bool = False) -> Markup:
    """An instant with its zone named; local-time.js adds the reader's own time. None gives a dash."""
    if value is None:
        return _dash()
    local = value.astimezone(_zone(zone))
    return Markup('<time datetime="{}" data-local="{}">{} <span class="zone">({})</span></time>').format(
        local.isoformat(),
        "seconds" if seconds else "minutes",
        _moment(value, _zone(zone), seconds=seconds),
        zone_words(zone, value),
    )


def short_time(value: datetime | None, zone: str | None = None) -> Markup:
    """The same instant in tables and timelines, where the zone is said once above and again in the title."""
    if value is None:
        return _dash()
    local = value.astimezone(_zone(zone))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(),
        zone_words(zone, value),
        _short_words(local.replace(tzinfo=None, second=0, microsecond=0), i18n.language()),
    )


@lru_cache(maxsize=4096)
def _short_words(local: datetime, language: str) -> str:
    return dates.format_datetime(local, _SHORT[language], locale=language)


def day(value: date | datetime | None, zone: str | None = None) -> Markup:
    """A calendar day in the given zone. None gives a dash."""
    if value is None:
        return _dash()
    on = value.astimezone(_zone(zone)).date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), i18n.format_date(on))


def deadline(value: datetime | None, zone: str | None = None) -> Markup:
    """A deadline as its last second, in the award's zone and in UTC.

    Deadlines are stored as the first instant that is too late (promises D14): 1 September 00:00:00 is shown
    as 31 August 23:59:59.
    """
    if value is None:
        return _dash()
    last = value - timedelta(seconds=1)
    shown = date_time(last, zone, seconds=True)
    if _zone(zone).key == "UTC":
        return shown
    utc = last.astimezone(ZoneInfo("UTC"))
    same_day = utc.date() == last.astimezone(_zone(zone)).date()
    clock = utc.strftime("%H:%M:%S") if same_day else _moment(last, ZoneInfo("UTC"), seconds=True)
    return Markup('<span class="moment">{} <span class="zone">{} UTC</span></span>').format(shown, clock)


def _dash() -> Markup:
    return Markup('<span class="none"><span aria-hidden="true">–</span><span class="unseen">{}</span></span>').format(
        _("not known")
    )


def number(value: float | None, digits: int | None = None) -> str | Markup:
    """A number with the reader's separators; `digits` fixes the decimals. None gives a dash."""
    if value is None:
        return _dash()
    return i18n.format_number(value, decimals=digits)


def percent(value: float | None, digits: int = 0) -> str | Markup:
    """A share between 0 and 1 as a percentage. None gives a dash."""
    if value is None:
        return _dash()
    return f"{i18n.format_number(100 * value, decimals=digits)}%"


def file_size(size: int | None) -> str | Markup:
    """A size in bytes with decimal units (1 MB = 1,000,000 bytes), as the limits in the rules are written."""
    if size is None:
        return _dash()
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.95 or unit == "TB":
            break
    return f"{i18n.format_number(round(amount, 1 if amount < 10 else None))} {unit}"


def pick_marked(thing: Any, name: str) -> Markup:
    """`name_en` or `name_zh` in the reader's language; where it is missing the other one, marked as such."""
    text = i18n.pick(thing, name)
    if not text:
        return _dash()
    code = i18n.pick_language(thing, name)
    return escape(text) if code == i18n.language() else in_language(text, code)


def in_language(text: str | None, code: str) -> Markup:
    """Text known to be in the language `code`, marked so for screen readers and line breaking."""
    return Markup('<span lang="{}">{}</span>').format(LANGUAGE_TAGS.get(code, code), text or "")


def here(**changes: Any) -> str:
    """The present address with some query values changed; None removes one. Filters stay in the address."""
    values = {key: request.args.getlist(key) for key in request.args}
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]
    query = urlencode([(key, item) for key, items in values.items() for item in items])
    return f"{request.path}?{query}" if query else request.path


def sort_state(key: str) -> str:
    """How the table on this page is sorted by `key`: "ascending", "descending" or "none"."""
    asked = request.args.get("sort", "")
    return {key: "ascending", f"-{key}": "descending"}.get(asked, "none")


def sort_url(key: str) -> str:
    """The address that sorts by `key`, or turns the order round when it is sorted so already."""
    return here(sort=f"-{key}" if sort_state(key) == "ascending" else key, page=None)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One message of the error summary: the id of the control to go to, the field's words, the message."""

    anchor: str
    label: str
    message: str


def problems_of(form: Form | None) -> list[FieldProblem]:
    """All messages of a form in the order of its fields, flattened through nested forms and lists."""
    if form is None or not getattr(form, "errors", None):
        return []
    own = [FieldProblem("", "", str(message)) for message in getattr(form, "form_errors", [])]
    return own + [problem for field in form for problem in _field_problems(field)]


def _field_problems(field: Field) -> Iterator[FieldProblem]:
    if isinstance(field, FormField):
        for inner in field.form:
            yield from _field_problems(inner)
        return
    if isinstance(field, FieldList) and any(isinstance(message, (dict, list)) for message in field.errors):
        for entry in field.entries:
            yield from _field_problems(entry)
        return
    # A list of radios or checkboxes has no control of its own; the summary leads to its first choice.
    anchor = f"{field.id}-0" if isinstance(field.widget, ListWidget) else field.id
    for message in field.errors:
        yield FieldProblem(anchor, str(field.label.text), str(message))


def level_of(mark: object, levels: Sequence[tuple[float, str]]) -> int:
    """Index of the described level a mark belongs to: the last one whose lowest mark is not above it."""
    return max((n for n, (lowest, _words) in enumerate(levels) if lowest <= float(str(mark))), default=0)


def zone_hint(zone: str) -> str:
    """Which clock a time is typed in, with its present distance from UTC."""
    return _("in %(zone)s", zone=zone_words(zone, datetime.now(UTC)))


def domain_words(kind: str, value: str, *, inside: bool) -> str:
    """A submission's status or a cycle's phase in words; outside, a sealed phase reads like the one before."""
    return status.status_words(kind, value, inside and kind == "phase")


def text_direction() -> str:
    """ "rtl" for languages written from right to left, otherwise "ltr"."""
    return "rtl" if i18n.language() in RIGHT_TO_LEFT else "ltr"


def other_languages() -> list[tuple[str, str, str, bool]]:
    """Every interface language as (code, own name, language tag, is the present one)."""
    return [(code, name, LANGUAGE_TAGS[code], code == i18n.language()) for code, name in i18n.LANGUAGE_NAMES.items()]


def install(app: Flask) -> None:
    """Give templates and their macros (also those imported without context) these filters and functions."""
    template_language.install(app.jinja_env)
    app.jinja_env.filters.update(
        date_time=date_time,
        short_time=short_time,
        day=day,
        deadline=deadline,
        number=number,
        percent=percent,
        file_size=file_size,
        pick=pick_marked,
        in_language=in_language,
    )
    app.jinja_env.globals.update(
        pick=i18n.pick,
        here=here,
        sort_state=sort_state,
        sort_url=sort_url,
        problems_of=problems_of,
        drawn_tag=status.tag,
        drawn_status_words=status.status_words,
        drawn_status_tag=status.status_tag,
        domain_words=domain_words,
        zone_words=zone_words,
        zone_hint=zone_hint,
        reader_language=i18n.language,
        script_words=script_words_attribute,
        language_tag=lambda: LANGUAGE_TAGS[i18n.language()],
        text_direction=text_direction,
        other_languages=other_languages,
        bar_shares=charts.bar_shares,
        column_layout=charts.column_layout,
        interval_marks=charts.interval_marks,
    )

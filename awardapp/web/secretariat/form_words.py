"""What differs between two forms, or two lists of themes, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from awardapp.domain.errors import N_
from awardapp.domain.form_changes import FormChange, form_changes
from awardapp.domain.form_design import KIND_NAMES
from awardapp.domain.forms import Form, FormField
from awardapp.i18n import LANGUAGE_NAMES, format_number, pick
from awardapp.i18n import gettext as _
from awardapp.web.filters import date_time
from awardapp.web.secretariat.differences import Difference

_PARTS: dict[str, str] = {
    "title": N_("title"),
    "label": N_("label"),
    "help": N_("help"),
    "unit": N_("unit"),
    "is_required": N_("needed to submit"),
    "is_private": N_("for the secretariat only"),
    "words": N_("limit, words"),
    "characters": N_("limit, Chinese characters"),
    "low": N_("lowest value"),
    "high": N_("highest value"),
    "choices": N_("choices"),
    "required_from": N_("needed from"),
    "frozen_from": N_("fixed from"),
}


def form_differences(before: Form, after: Form, *, zone: str) -> list[Difference]:
    """What differs between two forms, one line for each thing."""
    return [_line(change, zone) for change in form_changes(before, after)]


def _name(thing: Any) -> str:
    return pick(thing, "label" if isinstance(thing, FormField) else "title") or str(thing.key)


def _line(change: FormChange, zone: str) -> Difference:
    thing = change.thing
    if change.kind == "order" or thing is None:
        words = _("Order in “%(name)s”", name=_name(thing)) if thing else _("Order of the sections")
        return Difference(words, _names(change.before), _names(change.after))
    if change.kind.startswith("section_"):
        words = _("Section “%(name)s”", name=_name(thing))
    else:
        words = _("Field “%(name)s”", name=_name(thing))
    if change.kind.endswith("_added"):
        return Difference(words, "–", _described(thing))
    if change.kind.endswith("_removed"):
        return Difference(words, _described(thing), _("taken out; answers are kept"))
    if change.kind == "field_moved":
        return Difference(f"{words}: {_('section')}", _name(change.before), _name(change.after))
    part, dash, code = change.part.rpartition("_")
    is_of_language = dash and code in LANGUAGE_NAMES
    name = f"{_(_PARTS[part])} ({LANGUAGE_NAMES[code]})" if is_of_language else _(_PARTS[change.part])
    shown = [value_words(change.part, value, zone) for value in (change.before, change.after)]
    return Difference(f"{words}: {name}", *shown)


def _described(thing: Any) -> str:
    return _(KIND_NAMES[thing.kind]) if isinstance(thing, FormField) else _("a section")


def _names(things: Any) -> str:
    return " · ".join(_name(thing) for thing in things)


def value_words(part: str, value: Any, zone: str) -> Any:
    """A property of a field as the reader's text."""
    if part == "choices":
        return " · ".join(pick({"w_en": one.en, "w_zh": one.zh}, "w") for one in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_time(value, zone)
    if isinstance(value, int | float):
        return format_number(value) if value or part not in ("words", "characters") else _("no limit")
    return value or "–"


def theme_differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Difference]:
    """What differs between the themes of two kept versions."""
    old = {theme["key"]: theme for theme in before}
    new = {theme["key"]: theme for theme in after}
    for key, theme in new.items():
        words = _("Theme “%(name)s”", name=pick(theme, "name"))
        if key not in old:
            yield Difference(words, "–", _("added"))
            continue
        for code, tongue in LANGUAGE_NAMES.items():
            if old[key][f"name_{code}"] != theme[f"name_{code}"]:
                yield Difference(f"{words} ({tongue})", old[key][f"name_{code}"], theme[f"name_{code}"])
    for key, theme in old.items():
        if key not in new:
            yield Difference(_("Theme “%(name)s”", name=pick(theme, "name")), pick(theme, "name"), _("taken out"))
    was, now = (
        [theme for theme in themes if theme["key"] in old and theme["key"] in new] for themes in (before, after)
    )
    if [theme["key"] for theme in was] != [theme["key"] for theme in now]:
        names = [" · ".join(pick(theme, "name") for theme in themes) for themes in (was, now)]
        yield Difference(_("Order of the themes"), *names)

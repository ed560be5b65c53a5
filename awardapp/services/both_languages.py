"""Words that stand in both languages of the award side by side, as on certificates and in press kits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from awardapp import i18n
from awardapp.models import Cycle
from awardapp.places import UnknownPlace, country_name

Both = dict[str, str]


def said(msgid: str, **params: Any) -> Both:
    """A message in each language."""
    found = {}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            found[language] = i18n.gettext(msgid, **params)
    return found


def country(code: str) -> Both:
    """The country or region in each language; a code nobody knows stays a code."""
    try:
        return {language: country_name(code, language) for language in i18n.LANGUAGES}
    except UnknownPlace:
        return dict.fromkeys(i18n.LANGUAGES, code)


def day(at: datetime, cycle: Cycle) -> Both:
    """The day of an instant in the cycle's zone, in each language."""
    found = {}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            found[language] = i18n.format_date(at.astimezone(ZoneInfo(cycle.time_zone)).date())
    return found

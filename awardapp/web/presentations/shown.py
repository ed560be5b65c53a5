"""What pages of presentations say alike: in whose zone a time is shown, how good an hour is, what a file's check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from awardapp import places
from awardapp.domain.errors import N_
from awardapp.domain.presentations import Hour, MaterialState, QuestionState, hour_of
from awardapp.domain.timetable import Price
from awardapp.i18n import gettext as _
from awardapp.i18n import language, ngettext, pick
from awardapp.models import PresentationMaterial, Presenter, User
from awardapp.queries.presentations import CityZone

HOURS: dict[Hour, tuple[str, str]] = {
    Hour.DAY: (N_("by day"), "good"),
    Hour.EDGE: (N_("early or late"), "open"),
    Hour.NIGHT: (N_("at night"), "stopped"),
}
MATERIALS: dict[MaterialState, tuple[str, str]] = {
    MaterialState.WAITING: (N_("waits for the check"), "open"),
    MaterialState.ACCEPTED: (N_("accepted"), "good"),
    MaterialState.CHANGE: (N_("to be changed"), "attention"),
}
QUESTIONS: dict[QuestionState, tuple[str, str]] = {
    QuestionState.QUEUED: (N_("waits"), "open"),
    QuestionState.ASKED: (N_("asked"), "moving"),
    QuestionState.ANSWERED: (N_("answered"), "good"),
    QuestionState.LEFT_OUT: (N_("left out"), "quiet"),
    QuestionState.TAKEN_BACK: (N_("taken back"), "quiet"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A time told for somebody: whose clock it is, the zone, and how good the hour is there."""

    whose: str
    zone: str
    hour: Hour

    @property
    def words(self) -> str:
        return _(HOURS[self.hour][0])

    @property
    def tone(self) -> str:
        return HOURS[self.hour][1]


def own_zone(user: User, *, award_zone: str, city: CityZone | None = None) -> CityZone:
    """The reader's zone: as set in the account, else their city's, else the main one of their country (assumed)."""
    if user.time_zone:
        return CityZone(user.time_zone, False)
    if city is not None:
        return city
    if user.country:
        return CityZone(places.zones_of(user.country)[0], True)
    return CityZone(award_zone, True)


def told(at: datetime, length: timedelta, clocks: Sequence[tuple[str, str]]) -> list[Told]:
    """A time on several clocks, (whose, zone), each zone once; zones that show the same time at that instant count as one."""
    found: list[Told] = []
    known: set[timedelta | None] = set()
    for whose, zone in clocks:
        distance = at.astimezone(ZoneInfo(zone)).utcoffset()
        if distance not in known:
            known.add(distance)
            found.append(Told(whose, zone, hour_of(at, length, zone)))
    return found


def state_words(state: MaterialState | QuestionState) -> tuple[str, str]:
    """A state in words, with the tone of its mark."""
    words, tone = MATERIALS[state] if isinstance(state, MaterialState) else QUESTIONS[state]
    return _(words), tone


def material_summary(files: Sequence[PresentationMaterial]) -> tuple[str, str]:
    """All files of a presentation in one mark."""
    if not files:
        return _("none yet"), "quiet"
    if any(file.state is MaterialState.CHANGE for file in files):
        return state_words(MaterialState.CHANGE)
    waiting = sum(file.state is MaterialState.WAITING for file in files)
    if waiting:
        return ngettext("one to check", "%(n)s to check", waiting), "attention"
    return state_words(MaterialState.ACCEPTED)


def presenter_words(presenters: Sequence[Presenter]) -> str:
    """Who presents, in the reader's language; "" for nobody yet."""
    between = "；" if language() == "zh" else "; "
    comma = "，" if language() == "zh" else ", "
    return between.join(comma.join(filter(None, (pick(one, "name"), pick(one, "title")))) for one in presenters)


def price_words(difference: Price) -> list[str]:
    """What a change costs or gains, aim by aim; empty where nothing changes."""
    found = []
    if difference.at_night > 0:
        found.append(ngettext("one more presents at night", "%(n)s more present at night", difference.at_night))
    elif difference.at_night < 0:
        found.append(ngettext("one fewer presents at night", "%(n)s fewer present at night", -difference.at_night))
    if difference.depth and not difference.at_night:
        found.append(
            _("%(n)s minutes deeper in the night", n=difference.depth)
            if difference.depth > 0
            else _("%(n)s minutes less deep in the night", n=-difference.depth)
        )
    off = difference.off_theme
    if off:
        found.append(
            ngettext("one more outside its theme", "%(n)s more outside their theme", off)
            if off > 0
            else ngettext("one fewer outside its theme", "%(n)s fewer outside their theme", -off)
        )
    minutes = difference.discomfort
    if minutes:
        found.append(
            _("%(n)s minutes more early or late", n=minutes)
            if minutes > 0
            else _("%(n)s minutes fewer early or late", n=-minutes)
        )
    return found

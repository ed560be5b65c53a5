"""What every page of the desk begins with: the submission if it is the person's own, and whether it may be changed now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort
from flask.json import dumps

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.i18n import explain, format_datetime, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Submission, User
from awardapp.queries import submissions as submission_queries
from awardapp.services import intake, submissions
from awardapp.web import access
from awardapp.web.filters import zone_words


def own_submission(ref: str, *, files: bool = True) -> Submission:
    """The submission of the address, with its files unless said otherwise; 404 for one of another city, as if there were
    none.
    """
    submission = submission_queries.by_ref_for(access.city_ids(), ref, files=files)
    if submission is None:
        abort(404)
    return submission


def why_closed(submission: Submission, *, now: datetime, names: Collection[str] = ()) -> str | None:
    """The sentence that says why the text (or these inputs of it, or "files") cannot be changed now, None while it can."""
    try:
        submissions.check_editable(submission, actor=access.actor(), now=now, names=names)
    except RuleViolation as error:
        return explain(error)
    return None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant until which something must be done: `at` is exclusive, `zone` the award's, `own` the reader's words, `now`
    when the page was made: in the last day (`is_near`) a script counts down from there.
    """

    at: datetime
    zone: str
    left: str | None
    own: str | None
    is_near: bool
    now: datetime

    @property
    def announced(self) -> str:
        """What a screen reader hears while the script counts down, by minutes left, as JSON."""
        return dumps({str(minutes): minutes_left(minutes) for minutes in _ANNOUNCED})


_ANNOUNCED = (60, 30, 10, 5, 1)  # minutes before a deadline; more often would drown what is being typed


def minutes_left(minutes: int) -> str:
    """So many minutes in words."""
    return ngettext("%(n)s minute left", "%(n)s minutes left", minutes)


def time_left(at: datetime, *, now: datetime) -> str | None:
    """How long until an instant in words, in the two largest units that matter; None when it has passed."""
    rest = at - now
    if rest <= timedelta():
        return None
    days, hours, minutes = rest.days, rest.seconds // 3600, rest.seconds % 3600 // 60
    if days >= 2:
        return ngettext("%(n)s day left", "%(n)s days left", days)
    hours += 24 * days
    if hours >= 1:
        return _(
            "%(hours)s %(minutes)s left",
            hours=ngettext("%(n)s hour", "%(n)s hours", hours),
            minutes=ngettext("%(n)s minute", "%(n)s minutes", minutes),
        )
    return minutes_left(max(minutes, 1))


def deadline_of(at: datetime | None, *, cycle: Cycle, user: User, now: datetime) -> Deadline | None:
    """A deadline as this person should see it; None when there is none."""
    if at is None:
        return None
    last = at - timedelta(seconds=1)
    own = None
    if user.time_zone and user.time_zone != cycle.time_zone:
        own = f"{_clock(last, user.time_zone)} ({zone_words(user.time_zone, last)})"
    is_near = timedelta() < at - now <= timedelta(days=1)
    return Deadline(at, cycle.time_zone, time_left(at, now=now), own, is_near, now)


def _clock(at: datetime, zone: str) -> str:
    return format_datetime(at, in_zone=ZoneInfo(zone)).rpartition(" (")[0]


def due(submission: Submission) -> datetime | None:
    """Until when the reader can hand this submission in: a return's date, their late link's, else the cycle's deadline."""
    return intake.due_at(submission, actor=access.actor(), now=clock.now())

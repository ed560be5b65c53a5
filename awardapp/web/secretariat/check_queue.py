"""The queue of the validity check: what is left and how much time, narrowed by the address, and the way to the next file."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock, places
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.models import Cycle
from awardapp.queries import check_queue as queries
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import secretariat as secretariat_queries
from awardapp.services import checks as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat import check_filter, check_page
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.submissions import country_words

STATE_WORDS: dict[str, str] = {
    "waiting": N_("To be checked"),
    "back": N_("Back from their city"),
    "advice": N_("Open for advice"),
    "returned": N_("Returned for changes"),
    "valid": N_("Valid"),
    "not_valid": N_("Not valid"),
    "all": N_("all"),
}
HAND_WORDS: dict[str, str] = {
    "mine": N_("I have it"),
    "free": N_("nobody has it"),
    "colleagues": N_("a colleague has it"),
}
MARK_WORDS: dict[str, str] = {"alike": N_("likely a duplicate"), "questions": N_("figures that do not fit")}
_WEEK = timedelta(days=7)


@bp.get("/check")
@requires(Role.SECRETARIAT)
def checks() -> str:
    cycle, asking, wanted = access.cycle(), check_filter.asking(), check_filter.wanted()
    rows, page = queries.page(asking, wanted, number=request.args.get("page", 1, type=int))
    left = queries.left(asking)
    codes = secretariat_queries.countries_of(cycle)
    regions = {places.country(code).region for code in codes}
    own = language()
    return render_template(
        "secretariat/checks.html",
        cycle=cycle,
        rows=rows,
        page=page,
        wanted=wanted,
        left=left,
        counts=cycle_queries.counts(cycle),
        filters=check_filter.filters(),
        is_narrowed=bool(set(check_filter.filters()) - {"sort"}),
        days=days_left(cycle),
        a_day=files_a_day(left.waiting, days_left(cycle)),
        decided=queries.decided_since(cycle, clock.now() - _WEEK),
        countries=sorted(((code, country_words(code)) for code in codes), key=lambda pair: pair[1]),
        regions=[(r.key, r.name_zh if own == "zh" else r.name_en) for r in places.regions() if r.key in regions],
        country_words=country_words,
        themes=[(theme.key, pick(theme, "name")) for theme in cycle.themes],
        states=[(key, _(words)) for key, words in STATE_WORDS.items() if key != "advice" or left.advice],
        hands=[(key, _(words)) for key, words in HAND_WORDS.items()],
        marks=[(key, _(words)) for key, words in MARK_WORDS.items()],
        user_id=access.actor().id,
    )


def days_left(cycle: Cycle) -> int | None:
    """Days until the committee begins by the cycle's dates; None without a date or once it has begun."""
    if cycle.committee_from is None or not cycle.phase.is_before(CyclePhase.COMMITTEE):
        return None
    today = clock.now().astimezone(ZoneInfo(cycle.time_zone)).date()
    return max(0, (cycle.committee_from - today).days)


def files_a_day(files: int, days: int | None) -> int | None:
    """How many files a day so many days leave, rounded up; None where there is no day left to spread them over."""
    return -(-files // days) if days and files else None


@bp.get("/check/next")
@requires(Role.SECRETARIAT)
def check_next() -> Response:
    """To the next file under the filter that no colleague has in hand, to look at it; to the queue when there is none."""
    free = check_filter.line().after(None, user_id=access.actor().id)
    return redirect(check_page.address(free[0] if free else None))


@bp.post("/check/next")
@requires(Role.SECRETARIAT)
def take_next() -> Response:
    """Take the next file in hand; the one that is skipped is laid down for the others."""
    after = request.form.get("after") or None
    free = check_filter.line().after(after, user_id=access.actor().id)
    if after is not None:
        services.let_go(actor=access.actor(), submission=check_page.submission_of(after))
    ref = check_page.take_first(free)
    db.session.commit()
    return redirect(check_page.address(ref), 303)

"""A member's own files: the list in their reading order, the next one, and the declaration that comes before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request

from awardapp import clock, places
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.i18n import language
from awardapp.models import Membership
from awardapp.queries import queue as own_queue
from awardapp.queries import reports as report_queries
from awardapp.web import access, declarations
from awardapp.web.access import requires
from awardapp.web.committee import review_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import whole_number

PER_PAGE = 25
STATES = ("not_opened", "draft", "submitted", "abstained", "recused")
VIEWS = (*STATES, "parked", "unread")


@dataclass(frozen=True, slots=True)
class Range:
    """Which rows of how many a page shows."""

    number: int
    pages: int
    first: int
    last: int
    total: int


def page_range(total: int, *, per_page: int) -> Range:
    """The page asked for by the address, kept within what there is."""
    pages = max(1, -(-total // per_page))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    first = (number - 1) * per_page
    return Range(number, pages, first + 1 if total else 0, min(first + per_page, total), total)


@bp.get("/")
@requires(Role.COMMITTEE)
def queue() -> Any:
    """The member's files, by state and page. Before the declaration there is nothing but the declaration."""
    member, cycle = room.member(), access.cycle()
    if member.conflicts_declared_at is None:
        return redirect(room.url("conflicts"))
    counts = own_queue.counts(member)
    talks = cycle.rules.others_after_own
    tallies = {**counts.by_state, "parked": counts.parked, "unread": counts.unread if talks else 0}
    status = request.args.get("status", "")
    status = status if status in VIEWS else ""
    page = page_range(tallies.get(status, 0) if status else counts.total, per_page=PER_PAGE)
    items = own_queue.page_of(member, status=status or None, page=page.number, per_page=PER_PAGE)
    return render_template(
        "committee/queue.html",
        member=member,
        cycle=cycle,
        items=items,
        page=page,
        counts=counts,
        tallies=tallies,
        states=STATES,
        status=status,
        talks=talks,
        pace=review_page.pace_of(member, cycle, left=counts.total - counts.done),
        begun=cycle.phase.position >= CyclePhase.COMMITTEE.position,
        scoring=room.scoring_is_open(),
        is_chair=room.is_chair(),
        sees_report=room.is_chair() or _has_report(member),
        hides_names=cycle.rules.hide_names_from_committee,
        country_names={item.country: places.country_name(item.country, language()) for item in items},
    )


def _has_report(member: Membership) -> bool:
    """Whether the committee's report is for this member too: announced, or named for a case of it."""
    return not member.cycle.phase.is_before(CyclePhase.SHORTLIST_PUBLIC) or bool(report_queries.named_for(member))


@bp.get("/next")
@requires(Role.COMMITTEE)
def next_file() -> Any:
    """Lead to the next unfinished file of the member's order after a position; to the list when all are done.

    `besides`: a file that was just put aside and is not served again at once, unless it is the only one left.
    """
    after = whole_number(request.args.get("after", ""))
    besides = request.args.get("besides", "")
    ref = own_queue.next_ref(room.member(), after=-1 if after is None else after, besides=besides)
    if ref is not None:
        return redirect(room.url("assess", ref=ref))
    if not besides:
        flash(_("All your files are done. You can change an assessment until scoring closes."), "success")
    return redirect(room.url("queue", **({"status": "parked"} if besides else {})))


@bp.get("/previous")
@requires(Role.COMMITTEE)
def previous_file() -> Any:
    """Lead to the file before a position in the member's order, done or not; to the list before the first."""
    before = whole_number(request.args.get("before", ""))
    ref = own_queue.ref_before(room.member(), before=0 if before is None else before)
    return redirect(room.url("queue") if ref is None else room.url("assess", ref=ref))


@bp.get("/conflicts")
@requires(Role.COMMITTEE)
def conflicts() -> Any:
    """The member's declaration of conflicts of interest."""
    return declarations.show(room.member(), room.here())


@bp.post("/conflicts")
@requires(Role.COMMITTEE)
def declare() -> Any:
    """Store the declaration."""
    return declarations.declare(room.member(), room.here(), now=clock.now())

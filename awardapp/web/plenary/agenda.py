"""The agenda of the open session: its order, files put on and taken off. By buttons and by numbers, without dragging."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import PlenarySession
from awardapp.queries import discussions as discussion_queries
from awardapp.queries import plenary_room as queries
from awardapp.queries.plenary_room import Line
from awardapp.services import plenary as services
from awardapp.web import access
from awardapp.web.forms import whole_number
from awardapp.web.plenary.seat import open_or_404, seat, view_of


def show() -> Any:
    """The agenda for whoever leads. A file the leader has a tie with keeps its place without its name."""
    return _page(open_or_404())


def _page(session: PlenarySession, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    view = view_of(session)
    if not view.leads:
        abort(404)
    lines = queries.agenda(session)
    page = render_template(
        "plenary/agenda.html",
        cycle=access.cycle(),
        seat=view.seat,
        session=session,
        lines=lines,
        closed=view.seat.closed([line.submission for line in lines]),
        problem=problem,
        typed=request.form.get("ref", ""),
    )
    return page, status


def _moved(lines: list[Line], act: str) -> list[int]:
    """The item ids in the order that a click asks for: one up or down, or by the numbers typed."""
    ids = [line.item.id for line in lines]
    verb, _dash, which = act.partition("-")
    number = whole_number(which)
    if verb in ("up", "down") and number in ids:
        at = ids.index(number)
        to = at + (-1 if verb == "up" else 1)
        if 0 <= to < len(ids):
            ids[at], ids[to] = ids[to], ids[at]
        return ids
    typed = {}
    for place, item_id in enumerate(ids, 1):
        wanted = whole_number(request.form.get(f"place-{item_id}"))
        typed[item_id] = place if wanted is None else wanted
    # Whoever moves up goes before the file whose number they took, whoever moves down behind it.
    return sorted(ids, key=lambda one: (typed[one], _side(typed[one], ids.index(one) + 1)))


def _side(wanted: int, before: int) -> int:
    return (wanted > before) - (wanted < before)


def arrange() -> Any:
    """Change the order, or put a file on or take one off."""
    session = open_or_404()
    seat()
    act, actor, now = request.form.get("act", "order"), access.actor(), clock.database_now()
    lines = queries.agenda(session)
    try:
        if act == "add":
            ref = " ".join(request.form.get("ref", "").split())
            submission = discussion_queries.submission(access.cycle(), ref) if ref else None
            services.add_file(actor=actor, session=session, submission=submission, now=now)
        elif act.startswith("drop-"):
            item = next((line.item for line in lines if f"drop-{line.item.id}" == act), None)
            if item is None:
                abort(404)
            services.drop_file(actor=actor, session=session, item=item, now=now)
        else:
            services.arrange(actor=actor, session=session, order=_moved(lines, act), now=now)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        return _page(open_or_404(), explain(error), 422)
    db.session.commit()
    flash(_("The agenda is stored."), "success")
    anchor = act.partition("-")[2]
    return redirect(
        seat().url("plenary_agenda", **({"_anchor": f"item-{anchor}"} if anchor and act[0] in "ud" else {})), 303
    )

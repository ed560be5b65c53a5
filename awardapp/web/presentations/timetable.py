"""The draft of the timetable: proposed by computation, changed by hand with the price of every change beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.presentations import Hour, hour_of
from awardapp.domain.timetable import Price, Slot, total
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Presentation
from awardapp.queries import presentations as queries
from awardapp.services import presentation_timetable as services
from awardapp.services.presentation_timetable import Draft
from awardapp.web import access
from awardapp.web.presentations import shown
from awardapp.web.presentations.planning import url


def propose() -> Any:
    """Compute the timetable that serves all best, as a draft."""
    try:
        found = services.propose_draft(
            actor=access.actor(),
            cycle=access.cycle(),
            keep_placed=request.form.get("keep") == "1",
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(url("presentations"), 303)
    db.session.commit()
    at_night = found.price.at_night
    if at_night:
        flash(
            ngettext(
                "The best there is: one city would present at night.",
                "The best there is: %(n)s cities would present at night.",
                at_night,
            ),
            "warning",
        )
    else:
        flash(_("The draft is made: nobody presents at night."), "success")
    return redirect(url("presentations"), 303)


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot that a presentation could have: what hour it would be, who is there now and what hour they would get instead."""

    slot: Slot
    hour: Hour
    other: Presentation | None
    other_hour: Hour | None
    difference: Price
    is_own: bool
    is_held: bool

    @property
    def words(self) -> list[str]:
        return shown.price_words(self.difference)

    def mark(self, hour: Hour) -> tuple[str, str]:
        """An hour in words, with its tone."""
        words, tone = shown.HOURS[hour]
        return _(words), tone


def _choices(found: Draft, ref: str) -> list[Choice]:
    own, before = found.placed.get(ref), found.price
    choices = []
    for slot in found.slots:
        is_own = own is not None and slot.key == own.key
        other = None if is_own else found.at(slot.key)
        held = bool({ref, other} & found.held)
        after = found.price if is_own or held else total(found.candidates, found.swapped(ref, slot.key))
        choices.append(
            Choice(
                slot,
                hour_of(slot.starts_at, slot.length, found.candidates[ref].zone),
                found.presentations[other] if other else None,
                hour_of(own.starts_at, own.length, found.candidates[other].zone) if other and own else None,
                after - before,
                is_own,
                held,
            )
        )
    return choices


def slots(ref: str) -> Any:
    """Every slot a presentation could have, each with what it would cost."""
    return _page(ref)


def _page(ref: str, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    found = services.draft(access.cycle())
    if ref not in found.presentations:
        abort(404)
    one = found.presentations[ref]
    page = render_template(
        "presentations/slots.html",
        cycle=access.cycle(),
        presentation=one,
        zone=queries.zone_of(one),
        choices=_choices(found, ref),
        sessions={session.number: session for session in found.sessions},
        title_of=services.session_title,
        problem=problem,
    )
    return page, status


def swap(ref: str) -> Any:
    """Give a presentation another slot; whoever has it gets this one's."""
    matched = re.fullmatch(r"(\d{1,4})-(\d{1,4})", request.form.get("slot", ""))
    if queries.presentation(access.cycle(), ref) is None:
        abort(404)
    try:
        services.swap(
            actor=access.actor(),
            cycle=access.cycle(),
            ref=ref,
            key=(int(matched[1]), int(matched[2])) if matched else (0, 0),
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        return _page(ref, explain(error), 422)
    db.session.commit()
    flash(_("Changed in the draft. Nobody is told before you publish the timetable."), "success")
    return redirect(url("presentations"), 303)

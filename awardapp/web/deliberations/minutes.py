"""The minutes of the jury as a page and as a PDF: for its chair, after the lock for the secretariat, then for every juror."""

from __future__ import annotations

import logging
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request

from awardapp import clock, i18n, typesetting
from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import limiter
from awardapp.i18n import gettext as _
from awardapp.i18n import name_key
from awardapp.services import audit, ballots, jury_minutes, jury_minutes_pdf, selections
from awardapp.services.jury_minutes import JuryMinutes
from awardapp.services.jury_minutes_pdf import RuleWords
from awardapp.web import access
from awardapp.web.deliberations.seat import Seat, seat
from awardapp.web.downloads import disposition
from awardapp.web.jury import ballot_words
from awardapp.web.looks import short_write

log = logging.getLogger(__name__)


def _rule() -> RuleWords:
    rules = access.cycle().rules.ballots
    return RuleWords(lambda: ballot_words.method_name(rules), ballot_words.decided_words)


def _entered() -> Seat:
    """Whoever may read the minutes now, or 404. The secretariat's look before the announcement is recorded."""
    own, cycle = seat(), access.cycle()
    is_public = not cycle.phase.is_before(CyclePhase.WINNERS_PUBLIC)
    if own.is_secretariat:
        selection = selections.selection_of(cycle, Stage.JURY)
        if selection is None or selection.locked_at is None:
            abort(404)
        if not is_public:
            _note_look()
    elif not own.is_chair and not is_public:
        abort(404)
    return own


def _note_look() -> None:
    cycle = access.cycle()
    with short_write():
        audit.record(
            actor=access.actor(),
            action="jury.look_at_minutes",
            object=f"cycle:{cycle.id}",
            cycle_id=cycle.id,
            now=clock.now(),
        )


def _gathered(own: Seat) -> JuryMinutes:
    cycle = access.cycle()
    return jury_minutes.gather(cycle, closed=own.closed(ballots.finalists(cycle)))


def page() -> str:
    """The minutes as they stand."""
    own = _entered()
    minutes, rule = _gathered(own), _rule()
    return render_template(
        "deliberations/minutes.html",
        cycle=access.cycle(),
        seat=own,
        minutes=minutes,
        winners=sorted(minutes.winners, key=lambda one: name_key(one.submission.city)),
        ballots=jury_minutes_pdf.ballot_rows(minutes, rule),
        ties=jury_minutes_pdf.tie_sentences(minutes, rule),
        out_words=jury_minutes_pdf.out_words,
    )


def _person() -> str:
    return f"minutes:{access.actor().id}"


@limiter.limit("60 per hour", key_func=_person)
def pdf() -> Any:
    """The same on paper, in English or Chinese (?in=zh), typeset while the reader waits."""
    own = _entered()
    wanted = request.args.get("in", i18n.language())
    language = wanted if wanted in i18n.LANGUAGES else "en"
    try:
        data = jury_minutes_pdf.pdf(access.cycle(), _gathered(own), language=language, rule=_rule())
    except typesetting.CannotTypeset:
        log.exception("minutes of the jury not typeset: cycle=%s", access.cycle().id)
        flash(_("The PDF could not be made just now. This page says the same and can be printed."), "warning")
        return redirect(own.url("minutes"))
    answer = make_response(data)
    answer.headers["Content-Type"] = "application/pdf"
    with i18n.speaking(language):
        name = _("Minutes of the jury %(cycle)s", cycle=access.cycle().slug)
    answer.headers["Content-Disposition"] = disposition(f"{name}.pdf")
    return answer

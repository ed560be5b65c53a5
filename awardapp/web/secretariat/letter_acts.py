"""What is decided about letters that wait, by filter with the number repeated; contradictions let pass; sending again."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.services import outbox
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import whole_number
from awardapp.web.secretariat import letter_filter
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letters import loaded


def _refused(error: RuleViolation) -> None:
    db.session.rollback()
    flash(explain(error), "warning")


@bp.post("/letters/approve")
@requires(Role.SECRETARIAT)
def approve_letters() -> Response:
    """Let the drafts of a filter go; the form repeats their number."""
    wanted = letter_filter.read(request.form)
    number = whole_number(request.form.get("number")) or 0
    try:
        approved = outbox.approve(
            actor=access.actor(), cycle=access.cycle(), wanted=wanted, expected=number, now=clock.now(),
            shown=request.form.get("shown"),
        )  # fmt: skip
    except RuleViolation as error:
        _refused(error)
        return redirect(letter_filter.address(wanted), 303)
    db.session.commit()
    flash(ngettext("One letter goes out now.", "%(n)s letters go out now.", approved), "success")
    if wanted.letter_id is not None:
        return redirect(letter_filter.address(wanted), 303)
    return redirect(url_for(".letters", cycle_slug=access.cycle().slug), 303)


@bp.post("/letters/discard")
@requires(Role.SECRETARIAT)
def discard_letters() -> Response:
    """Decide that the drafts of a filter do not go; the form repeats their number and says why."""
    wanted = letter_filter.read(request.form)
    try:
        discarded = outbox.discard(
            actor=access.actor(),
            cycle=access.cycle(),
            wanted=wanted,
            reason=request.form.get("reason", "").replace("\x00", ""),
            expected=whole_number(request.form.get("number")) or 0,
            now=clock.now(),
        )
    except RuleViolation as error:
        _refused(error)
    else:
        db.session.commit()
        flash(ngettext("One letter was discarded.", "%(n)s letters were discarded.", discarded), "success")
    return redirect(letter_filter.address(wanted), 303)


@bp.post("/letters/<int:letter_id>/dismiss")
@requires(Role.SECRETARIAT)
def dismiss_flag(letter_id: int) -> Response:
    """Let a letter's contradiction pass, with a reason."""
    row = loaded(letter_id)
    try:
        outbox.dismiss(
            actor=access.actor(),
            cycle=access.cycle(),
            letter=row,
            reason=request.form.get("reason", "").replace("\x00", ""),
            now=clock.now(),
        )
    except RuleViolation as error:
        _refused(error)
    else:
        db.session.commit()
        flash(_("Noted. The letter can be approved."), "success")
    return redirect(url_for(".letter", cycle_slug=access.cycle().slug, letter_id=letter_id), 303)


@bp.post("/letters/<int:letter_id>/resend")
@requires(Role.SECRETARIAT)
def resend_letter(letter_id: int) -> Response:
    """The same letter once more, as a row of its own, also to a corrected address."""
    row, slug = loaded(letter_id), access.cycle().slug
    try:
        copy = outbox.resend(
            actor=access.actor(),
            cycle=access.cycle(),
            letter=row,
            email=request.form.get("email", "").replace("\x00", "")[:254],
            now=clock.now(),
        )
    except RuleViolation as error:
        _refused(error)
        return redirect(url_for(".letter", cycle_slug=slug, letter_id=letter_id), 303)
    db.session.commit()
    flash(_("The letter goes out once more. This is the new one."), "success")
    return redirect(url_for(".letter", cycle_slug=slug, letter_id=copy.id), 303)

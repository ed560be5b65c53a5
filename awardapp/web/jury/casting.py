"""Casting the ballot: exactly what will be cast, the juror's word, and the receipt."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template
from wtforms import BooleanField, HiddenField

from awardapp import clock
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection.canonical import dumps
from awardapp.domain.selection.receipts import receipt_document
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Membership
from awardapp.services import ballots
from awardapp.web import access, ballot_input
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.jury import room
from awardapp.web.jury.ballot import own
from awardapp.web.jury.blueprint import bp


class CastForm(BaseForm):
    """The juror's word that the ballot is final, for the draft that was shown."""

    sure = BooleanField(N_("This is my ballot, and it is final."))
    seen = HiddenField()


def _form() -> CastForm:
    form = CastForm()
    form.sure.label.text = _("This is my ballot, and it is final.")
    return form


def _page(juror: Membership, form: CastForm, status: int = 200) -> Any:
    rules = access.cycle().rules.ballots
    votable, barred = room.cities(juror)
    ballot = ballots.of(juror)
    if ballot is None or ballot.cast_at is not None or not room.voting_is_open() or ballots.live_paper(juror):
        return redirect(room.url("ballot"))
    content = ballots.content_of(ballot, rules)
    form.seen.data = str(ballot.edit_version)
    page = render_template(
        "jury/cast.html",
        cycle=access.cycle(),
        form=form,
        rules=rules,
        content=content,
        said=ballot_input.said(content, votable, rules),
        unsaid=ballot_input.unsaid(content, votable),
        barred=barred,
    )
    return page, status


@bp.get("/ballot/cast")
@requires(Role.JUROR)
def confirm_cast() -> Any:
    """The ballot exactly as it will count."""
    return _page(own(), _form())


@bp.post("/ballot/cast")
@requires(Role.JUROR)
def cast() -> Any:
    """Make the saved ballot final, if it is the one that was shown."""
    juror, form = own(), _form()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that your ballot is final."), field="sure")
        seen = whole_number(form.seen.data)
        ballots.cast(actor=access.actor(), member=juror, seen=seen, now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(room.juror(), form, 422)
    db.session.commit()
    flash(_("Your ballot is cast. Nobody sees it before all ballots are counted."), "success")
    return redirect(room.url("ballot"))


@bp.get("/ballot/receipt.json")
@requires(Role.JUROR)
def ballot_receipt() -> Response:
    """The receipt as a file: exactly the bytes whose SHA-256 it is. For the juror alone."""
    juror = own()
    ballot = ballots.of(juror)
    if ballot is None or ballot.nonce is None:
        abort(404)
    rules, cycle = access.cycle().rules.ballots, access.cycle()
    names = {s.id: s.pseudonym for s in ballots.finalists(cycle)}
    counted = ballots.as_counted(juror, ballots.content_of(ballot, rules), names, rules)
    document = dumps(receipt_document(cycle.slug, counted, ballot.nonce))
    headers = {"Content-Disposition": f'attachment; filename="ballot-{cycle.slug}.json"', "Cache-Control": "no-store"}
    return Response(document, mimetype="application/json", headers=headers)

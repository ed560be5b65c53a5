"""Who acts for the city: inviting a colleague, sending a letter again, withdrawing an invitation, leaving."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from awardapp import clock, i18n
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import City, Delegate
from awardapp.queries import cities as queries
from awardapp.queries import people as people_queries
from awardapp.services import cities, delegates
from awardapp.web import access
from awardapp.web.cities.blueprint import bp
from awardapp.web.cities.forms import DelegateForm, LeaveForm
from awardapp.web.cities.views import own_city

Page = str | tuple[str, int] | Response

_LETTERS = "30 per hour;100 per day"


def _by_person() -> str:
    return f"delegate-letters:{access.actor().id}"


def _sent(response: Response) -> bool:
    return response.status_code == 303


def _to(city_id: int) -> Response:
    return redirect(url_for("cities.page", city_id=city_id), 303)


@bp.get("/<int:city_id>/invite")
@access.signed_in
def invite(city_id: int) -> Page:
    form = DelegateForm(data={"letters_in": i18n.language()})
    return render_template("cities/invite.html", city=own_city(city_id), form=form)


@bp.post("/<int:city_id>/invite")
@access.signed_in
@limiter.limit(_LETTERS, key_func=_by_person, deduct_when=_sent)
def send_invitation(city_id: int) -> Page:
    city, form = own_city(city_id), DelegateForm()
    if not form.validate_on_submit():
        return render_template("cities/invite.html", city=city, form=form), 422
    try:
        delegates.invite(actor=access.actor(), city=city, invitee=form.invitee(), now=clock.now())
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return render_template("cities/invite.html", city=own_city(city_id), form=form), 422
    except IntegrityError:  # a second click in the same instant: that request sent the letter
        db.session.rollback()
    flash(_("The invitation to %(email)s is on its way.", email=form.email.data), "success")
    return _to(city_id)


def _invitation(city_id: int, delegate_id: int) -> Delegate:
    """An open invitation of my city; 404 for any other."""
    found = queries.delegate_of(own_city(city_id).id, delegate_id)
    if found is None or not found.is_invitation:
        abort(404)
    return found


@bp.post("/<int:city_id>/invitations/<int:delegate_id>/resend")
@access.signed_in
@limiter.limit(_LETTERS, key_func=_by_person, deduct_when=_sent)
def resend_invitation(city_id: int, delegate_id: int) -> Page:
    delegate = _invitation(city_id, delegate_id)
    delegates.resend(actor=access.actor(), delegate=delegate, now=clock.now())
    db.session.commit()
    flash(
        _("A new invitation is on its way to %(email)s; the earlier link no longer works.", email=delegate.user.email),
        "success",
    )
    return _to(city_id)


@bp.post("/<int:city_id>/invitations/<int:delegate_id>/withdraw")
@access.signed_in
def withdraw_invitation(city_id: int, delegate_id: int) -> Page:
    delegate = _invitation(city_id, delegate_id)
    cities.end_delegate(actor=access.actor(), delegate=delegate, reason="", now=clock.now())
    db.session.commit()
    flash(_("The invitation of %(email)s is withdrawn.", email=delegate.user.email), "success")
    return _to(city_id)


def _leave_page(city: City, form: LeaveForm) -> str:
    others = [person for person in people_queries.delegates_of(city.id) if person.id != access.actor().id]
    return render_template("cities/leave.html", city=city, form=form, others=others)


@bp.get("/<int:city_id>/leave")
@access.signed_in
def leave(city_id: int) -> Page:
    return _leave_page(own_city(city_id), LeaveForm())


@bp.post("/<int:city_id>/leave")
@access.signed_in
def take_leave(city_id: int) -> Page:
    city, form = own_city(city_id), LeaveForm()
    if not form.validate_on_submit():
        return _leave_page(city, form), 422
    try:
        delegates.leave(actor=access.actor(), city=city, sure=form.sure.data, now=clock.now())
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _leave_page(own_city(city_id), form), 422
    flash(_("You no longer act for %(city)s.", city=pick(city, "name")), "success")
    return redirect(url_for("submissions.index"), 303)

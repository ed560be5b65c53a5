"""The freeze: one button that stops everything that changes or leaves, for every secretary; lifted by two."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField

from awardapp import clock
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.freezing import SOON
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.services import freezes
from awardapp.web import access, fresh_password
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength
from awardapp.web.secretariat.blueprint import bp

Page = str | tuple[str, int] | Response


class FreezeForm(BaseForm):
    """Why, in the words everybody will read; and the password once more."""

    reason_en = LongText("", validators=[MaxLength(500)])
    reason_zh = LongText("", validators=[MaxLength(500)])
    password = fresh_password.password_field()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.password.label.text = _("Your password, once more")


class LiftForm(BaseForm):
    """That the deadlines were read, and the password once more."""

    sure = BooleanField()
    password = fresh_password.password_field()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sure.label.text = _("I have read what happened to the deadlines.")
        self.password.label.text = _("Your password, once more")


def _room(form: FreezeForm | LiftForm | None = None, status: int = 200) -> tuple[str, int]:
    """The page of the freeze, as things stand."""
    now, row = clock.now(), freezes.current()
    if row is None:
        page = render_template(
            "secretariat/freeze.html",
            cycle=access.cycle(),
            form=form if isinstance(form, FreezeForm) else FreezeForm(formdata=None),
            frozen=None,
            writing=freezes.writing_now(now=now),
            deadlines=freezes.deadlines_between(now, now + SOON),
            spared=freezes.waiting_for_extension(now=now),
            past=freezes.past(),
        )
        return page, status
    page = render_template(
        "secretariat/freeze.html",
        cycle=access.cycle(),
        form=form if isinstance(form, LiftForm) else LiftForm(formdata=None),
        frozen=row,
        own=row.lift_asked_by == access.actor().id,
        passed=freezes.deadlines_between(row.frozen_at, now),
        deadlines=freezes.deadlines_between(now, now + SOON),
    )
    return page, status


@bp.get("/freeze")
@requires(Role.SECRETARIAT)
def site_freeze() -> Page:
    return _room()


def _refused(form: FreezeForm | LiftForm, error: RuleViolation) -> Page:
    if isinstance(error, NotPermitted):
        raise error
    db.session.rollback()
    form.refuse(error)
    return _room(form, 422)


@bp.post("/freeze")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def freeze_site() -> Page:
    form = FreezeForm()
    if not form.validate_on_submit():
        return _room(form, 422)
    try:
        fresh_password.check(form.password.data)
        freezes.freeze(
            actor=access.actor(),
            reason_en=form.reason_en.data,
            reason_zh=form.reason_zh.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        return _refused(form, error)
    db.session.commit()
    freezes.wait_for_publications()
    flash(_("Everything is frozen. Nothing changes and nothing leaves until two people lift it."), "success")
    return redirect(url_for(".site_freeze", cycle_slug=access.cycle().slug), 303)


@bp.post("/freeze/lift")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def ask_to_lift_freeze() -> Page:
    form = LiftForm()
    try:
        _check_read(form)
        fresh_password.check(form.password.data)
        freezes.ask_to_lift(actor=access.actor(), now=clock.database_now())
    except RuleViolation as error:
        return _refused(form, error)
    db.session.commit()
    flash(_("The lifting is asked for. Everything stays frozen until a second person confirms it."), "success")
    return redirect(url_for(".site_freeze", cycle_slug=access.cycle().slug), 303)


def _check_read(form: LiftForm) -> None:
    if not form.sure.data:
        raise RuleViolation(N_("Say that you have read what happened to the deadlines."), field="sure")


@bp.post("/freeze/keep")
@requires(Role.SECRETARIAT)
def keep_site_frozen() -> Page:
    """The wish to lift is taken back or declined; that alone needs no password, since nothing moves by it."""
    freezes.keep_frozen(actor=access.actor(), now=clock.database_now())
    db.session.commit()
    flash(_("Everything stays frozen."), "success")
    return redirect(url_for(".site_freeze", cycle_slug=access.cycle().slug), 303)


@bp.post("/freeze/lift/confirm")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def lift_freeze() -> Page:
    form = LiftForm()
    try:
        _check_read(form)
        fresh_password.check(form.password.data)
        freezes.lift(actor=access.actor(), now=clock.database_now())
    except RuleViolation as error:
        return _refused(form, error)
    db.session.commit()
    flash(_("The freeze is lifted. Letters, publications and work that waited go on now."), "success")
    return redirect(url_for(".site_freeze", cycle_slug=access.cycle().slug), 303)

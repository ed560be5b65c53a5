"""Releasing an announcement by two people, stopping it until its instant, opening its seal: each with a fresh password."""

from __future__ import annotations

from flask import flash, redirect
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Announcement
from awardapp.services import announcements
from awardapp.web import access, fresh_password
from awardapp.web.access import requires
from awardapp.web.secretariat import announcement_page, console
from awardapp.web.secretariat.announcement_forms import ReleaseForm, StopForm
from awardapp.web.secretariat.blueprint import bp


def _back(announcement: Announcement) -> Response:
    return redirect(announcement_page.url("announcement", announcement), 303)


@bp.post("/announcements/<int:announcement_id>/release")
@requires(Role.SECRETARIAT)
@fresh_password.limited
def release_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = console.loaded(announcement_id)
    form = ReleaseForm.of(found.snapshot_sha256, found.edit_version)
    if not form.validate_on_submit() or not counted(form, announcement_page.content_of(found).people):
        return console.page(found, form=form, release=form), 422
    try:
        fresh_password.check(form.password.data)
    except RuleViolation as error:
        form.refuse(error)
        return console.page(found, form=form, release=form), 422
    try:
        status = announcements.release(
            actor=access.actor(),
            announcement=found,
            shown_sha256=form.shown_sha256.data or "",
            shown_version=form.shown_version.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return _back(console.loaded(announcement_id))
    db.session.commit()
    say_released(status, refused=found.refused_at is not None)
    return _back(found)


def counted(form: ReleaseForm, letters: int) -> bool:
    """Whether the number of letters was repeated rightly; says so at the field when not."""
    if form.letters.data == letters:
        return True
    form.letters.errors = [_("This is not the number of letters stated above. Please read it again.")]
    return False


def say_released(status: AnnouncementStatus, *, refused: bool) -> None:
    """Tell the person what the release has brought about."""
    if refused:
        flash(
            _("Something it was made from has changed since the seal. Nothing is released; every release has lapsed."),
            "error",
        )
        return
    words = {
        AnnouncementStatus.SEALED: _("You have released it. A second person must do so too."),
        AnnouncementStatus.SCHEDULED: _("Released by two people. It becomes public by itself at its instant."),
        AnnouncementStatus.PUBLISHED: _("It is public now, and its letters are on their way."),
    }
    flash(words[status], "success")


@bp.post("/announcements/<int:announcement_id>/abort")
@requires(Role.SECRETARIAT)
@fresh_password.limited
def abort_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = console.loaded(announcement_id)
    form = StopForm.of(_("Reason"), prefix="abort")
    if not _may(form):
        return console.page(found, form=form, abort_form=form), 422
    try:
        announcements.abort(actor=access.actor(), announcement=found, reason=form.reason.data, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
    else:
        db.session.commit()
        flash(_("Stopped. Nothing becomes public; it stays sealed, and every release of it has lapsed."), "success")
    return _back(found)


@bp.post("/announcements/<int:announcement_id>/unseal")
@requires(Role.SECRETARIAT)
@fresh_password.limited
def unseal_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = console.loaded(announcement_id)
    form = StopForm.of(_("Reason"), prefix="unseal")
    if not _may(form):
        return console.page(found, form=form, unseal=form), 422
    try:
        announcements.unseal(
            actor=access.actor(), announcement=found, reason=form.reason.data, now=clock.database_now()
        )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
    else:
        db.session.commit()
        flash(_("Opened again. Every release of it has lapsed."), "success")
    return _back(found)


def _may(form: StopForm) -> bool:
    """Whether the form is filled in and the password is the person's."""
    if not form.validate_on_submit():
        return False
    try:
        fresh_password.check(form.password.data)
    except NotPermitted:
        raise
    except RuleViolation as error:
        form.refuse(error)
        return False
    return True

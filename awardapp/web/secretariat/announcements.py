"""Announcements: what can be prepared, and one of them: its words, the list of what is complete, the full check, the seal."""

from __future__ import annotations

from flask import abort, flash, redirect, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db, reading
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.services import announcements, full_checks
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat import announcement_list, announcement_page, console
from awardapp.web.secretariat.announcement_forms import WORDS, AnnouncementForm
from awardapp.web.secretariat.blueprint import bp


@bp.get("/announcements", endpoint="announcements")
@requires(Role.SECRETARIAT)
def index() -> str:
    return announcement_list.page()


@bp.post("/announcements")
@requires(Role.SECRETARIAT)
def prepare_announcement() -> Response:
    kind = request.form.get("kind", "")
    if kind not in set(AnnouncementKind):
        abort(404)
    announcement = announcements.prepare(
        actor=access.actor(),
        cycle=access.cycle(),
        kind=AnnouncementKind(kind),
        award_key=request.form.get("award_key", "") if kind == AnnouncementKind.SPECIAL else "",
        now=clock.database_now(),
    )
    db.session.commit()
    return redirect(announcement_page.url("announcement", announcement), 303)


@bp.get("/announcements/<int:announcement_id>")
@requires(Role.SECRETARIAT)
def announcement(announcement_id: int) -> str:
    return console.page(console.loaded(announcement_id))


@bp.post("/announcements/<int:announcement_id>")
@requires(Role.SECRETARIAT)
def edit_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = console.loaded(announcement_id)
    form = AnnouncementForm.of(found)
    if not form.validate_on_submit():
        return console.page(found, form=form, edit=form), 422
    try:
        announcements.edit(
            actor=access.actor(),
            announcement=found,
            **{name: form[name].data for name in WORDS},
            embargo_until=form.embargo_until.data,
            edit_version=form.edit_version.data or 0,
            now=clock.database_now(),
        )
    except StaleVersion as error:
        db.session.rollback()
        form.refuse(error)
        found = console.loaded(announcement_id)
        stored = {name: getattr(found, name) for name in WORDS}
        # What is typed now is compared with what is stored now; sending it again is a decision with both in sight.
        form.edit_version.data, form.edit_version.raw_data = found.edit_version, None
        return console.page(found, form=form, edit=form, stored=stored), 409
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return console.page(console.loaded(announcement_id), form=form, edit=form), 422
    db.session.commit()
    flash(_("Saved. Nothing is public yet."), "success")
    return redirect(announcement_page.url("announcement", found), 303)


@bp.post("/announcements/<int:announcement_id>/check")
@requires(Role.SECRETARIAT)
def check_announcement(announcement_id: int) -> Response:
    """Write every letter and recompute the record; nothing is locked while that takes its seconds."""
    found = console.loaded(announcement_id)
    db.session.commit()
    with reading():
        examined = full_checks.examine(found)
        db.session.commit()
    check = full_checks.store(actor=access.actor(), announcement=found, examined=examined, now=clock.database_now())
    db.session.commit()
    if check.faults:
        flash(
            ngettext("The full check found one fault.", "The full check found %(n)s faults.", len(check.faults)),
            "error",
        )
    else:
        flash(_("Checked in full; nothing is wrong."), "success")
    return redirect(announcement_page.url("announcement", found) + "#complete", 303)


@bp.post("/announcements/<int:announcement_id>/seal")
@requires(Role.SECRETARIAT)
def seal_announcement(announcement_id: int) -> Response:
    found = console.loaded(announcement_id)
    try:
        announcements.seal(actor=access.actor(), announcement=found, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
    else:
        db.session.commit()
        flash(_("Sealed. Two people can release it now."), "success")
    return redirect(announcement_page.url("announcement", found), 303)

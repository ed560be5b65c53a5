"""Announcements that go together: gathered from the list, released in one act, published in one transaction."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Ceremony
from awardapp.queries import sealed
from awardapp.services import announcements, ceremonies
from awardapp.web import access, fresh_password
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.looks import note_look
from awardapp.web.secretariat import announcement_list, console
from awardapp.web.secretariat import announcement_page as words
from awardapp.web.secretariat.announcement_forms import InstantForm, ReleaseForm, StopForm
from awardapp.web.secretariat.announcement_release import counted, say_released
from awardapp.web.secretariat.blueprint import bp


def _loaded(ceremony_id: int) -> Ceremony:
    found = ceremonies.one(access.cycle(), ceremony_id)
    if found is None:
        abort(404)
    return found


def _url(ceremony: Ceremony) -> str:
    return url_for("secretariat.ceremony", cycle_slug=access.cycle().slug, ceremony_id=ceremony.id)


@bp.post("/ceremonies")
@requires(Role.SECRETARIAT)
def gather_announcements() -> Response | tuple[str, int]:
    """Those chosen on the list, in the order of the numbers typed beside them."""
    cycle, form = access.cycle(), InstantForm.of(access.cycle())
    if not form.validate_on_submit():
        return announcement_list.page(form), 422
    places = {one.id: whole_number(request.form.get(f"place-{one.id}")) for one in sealed.announcements(cycle)}
    chosen = [one for one in sealed.announcements(cycle) if places[one.id]]
    try:
        ceremony = ceremonies.gather(
            actor=access.actor(),
            cycle=cycle,
            chosen=sorted(chosen, key=lambda one: (places[one.id] or 0, one.id)),
            embargo_until=form.embargo_until.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return announcement_list.page(form), 422
    db.session.commit()
    flash(_("They go together now, at one instant and in this order. Nothing is public yet."), "success")
    return redirect(_url(ceremony), 303)


def _page(
    ceremony: Ceremony,
    *,
    form: BaseForm | None = None,
    instant: InstantForm | None = None,
    release: ReleaseForm | None = None,
    stop: StopForm | None = None,
) -> str:
    parts = ceremonies.parts_of(ceremony)
    for one in parts:
        note_look(one, "ceremony")
    now = clock.database_now()
    contents = [(one, words.kind_name(one.cycle, one.kind, one.award_key), words.content_of(one)) for one in parts]
    is_ready = all(one.status is AnnouncementStatus.SEALED and one.refused_at is None for one in parts)
    digest = ceremonies.digest(ceremony, parts)
    shown: dict[str, Any] = {
        "cycle": ceremony.cycle,
        "ceremony": ceremony,
        "contents": contents,
        "people": sum(content.people for _one, _name, content in contents),
        "is_draft": all(one.status is AnnouncementStatus.DRAFT for one in parts),
        "is_ready": is_ready,
        "is_scheduled": any(one.status is AnnouncementStatus.SCHEDULED for one in parts),
        "is_public": any(one.status is AnnouncementStatus.PUBLISHED for one in parts),
        "releases": parts[0].releases if parts else [],
        "released_by_me": any(r.user_id == access.actor().id for one in parts for r in one.releases),
        "digest": digest,
        "machine": console.machine(parts[0], now=now) if parts else None,
        "left": words.left(parts[0], now=now) if parts else "",
        "at_once": ceremony.embargo_until is None or ceremony.embargo_until <= now,
        "now": now,
        "form": form,
        "instant": instant or InstantForm.of(ceremony.cycle, embargo_until=ceremony.embargo_until),
        "release": release or ReleaseForm.of(digest if is_ready else None),
        "stop": stop or StopForm.of(_("Reason"), prefix="abort"),
    }
    return render_template("secretariat/announcements/ceremony.html", **shown)


@bp.get("/ceremonies/<int:ceremony_id>")
@requires(Role.SECRETARIAT)
def ceremony(ceremony_id: int) -> str:
    return _page(_loaded(ceremony_id))


@bp.post("/ceremonies/<int:ceremony_id>/instant")
@requires(Role.SECRETARIAT)
def move_ceremony(ceremony_id: int) -> Response | tuple[str, int]:
    found = _loaded(ceremony_id)
    form = InstantForm.of(found.cycle)
    if not form.validate_on_submit():
        return _page(found, form=form, instant=form), 422
    try:
        ceremonies.set_instant(
            actor=access.actor(), ceremony=found, embargo_until=form.embargo_until.data, now=clock.database_now()
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_loaded(ceremony_id), form=form, instant=form), 422
    db.session.commit()
    flash(_("Saved. Nothing is public yet."), "success")
    return redirect(_url(found), 303)


@bp.post("/ceremonies/<int:ceremony_id>/part")
@requires(Role.SECRETARIAT)
def part_ceremony(ceremony_id: int) -> Response:
    found = _loaded(ceremony_id)
    try:
        ceremonies.part(actor=access.actor(), ceremony=found, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(_url(_loaded(ceremony_id)), 303)
    db.session.commit()
    flash(_("Each of them goes by itself again."), "success")
    return redirect(url_for("secretariat.announcements", cycle_slug=access.cycle().slug), 303)


@bp.post("/ceremonies/<int:ceremony_id>/release")
@requires(Role.SECRETARIAT)
@fresh_password.limited
def release_ceremony(ceremony_id: int) -> Response | tuple[str, int]:
    found = _loaded(ceremony_id)
    parts = ceremonies.parts_of(found)
    form = ReleaseForm.of(ceremonies.digest(found, parts))
    if not form.validate_on_submit() or not counted(form, sum(words.content_of(one).people for one in parts)):
        return _page(found, form=form, release=form), 422
    try:
        fresh_password.check(form.password.data)
        status = ceremonies.release(
            actor=access.actor(), ceremony=found, shown_sha256=form.shown_sha256.data or "", now=clock.database_now()
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_loaded(ceremony_id), form=form, release=form), 422
    db.session.commit()
    say_released(status, refused=any(one.refused_at is not None for one in ceremonies.parts_of(found)))
    return redirect(_url(found), 303)


@bp.post("/ceremonies/<int:ceremony_id>/abort")
@requires(Role.SECRETARIAT)
@fresh_password.limited
def abort_ceremony(ceremony_id: int) -> Response | tuple[str, int]:
    found = _loaded(ceremony_id)
    form = StopForm.of(_("Reason"), prefix="abort")
    if not form.validate_on_submit():
        return _page(found, form=form, stop=form), 422
    try:
        fresh_password.check(form.password.data)
        announcements.abort(
            actor=access.actor(),
            announcement=ceremonies.parts_of(found)[0],
            reason=form.reason.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_loaded(ceremony_id), form=form, stop=form), 422
    db.session.commit()
    flash(_("Stopped. Nothing becomes public; it stays sealed, and every release of it has lapsed."), "success")
    return redirect(_url(found), 303)

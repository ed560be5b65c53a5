"""Announcements: what can be prepared, one of them under its seal, and its release by two people."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGES, explain
from awardapp.i18n import gettext as _
from awardapp.models import Announcement
from awardapp.queries import people as people_queries
from awardapp.queries import sealed
from awardapp.services import announcements, letters, snapshots
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm
from awardapp.web.looks import note_look
from awardapp.web.secretariat import announcement_page as page
from awardapp.web.secretariat.announcement_forms import WORDS, AnnouncementForm, ReasonForm, ReleaseForm
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name


@bp.get("/announcements", endpoint="announcements")
@requires(Role.SECRETARIAT)
def index() -> str:
    cycle = access.cycle()
    return render_template("secretariat/announcements/index.html", cycle=cycle, items=page.items(cycle))


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
    return redirect(page.url("announcement", announcement), 303)


def _loaded(announcement_id: int) -> Announcement:
    found = sealed.announcement(access.cycle(), announcement_id)
    if found is None:
        abort(404)
    return found


def _page(
    announcement: Announcement,
    *,
    form: BaseForm | None = None,
    edit: AnnouncementForm | None = None,
    release: ReleaseForm | None = None,
    unseal: ReasonForm | None = None,
    stored: dict[str, str] | None = None,
) -> str:
    """The page; `form` is the one that was refused, `stored` what somebody else saved meanwhile."""
    note_look(announcement)
    now = clock.database_now()
    content = page.content_of(announcement)
    is_draft = announcement.status is AnnouncementStatus.DRAFT
    return render_template(
        "secretariat/announcements/announcement.html",
        cycle=announcement.cycle,
        announcement=announcement,
        name=page.kind_name(announcement.cycle, announcement.kind, announcement.award_key),
        content=content,
        problems=[_(p) for p in snapshots.problems(announcement, now=now)] if is_draft else [],
        at_once=page.is_at_once(announcement, now=now),
        left=page.left(announcement, now=now),
        now=now,
        edit=edit or AnnouncementForm.of(announcement),
        release=release or ReleaseForm.of(announcement),
        unseal=unseal or ReasonForm.of(_("Reason")),
        form=form,
        stored=stored,
        released_by_me=any(r.user_id == access.actor().id for r in announcement.releases),
        public_address=page.public_address(announcement),
    )


@bp.get("/announcements/<int:announcement_id>")
@requires(Role.SECRETARIAT)
def announcement(announcement_id: int) -> str:
    return _page(_loaded(announcement_id))


@bp.post("/announcements/<int:announcement_id>")
@requires(Role.SECRETARIAT)
def edit_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = _loaded(announcement_id)
    form = AnnouncementForm.of(found)
    if not form.validate_on_submit():
        return _page(found, form=form, edit=form), 422
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
        found = _loaded(announcement_id)
        stored = {name: getattr(found, name) for name in WORDS}
        # What is typed now is compared with what is stored now; sending it again is a decision with both in sight.
        form.edit_version.data, form.edit_version.raw_data = found.edit_version, None
        return _page(found, form=form, edit=form, stored=stored), 409
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_loaded(announcement_id), form=form, edit=form), 422
    db.session.commit()
    flash(_("Saved. Nothing is public yet."), "success")
    return redirect(page.url("announcement", found), 303)


@bp.post("/announcements/<int:announcement_id>/seal")
@requires(Role.SECRETARIAT)
def seal_announcement(announcement_id: int) -> Response:
    found = _loaded(announcement_id)
    try:
        announcements.seal(actor=access.actor(), announcement=found, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
    else:
        db.session.commit()
        flash(_("Sealed. Two people can release it now."), "success")
    return redirect(page.url("announcement", found), 303)


@bp.post("/announcements/<int:announcement_id>/release")
@requires(Role.SECRETARIAT)
def release_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = _loaded(announcement_id)
    form = ReleaseForm.of(found)
    if not form.validate_on_submit():
        return _page(found, form=form, release=form), 422
    if form.letters.data != page.content_of(found).people:
        form.letters.errors = [_("This is not the number of letters stated above. Please read it again.")]
        return _page(found, form=form, release=form), 422
    try:
        status = announcements.release(
            actor=access.actor(),
            announcement=found,
            shown_sha256=form.shown_sha256.data or "",
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(page.url("announcement", _loaded(announcement_id)), 303)
    db.session.commit()
    flash(_released_words(status), "success")
    return redirect(page.url("announcement", found), 303)


def _released_words(status: AnnouncementStatus) -> str:
    return {
        AnnouncementStatus.SEALED: _("You have released it. A second person must do so too."),
        AnnouncementStatus.SCHEDULED: _("Released by two people. It becomes public by itself at its instant."),
        AnnouncementStatus.PUBLISHED: _("It is public now, and its letters are on their way."),
    }[status]


@bp.post("/announcements/<int:announcement_id>/unseal")
@requires(Role.SECRETARIAT)
def unseal_announcement(announcement_id: int) -> Response | tuple[str, int]:
    found = _loaded(announcement_id)
    form = ReasonForm.of(_("Reason"))
    if not form.validate_on_submit():
        return _page(found, form=form, unseal=form), 422
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
    return redirect(page.url("announcement", found), 303)


@bp.get("/announcements/<int:announcement_id>/letters/<kind>")
@requires(Role.SECRETARIAT)
def announcement_letter(announcement_id: int, kind: str) -> str:
    """One kind of letter as a real recipient would get it, in both languages; ?ref= chooses the city."""
    found = _loaded(announcement_id)
    note_look(found)
    content = page.content_of(found)
    planned = {letter["submission"]: letter for letter in content.planned if letter["kind"] == kind}
    if not planned:
        abort(404)
    cities = sealed.cities_of(planned)
    asked = request.args.get("ref", "")
    chosen = next((city for city in cities if city.ref == asked), cities[0])
    letter = planned[chosen.id]
    line = next((line for line in content.lines if line["submission"] == chosen.id), None)
    recipients = people_queries.delegates_of(chosen.city_id)
    shown: list[tuple[str, Any]] = [
        (language, letters.preview_announced(found, letter, line, recipient=recipients[0], language=language))
        for language in LANGUAGES
        if recipients
    ]
    return render_template(
        "secretariat/announcements/letter.html",
        cycle=found.cycle,
        announcement=found,
        name=page.kind_name(found.cycle, found.kind, found.award_key),
        kind_words=letter_name(kind),
        cities=cities,
        chosen=chosen,
        recipients=recipients,
        shown=shown,
        back=page.url("announcement", found),
    )

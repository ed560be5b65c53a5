"""Rehearsing an announcement with placeholder names: pages fit for a screen in the hall, and what was gone through when."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from awardapp import clock
from awardapp.domain import placeholders
from awardapp.domain.announcements import AnnouncementKind, RehearsedPart
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGES, explain, language, ngettext
from awardapp.i18n import gettext as _
from awardapp.queries import rehearsals
from awardapp.services import announcement_rehearsals as service
from awardapp.services.announcement_rehearsals import Plan
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat import announcement_page as words
from awardapp.web.secretariat import announcement_preview
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name

PARTS: dict[RehearsedPart, str] = {
    RehearsedPart.PAGE: N_("The public page, in both languages, on the screen of the hall"),
    RehearsedPart.LETTERS: N_("Every kind of letter, in both languages"),
    RehearsedPart.CERTIFICATES: N_("The certificates: names, paper, signatures"),
    RehearsedPart.RELEASE: N_("The release, by two people"),
}


def _plan(kind: str) -> Plan:
    if kind not in set(AnnouncementKind):
        abort(404)
    found = service.plan(access.cycle(), AnnouncementKind(kind), request.values.get("award", ""))
    if found is None:
        abort(404)
    return found


def _url(endpoint: str, plan: Plan, **values: Any) -> str:
    return url_for(
        f"secretariat.{endpoint}",
        cycle_slug=plan.cycle.slug,
        kind=plan.kind.value,
        award=plan.award_key or None,
        **values,
    )


@bp.get("/announcements/rehearsal/<kind>")
@requires(Role.SECRETARIAT)
def rehearse_announcement(kind: str) -> str:
    plan = _plan(kind)
    done = rehearsals.latest(plan.cycle, plan.kind, plan.award_key)
    return render_template(
        "secretariat/announcements/rehearsal.html",
        cycle=plan.cycle,
        plan=plan,
        name=words.kind_name(plan.cycle, plan.kind, plan.award_key),
        parts=[(part, _(name), done.get(part)) for part, name in PARTS.items()],
        releases=rehearsals.releases(plan.cycle, plan.kind, plan.award_key)[-2:],
        kinds=[letter_name(kind) for kind in plan.kinds],
        url=lambda endpoint, **values: _url(endpoint, plan, **values),
    )


@bp.get("/announcements/rehearsal/<kind>/page")
@requires(Role.SECRETARIAT)
def rehearsed_page(kind: str) -> Response:
    """The public page with cities that do not exist; ?as= chooses the language."""
    plan = _plan(kind)
    asked = request.args.get("as", "")
    at = clock.now()
    publication = announcement_preview.publication_of(plan.kind, plan.award_key, placeholders.WORDS, plan.lines, at=at)
    publication.record_sha256 = "0" * 64
    shown = announcement_preview.Preview(publication, plan.cycle, None)
    address = f"/announcements/{plan.cycle.slug}/{plan.kind.value}"
    text = announcement_preview.rendered(shown, address, language=asked if asked in LANGUAGES else language())
    return make_response(announcement_preview.marked(text, _("Rehearsal: none of these cities exists.")))


@bp.get("/announcements/rehearsal/<kind>/letters")
@requires(Role.SECRETARIAT)
def rehearsed_letters(kind: str) -> str:
    """One letter of each kind, in both languages, as in a mailbox."""
    plan = _plan(kind)
    first = {kind: line for kind, line in reversed(plan.letters)}
    shown = [
        (
            letter_name(name),
            [
                (code, service.letter(plan, name, first[name], name=access.actor().name, language=code))
                for code in LANGUAGES
            ],
        )
        for name in plan.kinds
    ]
    return render_template(
        "secretariat/announcements/rehearsed_letters.html",
        cycle=plan.cycle,
        name=words.kind_name(plan.cycle, plan.kind, plan.award_key),
        shown=shown,
        back=_url("rehearse_announcement", plan),
    )


@bp.post("/announcements/rehearsal/<kind>")
@requires(Role.SECRETARIAT)
def tick_rehearsal(kind: str) -> Redirect:
    plan, part = _plan(kind), request.form.get("part", "")
    if part not in set(RehearsedPart):
        abort(404)
    try:
        service.tick(actor=access.actor(), plan=plan, part=RehearsedPart(part), now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
    else:
        db.session.commit()
        flash(_("Noted as rehearsed."), "success")
    return redirect(_url("rehearse_announcement", plan), 303)


@bp.post("/announcements/rehearsal/<kind>/send")
@requires(Role.SECRETARIAT)
def send_rehearsal(kind: str) -> Redirect:
    plan = _plan(kind)
    sent = service.send(actor=access.actor(), plan=plan, now=clock.database_now())
    db.session.commit()
    flash(
        ngettext("One letter is on its way to you alone.", "%(n)s letters are on their way to you alone.", sent),
        "success",
    )
    return redirect(_url("rehearse_announcement", plan), 303)

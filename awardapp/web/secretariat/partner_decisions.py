"""What a body outside decided, e.g. the media: recorded with its document, given by a second person. Behind the wall."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock, storage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Blob, PartnerDecision, SpecialAward
from awardapp.queries import vote_results as queries
from awardapp.services import awards as award_services
from awardapp.services import partner_decisions as services
from awardapp.web import access, downloads, fresh_password
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts
from awardapp.web.secretariat import documents
from awardapp.web.secretariat.award_forms import PartnerForm, SecondPersonForm
from awardapp.web.secretariat.awards import award_or_404
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.wall import behind_wall, note_look


def _by_partner(key: str) -> SpecialAward:
    award = award_or_404(key)
    if award.decided_by != DecidedBy.PARTNER:
        abort(404)
    return award


def _found(award: SpecialAward, partner_id: int) -> PartnerDecision:
    decisions = queries.partner_decisions(access.cycle(), award.key)
    decision = next((d for d in decisions if d.id == partner_id), None)
    if decision is None:
        abort(404)
    return decision


def _recording(award: SpecialAward, **kwargs: Any) -> PartnerForm:
    return PartnerForm.of(award_services.eligible(access.cycle(), award.candidates), clock.now().date(), **kwargs)


def _second(shown: str | None = None, **kwargs: Any) -> SecondPersonForm:
    return SecondPersonForm.of(_("I have compared this with the document; it says so."), shown, **kwargs)


def _page(
    award: SpecialAward,
    form: PartnerForm | None = None,
    *,
    second: SecondPersonForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    cycle = access.cycle()
    note_look(cycle, award.key)
    decisions = queries.partner_decisions(cycle, award.key)
    waiting = next((d for d in reversed(decisions) if d.is_confirmed is None), None)
    body = render_template(
        "secretariat/awards/partner.html",
        cycle=cycle,
        award=award,
        facts=rule_facts(award),
        decisions=decisions,
        waiting=waiting,
        own=waiting is not None and waiting.recorded_by == access.actor().id,
        closed=award_services.why_closed(cycle, award),
        given=award_services.given(award),
        form=form or _recording(award, formdata=None),
        refused=form,
        second=second or _second(waiting.sha256 if waiting else "", formdata=None),
    )
    return body, status


def _here(award: SpecialAward) -> Response:
    return redirect(url_for(".partner_award", cycle_slug=access.cycle().slug, partner_key=award.key), 303)


@bp.get("/awards/<partner_key>/outside")
@requires(Role.SECRETARIAT)
@behind_wall
def partner_award(partner_key: str) -> Any:
    """What was recorded for the award; every look is noted."""
    return _page(_by_partner(partner_key))


@bp.post("/awards/<partner_key>/outside")
@requires(Role.SECRETARIAT)
@behind_wall
def record_partner_decision(partner_key: str) -> Any:
    cycle, award = access.cycle(), _by_partner(partner_key)
    form = _recording(award)
    if not form.validate_on_submit():
        return _page(award, form, status=422)
    city = next(s for s in award_services.eligible(cycle, award.candidates) if s.ref == form.submission.data)
    try:
        document = documents.receive()
        if document is None:
            raise RuleViolation(N_("Add the document in which it was decided."))
        services.record(
            actor=access.actor(), cycle=cycle, award=award, submission=city, partner_en=form.partner_en.data,
            partner_zh=form.partner_zh.data, decided_on=form.decided_on.data, reason_en=form.reason_en.data,
            reason_zh=form.reason_zh.data, document=document, now=clock.database_now(),
        )  # fmt: skip
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _page(award, form, status=422)
    db.session.commit()
    flash(
        _("Recorded. Another person of the secretariat compares it with the document and gives the award."), "success"
    )
    return _here(award)


@bp.post("/awards/<partner_key>/outside/<int:partner_id>/confirm")
@requires(Role.SECRETARIAT)
@behind_wall
@fresh_password.limited
def confirm_partner_decision(partner_key: str, partner_id: int) -> Any:
    award = _by_partner(partner_key)
    decision = _found(award, partner_id)
    form = _second()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have compared it with the document."), field="sure")
        fresh_password.check(form.password.data)
        services.confirm(
            actor=access.actor(), decision=decision, award=award, shown_sha256=form.shown.data or "",
            now=clock.database_now(),
        )  # fmt: skip
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _page(award, second=form, status=409 if isinstance(error, StaleVersion) else 422)
    db.session.commit()
    flash(_("The award is given. It stays sealed until its announcement is released."), "success")
    return _here(award)


@bp.post("/awards/<partner_key>/outside/<int:partner_id>/send-back")
@requires(Role.SECRETARIAT)
@behind_wall
def send_back_partner_decision(partner_key: str, partner_id: int) -> Any:
    award = _by_partner(partner_key)
    try:
        services.send_back(
            actor=access.actor(), decision=_found(award, partner_id), award=award, now=clock.database_now()
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        flash(explain(error), "error")
        return _here(award)
    db.session.commit()
    flash(_("Sent back. Nothing was given; it can be recorded anew."), "success")
    return _here(award)


@bp.get("/awards/<partner_key>/outside/<int:partner_id>/document")
@requires(Role.SECRETARIAT)
@behind_wall
def partner_document(partner_key: str, partner_id: int) -> Download | Response:
    """The document in which it was decided."""
    award = _by_partner(partner_key)
    decision = _found(award, partner_id)
    sha256, name = decision.document_sha256, decision.document_name
    note_look(access.cycle(), award.key)
    blob = db.session.get_one(Blob, sha256)
    return downloads.file_response(storage.blob_key(sha256), name, blob.media_type, blob.size, sha256=sha256)

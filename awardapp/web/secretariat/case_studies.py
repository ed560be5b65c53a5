"""Case studies of the cycle: publishing them into the case bank, mending their words, taking down, their bundles."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from awardapp import clock
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.errors import IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import CaseStudy
from awardapp.queries import case_studies as queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import casebank
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength, Stripped, whole_number
from awardapp.web.secretariat.announcement_forms import ReasonForm
from awardapp.web.secretariat.blueprint import bp

WORDS = ("title_en", "title_zh", "summary_en", "summary_zh")


class CaseStudyForm(BaseForm):
    """Title and summary in both languages."""

    title_en = Stripped(validators=[MaxLength(300)])
    title_zh = Stripped(validators=[MaxLength(300)])
    summary_en = LongText(validators=[MaxLength(10_000)])
    summary_zh = LongText(validators=[MaxLength(10_000)])
    edit_version = HiddenField(filters=[whole_number])

    @classmethod
    def of(cls, case: CaseStudy) -> CaseStudyForm:
        form = cls(obj=case)
        form.title_en.label.text = _("Title, English")
        form.title_zh.label.text = _("Title, Chinese")
        form.summary_en.label.text = _("Summary, English")
        form.summary_zh.label.text = _("Summary, Chinese")
        return form


def _url(case: CaseStudy, endpoint: str = "case_study") -> str:
    return url_for(f"secretariat.{endpoint}", cycle_slug=access.cycle().slug, ref=case.ref)


@bp.get("/case-studies", endpoint="case_studies")
@requires(Role.SECRETARIAT)
def index() -> str:
    cycle = access.cycle()
    counts = queries.by_status(cycle)
    asked = request.args.get("status", "")
    status = CaseStudyStatus(asked) if asked in set(CaseStudyStatus) else None
    place = page_of(
        sum(counts.values()) if status is None else counts.get(status, 0), request.args.get("page", 1, type=int)
    )
    return render_template(
        "secretariat/case_studies/index.html",
        cycle=cycle,
        counts=counts,
        status=status,
        place=place,
        cases=queries.page(cycle, status, offset=place.offset, limit=PER_PAGE),
    )


def _loaded(ref: str) -> CaseStudy:
    found = queries.one(access.cycle(), ref)
    if found is None:
        abort(404)
    return found


def _page(
    case: CaseStudy,
    *,
    edit: CaseStudyForm | None = None,
    take_down: ReasonForm | None = None,
    stored: dict[str, Any] | None = None,
) -> str:
    """The page of one case study; a form that is given was refused."""
    return render_template(
        "secretariat/case_studies/case_study.html",
        cycle=access.cycle(),
        case=case,
        bundle=case.bundles[-1] if case.bundles else None,
        edit=edit or CaseStudyForm.of(case),
        take_down=take_down or ReasonForm.of(_("Reason"), formdata=None),
        form=edit or take_down,
        stored=stored,
    )


@bp.get("/case-studies/<ref>")
@requires(Role.SECRETARIAT)
def case_study(ref: str) -> str:
    return _page(_loaded(ref))


@bp.post("/case-studies/<ref>")
@requires(Role.SECRETARIAT)
def edit_case_study(ref: str) -> Response | tuple[str, int]:
    case = _loaded(ref)
    form = CaseStudyForm.of(case)
    if not form.validate_on_submit():
        return _page(case, edit=form), 422
    try:
        casebank.edit(
            actor=access.actor(),
            case=case,
            values={name: form[name].data or "" for name in WORDS},
            edit_version=form.edit_version.data or 0,
            now=clock.now(),
        )
    except StaleVersion as error:
        db.session.rollback()
        form.refuse(error)
        case = _loaded(ref)
        form.edit_version.data, form.edit_version.raw_data = case.edit_version, None
        return _page(case, edit=form, stored={name: getattr(case, name) for name in WORDS}), 409
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_loaded(ref), edit=form), 422
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(_url(case), 303)


@bp.post("/case-studies/<ref>/publish")
@requires(Role.SECRETARIAT)
def publish_case_study(ref: str) -> Response:
    case = _loaded(ref)
    try:
        casebank.publish_case_study(actor=access.actor(), case=case, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(_("The case study is public, its bundle is being built, and its city is told."), "success")
    return redirect(url_for("secretariat.case_study", cycle_slug=access.cycle().slug, ref=ref), 303)


@bp.post("/case-studies")
@requires(Role.SECRETARIAT)
def publish_case_studies() -> Response:
    """Every draft becomes public; the form repeats their number, so that nothing unseen goes with them."""
    cycle = access.cycle()
    drafts = queries.drafts(cycle)
    if not drafts or len(drafts) != whole_number(request.form.get("number")):
        flash(_("The list has changed since you opened it. Please look again."), "warning")
        return redirect(url_for("secretariat.case_studies", cycle_slug=cycle.slug), 303)
    try:
        published = casebank.publish_all(actor=access.actor(), cases=drafts, now=clock.now())
    except IllegalTransition as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(ngettext("One case study is public now.", "%(n)s case studies are public now.", published), "success")
    return redirect(url_for("secretariat.case_studies", cycle_slug=cycle.slug), 303)


@bp.post("/case-studies/<ref>/take-down")
@requires(Role.SECRETARIAT)
def take_down_case_study(ref: str) -> Response | tuple[str, int]:
    case = _loaded(ref)
    form = ReasonForm.of(_("Reason"))
    if not form.validate_on_submit():
        return _page(case, take_down=form), 422
    try:
        casebank.take_down(actor=access.actor(), case=case, reason=form.reason.data, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(_("The case study is no longer public; its bundle cannot be downloaded any more."), "success")
    return redirect(url_for("secretariat.case_study", cycle_slug=access.cycle().slug, ref=ref), 303)


@bp.post("/case-studies/<ref>/bundles/<int:bundle_id>/retry")
@requires(Role.SECRETARIAT)
def retry_bundle(ref: str, bundle_id: int) -> Response:
    case = _loaded(ref)
    bundle = next((b for b in case.bundles if b.id == bundle_id), None)
    if bundle is None:
        abort(404)
    try:
        casebank.retry_bundle(actor=access.actor(), case=case, bundle=bundle, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(_("The bundle is in the queue again."), "success")
    return redirect(url_for("secretariat.case_study", cycle_slug=access.cycle().slug, ref=ref), 303)

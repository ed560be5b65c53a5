"""One file that asks for advice: taken up first, then read and written on, then given in one step with a letter."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock, places
from awardapp.domain.advice import AdviceStatus
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import language
from awardapp.models import Advice, Membership, Submission, SubmissionVersion
from awardapp.queries import advice as queries
from awardapp.services import advice as services
from awardapp.services import letters, versions
from awardapp.web import access, judges, previews
from awardapp.web.access import requires
from awardapp.web.advice import forms
from awardapp.web.advice.blueprint import bp
from awardapp.web.advising import lines_of
from awardapp.web.forms import BaseForm

Page = str | tuple[str, int] | Response


def _asking(ref: str) -> tuple[Membership, Submission, Advice | None]:
    """The file of the address if it asks this adviser for advice; 404 for any other, as if there were none."""
    member = access.membership(Role.ADVISER)
    submission = queries.asking(member, ref)
    if submission is None:
        abort(404)
    return member, submission, queries.own(member, submission)


def _begun(ref: str) -> tuple[Membership, Submission, Advice]:
    """The same for a file that the adviser has taken up; only such a file is read."""
    member, submission, advice = _asking(ref)
    if advice is None or advice.status is AdviceStatus.LET_GO:
        abort(404)
    return member, submission, advice


def _version(submission: Submission, advice: Advice) -> SubmissionVersion:
    """What is read: the version that was advised on, before that the last one handed in."""
    is_given = advice.status is AdviceStatus.GIVEN
    version = queries.version_advised(advice) if is_given else versions.latest_version(submission)
    if version is None:
        abort(404)
    return version


def _url(endpoint: str, ref: str) -> str:
    return url_for(f"advice.{endpoint}", cycle_slug=access.cycle().slug, ref=ref)


@bp.get("/files/<ref>")
@requires(Role.ADVISER)
def file(ref: str) -> Page:
    """Before it is taken up: what it is and what taking it up means. Then the file, with the sheet beside it."""
    _member, submission, advice = _asking(ref)
    if advice is None or advice.status is AdviceStatus.LET_GO:
        return render_template(
            "advice/take_up.html",
            cycle=access.cycle(),
            submission=submission,
            country=places.country_name(submission.city.country, language()),
            let_go=advice is not None,
        )
    return _page(submission, advice, forms.sheet(submission.form, advice))


def _page(submission: Submission, advice: Advice, form: BaseForm, *, stale: bool = False) -> str:
    cycle = access.cycle()
    version = _version(submission, advice)
    return render_template(
        "advice/file.html",
        cycle=cycle,
        submission=submission,
        advice=advice,
        version=version,
        content=judges.without_contact(version.content),
        file_url=lambda one: url_for(
            "advice.attachment", cycle_slug=cycle.slug, ref=submission.ref, sha256=one["sha256"]
        ),
        form=form,
        lines=lines_of(advice, submission.form),
        is_given=advice.status is AdviceStatus.GIVEN,
        is_stale=stale,
        reads=queries.reader_language(submission),
    )


@bp.post("/files/<ref>/take-up")
@requires(Role.ADVISER)
def take_up(ref: str) -> Page:
    member, submission, _advice = _asking(ref)
    services.take_up(actor=access.actor(), member=member, submission=submission, now=clock.database_now())
    db.session.commit()
    return redirect(_url("file", ref), 303)


@bp.post("/files/<ref>")
@requires(Role.ADVISER)
def save(ref: str) -> Page:
    """Keep the draft; with the other button go on to the letter."""
    member, submission, advice = _begun(ref)
    form = forms.sheet(submission.form, advice)
    if not form.validate_on_submit():
        return _page(submission, advice, form), 422
    try:
        services.save(
            actor=access.actor(),
            member=member,
            advice=advice,
            submission=submission,
            texts=forms.texts_of(form, submission.form),
            language=form["language"].data or "",
            edit_version=form["edit_version"].data or 0,
            now=clock.database_now(),
        )
    except StaleVersion as error:
        db.session.rollback()
        _member, submission, advice = _begun(ref)
        form.refuse(error)
        form["edit_version"].data, form["edit_version"].raw_data = advice.edit_version, None
        return _page(submission, advice, form, stale=True), 409
    db.session.commit()
    if request.form.get("then") == "letter":
        return redirect(_url("letter", ref), 303)
    flash(_("Saved. The city sees nothing of it until you give it."), "success")
    return redirect(_url("file", ref), 303)


@bp.post("/files/<ref>/let-go")
@requires(Role.ADVISER)
def let_go(ref: str) -> Page:
    """Leave the file to other advisers."""
    member, submission, advice = _begun(ref)
    services.let_go(actor=access.actor(), member=member, advice=advice, submission=submission, now=clock.database_now())
    db.session.commit()
    flash(_("Other advisers can take this file up now."), "success")
    return redirect(url_for("advice.queue", cycle_slug=access.cycle().slug), 303)


@bp.get("/files/<ref>/letter")
@requires(Role.ADVISER)
def letter(ref: str) -> Page:
    """What the city will read, and the letter that tells it, before either goes."""
    _member, submission, advice = _begun(ref)
    if advice.status is AdviceStatus.GIVEN:
        return redirect(_url("file", ref))
    form = forms.GiveForm(formdata=None, edit_version=advice.edit_version, version=submission.version)
    return _letter_page(submission, advice, form)


def _letter_page(submission: Submission, advice: Advice, form: BaseForm) -> str:
    cycle = access.cycle()
    return render_template(
        "advice/letter.html",
        cycle=cycle,
        submission=submission,
        advice=advice,
        form=form,
        lines=lines_of(advice, submission.form),
        letters=letters.preview("advice_given", submission=submission, context={}),
    )


@bp.post("/files/<ref>/give")
@requires(Role.ADVISER)
def give(ref: str) -> Page:
    member, submission, advice = _begun(ref)
    form = forms.GiveForm()
    if not form.validate_on_submit():
        return _letter_page(submission, advice, form), 422
    try:
        services.give(
            actor=access.actor(),
            member=member,
            advice=advice,
            submission=submission,
            edit_version=form.edit_version.data or 0,
            version=form.version.data or 0,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        _member, submission, advice = _begun(ref)
        if advice.status is AdviceStatus.GIVEN:
            raise
        form = forms.GiveForm(formdata=None, edit_version=advice.edit_version, version=submission.version)
        form.refuse(error)
        return _letter_page(submission, advice, form), 409 if isinstance(error, StaleVersion) else 422
    db.session.commit()
    flash(_("The advice is given; the city is being told."), "success")
    return redirect(url_for("advice.queue", cycle_slug=access.cycle().slug), 303)


@bp.get("/files/<ref>/files/<sha256>")
@requires(Role.ADVISER)
def attachment(ref: str, sha256: str) -> Response:
    """A file of the version that is advised on, to download."""
    _member, submission, advice = _begun(ref)
    return judges.attachment(_version(submission, advice), sha256)


@bp.get(f"/files/<ref>/files/<sha256>{previews.ROUTE}")
@requires(Role.ADVISER)
def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of such a file."""
    _member, submission, advice = _begun(ref)
    return judges.picture(_version(submission, advice), sha256, page, size)

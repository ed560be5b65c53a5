"""The validity check of one file: taking it in hand, deciding on it with the letter shown before it goes, likely duplicates."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.likeness import marked
from awardapp.domain.people import Role
from awardapp.domain.submissions import NOT_VALID_REASONS
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.queries import checks as check_queries
from awardapp.services import checks as check_services
from awardapp.services import submissions as services
from awardapp.web import access, judges, previews
from awardapp.web.access import requires
from awardapp.web.secretariat import check_filter, check_page
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import DecisionForm, NotValidForm
from awardapp.web.secretariat.submissions import country_words


@bp.get("/check/<ref>")
@requires(Role.SECRETARIAT)
def check(ref: str) -> str:
    return check_page.show(check_page.submission_of(ref))


@bp.post("/check/<ref>/take")
@requires(Role.SECRETARIAT)
def take_file(ref: str) -> Response:
    """Take the file in hand, also out of a colleague's."""
    submission = check_page.submission_of(ref)
    former = check_services.take(actor=access.actor(), submission=submission, now=clock.database_now())
    db.session.commit()
    if former is not None:
        flash(_("You have taken this file over from %(name)s.", name=former.name), "success")
    return redirect(check_page.address(ref), 303)


@bp.post("/check/<ref>/let-go")
@requires(Role.SECRETARIAT)
def let_go_of_file(ref: str) -> Response:
    """Lay it down for the others."""
    check_services.let_go(actor=access.actor(), submission=check_page.submission_of(ref))
    db.session.commit()
    return redirect(check_page.address(ref), 303)


@bp.post("/check/<ref>/accept")
@requires(Role.SECRETARIAT)
def accept(ref: str) -> Response | tuple[str, int]:
    submission, form = check_page.submission_of(ref), DecisionForm(prefix="accept")
    if not form.validate_on_submit():
        return check_page.show(submission, accept=form), 422
    following, now = check_page.following(submission), clock.database_now()
    try:
        check_services.hold(actor=access.actor(), submission=submission, now=now)
        services.accept_as_valid(actor=access.actor(), submission=submission, now=now, version=form.version.data)
    except RuleViolation as error:
        return check_page.refused(ref, form, error, "accept")
    return check_page.decided(following, _("%(ref)s is valid; its city is being told.", ref=ref))


@bp.post("/check/<ref>/not-valid")
@requires(Role.SECRETARIAT)
def reject(ref: str) -> Response | tuple[str, int]:
    """Without "send" the letter is only shown."""
    submission, form = check_page.submission_of(ref), NotValidForm.of()
    if not form.validate_on_submit():
        return check_page.show(submission, rejected=form), 422
    if "send" not in request.form:
        values = {"reason": NOT_VALID_REASONS[form.reason.data], "note": form.note.data.strip()}
        return check_page.show(submission, rejected=form, letter=("submission_not_valid", values)), 200
    following, now = check_page.following(submission), clock.database_now()
    try:
        check_services.hold(actor=access.actor(), submission=submission, now=now)
        services.reject_as_not_valid(
            actor=access.actor(),
            submission=submission,
            reason=form.reason.data,
            note=form.note.data,
            now=now,
            version=form.version.data,
        )
    except RuleViolation as error:
        return check_page.refused(ref, form, error, "rejected")
    return check_page.decided(following, _("%(ref)s is not valid; its city is being told why.", ref=ref))


@bp.get("/check/<ref>/alike/<int:likeness_id>")
@requires(Role.SECRETARIAT)
def alike(ref: str, likeness_id: int) -> str:
    """A file and one that it resembles side by side, with what both say marked."""
    submission = check_page.submission_of(ref)
    version, found = services.latest_version(submission), check_queries.alike(submission, only=likeness_id)
    if version is None or not found:
        abort(404)
    own, other = version.content, found[0]
    pairs = [
        (part, code, marked(own[f"{part}_{code}"], theirs), marked(theirs, own[f"{part}_{code}"]))
        for part in ("title", "summary")
        for code in ("en", "zh")
        for theirs in (getattr(other, f"{part}_{code}"),)
        if own[f"{part}_{code}"] or theirs
    ]
    return render_template(
        "secretariat/alike.html",
        cycle=access.cycle(),
        submission=submission,
        other=other,
        pairs=pairs,
        filters=check_filter.filters(),
        country_words=country_words,
    )


@bp.get("/submissions/<ref>/files/<sha256>")
@requires(Role.SECRETARIAT)
def file(ref: str, sha256: str) -> Response:
    """A file of the version that counts, to download."""
    version = services.latest_version(check_page.submission_of(ref))
    if version is None:
        abort(404)
    return judges.attachment(version, sha256)


@bp.get(f"/submissions/<ref>/files/<sha256>{previews.ROUTE}")
@requires(Role.SECRETARIAT)
def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of such a file."""
    version = services.latest_version(check_page.submission_of(ref))
    if version is None:
        abort(404)
    return judges.picture(version, sha256, page, size)

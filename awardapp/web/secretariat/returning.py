"""Sending a file back to its city: notes at the fields, the letter as it will go, then the return itself; and two versions
beside each other when it is back."""

from __future__ import annotations

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.returning import check_notes
from awardapp.i18n import gettext as _
from awardapp.queries import submissions as submission_queries
from awardapp.services import checks as check_services
from awardapp.services import submissions as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat import check_page
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.return_form import ReturnForm
from awardapp.web.submissions.comparing import compared


@bp.post("/check/<ref>/return")
@requires(Role.SECRETARIAT)
def return_for_changes(ref: str) -> Response | tuple[str, int]:
    """Without "send" the letter is only shown."""
    submission = check_page.submission_of(ref)
    form = ReturnForm.of(access.cycle(), submission.form)
    if not form.validate_on_submit():
        return check_page.show(submission, returned=form), 422
    try:
        check_notes(form.note.data, form.notes(), is_limited=form.is_limited.data, known=form.keys)
    except RuleViolation as error:
        form.refuse(error)
        return check_page.show(submission, returned=form), 422
    if "send" not in request.form:
        return check_page.show(submission, returned=form, letter=("submission_returned", form.letter_values())), 200
    following = check_page.following(submission)
    try:
        check_services.hold(actor=access.actor(), submission=submission, now=clock.database_now())
        services.return_for_changes(
            actor=access.actor(),
            submission=submission,
            note=form.note.data,
            notes=form.notes(),
            is_limited=form.is_limited.data,
            return_by=form.until,
            now=clock.database_now(),
            version=form.version.data,
        )
    except RuleViolation as error:
        return check_page.refused(ref, form, error, "returned")
    return check_page.decided(following, _("%(ref)s is returned to its city.", ref=ref))


@bp.get("/submissions/<ref>/compare")
@requires(Role.SECRETARIAT)
def compare_versions(ref: str) -> str:
    """Two versions that were handed in, word by word; by default the last two."""
    submission = check_page.submission_of(ref)
    versions = submission_queries.versions(submission)
    if len(versions) < 2:
        abort(404)
    after = request.args.get("to", versions[0].number, type=int)
    before = request.args.get("from", max(after - 1, 1), type=int)
    contents = {version.number: version.content for version in versions}
    if before not in contents or after not in contents:
        abort(404)
    return render_template(
        "secretariat/compare_versions.html",
        cycle=access.cycle(),
        submission=submission,
        versions=versions,
        before=before,
        after=after,
        found=compared(contents[before], contents[after], access.cycle(), whole="whole" in request.args),
        whole="whole" in request.args,
    )

"""The form as a Word document: download it, bring it back filled in, see field by field what would change, take it over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock, filekinds, i18n, storage
from awardapp.domain.differences import difference
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import clean_filename
from awardapp.domain.forms import FieldKind
from awardapp.extensions import db, limiter
from awardapp.i18n import explain, format_number, ngettext, pick
from awardapp.i18n import gettext as _
from awardapp.models import OfflineForm, Submission
from awardapp.queries import offline as queries
from awardapp.services import intake
from awardapp.services import offline as services
from awardapp.services.offline import Fate, Line
from awardapp.services.writing import FormChanged
from awardapp.web import access
from awardapp.web.downloads import disposition
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission, why_closed

Page = str | tuple[str, int] | Response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONG = 120  # characters from which two texts are shown as one with its changes marked

_NOTES = {
    "by_name": N_("The box had lost its control; the text was found by its small name. Look closely."),
    "twice": N_("The box stands twice in the document, with different texts; this is the first."),
    "picture": N_("A picture stands in the box and is not taken over. Add it to the files."),
}


def _person() -> str:
    return f"offline:{access.actor().id}"


def _page(submission: Submission, *, refused: str | None = None) -> str:
    asked = intake.open_fields(submission)
    return render_template(
        "submissions/offline.html",
        submission=submission,
        closed=why_closed(submission, now=clock.database_now()),
        is_limited=asked is not None,
        nothing_open=asked is not None and not any(field.key in asked for field in submission.form.fields),
        refused=refused,
        brought=queries.of(submission),
    )


@bp.get("/<ref>/offline")
@access.signed_in
def offline(ref: str) -> Page:
    return _page(own_submission(ref, files=False))


@bp.get("/<ref>/offline/document")
@access.signed_in
@limiter.limit("60 per hour", key_func=_person)
def offline_document(ref: str) -> Response:
    """All that is open of the form with what is stored now, in the reader's language."""
    submission = own_submission(ref, files=False)
    language = i18n.language()
    try:
        data = services.document(submission, language=language, now=clock.database_now())
    except RuleViolation as error:
        flash(explain(error), "warning")
        return redirect(url_for("submissions.offline", ref=ref), 303)
    response = FlaskResponse(data, mimetype=DOCX)
    city = re.sub(r"\W+", "-", submission.city.name_en).strip("-") or "city"
    response.headers["Content-Disposition"] = disposition(f"{submission.ref}-{city}-{language}.docx")
    return response


@bp.post("/<ref>/offline")
@access.signed_in
@limiter.limit("60 per hour", key_func=_person)
def bring_back(ref: str) -> Page:
    """Read a filled-in document. Nothing of the submission changes: the next page shows what would."""
    submission = own_submission(ref, files=False)
    sent = request.files.get("document")
    if sent is None or not sent.filename:
        return _page(submission, refused=_("Choose the document first.")), 422
    try:
        what = services.sought(submission, now=clock.database_now())
        db.session.commit()  # no transaction is open while bytes are moved and looked at
        with storage.stage(sent.stream, limit=services.LARGEST) as staged:
            filename = clean_filename(sent.filename)
            filekinds.media_type(staged.path, filename, kinds=("docx",))
            found = services.read(staged.path, what)
        form = services.receive(
            actor=access.actor(),
            submission=own_submission(ref, files=False),
            found=found,
            filename=filename,
            sha256=staged.sha256,
            now=clock.database_now(),
        )
        db.session.commit()
    except storage.TooLarge:
        limit = services.LARGEST // 1_000_000
        return _page(
            own_submission(ref, files=False),
            refused=_("The document is larger than the %(limit)d MB allowed.", limit=limit),
        ), 422
    except RuleViolation as error:
        db.session.rollback()
        return _page(own_submission(ref, files=False), refused=explain(error)), 422
    return redirect(url_for("submissions.offline_check", ref=ref, form_id=form.id), 303)


def _own(ref: str, form_id: int) -> tuple[Submission, OfflineForm]:
    """A document brought back to my city's submission, or 404."""
    submission = own_submission(ref, files=False)
    form = queries.by_id(submission, form_id)
    if form is None:
        abort(404)
    return submission, form


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the page shows it: words instead of keys, and for a long text the pieces of the difference."""

    line: Line
    label: str
    language: str
    old: str
    new: str
    pieces: list[Any]
    problem: str
    notes: list[str]


def _shown(line: Line, submission: Submission) -> Shown:
    field = line.field
    language = line.name.rpartition("_")[2] if field.is_paired else ""
    old, new = _words(line.old, line, submission), _words(line.new, line, submission)
    is_long = field.kind is FieldKind.TEXT and line.fate is not Fate.EMPTY and old and len(old) + len(new) > _LONG
    return Shown(
        line,
        pick(field, "label"),
        language,
        old,
        line.raw if line.fate is Fate.UNREADABLE else new,
        difference(old, new) if is_long and line.can_apply else [],
        explain(line.problem) if line.problem else "",
        [_(_NOTES[note]) for note in line.notes if note in _NOTES],
    )


def _words(value: Any, line: Line, submission: Submission) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return ""
    if line.field.kind.is_list or line.field.kind in (FieldKind.THEME, FieldKind.CHOICE):
        options = {o.key: o.words for o in services.options_of(line.field, submission.cycle)}
        chosen = value if isinstance(value, list) else [value]
        return "\n".join(options.get(key) or str(key) for key in chosen)
    return format_number(value) if isinstance(value, int | float) else str(value)


def _check_page(submission: Submission, form: OfflineForm, *, note: str | None = None) -> str:
    now = clock.database_now()
    check = services.check(form, submission, now=now)
    return render_template(
        "submissions/offline_check.html",
        submission=submission,
        brought=form,
        closed=why_closed(submission, now=now),
        note=note,
        changes=[_shown(line, submission) for line in check.of(Fate.CHANGE, Fate.BOTH, Fate.EMPTY)],
        unreadable=[_shown(line, submission) for line in check.of(Fate.UNREADABLE)],
        colleague=[_shown(line, submission) for line in check.of(Fate.COLLEAGUE)],
        missing=[_shown(line, submission) for line in check.of(Fate.MISSING)],
        same=check.same,
    )


@bp.get("/<ref>/offline/<int:form_id>")
@access.signed_in
def offline_check(ref: str, form_id: int) -> Page:
    submission, form = _own(ref, form_id)
    return _check_page(submission, form)


@bp.post("/<ref>/offline/<int:form_id>")
@access.signed_in
def apply_offline(ref: str, form_id: int) -> Page:
    """Store the fields that were chosen, unless one of them is not any more as it was shown."""
    submission, form = _own(ref, form_id)
    try:
        changed = services.apply(
            actor=access.actor(),
            form=form,
            submission=submission,
            chosen=request.form.getlist("take"),
            seen={name[5:]: value for name, value in request.form.items() if name.startswith("seen-")},
            now=clock.database_now(),
        )
        db.session.commit()
    except FormChanged:
        db.session.rollback()
        note = _("Somebody saved a field in the meantime, so nothing was stored. Look at the list again.")
        return _check_page(*_own(ref, form_id), note=note), 409
    except RuleViolation as error:
        db.session.rollback()
        return _check_page(*_own(ref, form_id), note=explain(error)), 422
    flash(ngettext("%(n)s field is taken over.", "%(n)s fields are taken over.", len(changed)), "success")
    return redirect(url_for("submissions.edit", ref=ref), 303)

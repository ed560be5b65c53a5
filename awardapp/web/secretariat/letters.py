"""The outbox: every letter of the cycle with its state, one as its recipient gets it, sending again what was given up."""

from __future__ import annotations

from flask import Response as PlainResponse
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Notification, WorkStatus
from awardapp.queries import notifications as queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import letters as rendering
from awardapp.services import notifications
from awardapp.web import access
from awardapp.web.access import CONTENT_SECURITY_POLICY, requires
from awardapp.web.forms import whole_number
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name

# A letter's own document: no script, no form, no request to anywhere, shown only inside our own page.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def _filter() -> queries.Filter:
    status = request.args.get("status", "")
    return queries.Filter(
        status=WorkStatus(status) if status in set(WorkStatus) else None,
        kind=request.args.get("kind", "")[:64],
        text=request.args.get("q", "").strip()[:200],
    )


@bp.get("/letters", endpoint="letters")
@requires(Role.SECRETARIAT)
def index() -> str:
    cycle, wanted = access.cycle(), _filter()
    place = page_of(queries.count(cycle, wanted), request.args.get("page", 1, type=int))
    return render_template(
        "secretariat/letters/index.html",
        cycle=cycle,
        wanted=wanted,
        place=place,
        letters=queries.page(cycle, wanted, offset=place.offset, limit=PER_PAGE),
        counts=queries.by_status(cycle),
        kinds=[(kind, letter_name(kind)) for kind in queries.kinds(cycle)],
        statuses=list(WorkStatus),
        name_of=letter_name,
    )


def _loaded(letter_id: int) -> Notification:
    found = queries.one(access.cycle(), letter_id)
    if found is None:
        abort(404)
    return found


@bp.get("/letters/<int:letter_id>")
@requires(Role.SECRETARIAT)
def letter(letter_id: int) -> PlainResponse:
    """One letter with its history and its text; the HTML stands in a frame that can do nothing."""
    row = _loaded(letter_id)
    page = render_template(
        "secretariat/letters/letter.html",
        cycle=access.cycle(),
        row=row,
        name=letter_name(row.kind),
        rendered=rendering.render_for_reader(row),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@bp.get("/letters/<int:letter_id>/html")
@requires(Role.SECRETARIAT)
def letter_html(letter_id: int) -> PlainResponse:
    """The HTML part alone, for the frame."""
    response = make_response(rendering.render_for_reader(_loaded(letter_id)).html)
    response.headers["Content-Security-Policy"] = _LETTER_POLICY
    return response


@bp.post("/letters/<int:letter_id>/retry")
@requires(Role.SECRETARIAT)
def retry_letter(letter_id: int) -> Response:
    row = _loaded(letter_id)
    try:
        notifications.retry(actor=access.actor(), cycle=access.cycle(), letter=row, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(_("The letter is in the queue again."), "success")
    return redirect(url_for("secretariat.letter", cycle_slug=access.cycle().slug, letter_id=letter_id), 303)


@bp.post("/letters/retry")
@requires(Role.SECRETARIAT)
def retry_letters() -> Response:
    """Every letter given up, once more; the form repeats their number."""
    cycle = access.cycle()
    try:
        queued = notifications.retry_all(
            actor=access.actor(), cycle=cycle, expected=whole_number(request.form.get("number")) or 0, now=clock.now()
        )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(ngettext("One letter is in the queue again.", "%(n)s letters are in the queue again.", queued), "success")
    return redirect(url_for("secretariat.letters", cycle_slug=cycle.slug), 303)

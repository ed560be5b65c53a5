"""The outbox: drafts by cause, every letter of the cycle with its state, one as its recipient gets it."""

from __future__ import annotations

from dataclasses import replace

from flask import Response as PlainResponse
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.letters import FLAG_NAMES, Way, kind_of
from awardapp.domain.people import LANGUAGES, Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGE_NAMES, explain, ngettext, pick
from awardapp.i18n import gettext as _
from awardapp.models import Notification, WorkStatus
from awardapp.queries import heard
from awardapp.queries import outbox as queries
from awardapp.queries.outbox import Filter
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import letters as rendering
from awardapp.services import notifications
from awardapp.web import access
from awardapp.web.access import CONTENT_SECURITY_POLICY, requires
from awardapp.web.forms import whole_number
from awardapp.web.secretariat import letter_filter
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import attempt_words, group_words, letter_name

# A letter's own document: no script, no form, no request to anywhere, shown only inside our own page.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@bp.get("/letters", endpoint="letters")
@requires(Role.SECRETARIAT)
def index() -> str:
    """Drafts by cause, then every letter of a filter; a filter of drafts can be approved or discarded as a whole."""
    cycle, wanted, now = access.cycle(), letter_filter.read(request.args), clock.now()
    place = page_of(queries.count(cycle, wanted, now=now), request.args.get("page", 1, type=int))
    only_drafts = wanted.status is WorkStatus.DRAFT
    may_go = only_drafts and not wanted.flagged  # a list of contradictions is no place to let others go
    ready = queries.count(cycle, replace(wanted, flagged=False), now=now) if may_go else 0
    return render_template(
        "secretariat/letters/index.html",
        cycle=cycle,
        wanted=wanted,
        kept=letter_filter.written(wanted),
        place=place,
        letters=queries.page(cycle, wanted, offset=place.offset, limit=PER_PAGE, now=now),
        groups=queries.groups(cycle, now=now),
        only_drafts=only_drafts,
        ready=ready,
        shown=queries.state(cycle, replace(wanted, flagged=False), now=now) if only_drafts else "",
        counts=queries.by_status(cycle),
        doubts=queries.doubts(cycle),
        kinds=[(kind, letter_name(kind)) for kind in queries.kinds(cycle)],
        cities=[(str(city.id), pick(city, "name")) for city in queries.cities(cycle)],
        languages=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        statuses=list(WorkStatus),
        name_of=letter_name,
        group_words=group_words,
        flag_names=FLAG_NAMES,
    )


def loaded(letter_id: int) -> Notification:
    """The letter of the address, or 404."""
    found = queries.one(access.cycle(), letter_id)
    if found is None:
        abort(404)
    return found


def _language(row: Notification) -> str:
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else row.recipient.language


@bp.get("/letters/<int:letter_id>")
@requires(Role.SECRETARIAT)
def letter(letter_id: int) -> PlainResponse:
    """One letter with its history and its text, in either language; the HTML stands in a frame that can do nothing."""
    row = loaded(letter_id)
    found = queries.flag_of(row, now=clock.now())
    page = render_template(
        "secretariat/letters/letter.html",
        cycle=access.cycle(),
        row=row,
        name=letter_name(row.kind),
        shown_in=_language(row),
        rendered=rendering.render_for_reader(row, language=_language(row)),
        flag=found,
        is_open=found is not None and row.dismissed_flag != found,
        flag_names=FLAG_NAMES,
        attempt_words=attempt_words,
        related=queries.related(row),
        is_doubtful=bool(heard.doubtful_among([row.address])),
        is_result=kind_of(row.kind).way is Way.RELEASE,
        kept={"status": "draft", "letter": row.id},
        shown=queries.state(
            access.cycle(), Filter(status=WorkStatus.DRAFT, letter_id=row.id, flagged=False), now=clock.now()
        ),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@bp.get("/letters/<int:letter_id>/html")
@requires(Role.SECRETARIAT)
def letter_html(letter_id: int) -> PlainResponse:
    """The HTML part alone, for the frame."""
    row = loaded(letter_id)
    response = make_response(rendering.render_for_reader(row, language=_language(row)).html)
    response.headers["Content-Security-Policy"] = _LETTER_POLICY
    return response


@bp.post("/letters/<int:letter_id>/retry")
@requires(Role.SECRETARIAT)
def retry_letter(letter_id: int) -> Response:
    row = loaded(letter_id)
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

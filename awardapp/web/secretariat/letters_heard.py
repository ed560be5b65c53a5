"""Who has heard what, city by city; and the letters that came back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.models import Bounce, City, Cycle, Notification
from awardapp.queries import heard as queries
from awardapp.queries import outbox as outbox_queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import bounces
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name


@bp.get("/letters/heard")
@requires(Role.SECRETARIAT)
def letters_heard() -> str:
    """Every city of the cycle with its letters by what became of them; those who have heard nothing on request."""
    cycle, number = access.cycle(), whole_number(request.args.get("page")) or 1
    text = request.args.get("q", "").replace("\x00", "").strip()[:200]
    kind, only_silent = request.args.get("kind", "")[:64], request.args.get("only") == "silent"

    def asked(page: int) -> tuple[list[queries.CityHeard], int]:
        return queries.cities(
            cycle, text=text, kind=kind, only_silent=only_silent, offset=(page - 1) * PER_PAGE, limit=PER_PAGE
        )

    rows, total = asked(number)
    place = page_of(total, number)
    if place.number != number:
        rows, total = asked(place.number)
    return render_template(
        "secretariat/letters/heard.html",
        cycle=cycle,
        rows=rows,
        place=place,
        text=text,
        kind=kind,
        only_silent=only_silent,
        kinds=[(name, letter_name(name)) for name in outbox_queries.kinds(cycle)],
    )


@bp.get("/letters/heard/<int:city_id>")
@requires(Role.SECRETARIAT)
def city_heard(city_id: int) -> str:
    """What one city's people were sent, when, and what became of it."""
    cycle, city = access.cycle(), db.session.get(City, city_id)
    if city is None:
        abort(404)
    return render_template(
        "secretariat/letters/city.html",
        cycle=cycle,
        city=city,
        people=queries.people_of(cycle, city),
        letters=queries.of_city(cycle, city),
        name_of=letter_name,
    )


class BouncesForm(BaseForm):
    """A message or a mailbox file."""

    file = FileField()


def _bounces_page(form: BouncesForm, cycle: Cycle) -> str:
    rows = db.session.execute(
        db.select(Bounce, Notification)
        .join(Notification, Notification.id == Bounce.notification_id)
        .options(joinedload(Notification.recipient))
        .where(Notification.cycle_id == cycle.id)
        .order_by(Bounce.id.desc())
        .limit(200)
    ).all()
    form.file.label.text = _("Message (.eml) or mailbox file (mbox)")
    return render_template("secretariat/letters/bounces.html", cycle=cycle, form=form, rows=rows, name_of=letter_name)


@bp.get("/letters/bounces")
@requires(Role.SECRETARIAT)
def letter_bounces() -> str:
    return _bounces_page(BouncesForm(), access.cycle())


@bp.post("/letters/bounces")
@requires(Role.SECRETARIAT)
def import_bounces() -> Response | tuple[str, int]:
    """Read what other mail servers reported; only what fits a letter of ours is kept."""
    form, cycle = BouncesForm(), access.cycle()
    if not form.validate_on_submit():
        return _bounces_page(form, cycle), 422
    sent = request.files.get("file")
    try:
        found = bounces.import_file(
            actor=access.actor(), cycle=cycle, data=sent.read() if sent else b"", now=clock.now()
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _bounces_page(form, cycle), 422
    db.session.commit()
    flash(
        ngettext("One letter came back.", "%(n)s letters came back.", found.matched)
        + " "
        + _(
            "Known before: %(known)s. About no letter of ours: %(unmatched)s. Messages that report nothing: %(others)s.",
            known=found.known,
            unmatched=found.unmatched,
            others=found.others,
        ),
        "success" if found.matched or found.known else "warning",
    )
    return redirect(url_for(".letter_bounces", cycle_slug=cycle.slug), 303)


@bp.post("/letters/bounces/settle")
@requires(Role.SECRETARIAT)
def settle_address() -> Response:
    """Somebody made sure that a doubtful address is right."""
    bounces.settle(
        actor=access.actor(), cycle=access.cycle(), address=request.form.get("address", "")[:254], now=clock.now()
    )
    db.session.commit()
    flash(_("The address is not doubtful any more."), "success")
    return redirect(url_for(".letter_bounces", cycle_slug=access.cycle().slug), 303)

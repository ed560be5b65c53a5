"""The register of links between cities: one by one, or from a CSV file that is shown before anything is stored."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.suspicions import LINK_KIND_NAMES, LinkKind
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import CityLink
from awardapp.queries import suspicions as queries
from awardapp.services import city_links as services
from awardapp.services.city_links import COLUMNS, LinkLine
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import CityLinkForm

_MOST_BYTES = 1_000_000
_SHOWN = 50  # lines of a file that are shown before it is imported


def _here() -> Response:
    return redirect(url_for(".city_links", cycle_slug=access.cycle().slug), 303)


def kind_words(kind: str) -> str:
    """A kind of link in words."""
    return _(LINK_KIND_NAMES[LinkKind(kind)])


def _page(form: CityLinkForm, *, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    text = request.args.get("q", "").strip()
    links, page = queries.city_links(text=text, page=request.args.get("page", 1, type=int))
    body = render_template(
        "secretariat/city_links.html",
        cycle=access.cycle(), form=form, links=links, page=page, text=text, problem=problem, columns=COLUMNS,
        kind_words=kind_words,
    )  # fmt: skip
    return body, status


@bp.get("/city-links")
@requires(Role.SECRETARIAT)
def city_links() -> Any:
    return _page(CityLinkForm.new())


@bp.post("/city-links")
@requires(Role.SECRETARIAT)
def add_city_link() -> Any:
    form = CityLinkForm.new()
    if not form.validate_on_submit():
        return _page(form, status=422)
    line = LinkLine(**{name: form[name].data or "" for name in COLUMNS})
    try:
        new = services.register(actor=access.actor(), cycle=access.cycle(), lines=[line], now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, status=422)
    db.session.commit()
    flash(_("The link is in the register.") if new else _("This link stands in the register already."), "success")
    return _here()


def _posted_text() -> str:
    """The CSV file that came with the request, or its text from the page that showed it. Raises RuleViolation."""
    file = request.files.get("file")
    if file is None or not file.filename:
        text = request.form.get("text", "")
        if not text.strip():
            raise RuleViolation(N_("Choose a CSV file."), field="file")
        return text
    data = file.stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise RuleViolation(N_("The file is larger than the %(limit)d MB allowed."), limit=_MOST_BYTES // 1_000_000)
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise RuleViolation(N_("The file must be text in UTF-8.")) from error


@bp.post("/city-links/check")
@requires(Role.SECRETARIAT)
def check_city_links() -> Any:
    """Show what a file holds; nothing is stored yet."""
    try:
        text = _posted_text()
        read = services.read_csv(text)
    except RuleViolation as error:
        return _page(CityLinkForm.new(), problem=explain(error), status=422)
    return render_template(
        "secretariat/city_links_check.html",
        cycle=access.cycle(),
        text=text,
        lines=read.lines[:_SHOWN],
        total=len(read.lines),
        problems=[(number, explain(error)) for number, error in read.problems],
        kind_words=kind_words,
    )


@bp.post("/city-links/import")
@requires(Role.SECRETARIAT)
def import_city_links() -> Any:
    """Store the good lines of the file that was shown."""
    try:
        read = services.read_csv(_posted_text())
        new = services.register(actor=access.actor(), cycle=access.cycle(), lines=read.lines, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        return _page(CityLinkForm.new(), problem=explain(error), status=422)
    db.session.commit()
    flash(ngettext("%(n)s new link is in the register.", "%(n)s new links are in the register.", new), "success")
    return _here()


@bp.post("/city-links/<int:city_link_id>/end")
@requires(Role.SECRETARIAT)
def end_city_link(city_link_id: int) -> Response:
    link = db.session.get(CityLink, city_link_id)
    if link is None:
        abort(404)
    services.end(actor=access.actor(), cycle=access.cycle(), link=link, now=clock.now())
    db.session.commit()
    flash(_("The link is taken out of the register."), "success")
    return _here()

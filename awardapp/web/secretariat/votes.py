"""Figures of votes, behind the wall: entered by one person, certified by another, corrected by a new version."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock, storage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.special_awards import Vote
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Blob, VoteResult
from awardapp.queries import vote_results as queries
from awardapp.services import vote_results as services
from awardapp.services import wall as wall_services
from awardapp.web import access, downloads, fresh_password
from awardapp.web.access import requires
from awardapp.web.award_words import vote_words
from awardapp.web.secretariat import documents
from awardapp.web.secretariat.award_forms import SecondPersonForm, VoteForm
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.wall import behind_wall, note_look

_MOST_BYTES = 500_000


def _vote(vote: str) -> str:
    if vote not in set(Vote):
        abort(404)
    return vote


def _url(endpoint: str, vote: str) -> str:
    return url_for(endpoint, cycle_slug=access.cycle().slug, vote=vote)


def _second(shown: str | None = None, **kwargs: Any) -> SecondPersonForm:
    return SecondPersonForm.of(_("I have compared these figures with their source; they are right."), shown, **kwargs)


def _page(vote: str, form: SecondPersonForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    note_look(cycle, vote)
    versions = queries.versions(cycle, vote)
    newest = versions[0] if versions else None
    names = {s.ref: s for s in services.candidates(cycle, vote)}
    body = render_template(
        "secretariat/awards/vote.html",
        cycle=cycle,
        vote=vote,
        title=vote_words(vote),
        versions=versions,
        newest=newest,
        ranked={v.id: sorted(v.content["counts"], key=lambda one: (-one["votes"], one["ref"])) for v in versions},
        names=names,
        awards=services.following(cycle, vote),
        own=newest is not None and newest.entered_by == access.actor().id,
        form=form or _second(newest.sha256 if newest else "", formdata=None),
        tale=wall_services.tale(cycle),
    )
    return body, status


@bp.get("/votes/<vote>")
@requires(Role.SECRETARIAT)
@behind_wall
def vote_result(vote: str) -> Any:
    """The figures and their history; every look is noted."""
    return _page(_vote(vote))


@bp.post("/votes/<vote>/certify")
@requires(Role.SECRETARIAT)
@behind_wall
@fresh_password.limited
def certify_vote(vote: str) -> Any:
    cycle, vote = access.cycle(), _vote(vote)
    form = _second()
    newest = queries.latest(cycle, vote)
    if newest is None:
        abort(404)
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have compared the figures."), field="sure")
        fresh_password.check(form.password.data)
        services.certify(
            actor=access.actor(), result=newest, shown_sha256=form.shown.data or "", now=clock.database_now()
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        form.shown.data = newest.sha256 if isinstance(error, StaleVersion) else form.shown.data
        return _page(vote, form, 409 if isinstance(error, StaleVersion) else 422)
    db.session.commit()
    flash(_("The figures are certified. An award that they decide can be given once the jury has locked."), "success")
    return redirect(_url(".vote_result", vote), 303)


def _enter_page(vote: str, form: VoteForm, *, problems: list[tuple[int, str]], status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    body = render_template(
        "secretariat/awards/enter_vote.html",
        cycle=cycle,
        vote=vote,
        title=vote_words(vote),
        form=form,
        before=queries.latest(cycle, vote),
        problems=problems,
        columns=services.COLUMNS,
        example=[entry.form.ref.data for entry in form.votes][:2],
    )
    return body, status


def _form(vote: str) -> VoteForm:
    cycle = access.cycle()
    return VoteForm.of(cycle, services.candidates(cycle, vote), queries.latest(cycle, vote))


@bp.get("/votes/<vote>/enter")
@requires(Role.SECRETARIAT)
@behind_wall
def enter_vote(vote: str) -> Any:
    """The fields for the figures, empty: a correction is not made from figures that were wrong."""
    return _enter_page(_vote(vote), _form(vote), problems=[])


def _sent_text(form: VoteForm) -> str:
    """The CSV text of the file that came with the form, else of its box. Raises RuleViolation at the field `text`."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return str(form.text.data or "")
    data = file.stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise RuleViolation(N_("The file is longer than the figures of a vote can be."), field="text")
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise RuleViolation(N_("The file must be text in UTF-8."), field="text") from error
    form.text.data, form.text.raw_data = text, None
    return text


def _read(vote: str, form: VoteForm) -> Any:
    """Put the figures of a CSV text into the fields; nothing is stored, and the text stays in its box."""
    try:
        read = services.read_csv(_sent_text(form), services.candidates(access.cycle(), vote))
    except RuleViolation as error:
        form.refuse(error)
        return _enter_page(vote, form, problems=[], status=422)
    form.fill(read.counts)
    problems = [(number, explain(error)) for number, error in read.problems]
    return _enter_page(vote, form, problems=problems, status=422 if problems else 200)


@bp.post("/votes/<vote>/enter")
@requires(Role.SECRETARIAT)
@behind_wall
def store_vote(vote: str) -> Any:
    """Read a CSV text into the fields (`act` = "read"), or enter the figures."""
    vote = _vote(vote)
    form = _form(vote)
    if request.form.get("act") == "read":
        return _read(vote, form)
    if not form.validate_on_submit():
        return _enter_page(vote, form, problems=[], status=422)
    counts, code = form.counts(), 422
    try:
        document = documents.receive()
        services.enter(
            actor=access.actor(),
            cycle=access.cycle(),
            vote=vote,
            counts=counts,
            opened_at=form.opened_at.data,
            closed_at=form.closed_at.data,
            source=form.source.data,
            document=document,
            reason=form.reason.data,
            seen=form.seen.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        if isinstance(error, StaleVersion):
            newest = queries.latest(access.cycle(), vote)
            form.seen.data, form.seen.raw_data, code = newest.number if newest else 0, None, 409
        return _enter_page(vote, form, problems=[], status=code)
    db.session.commit()
    flash(_("The figures are entered. Another person of the secretariat certifies them."), "success")
    return redirect(_url(".vote_result", vote), 303)


@bp.get("/votes/<vote>/<int:number>/document")
@requires(Role.SECRETARIAT)
@behind_wall
def vote_document(vote: str, number: int) -> Download | Response:
    """The document that came with a version of the figures."""
    cycle = access.cycle()
    found: VoteResult | None = next((v for v in queries.versions(cycle, _vote(vote)) if v.number == number), None)
    if found is None or found.document_sha256 is None:
        abort(404)
    sha256, name = found.document_sha256, found.document_name
    note_look(cycle, vote)
    blob = db.session.get_one(Blob, sha256)
    return downloads.file_response(storage.blob_key(sha256), name, blob.media_type, blob.size, sha256=sha256)

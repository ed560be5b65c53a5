"""What is done in a session besides voting: who comes and goes, the next file, the deputy, the notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, redirect, request

from awardapp import clock
from awardapp.domain.answers import digest
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.extensions import db
from awardapp.i18n import explain, zone
from awardapp.i18n import gettext as _
from awardapp.models import Membership, PlenaryItem, PlenarySession
from awardapp.queries import plenary_room as queries
from awardapp.services import plenary_floor as services
from awardapp.services.plenary_floor import NotesChanged
from awardapp.web import access
from awardapp.web.forms import whole_number
from awardapp.web.plenary import screen
from awardapp.web.plenary.seat import View, open_or_404, seat, view_of


def act(do: Callable[[PlenarySession], str]) -> Any:
    """Do something in the open session and lead back to its screen; `do` returns what to say. A refusal shows the screen as it
    is by now, with the reason and with what was typed.
    """
    seat()
    session = queries.open_session(access.cycle())
    if session is None:
        return _over(_("No session of the committee is open."))
    try:
        said = do(session)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        now = queries.open_session(access.cycle())
        if now is None:
            return _over(explain(error))
        typed = {name: text.replace("\x00", "") for name, text in request.form.items() if name != "csrf_token"}
        status = 409 if isinstance(error, StaleVersion | IllegalTransition) else 422
        return screen.show(view_of(now), problem=explain(error), status=status, typed=typed)
    db.session.commit()
    if said:
        flash(said, "success")
    return redirect(seat().url("plenary_room"), 303)


def _over(why: str) -> Any:
    flash(why, "warning")
    return redirect(seat().url("plenary"), 303)


def _member() -> Membership:
    """The member a form names, the person themself where it names nobody; 404 for anybody else."""
    wanted = request.form.get("member")
    if not wanted:
        own = seat().member
        if own is None or seat().is_clerk:
            abort(404)
        return own
    number = whole_number(wanted)
    found = next((one for one in queries.members(access.cycle()) if one.id == number), None)
    if found is None:
        abort(404)
    return found


def arrive() -> Any:
    """Somebody is there."""

    def do(session: PlenarySession) -> str:
        member, how = _member(), request.form.get("how", "")
        services.arrive(actor=access.actor(), session=session, member=member, how=how, now=clock.database_now())
        return _("%(name)s is present.", name=member.user.name)

    return act(do)


def leave() -> Any:
    """Somebody leaves."""

    def do(session: PlenarySession) -> str:
        member = _member()
        services.leave(actor=access.actor(), session=session, member=member, now=clock.database_now())
        return _("%(name)s has left.", name=member.user.name)

    return act(do)


def deputy() -> Any:
    """Another deputy."""

    def do(session: PlenarySession) -> str:
        member = _member()
        services.name_deputy(actor=access.actor(), session=session, member=member, now=clock.database_now())
        return _("%(name)s is the deputy now.", name=member.user.name)

    return act(do)


def item_of(session: PlenarySession, ref: str) -> PlenaryItem:
    """The item of a file of the agenda, or 404."""
    found = next((line.item for line in queries.agenda(session) if line.submission.ref == ref), None)
    if found is None:
        abort(404)
    return found


def go() -> Any:
    """Take up a file: the one named, or the next of the agenda not yet taken up ("next"), or none ("")."""

    def do(session: PlenarySession) -> str:
        wanted = request.form.get("to", "")
        item = None
        if wanted == "next":
            waiting = (line.item for line in queries.agenda(session) if not line.was_begun)
            item = next(waiting, None)
        elif wanted:
            item = item_of(session, wanted)
        services.go_to(
            actor=access.actor(),
            session=session,
            item=item,
            seen=request.form.get("seen", ""),
            now=clock.database_now(),
        )
        return "" if item is not None else _("The file is put down. The next one has not been taken up.")

    return act(do)


def _notes(ref: str) -> tuple[View, PlenaryItem]:
    """The item whose notes are meant, for whoever leads; 404 for everybody else and for a file with a tie."""
    view = view_of(open_or_404())
    item = item_of(view.session, ref)
    if not view.leads or seat().closed([item.submission]):
        abort(404)
    return view, item


def notes(ref: str) -> Any:
    """The notes as they are kept, for a window that was in the background."""
    _view, item = _notes(ref)
    text = queries.text_of(item)
    return jsonify(marks={}, texts={"notes": text}, bases={"notes": digest(text)})


def save_notes(ref: str) -> Any:
    """Keep the notes. 200 {saved, base}; 409 {problem, stored, base}: somebody else wrote; 422 {problem}. Without a script the
    page answers.
    """
    view, item = _notes(ref)
    now = clock.database_now()
    text = request.form.get("value", request.form.get("notes", "")).replace("\r\n", "\n").replace("\x00", "")
    by_script = access.wants_json()
    try:
        base = services.save_notes(
            actor=access.actor(),
            session=view.session,
            item=item,
            text=text,
            base=request.form.get("base", request.form.get("base-notes", "")),
            now=now,
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        stored = error.stored if isinstance(error, NotesChanged) else text
        status = 409 if isinstance(error, NotesChanged) else 422
        if not by_script:
            typed = {"notes": text, "notes_base": digest(stored), "notes_stored": stored}
            return screen.show(view_of(open_or_404()), problem=explain(error), status=status, typed=typed)
        found = {"problem": explain(error)} | ({"stored": stored, "base": digest(stored)} if status == 409 else {})
        return jsonify(found), status
    db.session.commit()
    if by_script:
        return jsonify(saved=_("Saved at %(time)s", time=now.astimezone(zone()).strftime("%H:%M:%S")), base=base)
    flash(_("The notes are kept."), "success")
    return redirect(seat().url("plenary_room"), 303)

"""A lock by two on screen: exactly what is about to be sealed, for the person who asks and the one who confirms.

The second person's page stands in the deciding room for a member who was named, and in the secretariat's. What the list shows
of the shortlist and of the winners is in web/locked_lists.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template
from wtforms import BooleanField, HiddenField, SelectField

from awardapp import clock
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, LockRequest, Selection
from awardapp.queries import locking as queries
from awardapp.queries import people as people_queries
from awardapp.services import locking as services
from awardapp.services import selections
from awardapp.services.locking import Lock
from awardapp.web import access, fresh_password
from awardapp.web.forms import BaseForm, whole_number


@dataclass(frozen=True, slots=True)
class Listed:
    """What is particular to the pages of one lock. `about`: everything its list shows, with `decisions`, how many there are."""

    lock: Lock
    ask_template: str
    about: Callable[[Cycle], dict[str, Any]]
    sealed: str  # msgid said when it is done


class SealForm(BaseForm):
    """Somebody's word that the list was read, and the password once more; `shown` is the digest of the list on the page."""

    shown = HiddenField()
    sure = BooleanField()
    password = fresh_password.password_field()

    def speak(self) -> None:
        """Put the words into the reader's language."""
        self.sure.label.text = _("I have read the list above; it is final.")
        self.password.label.text = _("Your password, once more")


class AskForm(SealForm):
    """The same, and who may be the second person besides the secretariat."""

    second = SelectField(validate_choice=False)

    def choose(self, lock: Lock) -> None:
        """Offer the other members of the deciding room."""
        cycle, own = access.cycle(), access.actor().id
        self.second.label.text = _("Second person")
        self.second.choices = [("", _("Somebody of the secretariat"))] + [
            (str(m.user_id), m.user.name) for m in people_queries.members(cycle, lock.role) if m.user_id != own
        ]


def seal_form() -> SealForm:
    """The second person's form, in the reader's language."""
    form = SealForm()
    form.speak()
    return form


def ask_form(listed: Listed) -> AskForm:
    """The chair's form, in the reader's language."""
    form = AskForm()
    form.speak()
    form.choose(listed.lock)
    return form


def _about(listed: Listed) -> dict[str, Any]:
    cycle = access.cycle()
    return {"cycle": cycle, "stage": listed.lock.stage, **listed.about(cycle)}


def open_selection(listed: Listed) -> Selection:
    """The proposal that can be locked, or 404: before the first one and after the lock there is no such page."""
    selection = selections.selection_of(access.cycle(), listed.lock.stage)
    if selection is None or selection.locked_at is not None:
        abort(404)
    return selection


def ask_page(listed: Listed, form: AskForm, status: int = 200) -> tuple[str, int]:
    """The chair's page: the list and the form, or the request that waits."""
    cycle, lock = access.cycle(), listed.lock
    selection = open_selection(listed)
    request = queries.open_request(cycle, lock.stage)
    holds = request is not None and services.holds(lock, cycle, request)
    found = lock.problems(cycle)
    sentence = ""
    if not holds and not found:
        try:
            form.shown.data = services.digest_now(lock, cycle, selection)
        except RuleViolation as error:
            sentence = explain(error)
    page = render_template(
        listed.ask_template,
        form=form,
        waiting=request,
        holds=holds,
        problems=[_(problem) for problem in found] + ([sentence] if sentence else []),
        **_about(listed),
    )
    return page, status


def ask(listed: Listed, form: AskForm, *, back: str) -> Any:
    """Ask for the lock, with a fresh password."""
    cycle, lock = access.cycle(), listed.lock
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        fresh_password.check(form.password.data)
        chosen = whole_number(form.second.data)
        named = next(
            (m.user for m in people_queries.members(cycle, lock.role) if chosen is not None and m.user_id == chosen),
            None,
        )
        services.ask(
            actor=access.actor(),
            lock=lock,
            cycle=cycle,
            shown_sha256=form.shown.data or "",
            named=named,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return ask_page(listed, form, 422)
    db.session.commit()
    flash(_("The lock is asked for. Nothing is sealed before a second person confirms it."), "success")
    return redirect(back, 303)


def withdraw(listed: Listed, *, back: str) -> Any:
    """Take the request back."""
    services.withdraw(actor=access.actor(), lock=listed.lock, cycle=access.cycle(), now=clock.database_now())
    db.session.commit()
    flash(_("The request for the lock is taken back. Nothing is sealed."), "success")
    return redirect(back, 303)


def for_me(listed: Listed) -> LockRequest:
    """The request that waits for the signed-in member, or 404: others do not learn that there is one."""
    request = queries.open_request(access.cycle(), listed.lock.stage)
    if request is None or request.named_id != access.actor().id:
        abort(404)
    return request


def waits_for_me(listed: Listed) -> bool:
    """Whether the chair named the signed-in member as second person of a lock that waits. One query, while one can wait."""
    cycle, stage = access.cycle(), listed.lock.stage
    request = queries.open_request(cycle, stage) if queries.can_wait(cycle, stage) else None
    return request is not None and request.named_id == access.actor().id


def second_page(
    listed: Listed, template: str, form: SealForm, request: LockRequest | None, status: int = 200
) -> tuple[str, int]:
    """The second person's page in the room whose template this is: the list and the form, or that nothing waits."""
    cycle = access.cycle()
    if request is None:
        return render_template(template, cycle=cycle, stage=listed.lock.stage, waiting=None, own=False), status
    form.shown.data = request.record_sha256
    page = render_template(
        template,
        form=form,
        waiting=request,
        own=request.asked_by == access.actor().id,
        holds=services.holds(listed.lock, cycle, request),
        **_about(listed),
    )
    return page, status


def seal(listed: Listed, template: str, form: SealForm, request: LockRequest | None, *, back: str, done: str) -> Any:
    """Confirm the lock as the second person, with a fresh password. What has changed since voids the request."""
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        fresh_password.check(form.password.data)
        selection = services.confirm(
            actor=access.actor(),
            lock=listed.lock,
            cycle=access.cycle(),
            shown_sha256=form.shown.data or "",
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return second_page(listed, template, form, request, 422)
    db.session.commit()
    if selection is None:
        flash(
            _(
                "Something has changed since the lock was asked for, so the request is void. Nothing is sealed; ask anew."
            ),
            "error",
        )
        return redirect(back, 303)
    flash(_(listed.sealed), "success")
    return redirect(done, 303)

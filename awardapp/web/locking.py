"""The lock of the shortlist on screen: exactly what is about to change, for the person who asks and the one who confirms.

The second person's page stands in the committee's room for a member who was named, and in the secretariat's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template
from wtforms import BooleanField, HiddenField, SelectField

from awardapp import clock
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, LockRequest, Selection
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import locking as queries
from awardapp.queries import moves as move_queries
from awardapp.queries import people as people_queries
from awardapp.services import selections, shortlist_lock
from awardapp.web import access, fresh_password
from awardapp.web.forms import BaseForm, whole_number


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

    def speak(self) -> None:
        super().speak()
        cycle, own = access.cycle(), access.actor().id
        self.second.label.text = _("Second person")
        self.second.choices = [("", _("Somebody of the secretariat"))] + [
            (str(m.user_id), m.user.name) for m in people_queries.members(cycle, Role.COMMITTEE) if m.user_id != own
        ]


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that do not go at the lock, by outcome, in files; and to how many observers the digest goes at once."""

    shortlisted: int
    deserving: int
    not_selected: int
    observers: int


def _about(cycle: Cycle) -> dict[str, Any]:
    """Everything the list shows."""
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    shortlisted = [d for d in decisions if d.outcome is Outcome.SHORTLISTED]
    deserving = [d for d in decisions if d.outcome is Outcome.DESERVING]
    valid = cycle_queries.counts(cycle).of(SubmissionStatus.VALID)
    observers = len(people_queries.members(cycle, Role.OBSERVER))
    return {
        "cycle": cycle,
        "shortlisted": shortlisted,
        "deserving": deserving,
        "moves": move_queries.of_cycle(cycle),
        "quorums": shortlist_lock.quorums(cycle),
        "letters": Letters(len(shortlisted), len(deserving), valid - len(decisions), observers),
    }


def open_selection(cycle: Cycle) -> Selection:
    """The proposal that can be locked, or 404: before the first one and after the lock there is no such page."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None:
        abort(404)
    return selection


def ask_page(form: AskForm, status: int = 200) -> tuple[str, int]:
    """The chair's page: the list and the form, or the request that waits."""
    cycle = access.cycle()
    selection = open_selection(cycle)
    request = queries.open_request(cycle)
    holds = request is not None and shortlist_lock.holds(cycle, request)
    found = shortlist_lock.problems(cycle)
    sentence = ""
    if not holds and not found:
        try:
            form.shown.data = shortlist_lock.digest_now(cycle, selection)
        except RuleViolation as error:
            sentence = explain(error)
    page = render_template(
        "committee/lock.html",
        form=form,
        waiting=request,
        holds=holds,
        problems=[_(problem) for problem in found] + ([sentence] if sentence else []),
        **_about(cycle),
    )
    return page, status


def ask(form: AskForm, *, back: str) -> Any:
    """Ask for the lock, with a fresh password."""
    cycle = access.cycle()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        fresh_password.check(form.password.data)
        chosen = whole_number(form.second.data)
        named = next(
            (
                m.user
                for m in people_queries.members(cycle, Role.COMMITTEE)
                if chosen is not None and m.user_id == chosen
            ),
            None,
        )
        shortlist_lock.ask(
            actor=access.actor(),
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
        return ask_page(form, 422)
    db.session.commit()
    flash(_("The lock is asked for. Nothing is sealed before a second person confirms it."), "success")
    return redirect(back, 303)


def withdraw(*, back: str) -> Any:
    """Take the request back."""
    shortlist_lock.withdraw(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    db.session.commit()
    flash(_("The request for the lock is taken back. Nothing is sealed."), "success")
    return redirect(back, 303)


def second_page(template: str, form: SealForm, request: LockRequest | None, status: int = 200) -> tuple[str, int]:
    """The second person's page in the room whose template this is: the list and the form, or that nothing waits."""
    cycle = access.cycle()
    if request is None:
        return render_template(template, cycle=cycle, waiting=None, own=False), status
    form.shown.data = request.record_sha256
    page = render_template(
        template,
        form=form,
        waiting=request,
        own=request.asked_by == access.actor().id,
        holds=shortlist_lock.holds(cycle, request),
        **_about(cycle),
    )
    return page, status


def seal(template: str, form: SealForm, request: LockRequest | None, *, back: str, done: str) -> Any:
    """Confirm the lock as the second person, with a fresh password. What has changed since voids the request."""
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        fresh_password.check(form.password.data)
        selection = shortlist_lock.confirm(
            actor=access.actor(), cycle=access.cycle(), shown_sha256=form.shown.data or "", now=clock.database_now()
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return second_page(template, form, request, 422)
    db.session.commit()
    if selection is None:
        flash(
            _(
                "Something has changed since the lock was asked for, so the request is void. Nothing is sealed; ask anew."
            ),
            "error",
        )
        return redirect(back, 303)
    flash(_("The shortlist is locked and sealed. It becomes public only through the announcement."), "success")
    return redirect(done, 303)

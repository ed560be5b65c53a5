"""Who acts for a city: inviting a colleague, leaving, and the secretariat's handing over to new people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.extensions import db
from awardapp.models import City, Cycle, Delegate, User
from awardapp.queries import cities as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, people
from awardapp.services.cities import authority, confirm_delegate, end_delegate
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_all

MOST_OPEN_INVITATIONS = 20
MOST_REASON = 2000


class LastDelegate(RuleViolation):
    """Nobody would act for the city any more; the person must say that they know."""

    def __init__(self) -> None:
        super().__init__(
            N_("You are the last person who acts for this city. Confirm that you know, or invite somebody first."),
            field="sure",
        )


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom an invitation is for. The name and language count only for a person without an account."""

    email: str
    name: str
    position: str = ""
    language: str = "en"


def invite(*, actor: User, city: City, invitee: Invitee, now: datetime, cycle: Cycle | None = None) -> Delegate:
    """Ask somebody by letter to act for the city. The answer is the same whether or not the address has an account.

    `cycle` is the one whose secretariat invites, None for a delegate. Raises NotPermitted, or RuleViolation for a bad address
    or name, or when the person acts for the city or was invited already.
    """
    by = authority(actor, city.id, cycle=cycle)
    lock_row(city)
    if not invitee.name.strip():
        raise RuleViolation(N_("The name is missing."), field="name")
    user = people_queries.by_email(people.normal_email(invitee.email))
    if user is None:
        user = people.create(email=invitee.email, name=invitee.name, language=invitee.language, now=now)
    present = queries.live_delegate(city.id, user.id)
    if present is not None and present.is_acting:
        raise RuleViolation(N_("This person acts for the city already."), field="email")
    if present is not None and present.is_invitation:
        raise RuleViolation(N_("This person was invited already; the letter can be sent again."), field="email")
    if present is not None:  # they had asked themselves: the invitation is the answer
        confirm_delegate(actor=actor, delegate=present, cycle=cycle, now=now)
        return present
    if sum(d.is_invitation for d in queries.delegates(city.id)) >= MOST_OPEN_INVITATIONS:
        raise RuleViolation(N_("There are many open invitations. Withdraw some of them first."), field="email")
    delegate = Delegate(
        city_id=city.id,
        user_id=user.id,
        position=" ".join(invitee.position.split()) or None,
        started_at=now,
        invited_by=actor.id,
    )
    db.session.add(delegate)
    db.session.flush()
    audit.record(
        actor=actor,
        action="delegate.invite",
        object=f"city:{city.id}",
        now=now,
        cycle_id=by,
        details={"user": user.id},
    )
    _send(delegate, actor=actor, now=now)
    return delegate


def resend(*, actor: User, delegate: Delegate, now: datetime, cycle: Cycle | None = None) -> None:
    """Send the letter of an open invitation again; the earlier link stops working.

    Raises NotPermitted, IllegalTransition when the invitation was answered or withdrawn.
    """
    by = authority(actor, delegate.city_id, cycle=cycle)
    lock_row(delegate)
    if not delegate.is_invitation:
        raise IllegalTransition(N_("This invitation was withdrawn or answered already."))
    delegate.started_at = now
    _send(delegate, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="delegate.resend_invitation",
        object=f"city:{delegate.city_id}",
        now=now,
        cycle_id=by,
        details={"user": delegate.user_id},
    )


def _send(delegate: Delegate, *, actor: User, now: datetime) -> None:
    people.send_link(
        delegate.user,
        purpose="invitation",
        kind="delegate_invited",
        now=now,
        details={"delegate": delegate.id},
        city_id=delegate.city_id,
        person=actor.name,
    )


def leave(*, actor: User, city: City, sure: bool, now: datetime) -> None:
    """Stop acting for a city. The others are told; when there are none, the secretariat is.

    Raises IllegalTransition for somebody who does not act for it, LastDelegate unless the last one is `sure`.
    """
    lock_row(city)  # two who leave at once do so one after the other: the second one is the last
    own = queries.live_delegate(city.id, actor.id)
    if own is None or not own.is_acting:
        raise IllegalTransition(N_("You do not act for this city."))
    others = [person for person in people_queries.delegates_of(city.id) if person.id != actor.id]
    if not others and not sure:
        raise LastDelegate
    own.ended_at = now
    own.ended_by = actor.id
    audit.record(
        actor=actor,
        action="delegate.leave",
        object=f"city:{city.id}",
        now=now,
        details={"user": actor.id, "was_last": not others},
    )
    notify_all(
        "delegate_left" if others else "city_without_delegates",
        recipients=others or queries.secretaries_for(city.id),
        cause=f"delegate:{own.id}",
        now=now,
        context={"city_id": city.id, "person": actor.name},
    )


def hand_over(
    *,
    actor: User,
    cycle: Cycle,
    city: City,
    ending: Collection[int],
    inviting: Sequence[Invitee],
    reason: str,
    now: datetime,
) -> None:
    """The secretariat ends some of those who act for a city (ids of Delegate) and invites others, with a reason both read.

    Raises NotPermitted, or RuleViolation when nothing would change, the reason is missing, or somebody in `ending` does not
    act for the city any more.
    """
    authority(actor, city.id, cycle=cycle)
    lock_row(city)
    reason = reason.strip()
    if not reason:
        raise RuleViolation(N_("Give the reason; everybody told will read it."), field="reason")
    if not ending and not inviting:
        raise RuleViolation(N_("Nobody was chosen: nothing would change."))
    acting = {d.id: d for d in queries.delegates(city.id) if d.is_acting}
    if not set(ending) <= set(acting):
        raise IllegalTransition(N_("Somebody you chose does not act for the city any more. Look at the list again."))
    ended = [acting[delegate_id] for delegate_id in sorted(ending)]
    staying = [d for d in acting.values() if d not in ended]
    for delegate in ended:
        end_delegate(actor=actor, delegate=delegate, reason=reason, cycle=cycle, now=now)
    invited = [invite(actor=actor, city=city, invitee=one, cycle=cycle, now=now) for one in inviting]
    entry = audit.record(
        actor=actor,
        action="city.hand_over",
        object=f"city:{city.id}",
        now=now,
        cycle_id=cycle.id,
        reason=reason,
        details={"ended": [d.user_id for d in ended], "invited": [d.user_id for d in invited]},
    )
    for kind, told in (("city_handed_over", staying), ("delegate_ended", ended)):
        notify_all(
            kind,
            recipients=[d.user for d in told if d.user.is_active],
            cause=f"audit:{entry.id}",
            now=now,
            cycle=cycle,
            context={
                "city_id": city.id,
                "note": reason,
                "ended": [d.user.name for d in ended],
                "invited": len(invited),
            },
        )

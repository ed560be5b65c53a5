"""Accounts: registering, inviting, signing in and out, roles in a cycle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import LANGUAGES, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, Delegate, Membership, OneTimeLink, User
from awardapp.queries import people as people_queries
from awardapp.services import audit, cities, sign_ins
from awardapp.services.notifications import notify
from awardapp.services.references import member_pseudonym

_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes: about 0.12 s
# Verified when the address is unknown, so that the answer takes as long as for a known one: of a password nobody has. It is
# written out because every command would wait for it to be made; a test holds it to the hasher's own costs.
_NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$d3q4U871DWAHW7r90K8M/A$BbYAo3SdC7DuxlZ4IHvbm3xArRMuawAueWGckNrblac"

INVITATION_LIFETIME = timedelta(days=14)
RESET_LIFETIME = timedelta(hours=1)


def normal_email(text: str) -> str:
    """An address in lower case. Raises RuleViolation when it cannot be one."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise RuleViolation(N_("This is not an e-mail address."), field="email") from error
    return found.normalized.lower()


def check_password(text: str) -> None:
    """Refuse a password that is too short, too long or one character repeated. Raises RuleViolation."""
    if len(text) < MIN_PASSWORD_LENGTH:
        raise RuleViolation(N_("A password needs at least %(n)d characters."), field="password", n=MIN_PASSWORD_LENGTH)
    if len(text) > MAX_PASSWORD_LENGTH:
        raise RuleViolation(N_("A password may have %(n)d characters."), field="password", n=MAX_PASSWORD_LENGTH)
    if len(set(text)) < 4:
        raise RuleViolation(N_("This password is too easy to guess."), field="password")


def hash_password(text: str) -> str:
    """The stored form of a password (argon2id)."""
    return _hasher.hash(text)


def verify_password(user: User | None, text: str) -> bool:
    """Whether the password is right; takes as long for an unknown person."""
    stored = user.password_hash if user is not None and user.password_hash else _NOBODYS_HASH
    try:
        _hasher.verify(stored, text)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None


def create(*, email: str, name: str, now: datetime, language: str = "en", **more: Any) -> User:
    """A new account without a password. Raises RuleViolation for a bad address or name."""
    if not name.strip():
        raise RuleViolation(N_("The name is missing."), field="name")
    user = User(
        email=normal_email(email),
        name=" ".join(name.split()),
        language=language if language in LANGUAGES else "en",
        created_at=now,
        **more,
    )
    db.session.add(user)
    db.session.flush()
    return user


def send_link(
    user: User,
    *,
    purpose: str,
    kind: str,
    now: datetime,
    details: dict[str, Any],
    cycle: Cycle | None = None,
    **context: Any,
) -> None:
    """A fresh one-time link by letter; earlier unused ones of the same purpose and about the same thing stop working.

    What a link is about keeps a stranger who registers an invited juror's address from replacing the juror's invitation.
    """
    earlier = db.session.scalars(
        select(OneTimeLink).where(
            OneTimeLink.user_id == user.id, OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None)
        )
    )
    for link in earlier:
        if _about(link.details) == _about(details):
            link.used_at = now
    lifetime = INVITATION_LIFETIME if purpose == "invitation" else RESET_LIFETIME
    link = OneTimeLink(user_id=user.id, purpose=purpose, details=details, created_at=now, expires_at=now + lifetime)
    db.session.add(link)
    db.session.flush()
    notify(kind, recipient=user, cause=f"link:{link.id}", now=now, cycle=cycle, context={"link_id": link.id, **context})


def _about(details: dict[str, Any]) -> tuple[str, Any]:
    """What a link leads to: acting for a city by invitation, registering for one, or a role."""
    if "delegate" in details:
        return ("delegate", details["delegate"])
    return ("registration", None) if "city" in details else ("role", None)


def register(
    *, email: str, name: str, city_name: str, country: str, position: str, language: str, now: datetime
) -> None:
    """A city official registers. Known and unknown addresses get the same answer; the letter tells the difference.

    The city is joined when the link in the letter is opened, so that nobody can take a city with a foreign address.
    """
    details = {"city": " ".join(city_name.split()), "country": country, "position": position.strip()}
    if not details["city"]:
        raise RuleViolation(N_("The city's name is missing."), field="city_name")
    user = people_queries.by_email(normal_email(email))
    if user is None:
        user = create(email=email, name=name, language=language, now=now)
    elif user.password_hash is not None:
        notify("account_exists", recipient=user, cause=f"register:{now.isoformat()}", now=now)
        return
    send_link(user, purpose="invitation", kind="registration", now=now, details=details)
    audit.record(actor=None, action="user.register", object=f"user:{user.id}", now=now)


def invite(
    *,
    actor: User,
    cycle: Cycle,
    role: Role,
    email: str,
    name: str,
    language: str,
    now: datetime,
    country: str | None = None,
    city: str | None = None,
    organisation: str | None = None,
    is_chair: bool = False,
    themes: str = "",
    languages: str = "en",
) -> Membership:
    """Give a person a role in a cycle and tell them by letter; a new person sets a password through the letter's link.

    `city` is the name of the city they live or work in, in that country or region: ties to it and its links are looked for.

    Raises NotPermitted, or RuleViolation when the person already has the role.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    user = people_queries.by_email(normal_email(email))
    if user is None:
        user = create(email=email, name=name, language=language, country=country, organisation=organisation, now=now)
    elif people_queries.membership(user, cycle, role) is not None:
        raise RuleViolation(N_("This person already has this role in this cycle."), field="email")
    else:  # what the person has told us themselves stays; a missing country would blind the conflict check
        user.country = user.country or country
        user.organisation = user.organisation or organisation
    if city and country and user.city_id is None:
        user.city_id = cities.find_or_create(name_en=city, country=country, now=now).id
    member = add_role(user, cycle=cycle, role=role, is_chair=is_chair, themes=themes, languages=languages, now=now)
    audit.record(
        actor=actor,
        action="membership.invite",
        object=f"membership:{member.id}",
        cycle_id=cycle.id,
        now=now,
        details={"role": role.value, "user": user.id, "is_chair": is_chair},
    )
    if user.password_hash is None:
        send_link(user, purpose="invitation", kind="invitation", now=now, details={}, cycle=cycle, role=role.value)
    else:
        notify(
            "role_given",
            recipient=user,
            cause=f"membership:{member.id}",
            now=now,
            cycle=cycle,
            context={"role": role.value},
        )
    return member


def resend_invitation(*, actor: User, member: Membership, now: datetime) -> None:
    """Send a fresh link to a person who has not accepted yet; the earlier one stops working.

    Raises NotPermitted, or RuleViolation when the person has an account that works already.
    """
    require(can_run_cycle(people_queries.standing(actor, member.cycle)))
    if member.user.password_hash is not None or member.ended_at is not None:
        raise RuleViolation(N_("This person has accepted the invitation already."))
    send_link(
        member.user,
        purpose="invitation",
        kind="invitation",
        now=now,
        details={},
        cycle=member.cycle,
        role=member.role.value,
    )
    audit.record(
        actor=actor,
        action="membership.resend_invitation",
        object=f"membership:{member.id}",
        cycle_id=member.cycle_id,
        now=now,
    )


def welcome_secretary(*, cycle: Cycle, email: str, name: str, now: datetime) -> Membership:
    """The first secretary of a cycle, made from the command line, where there is nobody yet to invite them."""
    user = people_queries.by_email(normal_email(email)) or create(email=email, name=name, now=now)
    member = add_role(user, cycle=cycle, role=Role.SECRETARIAT, is_chair=True, now=now)
    send_link(
        user,
        purpose="invitation",
        kind="invitation",
        now=now,
        details={},
        role=Role.SECRETARIAT.value,
        cycle_id=cycle.id,
    )
    audit.record(actor=None, action="membership.invite", object=f"membership:{member.id}", cycle_id=cycle.id, now=now)
    return member


def add_role(
    user: User,
    *,
    cycle: Cycle,
    role: Role,
    now: datetime,
    is_chair: bool = False,
    themes: str = "",
    languages: str = "en",
) -> Membership:
    """The row of a role, without letter or audit: for `invite`, for opening a cycle, and for seeding.

    Somebody who left and comes back keeps the row, and with it the pseudonym of the record.
    """
    former = db.session.execute(
        select(Membership).where(
            Membership.user_id == user.id, Membership.cycle_id == cycle.id, Membership.role == role
        )
    ).scalar_one_or_none()
    if former is not None:
        former.ended_at = None
        former.is_chair = is_chair
        former.themes = themes
        former.languages = languages
        return former
    member = Membership(
        user_id=user.id,
        cycle_id=cycle.id,
        role=role,
        is_chair=is_chair,
        themes=themes,
        languages=languages,
        pseudonym=member_pseudonym(cycle.id),
        created_at=now,
    )
    db.session.add(member)
    db.session.flush()
    return member


def end_role(*, actor: User, member: Membership, reason: str, now: datetime) -> None:
    """Take a role away. Raises NotPermitted, or RuleViolation for one's own secretariat role."""
    require(can_run_cycle(people_queries.standing(actor, member.cycle)))
    if member.user_id == actor.id and member.role is Role.SECRETARIAT:
        raise RuleViolation(N_("You cannot remove yourself from the secretariat."))
    member.ended_at = now
    audit.record(
        actor=actor,
        action="membership.end",
        object=f"membership:{member.id}",
        cycle_id=member.cycle_id,
        reason=reason,
        now=now,
    )


def open_link(link_id: int | None, *, purpose: str, now: datetime) -> OneTimeLink:
    """The live one-time link behind a token. Raises RuleViolation when it was used, replaced or is too old."""
    link = db.session.get(OneTimeLink, link_id, options=[joinedload(OneTimeLink.user)]) if link_id is not None else None
    if link is None or link.purpose != purpose or link.used_at is not None or link.expires_at <= now:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    return link


def _use_link(link: OneTimeLink, *, password_hash: str, now: datetime) -> User:
    """Set the password behind a link; under the row's lock, so that a link works once even when clicked twice at once."""
    _spend(link, now=now)
    link.user.password_hash = password_hash
    return link.user


def _spend(link: OneTimeLink, *, now: datetime) -> None:
    """Use a link up, and with it note that the address is proven. Raises RuleViolation when it was used."""
    db.session.execute(select(OneTimeLink.id).where(OneTimeLink.id == link.id).with_for_update())
    db.session.refresh(link, ["used_at"])
    if link.used_at is not None:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    link.used_at = now
    link.user.confirmed_at = link.user.confirmed_at or now


def accept_invitation(link: OneTimeLink, *, password: str, now: datetime, name: str | None = None) -> User:
    """Set the password behind an invitation; it also leads to the city it is about. `name` is the person's own, where
    somebody else had written one into the invitation. Raises RuleViolation.

    A link sets a first password only: with a second one still open, nobody takes over an account that works.
    """
    if name is not None and not name.strip():
        raise RuleViolation(N_("The name is missing."), field="name")
    check_password(password)
    if link.user.password_hash is not None:
        raise RuleViolation(N_("This account has a password already. Sign in with it."))
    user = _use_link(link, password_hash=hash_password(password), now=now)
    if name is not None:
        user.name = " ".join(name.split())
    _lead_to_city(link, now=now)
    audit.record(actor=user, action="user.accept_invitation", object=f"user:{user.id}", now=now)
    return user


def accept_as_known(link: OneTimeLink, *, actor: User, now: datetime) -> None:
    """Somebody who has an account already takes up an invitation while signed in; no password changes.

    Raises NotPermitted for anybody but the person whom the letter was sent to, RuleViolation for a used link.
    """
    require(link.user_id == actor.id)
    _spend(link, now=now)
    _lead_to_city(link, now=now)
    audit.record(actor=actor, action="user.accept_invitation", object=f"user:{actor.id}", now=now)


def _lead_to_city(link: OneTimeLink, *, now: datetime) -> None:
    """Make the person a delegate where the link is about a city."""
    if "delegate" in link.details:
        cities.accept_invitation(delegate=db.session.get_one(Delegate, link.details["delegate"]), now=now)
    elif link.details.get("city"):
        cities.join(
            user=link.user,
            name=link.details["city"],
            country=link.details["country"],
            position=link.details.get("position") or None,
            now=now,
        )


def request_password_reset(*, email: str, now: datetime) -> None:
    """Send a reset link if the address has an account; says nothing either way. Raises RuleViolation for no address."""
    user = people_queries.by_email(normal_email(email))
    if user is not None and user.is_active:
        send_link(user, purpose="password_reset", kind="password_reset", now=now, details={})
        audit.record(actor=None, action="user.request_password_reset", object=f"user:{user.id}", now=now)


def reset_password(link: OneTimeLink, *, password: str, now: datetime) -> User:
    """Set a new password and end every sign-in of the person. Raises RuleViolation."""
    check_password(password)
    user = _use_link(link, password_hash=hash_password(password), now=now)
    sign_ins.end_all(user, now=now)
    audit.record(actor=user, action="user.reset_password", object=f"user:{user.id}", now=now)
    return user

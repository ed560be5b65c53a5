"""Passkeys (WebAuthn): adding one, and an answer of one, which counts once.

Every answer is bound to a number drawn here, to the address of this site, and to the person having been verified by the
device (finger, face or PIN), so that a passkey alone is as much as a password and a code.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from sqlalchemy import CursorResult, delete, func, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.second_factors import CHALLENGE_LIFETIME, MOST_PASSKEYS
from awardapp.extensions import db
from awardapp.models import Passkey, PasskeyChallenge, User

_NOT_TAKEN = N_("The passkey was not accepted. Try again, or use another way.")
_LARGEST = 20_000  # characters of an answer; a real one has two thousand


def origin() -> str | None:
    """The address for which passkeys are made: the configured one. None where browsers know no passkeys: by number alone.

    A development site under a number is reached as "localhost" as well, and its passkeys are made for that name.
    """
    parts = urlsplit(current_app.config["BASE_URL"])
    host = parts.hostname or ""
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        return f"{parts.scheme}://{parts.netloc}"
    if not is_loopback:
        return None
    return f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")


def _place() -> tuple[str, str]:
    """Origin and RP id. Raises RuleViolation where there can be no passkeys."""
    found = origin()
    if found is None:
        raise RuleViolation(N_("Passkeys need a site with a name; this one is reached by a number."))
    return found, str(urlsplit(found).hostname)


def _handle(user_id: int) -> bytes:
    """How a passkey names its person: the same each time, and nothing that says who it is."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, f"awardapp: passkeys of person {user_id}".encode(), hashlib.sha256)


def of(user_id: int) -> list[Passkey]:
    """The person's passkeys, the oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def _draw(purpose: str, user_id: int | None, now: datetime) -> bytes:
    """A number for one answer; it is remembered here, not in the browser."""
    challenge = generate_challenge()
    db.session.add(
        PasskeyChallenge(
            challenge=bytes_to_base64url(challenge),
            purpose=purpose,
            user_id=user_id,
            created_at=now,
            expires_at=now + CHALLENGE_LIFETIME,
        )
    )
    db.session.flush()
    return challenge


def _descriptors(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in of(user_id)]


def ask_for_new(user: User, *, now: datetime) -> str:
    """What the browser is to make a passkey of (JSON)."""
    _origin, rp_id = _place()
    options = webauthn.generate_registration_options(
        rp_id=rp_id,
        rp_name="Guangzhou Award",
        user_id=_handle(user.id),
        user_name=user.email,
        user_display_name=user.name,
        challenge=_draw("register", user.id, now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(user.id),
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
    )
    return webauthn.options_to_json(options)


def ask_for_answer(purpose: str, user: User | None, *, now: datetime) -> str:
    """What the browser is to answer with a passkey (JSON): of this person, or of whoever signs in."""
    _origin, rp_id = _place()
    options = webauthn.generate_authentication_options(
        rp_id=rp_id,
        challenge=_draw(purpose, user.id if user else None, now),
        allow_credentials=_descriptors(user.id) if user else None,
        user_verification=UserVerificationRequirement.REQUIRED,
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
    )
    return webauthn.options_to_json(options)


def _read(answer: str | None) -> dict[str, Any]:
    """The browser's answer as data. Raises RuleViolation for anything else."""
    try:
        data = json.loads(answer or "") if len(answer or "") <= _LARGEST else None
    except (ValueError, RecursionError) as error:
        raise RuleViolation(_NOT_TAKEN) from error
    if not isinstance(data, dict) or not isinstance(data.get("response"), dict) or not isinstance(data.get("id"), str):
        raise RuleViolation(_NOT_TAKEN)
    return data


def _take_challenge(data: dict[str, Any], *, purpose: str, user_id: int | None, now: datetime) -> bytes:
    """The number this answer was made for, taken away so that it counts once. Raises RuleViolation."""
    try:
        said = json.loads(base64url_to_bytes(data["response"]["clientDataJSON"]))
        challenge = str(said["challenge"])[:200]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RuleViolation(_NOT_TAKEN) from error
    taken = cast(
        "CursorResult[Any]",
        db.session.execute(
            delete(PasskeyChallenge)
            .where(
                PasskeyChallenge.challenge == challenge,
                PasskeyChallenge.purpose == purpose,
                PasskeyChallenge.user_id.is_(None) if user_id is None else PasskeyChallenge.user_id == user_id,
                PasskeyChallenge.expires_at > now,
            )
            .execution_options(synchronize_session=False)
        ),
    )
    if taken.rowcount != 1:
        raise RuleViolation(_NOT_TAKEN)
    return base64url_to_bytes(challenge)


def add(*, actor: User, name: str, answer: str | None, now: datetime) -> Passkey:
    """Keep the public half of a passkey the browser has made. Raises RuleViolation."""
    data = _read(answer)
    challenge = _take_challenge(data, purpose="register", user_id=actor.id, now=now)
    here, rp_id = _place()
    try:
        made = webauthn.verify_registration_response(
            credential=data,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=here,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise RuleViolation(_NOT_TAKEN) from error
    credential_id = bytes_to_base64url(made.credential_id)
    if db.session.scalar(select(func.count()).select_from(Passkey).where(Passkey.credential_id == credential_id)):
        raise RuleViolation(N_("This passkey is kept here already."))
    if len(of(actor.id)) >= MOST_PASSKEYS:
        raise RuleViolation(N_("At most %(n)d passkeys. Remove one that you do not use."), n=MOST_PASSKEYS)
    transports = data["response"].get("transports")
    known = [word for word in transports if isinstance(word, str)] if isinstance(transports, list) else []
    row = Passkey(
        user_id=actor.id,
        name=" ".join(name.split())[:100] or "Passkey",
        credential_id=credential_id,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        transports=" ".join(known)[:200],
        is_synced=made.credential_backed_up,
        created_at=now,
        used_at=None,
    )
    db.session.add(row)
    db.session.flush()
    return row


def use(answer: str | None, *, purpose: str, user: User | None, now: datetime) -> Passkey:
    """The passkey that answered, noted as used. `user` is whose it must be; None: whoever it belongs to.

    Raises RuleViolation for anything but a fresh answer of a passkey we know, given here, by a verified person, whose
    counter has gone on (a copied key falls behind).
    """
    data = _read(answer)
    challenge = _take_challenge(data, purpose=purpose, user_id=user.id if user else None, now=now)
    here, rp_id = _place()
    row = db.session.scalar(
        select(Passkey).where(Passkey.credential_id == data["id"].rstrip("=")[:2000]).with_for_update()
    )
    if row is None or (user is not None and row.user_id != user.id) or not row.user.is_active:
        raise RuleViolation(_NOT_TAKEN)
    _check_handle(data, row)
    try:
        given = webauthn.verify_authentication_response(
            credential=data,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=here,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise RuleViolation(_NOT_TAKEN) from error
    db.session.execute(
        update(Passkey)
        .where(Passkey.id == row.id)
        .values(sign_count=given.new_sign_count, used_at=now, is_synced=given.credential_backed_up)
    )
    return row


def _check_handle(data: dict[str, Any], row: Passkey) -> None:
    """A discoverable passkey says whose it is; what it says must be its person. Raises RuleViolation."""
    said = data["response"].get("userHandle")
    if said is None:
        return
    try:
        handle = base64url_to_bytes(str(said))
    except ValueError as error:
        raise RuleViolation(_NOT_TAKEN) from error
    if not hmac.compare_digest(handle, _handle(row.user_id)):
        raise RuleViolation(_NOT_TAKEN)


def remove_all(user_id: int) -> int:
    """Take all passkeys of a person away; how many there were."""
    return cast("CursorResult[Any]", db.session.execute(delete(Passkey).where(Passkey.user_id == user_id))).rowcount

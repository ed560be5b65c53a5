"""Closed by default: who may open which page.

Every view declares its audience with one of the decorators below; a view without one keeps the application from starting.
The decorator answers "may somebody like this come in"; what exactly they may do is asked again by the services.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, jsonify, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from awardapp import clock, i18n, logs
from awardapp.domain.people import Role
from awardapp.domain.permissions import Standing
from awardapp.errors import page
from awardapp.extensions import db, login_manager, reading_only
from awardapp.models import Cycle, Membership, User
from awardapp.queries import people as people_queries
from awardapp.services import second_factors, sign_ins

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a view is for: everyone, anyone signed in, or holders of a role in the cycle of the address."""

    name: str
    role: Role | None = None


PUBLIC = Audience("public")
SIGNED_IN = Audience("signed_in")
AUDIENCES: dict[Role, Audience] = {role: Audience(role.value, role) for role in Role}

_ATTRIBUTE = "award_audience"
_SEEN_EVERY = timedelta(minutes=15)
_SEEN_EVERY_OF_ORGANISERS = timedelta(minutes=1)  # their sign-in ends after half an hour, so its use is noted closely

# Where somebody may go who needs a second factor and has none yet.
_TO_A_FACTOR = frozenset(
    {
        "auth.factors",
        "auth.confirm_self",
        "auth.begin_app",
        "auth.app",
        "auth.confirm_app",
        "auth.add_passkey",
        "auth.make_recovery_codes",
        "auth.left",
        "auth.stay",
    }
)


def public(view: View) -> View:
    """Open to everyone."""
    setattr(view, _ATTRIBUTE, PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Open to any signed-in person; the view loads only what is theirs."""
    return _guarded(view, SIGNED_IN)


def requires(role: Role) -> Callable[[View], View]:
    """Open to holders of a role in the cycle named by the address (`cycle_slug`), which is loaded into `g.cycle`.

    Without the role the cycle's rooms answer 404, as if they did not exist.
    """

    def decorate(view: View) -> View:
        return _guarded(view, AUDIENCES[role])

    return decorate


def _guarded(view: View, audience: Audience) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return to_sign_in()
        if lacks_factor() and request.endpoint not in _TO_A_FACTOR:
            return to_factor()
        if audience.role is not None:
            slug = kwargs.pop("cycle_slug")
            here = [member for member in memberships() if member.cycle.slug == slug]
            if not any(member.role is audience.role for member in here):
                abort(404)
            g.cycle = here[0].cycle
            g.standing = Standing(actor().id, city_ids(), {member.role: member.is_chair for member in here})
        return view(*args, **kwargs)

    setattr(guarded, _ATTRIBUTE, audience)
    return cast(View, guarded)


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The declared audience of an endpoint, None if it has none."""
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def actor() -> User:
    """The signed-in person; only inside a guarded view."""
    user: User = current_user._get_current_object()
    return user


def person_here() -> sign_ins.Person:
    """What was read with the sign-in; only inside a guarded view."""
    found: sign_ins.Person = g.person
    return found


def lacks_factor() -> bool:
    """Whether the signed-in person's role needs a second factor that they have not set up."""
    person: sign_ins.Person | None = g.get("person")
    return person is not None and person.needs_factor and not person.has_factor


def cycle() -> Cycle:
    """The cycle of the address; only inside a view guarded by `requires`."""
    found: Cycle = g.cycle
    return found


def standing() -> Standing:
    """The signed-in person's standing in the cycle of the address; only inside a view guarded by `requires`."""
    found: Standing = g.standing
    return found


def memberships() -> Sequence[Membership]:
    """The signed-in person's live roles in all cycles, the newest first; read once a request."""
    if g.get("memberships") is None:
        g.memberships = people_queries.memberships_of(actor())
    found: Sequence[Membership] = g.memberships
    return found


def membership(role: Role) -> Membership:
    """The signed-in person's membership with this role of the cycle of the address, or 404."""
    for member in memberships():
        if member.cycle_id == cycle().id and member.role is role:
            return member
    abort(404)


def city_ids() -> frozenset[int]:
    """The cities the signed-in person acts for now, read together with the sign-in."""
    if g.get("city_ids") is None:
        g.city_ids = people_queries.city_ids_of(actor())  # signed in during this request
    found: frozenset[int] = g.city_ids
    return found


def wants_json() -> bool:
    """Whether a script asks, which can read neither a page nor follow it to the sign-in."""
    return request.headers.get("Accept") == "application/json"


def to_sign_in() -> Response | tuple[str, int] | tuple[Response, int]:
    """Ask to sign in. A posted text is shown again, since it would otherwise be lost; a script keeps its own."""
    if wants_json():
        problem = i18n.gettext(
            "Your sign-in ended or this page was opened before it began. Sign in and send the page again."
        )
        return jsonify(kind="signed_out", problem=problem), 401
    if request.method == "GET":
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    return page(403, i18n.gettext("You were signed out. Copy your text below, sign in again, and paste it."))


def to_factor() -> Response | tuple[str, int] | tuple[Response, int]:
    """Lead to the second factor first. A posted text is shown again, since it would otherwise be lost."""
    problem = i18n.gettext("Your role needs a second factor. Set one up first, in your account; then come back here.")
    if wants_json():
        return jsonify(kind="no_factor", problem=problem), 403
    if request.method == "GET":
        return redirect(url_for("auth.factors"))
    return page(403, problem)


@login_manager.user_loader
def _load_user(user_id: str) -> User | None:
    token = session.get("sign_in")
    if not token:
        return None
    roles = second_factors.required_roles()
    person = sign_ins.person_of(token=token, user_id=int(user_id), now=clock.now(), required_of=roles)
    if person is None:
        return None
    g.person = person
    g.city_ids = person.city_ids
    return person.user


def same_origin() -> bool:
    """Whether a changing request comes from our own pages, by the Origin header that every browser sends with it."""
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        return origin is None
    return urlsplit(origin).netloc == request.host


def _note_use() -> None:
    """Keep a sign-in that is used from ending as idle: one short write a quarter of an hour, reading counts too.

    An organiser's each minute; what a page's script asks by itself does not count there, or an open screen that nobody
    sits at would stay signed in for ever.
    """
    now, person = clock.now(), person_here()
    if person.is_organiser and request.method == "GET" and _asked_by_script():
        return
    every = _SEEN_EVERY_OF_ORGANISERS if person.is_organiser else _SEEN_EVERY
    if now - person.seen_at < every:
        return
    db.session.commit()
    reading_only.set(False)
    sign_ins.mark_seen(token=session["sign_in"], now=now)
    db.session.commit()
    reading_only.set(True)


def _asked_by_script() -> bool:
    """Whether a page's script asks, not a person who opens a page (browsers say so themselves)."""
    return request.endpoint == "auth.left" or request.headers.get("Sec-Fetch-Dest") == "empty"


CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def init_app(app: Flask) -> None:
    """Attach what happens around every request, and refuse to start with a view nobody declared an audience for."""

    @app.before_request
    def begin() -> Response | tuple[str, int] | None:
        logs.request_id.set(logs.new_request_id())
        g.memberships = g.city_ids = g.person = None
        changing = request.method not in ("GET", "HEAD", "OPTIONS")
        reading_only.set(True)  # signing in is read first, so that no write lock is held before a view asks for one
        language = request.args.get("lang")
        if language in i18n.LANGUAGES and not changing:
            session["language"] = language
        i18n.set_language(i18n.negotiate(request.headers.get("Accept-Language")))
        i18n.set_zone("Asia/Shanghai")
        if current_user.is_authenticated:
            i18n.set_language(current_user.language)
            _note_use()
        i18n.set_language(session.get("language", ""))
        if changing:
            if not same_origin():
                abort(403)
            if db.session().in_transaction():
                db.session.commit()
            reading_only.set(False)
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["X-Request-Id"] = logs.request_id.get() or ""
        if current_app.config["SESSION_COOKIE_SECURE"]:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if current_user and current_user.is_authenticated:
            headers["Cache-Control"] = "no-store"
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        reading_only.set(False)

    undeclared = [e for e in app.view_functions if e != "static" and audience_of(app, e) is None]
    if undeclared:
        raise RuntimeError(f"views without an audience: {', '.join(sorted(undeclared))}")

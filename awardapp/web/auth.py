"""Accounts: registering, signing in and out, invitations, forgotten passwords.

Known and unknown addresses get the same answers, in the same time. A password is checked while no transaction is open:
that takes an eighth of a second, during which nobody else could write to an SQLite database.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from awardapp import clock, emails, i18n
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.models import Delegate, OneTimeLink, User
from awardapp.queries import people as people_queries
from awardapp.services import accounts, audit, people, sign_ins
from awardapp.web import access
from awardapp.web.auth_forms import (
    AddressForm,
    InvitedForm,
    NewPasswordForm,
    PasswordForm,
    ProfileForm,
    RegistrationForm,
    SignInForm,
)

bp = Blueprint("auth", __name__)

Page = str | tuple[str, int] | Response

# A city hall may sit behind one address, so the limit by address is wide; the one by account counts failures alone.
_BY_ADDRESS = "60 per minute;600 per hour"
_LETTERS_BY_ADDRESS = "20 per minute;120 per hour"

_ROOMS = {
    Role.SECRETARIAT: "secretariat.overview",
    Role.COMMITTEE: "committee.queue",
    Role.JUROR: "jury.index",
    Role.ADVISER: "advice.queue",
    Role.OBSERVER: "observer.process",
}


def _typed_address() -> str:
    return "address:" + request.form.get("email", "").strip().lower()[:254]


def _refused(response: Response) -> bool:
    return response.status_code == 422


def _sent(response: Response) -> bool:
    return response.status_code == 303


def local_path(target: str | None) -> str | None:
    """The target if it is a path of this site, else None: a sign-in must not lead to somebody else's page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def room_of(user: User) -> str:
    """Where a person's work is: the room of their role in the newest cycle, else the city's desk."""
    memberships = people_queries.memberships_of(user)
    if memberships:
        newest = [m for m in memberships if m.cycle_id == memberships[0].cycle_id]
        member = min(newest, key=lambda m: list(_ROOMS).index(m.role))
        return url_for(_ROOMS[member.role], cycle_slug=member.cycle.slug)
    return url_for("submissions.index")


def _begin(user: User, *, now: datetime) -> None:
    """A fresh session for this person; nothing of an earlier one goes over, except the language chosen on the page."""
    chosen = session.get("language")
    session.clear()
    if chosen and chosen != user.language:
        session["language"] = chosen
    login_user(user)
    session["sign_in"] = sign_ins.begin(user, now=now)


@bp.get("/sign-in")
@access.public
def sign_in() -> Page:
    target = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or room_of(access.actor()))
    return render_template("auth/sign_in.html", form=SignInForm(), target=target)


@bp.post("/sign-in")
@limiter.limit(_BY_ADDRESS)
@limiter.limit("20 per hour", key_func=_typed_address, deduct_when=_refused)
@access.public
def try_sign_in() -> Page:
    target = local_path(request.args.get("next"))
    form = SignInForm()
    if form.validate_on_submit():
        user = people_queries.by_email(form.email.data)
        db.session.commit()
        is_right = people.verify_password(user, form.password.data)
        if is_right and user is not None and user.is_active:
            now = clock.now()
            _begin(user, now=now)
            audit.record(actor=user, action="user.sign_in", object=f"user:{user.id}", now=now)
            db.session.commit()
            return redirect(target or room_of(user), 303)
        form.form_errors.append(_("Address and password do not belong together, or there is no such account."))
    return render_template("auth/sign_in.html", form=form, target=target), 422


@bp.post("/sign-out")
@access.public
def sign_out() -> Page:
    token = session.get("sign_in")
    if token:
        sign_ins.end(token=token, now=clock.now())
        db.session.commit()
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language
    flash(_("You are signed out."), "success")
    return redirect(url_for("public.home"), 303)


@bp.get("/register")
@access.public
def register() -> Page:
    return render_template("auth/register.html", form=RegistrationForm(data={"language": i18n.language()}))


@bp.post("/register")
@limiter.limit(_LETTERS_BY_ADDRESS)
@limiter.limit("6 per hour", key_func=_typed_address, deduct_when=_sent)
@access.public
def send_registration() -> Page:
    form = RegistrationForm()
    if not form.validate_on_submit():
        return render_template("auth/register.html", form=form), 422
    try:
        people.register(
            email=form.email.data,
            name=form.name.data,
            city_name=form.city_name.data,
            country=form.country.data,
            position=form.position.data,
            language=form.language.data,
            now=clock.now(),
        )
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return render_template("auth/register.html", form=form), 422
    except IntegrityError:  # the same address registered in the same instant: that request sent the letter
        db.session.rollback()
    return redirect(url_for("auth.letter_sent", about="registration"), 303)


@bp.get("/letter-sent")
@access.public
def letter_sent() -> Page:
    about = "reset" if request.args.get("about") == "reset" else "registration"
    return render_template("auth/letter_sent.html", about=about)


def _link(token: str, *, purpose: str) -> OneTimeLink:
    """The live link of an address. Raises RuleViolation when it does not work any more."""
    return people.open_link(emails.read_link(token), purpose=purpose, now=clock.database_now())


def _dead_link(purpose: str) -> Page:
    return render_template("auth/dead_link.html", purpose=purpose), 410


def _city_of(link: OneTimeLink) -> str:
    """The city a link leads to, in words; "" for one that leads to a role."""
    if "delegate" in link.details:
        return i18n.pick(db.session.get_one(Delegate, link.details["delegate"]).city, "name")
    return str(link.details.get("city", ""))


def _invitation(token: str) -> OneTimeLink:
    """The live invitation of an address. Raises RuleViolation, also for one that was withdrawn."""
    link = _link(token, purpose="invitation")
    if "delegate" in link.details and not db.session.get_one(Delegate, link.details["delegate"]).is_invitation:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    if not link.user.is_active:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    return link


def _welcome_page(link: OneTimeLink, form: NewPasswordForm) -> str:
    """Choose a password; or, for somebody who has one, take the invitation up while signed in."""
    if link.user.password_hash is None:
        return render_template("auth/welcome.html", form=form, link=link, city=_city_of(link))
    is_own = current_user.is_authenticated and access.actor().id == link.user_id
    return render_template("auth/accept.html", link=link, city=_city_of(link), is_own=is_own)


@bp.get("/welcome/<token>")
@access.public
def welcome(token: str) -> Page:
    try:
        link = _invitation(token)
    except RuleViolation:
        return _dead_link("invitation")
    return _welcome_page(link, _welcome_form(link))


def _welcome_form(link: OneTimeLink) -> NewPasswordForm:
    """What a new person is asked: a password, and their name where a colleague had written one."""
    return InvitedForm(data={"name": link.user.name}) if "delegate" in link.details else NewPasswordForm()


@bp.post("/welcome/<token>")
@limiter.limit(_BY_ADDRESS)
@access.public
def accept_welcome(token: str) -> Page:
    try:
        link = _invitation(token)
    except RuleViolation:
        return _dead_link("invitation")
    db.session.commit()
    if link.user.password_hash is not None:
        return _accept_as_known(link)
    form = _welcome_form(link)
    if not form.validate_on_submit():
        return _welcome_page(link, form), 422
    now, own_name = clock.now(), form.name.data if isinstance(form, InvitedForm) else None
    try:
        user = people.accept_invitation(link, password=form.password.data, name=own_name, now=now)
        _begin(user, now=now)
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _welcome_page(link, form), 422
    flash(_("Your account is ready and you are signed in."), "success")
    return redirect(room_of(user), 303)


def _accept_as_known(link: OneTimeLink) -> Page:
    """The button of the page for somebody who has an account; only for them, signed in."""
    if not current_user.is_authenticated or access.actor().id != link.user_id:
        return _welcome_page(link, NewPasswordForm()), 422
    city = _city_of(link)
    try:
        people.accept_as_known(link, actor=access.actor(), now=clock.now())
        db.session.commit()
    except RuleViolation:
        db.session.rollback()
        return _dead_link("invitation")
    if not city:
        return redirect(room_of(access.actor()), 303)
    if "delegate" in link.details:
        flash(_("You now act for %(city)s.", city=city), "success")
    return redirect(url_for("submissions.index"), 303)


@bp.get("/forgotten-password")
@access.public
def forgotten_password() -> Page:
    return render_template("auth/forgotten_password.html", form=AddressForm())


@bp.post("/forgotten-password")
@limiter.limit(_LETTERS_BY_ADDRESS)
@limiter.limit("6 per hour", key_func=_typed_address, deduct_when=_sent)
@access.public
def send_reset() -> Page:
    form = AddressForm()
    if form.validate_on_submit():
        try:
            people.request_password_reset(email=form.email.data, now=clock.now())
            db.session.commit()
            return redirect(url_for("auth.letter_sent", about="reset"), 303)
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
    return render_template("auth/forgotten_password.html", form=form), 422


@bp.get("/reset-password/<token>")
@access.public
def reset_password(token: str) -> Page:
    try:
        link = _link(token, purpose="password_reset")
    except RuleViolation:
        return _dead_link("password_reset")
    return render_template("auth/reset_password.html", form=NewPasswordForm(), link=link)


@bp.post("/reset-password/<token>")
@limiter.limit(_BY_ADDRESS)
@access.public
def set_password(token: str) -> Page:
    try:
        link = _link(token, purpose="password_reset")
    except RuleViolation:
        return _dead_link("password_reset")
    db.session.commit()
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            people.reset_password(link, password=form.password.data, now=clock.now())
            db.session.commit()
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash(
                _("Your password is changed. Every sign-in with the old one has ended; sign in with the new one."),
                "success",
            )
            return redirect(url_for("auth.sign_in"), 303)
    return render_template("auth/reset_password.html", form=form, link=link), 422


def _account_page(profile: ProfileForm, password: PasswordForm, *, shown: ProfileForm | PasswordForm) -> str:
    return render_template(
        "auth/account.html",
        form=shown,
        profile=profile,
        password=password,
        cities=people_queries.cities_of(access.actor()),
    )


def _profile_form() -> ProfileForm:
    user = access.actor()
    data = {"name": user.name, "language": user.language, "time_zone": user.time_zone or ""}
    return ProfileForm(formdata=None, data=data)


@bp.get("/account")
@access.signed_in
def account() -> Page:
    profile = _profile_form()
    return _account_page(profile, PasswordForm(formdata=None), shown=profile)


@bp.post("/account")
@limiter.limit(_BY_ADDRESS)
@access.signed_in
def change_profile() -> Page:
    form = ProfileForm()
    if form.validate_on_submit():
        accounts.change_profile(
            actor=access.actor(),
            name=form.name.data,
            language=form.language.data,
            time_zone=form.time_zone.data or None,
            now=clock.now(),
        )
        db.session.commit()
        session.pop("language", None)
        i18n.set_language(form.language.data)
        flash(_("Your account is changed."), "success")
        return redirect(url_for("auth.account"), 303)
    return _account_page(form, PasswordForm(formdata=None), shown=form), 422


@bp.post("/account/password")
@limiter.limit("20 per hour", deduct_when=_refused)
@access.signed_in
def change_password() -> Page:
    form = PasswordForm()
    user = access.actor()
    if form.validate_on_submit():
        try:
            people.check_password(form.password.data)
            if people.verify_password(user, form.current_password.data):
                password_hash = people.hash_password(form.password.data)
                now = clock.now()
                accounts.change_password(actor=user, password_hash=password_hash, now=now)
                _begin(user, now=now)
                db.session.commit()
                flash(_("Your password is changed. Your other sign-ins have ended."), "success")
                return redirect(url_for("auth.account"), 303)
            form.current_password.errors = [_("This is not your present password.")]
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
    return _account_page(_profile_form(), form, shown=form), 422

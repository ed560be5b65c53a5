"""One session of the draft: planned, changed, taken out."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template
from wtforms import BooleanField, SelectField

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import PresentationSession
from awardapp.queries import presentations as queries
from awardapp.services import presentations as services
from awardapp.services.presentation_timetable import session_title
from awardapp.web import access
from awardapp.web.forms import BaseForm, MaxLength, Required, Stripped, WholeNumber, ZonedDateTime, named_choices
from awardapp.web.presentations.planning import url

_FACTS = (
    "title_en", "title_zh", "starts_at", "talk_minutes", "question_minutes", "break_minutes", "places", "is_public",
    "place_en", "place_zh", "link", "public_link",
)  # fmt: skip


class SessionForm(BaseForm):
    """A session: what it is about, when it begins, how it is divided, who may watch."""

    theme = SelectField(choices=[], validate_choice=False)
    title_en = Stripped(validators=[MaxLength(200)])
    title_zh = Stripped(validators=[MaxLength(200)])
    starts_at = ZonedDateTime(validators=[Required()])
    talk_minutes = WholeNumber(validators=[Required()], default=10)
    question_minutes = WholeNumber(validators=[Required()], default=8)
    break_minutes = WholeNumber(validators=[Required()], default=2)
    places = WholeNumber(validators=[Required()], default=4)
    is_public = BooleanField()
    place_en = Stripped(validators=[MaxLength(300)])
    place_zh = Stripped(validators=[MaxLength(300)])
    link = Stripped(validators=[MaxLength(500)])
    public_link = Stripped(validators=[MaxLength(500)])

    def speak(self) -> SessionForm:
        """Put the words into the reader's language, and the themes of the cycle into the list."""
        words = {
            "theme": _("Theme"),
            "title_en": _("Title in English"),
            "title_zh": _("Title in Chinese"),
            "starts_at": _("Begins"),
            "talk_minutes": _("Minutes for each presentation"),
            "question_minutes": _("Minutes for its questions"),
            "break_minutes": _("Minutes between two presentations"),
            "places": _("Presentations it has room for"),
            "is_public": _("The public may watch: the session stands in the public programme"),
            "place_en": _("Place in English"),
            "place_zh": _("Place in Chinese"),
            "link": _("Address where participants join"),
            "public_link": _("Address where the public watches"),
        }
        for name, label in words.items():
            self[name].label.text = label
        self.theme.choices = [("", _("No theme, a title instead")), *named_choices(access.cycle().themes)]
        self.starts_at.time_zone = access.cycle().time_zone
        return self

    def facts(self) -> services.SessionFacts:
        """What was typed."""
        theme = next((one for one in access.cycle().themes if str(one.id) == self.theme.data), None)
        return services.SessionFacts(theme=theme, **{name: self[name].data for name in _FACTS})


def _session(number: int) -> PresentationSession:
    found = queries.session(access.cycle(), number)
    if found is None:
        abort(404)
    return found


def _page(session: PresentationSession | None, form: SessionForm | None = None, status: int = 200) -> tuple[str, int]:
    if form is None:
        data = {name: getattr(session, name) for name in _FACTS} if session is not None else _like_the_last()
        if session is not None:
            data["theme"] = str(session.theme_id or "")
        form = SessionForm(formdata=None, data=data)
    page = render_template(
        "presentations/session.html",
        cycle=access.cycle(),
        session=session,
        title=session_title(session) if session is not None else "",
        form=form.speak(),
    )
    return page, status


def _like_the_last() -> dict[str, Any]:
    """A further session is divided like the last one planned."""
    every = queries.sessions(access.cycle())
    names = ("talk_minutes", "question_minutes", "break_minutes", "places", "is_public", "place_en", "place_zh")
    return {name: getattr(every[-1], name) for name in names} if every else {}


def new() -> Any:
    """The form of a further session."""
    return _page(None)


def plan() -> Any:
    """Plan a session."""
    return _save(None)


def show(number: int) -> Any:
    """The form of a session."""
    return _page(_session(number))


def change(number: int) -> Any:
    """Change a session of the draft."""
    return _save(_session(number))


def _save(session: PresentationSession | None) -> Any:
    form = SessionForm().speak()
    if not form.validate_on_submit():
        return _page(session, form, 422)
    try:
        services.save_session(
            actor=access.actor(),
            cycle=access.cycle(),
            session=session,
            facts=form.facts(),
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(session, form, 422)
    db.session.commit()
    flash(_("The session is stored in the draft. Nobody is told before you publish the timetable."), "success")
    return redirect(url("presentations"), 303)


def drop(number: int) -> Any:
    """Take a session out of the draft."""
    services.drop_session(actor=access.actor(), session=_session(number), now=clock.database_now())
    db.session.commit()
    flash(_("The session is out of the draft. Its presentations have no slot now."), "success")
    return redirect(url("presentations"), 303)

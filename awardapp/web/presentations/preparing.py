"""One presentation as the secretariat prepares it: who presents, the files to check, where the city's clocks stand."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from wtforms import RadioField, SelectField

from awardapp import clock, places, storage
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.presentations import MaterialState
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Presentation, PresentationMaterial
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_city, presentations
from awardapp.web import access, previews
from awardapp.web.downloads import file_response
from awardapp.web.forms import BaseForm, LongText, MaxLength, whole_number
from awardapp.web.presentations import shown
from awardapp.web.presentations.planning import url


class CheckForm(BaseForm):
    """What the secretariat says to a file."""

    state = RadioField(choices=[])
    note = LongText(validators=[MaxLength(2000)])

    def speak(self) -> CheckForm:
        self.state.label.text = _("After looking at it")
        self.state.choices = [
            (MaterialState.ACCEPTED.value, _("Accept")),
            (MaterialState.CHANGE.value, _("Ask the city to change it")),
        ]
        self.note.label.text = _("What is to be changed")
        self.note.description = _("The city reads this and gets it by letter.")
        return self


class ZoneForm(BaseForm):
    """Where a city's clocks stand."""

    zone = SelectField(choices=[], validate_choice=False)

    def speak(self, presentation: Presentation) -> ZoneForm:
        self.zone.label.text = _("Time zone")
        known = places.zones_of(presentation.submission.city.country)
        self.zone.choices = [("", _("As the gazetteer has it")), *((zone, zone) for zone in known)]
        return self


def one_of(ref: str) -> Presentation:
    """The presentation of the address, or 404."""
    found = queries.presentation(access.cycle(), ref)
    if found is None:
        abort(404)
    return found


def file_of(presentation: Presentation, sha256: str) -> PresentationMaterial:
    """One of its files, or 404."""
    for file in day_queries.materials([presentation.id])[presentation.id]:
        if file.sha256 == sha256:
            return file
    abort(404)


def sent(material: PresentationMaterial) -> Response:
    """A file as a download."""
    return file_response(
        storage.blob_key(material.sha256),
        material.filename,
        material.blob.media_type,
        material.blob.size,
        sha256=material.sha256,
    )


def _page(
    presentation: Presentation,
    *,
    refused: tuple[int, CheckForm] | None = None,
    zone_form: ZoneForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    files = day_queries.materials([presentation.id])[presentation.id]
    forms = {file.id: CheckForm(formdata=None, data={"state": _before(file), "note": file.note}) for file in files}
    if refused is not None and refused[0] in forms:
        forms[refused[0]] = refused[1]
    appointed = queries.appointed(presentation)
    page = render_template(
        "presentations/one.html",
        cycle=access.cycle(),
        presentation=presentation,
        submission=presentation.submission,
        appointed=appointed,
        held=day_queries.clocks([appointed.slot])[presentation.id] if appointed is not None else None,
        zone=queries.zone_of(presentation),
        files=files,
        forms={key: form.speak() for key, form in forms.items()},
        form=refused[1] if refused is not None else None,
        zone_form=(zone_form or ZoneForm(formdata=None, data={"zone": presentation.time_zone or ""})).speak(
            presentation
        ),
        previews=previews.shown([file.sha256 for file in files]),
        state_words=shown.state_words,
        presenter_words=shown.presenter_words,
        questions=day_queries.questions([presentation.id])[presentation.id],
        url=url,
    )
    return page, status


def _before(file: PresentationMaterial) -> str:
    return file.state.value if file.state is not MaterialState.WAITING else MaterialState.ACCEPTED.value


def show(ref: str) -> Any:
    """The page."""
    return _page(one_of(ref))


def check(ref: str) -> Any:
    """Accept a file or ask for it to be changed."""
    presentation = one_of(ref)
    wanted = whole_number(request.form.get("material"))
    files = day_queries.materials([presentation.id])[presentation.id]
    material = next((file for file in files if file.id == wanted), None)
    if material is None:
        abort(404)
    form = CheckForm().speak()
    if not form.validate_on_submit():
        return _page(presentation, refused=(material.id, form), status=422)
    try:
        presentation_city.check_material(
            actor=access.actor(),
            material=material,
            state=MaterialState(form.state.data),
            note=form.note.data or "",
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(one_of(ref), refused=(material.id, form), status=422)
    db.session.commit()
    flash(_("Stored: %(title)s", title=material.filename), "success")
    return redirect(url("presentation", ref=ref), 303)


def correct_zone(ref: str) -> Any:
    """Say in which zone the city lies."""
    presentation = one_of(ref)
    form = ZoneForm().speak(presentation)
    try:
        presentations.correct_zone(
            actor=access.actor(),
            cycle=access.cycle(),
            presentation=presentation,
            zone=form.zone.data or "",
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(one_of(ref), zone_form=form, status=422)
    db.session.commit()
    flash(_("Stored. Times of this city are shown anew; look at its slot again."), "success")
    return redirect(url("presentation", ref=ref), 303)


def file(ref: str, sha256: str) -> Response:
    """Download a file."""
    return sent(file_of(one_of(ref), sha256))


def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of a file."""
    return previews.response(file_of(one_of(ref), sha256).sha256, page, size)

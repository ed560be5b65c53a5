"""The city's page of its presentation: when it is on whose clock, who presents, the files and what was said to them."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from wtforms import SelectField

from awardapp import clock as instants
from awardapp import storage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.files import check_extension, check_file, clean_filename, extensions, kind_names
from awardapp.domain.presentations import MOST_MATERIALS, PHASES_OF_PLANNING, QuestionState
from awardapp.domain.speaking_clock import Part
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Presentation, User
from awardapp.queries import people as people_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_city as services
from awardapp.services.presentation_city import Named
from awardapp.web import access, previews
from awardapp.web.forms import BaseForm, MaxLength, Stripped
from awardapp.web.presentations import preparing, shown
from awardapp.web.submissions import taking
from awardapp.web.submissions.scope import deadline_of, own_submission

_TEXTS = ("name_en", "name_zh", "title_en", "title_zh")
SOMEBODY_ELSE = "else"


class PresentersForm(BaseForm):
    """Up to two people, each a delegate or somebody else. Field names carry a hyphen, as refusals name them."""

    who_1 = SelectField(name="first-who", choices=[], validate_choice=False)
    name_en_1 = Stripped(name="first-name_en", validators=[MaxLength(200)])
    name_zh_1 = Stripped(name="first-name_zh", validators=[MaxLength(200)])
    title_en_1 = Stripped(name="first-title_en", validators=[MaxLength(200)])
    title_zh_1 = Stripped(name="first-title_zh", validators=[MaxLength(200)])
    who_2 = SelectField(name="second-who", choices=[], validate_choice=False)
    name_en_2 = Stripped(name="second-name_en", validators=[MaxLength(200)])
    name_zh_2 = Stripped(name="second-name_zh", validators=[MaxLength(200)])
    title_en_2 = Stripped(name="second-title_en", validators=[MaxLength(200)])
    title_zh_2 = Stripped(name="second-title_zh", validators=[MaxLength(200)])

    def speak(self, delegates: list[User]) -> PresentersForm:
        """Words in the reader's language, and the city's delegates to choose from."""
        for n in (1, 2):
            self[f"who_{n}"].label.text = _("Who")
            self[f"who_{n}"].choices = [
                ("", _("Nobody yet") if n == 1 else _("Nobody else")),
                *((str(one.id), one.name) for one in delegates),
                (SOMEBODY_ELSE, _("Somebody else")),
            ]
            self[f"name_en_{n}"].label.text = _("Name, in Latin letters")
            self[f"name_zh_{n}"].label.text = _("Name, in Chinese")
            self[f"title_en_{n}"].label.text = _("Post, in English")
            self[f"title_zh_{n}"].label.text = _("Post, in Chinese")
        return self

    def refuse(self, error: RuleViolation) -> None:
        """The refusal at the field it names by its name on the page."""
        field = next((one for one in self if one.name == error.field), None)
        if field is None:
            super().refuse(error)
        else:
            field.errors = [*field.errors, explain(error)]

    def named(self, delegates: list[User]) -> list[Named]:
        """The people chosen, in their order."""
        by_id = {str(one.id): one for one in delegates}
        found = []
        for n in (1, 2):
            who = self[f"who_{n}"].data
            if who:
                texts = {name: self[f"{name}_{n}"].data or "" for name in _TEXTS}
                found.append(Named(by_id.get(who), **texts))
        return found


def _own(ref: str) -> Presentation:
    """The presentation of one of my city's submissions, or 404 before there is one to tell of."""
    submission = own_submission(ref, files=False)
    found = queries.of_submission(submission)
    if found is None:
        abort(404)
    return found


def _filled(presentation: Presentation) -> PresentersForm:
    data: dict[str, Any] = {}
    for one in presentation.presenters:
        data[f"who_{one.position}"] = str(one.user_id) if one.user_id else SOMEBODY_ELSE
        data |= {f"{name}_{one.position}": getattr(one, name) for name in _TEXTS}
    return PresentersForm(formdata=None, data=data)


def _page(
    ref: str, *, form: PresentersForm | None = None, problem: str | None = None, status: int = 200
) -> tuple[str, int]:
    presentation = _own(ref)
    submission, cycle = presentation.submission, presentation.submission.cycle
    plan, appointed = queries.plan_of(cycle), queries.appointed(presentation)
    zone = queries.zone_of(presentation)
    files = day_queries.materials([presentation.id])[presentation.id]
    now = instants.now()
    turned = day_queries.clocks([appointed.slot])[presentation.id] if appointed is not None else None
    asked = day_queries.questions([presentation.id])[presentation.id]
    rules = cycle.rules
    delegates = list(people_queries.delegates_of(submission.city_id))
    page = render_template(
        "presentations/city.html",
        cycle=cycle,
        submission=submission,
        presentation=presentation,
        appointed=appointed,
        zone=zone,
        own_zone=shown.own_zone(access.actor(), award_zone=cycle.time_zone, city=zone),
        told=shown.told,
        length=queries.ends_at(appointed.slot) - appointed.slot.starts_at if appointed is not None else None,
        form=(form or _filled(presentation)).speak(delegates),
        files=files,
        previews=previews.shown([file.sha256 for file in files]),
        state_words=shown.state_words,
        presenter_words=shown.presenter_words,
        is_planned=cycle.phase in PHASES_OF_PLANNING,
        can_send=cycle.phase in PHASES_OF_PLANNING and services.can_send(presentation, now=now),
        has_begun=appointed is not None and not appointed.is_off and appointed.slot.starts_at <= now,
        until=deadline_of(plan.materials_until if plan else None, cycle=cycle, user=access.actor(), now=now),
        questions=_afterwards(asked) if turned is not None and turned.part is Part.ENDED else None,
        rules=rules,
        most=MOST_MATERIALS,
        kinds=kind_names(rules.file_kinds),
        accept=",".join(extensions(rules.file_kinds)),
        problem=problem,
    )
    return page, status


def _afterwards(questions: list[Any]) -> list[Any]:
    """The questions that were put in the hall, in the order of their instants. Neither who asked nor for whom is told."""
    put = [one for one in questions if one.state in (QuestionState.ASKED, QuestionState.ANSWERED)]
    return sorted(put, key=lambda one: (one.asked_at, one.id))


def show(ref: str) -> Any:
    """The page."""
    return _page(ref)


def name_presenters(ref: str) -> Any:
    """Say who presents."""
    presentation = _own(ref)
    delegates = list(people_queries.delegates_of(presentation.submission.city_id))
    form = PresentersForm().speak(delegates)
    if not form.validate_on_submit():
        return _page(ref, form=form, status=422)
    try:
        services.name_presenters(
            actor=access.actor(),
            presentation=presentation,
            named=form.named(delegates),
            now=instants.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(ref, form=form, status=422)
    db.session.commit()
    flash(_("Stored who presents for your city."), "success")
    return redirect(url_for("submissions.presentation", ref=ref), 303)


def _take(file: FileStorage, presentation: Presentation) -> None:
    """Receive, check and store one file. Raises RuleViolation."""
    filename = clean_filename(file.filename or "")
    rules = presentation.submission.cycle.rules
    check_extension(filename, rules.file_kinds)
    try:
        with storage.stage(file.stream, limit=rules.max_file_bytes) as staged:
            check_file(size=staged.size, count=0, total=0, rules=rules)
            media_type = taking.checked(staged, filename, rules)
            taking.stored(
                staged,
                lambda: services.add_material(
                    actor=access.actor(),
                    presentation=presentation,
                    staged=staged,
                    filename=filename,
                    media_type=media_type,
                    now=instants.database_now(),
                ),
            )
    except storage.TooLarge as error:
        limit = rules.max_file_bytes // 1_000_000
        raise RuleViolation(
            N_("The file is larger than the %(limit)d MB allowed."), field="file", limit=limit
        ) from error
    except storage.Unavailable as error:
        raise RuleViolation(
            N_("There is no room for files at the moment. Try again in a while."), field="file"
        ) from error


def add_files(ref: str) -> Any:
    """Send files; each that can be taken is, and of the others the page says why not."""
    presentation = _own(ref)
    files = [one for one in request.files.getlist("file") if one.filename]
    if not files:
        return _page(ref, problem=_("Choose a file first."), status=422)
    db.session.commit()  # no transaction is open while files are received and checked
    refused = []
    for file in files:
        try:
            _take(file, presentation)
        except NotPermitted:
            raise
        except RuleViolation as error:
            db.session.rollback()
            refused.append(f"{file.filename}: {explain(error)}")
    if refused:
        return _page(ref, problem=" ".join(refused), status=422)
    flash(_("Received. The secretariat looks at it, and you read here what it says."), "success")
    return redirect(url_for("submissions.presentation", ref=ref), 303)


def remove_file(ref: str, sha256: str) -> Any:
    """Take a file out."""
    material = preparing.file_of(_own(ref), sha256)
    services.remove_material(actor=access.actor(), material=material, now=instants.database_now())
    db.session.commit()
    flash(_("“%(name)s” is taken out.", name=material.filename), "success")
    return redirect(url_for("submissions.presentation", ref=ref), 303)


def file(ref: str, sha256: str) -> Response:
    """Download a file of one's own."""
    return preparing.sent(preparing.file_of(_own(ref), sha256))


def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of one."""
    return previews.response(preparing.file_of(_own(ref), sha256).sha256, page, size)

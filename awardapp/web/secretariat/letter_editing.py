"""Words of the secretariat's own: in the drafts of one cause, and in letters it writes itself."""

from __future__ import annotations

from dataclasses import fields, replace

from flask import flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice, SelectField

from awardapp import clock, emails
from awardapp.domain.errors import RuleViolation
from awardapp.domain.letter_words import MOST, PLACES, Words, places_for
from awardapp.domain.letters import OWN_LETTERS
from awardapp.domain.people import LANGUAGES, Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGE_NAMES, explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import LetterWords, Notification, WorkStatus
from awardapp.queries import outbox as queries
from awardapp.queries.outbox import Filter
from awardapp.services import composing, outbox
from awardapp.services import letters as rendering
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength, Stripped
from awardapp.web.secretariat import letter_filter
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.letter_words import letter_name


class WordsForm(BaseForm):
    """A subject, a text and a paragraph to add, each in both languages."""

    subject_en = Stripped(validators=[MaxLength(MOST["subject"])])
    subject_zh = Stripped(validators=[MaxLength(MOST["subject"])])
    body_en = LongText(validators=[MaxLength(MOST["body"])])
    body_zh = LongText(validators=[MaxLength(MOST["body"])])
    added_en = LongText(validators=[MaxLength(MOST["added"])])
    added_zh = LongText(validators=[MaxLength(MOST["added"])])

    def label(self) -> None:
        for name, words in (("subject", _("Subject")), ("body", _("Text")), ("added", _("Paragraph to add"))):
            for code in LANGUAGES:
                self[f"{name}_{code}"].label.text = f"{words} ({LANGUAGE_NAMES[code]})"

    def words(self) -> Words:
        return Words(**{part.name: self[part.name].data or "" for part in fields(Words)})


class ComposeForm(WordsForm):
    """A letter of one's own: to whom, in which languages' readers, and whether it is service mail."""

    audience = SelectField()
    readers = SelectField()
    is_news = BooleanField()

    @classmethod
    def of(cls) -> ComposeForm:
        form = cls()
        form.label()
        form.audience.label.text = _("To whom")
        form.audience.choices = [SelectChoice(key, _(words)) for key, words in composing.AUDIENCES.items()]
        form.readers.label.text = _("Whose language is")
        form.readers.choices = [("", _("either")), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)]
        form.is_news.label.text = _("This is news, not service mail: whoever asked for no news does not get it")
        if not form.is_submitted() and request.args.get("audience") in composing.AUDIENCES:
            form.audience.data = request.args["audience"]
        return form


def _places(names: list[str]) -> list[tuple[str, str]]:
    return [(f"{{{name}}}", _(PLACES[name])) for name in names]


def _sample(wanted: Filter) -> Notification | None:
    drafts = queries.narrowed(access.cycle(), replace(wanted, status=WorkStatus.DRAFT), now=clock.now())
    return db.session.scalars(select(Notification).where(*drafts).order_by(Notification.id).limit(1)).first()


def _words_page(form: WordsForm, wanted: Filter, sample: Notification) -> str:
    cycle = access.cycle()
    earlier = db.session.scalars(
        select(LetterWords)
        .where(LetterWords.cycle_id == cycle.id, LetterWords.group_key == sample.group_key)
        .order_by(LetterWords.id.desc())
    ).all()
    number = queries.count(cycle, replace(wanted, status=WorkStatus.DRAFT), now=clock.now())
    return render_template(
        "secretariat/letters/words.html",
        cycle=cycle,
        form=form,
        sample=sample,
        name=letter_name(sample.kind),
        number=number,
        kept=letter_filter.written(wanted),
        back=letter_filter.address(wanted),
        places=_places(outbox.places_of(cycle, sample)),
        earlier=earlier,
        is_mended=sample.words is not None and sample.words.template_sha256 != emails.template_digest(sample.kind),
        is_own=sample.kind in OWN_LETTERS,
        previews=[(code, rendering.render_for_reader(sample, language=code)) for code in LANGUAGES],
    )


@bp.get("/letters/words")
@requires(Role.SECRETARIAT)
def letter_words() -> str | Response:
    """The words of the drafts of one cause, or of one letter."""
    wanted = letter_filter.read(request.args)
    sample = _sample(wanted)
    if sample is None:
        return redirect(letter_filter.address(wanted))
    form = WordsForm(obj=sample.words)
    form.label()
    return _words_page(form, wanted, sample)


@bp.post("/letters/words")
@requires(Role.SECRETARIAT)
def write_letter_words() -> Response | tuple[str, int]:
    wanted = letter_filter.read(request.args)
    sample = _sample(wanted)
    if sample is None:
        return redirect(letter_filter.address(wanted), 303)
    form = WordsForm()
    form.label()
    if not form.validate_on_submit():
        return _words_page(form, wanted, sample), 422
    try:
        outbox.write(actor=access.actor(), cycle=access.cycle(), wanted=wanted, words=form.words(), now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _words_page(form, wanted, sample), 422
    db.session.commit()
    flash(_("The words are in the letters. Look at them in both languages before you approve."), "success")
    return redirect(letter_filter.address(wanted), 303)


@bp.post("/letters/back-to-template")
@requires(Role.SECRETARIAT)
def back_to_template() -> Response:
    """Take the own words out of drafts, which read as the template does now."""
    wanted = letter_filter.read(request.form)
    try:
        changed = outbox.back_to_template(actor=access.actor(), cycle=access.cycle(), wanted=wanted, now=clock.now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(
            ngettext("One letter reads as its template again.", "%(n)s letters read as their template again.", changed),
            "success",
        )
    return redirect(letter_filter.address(wanted), 303)


def _compose_page(form: ComposeForm) -> str:
    cycle = access.cycle()
    names = places_for(is_about_file=True, has_deadline=cycle.deadline_at is not None)
    return render_template("secretariat/letters/compose.html", cycle=cycle, form=form, places=_places(names))


@bp.get("/letters/compose")
@requires(Role.SECRETARIAT)
def compose_letter() -> str:
    return _compose_page(ComposeForm.of())


@bp.post("/letters/compose")
@requires(Role.SECRETARIAT)
def write_letter() -> Response | tuple[str, int]:
    """A letter of one's own, as a draft for each person; approving them is another step."""
    form = ComposeForm.of()
    if not form.validate_on_submit():
        return _compose_page(form), 422
    try:
        row = composing.compose(
            actor=access.actor(),
            cycle=access.cycle(),
            audience=form.audience.data,
            language=form.readers.data,
            words=replace(form.words(), added_en="", added_zh=""),
            is_news=form.is_news.data,
            now=clock.now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _compose_page(form), 422
    db.session.commit()
    flash(_("The letters lie in the outbox as drafts. Look at one, then approve them."), "success")
    return redirect(letter_filter.address(Filter(status=WorkStatus.DRAFT, group=row.group_key)), 303)

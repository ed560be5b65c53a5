"""Changing a cycle's form and themes: prepared in a draft that can be looked at, put in force as a version of the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.form_changes import form_changes
from awardapp.domain.form_design import check_form, new_key, removed_choices
from awardapp.domain.forms import Form, FormField
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.i18n import language, pick
from awardapp.models import Cycle, FormDraft, RulesVersion, Submission, Theme, User
from awardapp.queries import people as people_queries
from awardapp.rulebook import load_rules
from awardapp.services import inputs
from awardapp.services.locks import lock_row
from awardapp.services.rule_versions import begin_change, finish_change


def draft_of(cycle: Cycle) -> FormDraft | None:
    """The changes of the form that are not in force yet, None when there are none."""
    return db.session.get(FormDraft, cycle.id)


def edited(cycle: Cycle) -> Form:
    """The form as it is being edited: the draft, or the form in force."""
    draft = draft_of(cycle)
    return draft.form_data if draft else cycle.form_data


def edit(
    *, actor: User, cycle: Cycle, change: Callable[[Form], Form], revision: int | None, now: datetime
) -> FormDraft | None:
    """Change the draft, beginning one if need be; None when nothing changed and none was begun.

    `revision` is that of the draft the page showed (0: none). Raises NotPermitted, IllegalTransition, StaleVersion, and
    RuleViolation as the functions of domain.form_design do.
    """
    draft = _locked_draft(actor, cycle, revision)
    before = draft.form_data if draft else cycle.form_data
    form = change(before)
    if form == before:
        return draft
    if draft is None:
        draft = FormDraft(cycle_id=cycle.id, revision=0, begun_from=cycle.rules_version)
        db.session.add(draft)
    draft.form = form.to_json()
    draft.revision += 1
    draft.changed_by = actor.id
    draft.changed_at = now
    db.session.flush()
    return draft


def discard(*, actor: User, cycle: Cycle, revision: int | None) -> None:
    """Throw the draft away; the form in force stays. Raises NotPermitted, StaleVersion."""
    draft = _locked_draft(actor, cycle, revision)
    if draft is not None:
        db.session.delete(draft)
        db.session.flush()


def _locked_draft(actor: User, cycle: Cycle, revision: int | None) -> FormDraft | None:
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if not CyclePhase(cycle.phase).is_before(CyclePhase.COMMITTEE):
        raise IllegalTransition(N_("The rules are fixed once the committee has begun."))
    draft = db.session.scalar(
        select(FormDraft).where(FormDraft.cycle_id == cycle.id).execution_options(populate_existing=True)
    )
    if revision is not None and revision != (draft.revision if draft else 0):
        raise StaleVersion(N_("Somebody else changed the form after you opened this page."))
    return draft


def put_in_force(*, actor: User, cycle: Cycle, revision: int | None, reason: str, now: datetime) -> int:
    """Make the draft the cycle's form, as a new version of its rules. Returns how many lines differ.

    Raises what `edit` does, and RuleViolation without a reason once the call is open, for a form that could not be filled in,
    or for a choice taken out that submissions have chosen.
    """
    draft = _locked_draft(actor, cycle, revision)
    if draft is None:
        raise RuleViolation(N_("There is no change of the form to put in force."))
    return change_form(actor=actor, cycle=cycle, form=draft.form_data, reason=reason, now=now)


def change_form(*, actor: User, cycle: Cycle, form: Form, reason: str, now: datetime) -> int:
    """Set the cycle's form, see `put_in_force`; a draft there may be is done with."""
    reason = begin_change(actor, cycle, reason, None)
    check_form(form, open_for_filling_in=cycle.phase is not CyclePhase.DRAFT)
    before = cycle.form_data
    _check_choices(cycle, before, form)
    changes = form_changes(before, form)
    if changes:
        cycle.form = form.to_json()
        details = {
            f"form:{number}:{change.kind}": [_plain(change.before), f"{_key(change.thing)} {change.part}".strip()]
            for number, change in enumerate(changes, 1)
        }
        finish_change(cycle, actor, reason, now, details)
    draft = draft_of(cycle)
    if draft is not None:
        db.session.delete(draft)
    db.session.flush()
    return len(changes)


def _key(thing: Any) -> str:
    return thing.key if thing is not None else "sections"


def _plain(value: Any) -> Any:
    return _key(value) if hasattr(value, "key") else None if isinstance(value, list | tuple) else value


def _check_choices(cycle: Cycle, before: Form, after: Form) -> None:
    gone = removed_choices(before, after)
    if not gone:
        return
    for submission in db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id)):
        content = inputs.content_of(submission)
        for key, choices in gone.items():
            field = before.field(key)
            value = inputs.value_in(content, field, key) if field else None
            chosen = set(value if isinstance(value, list) else [value]) & set(choices)
            if field and chosen:
                name = next(choice for choice in field.choices if choice.key in chosen)
                raise RuleViolation(
                    N_("Submissions have already chosen “%(name)s”. It can be renamed, but not taken out."),
                    field=key,
                    name=name.zh if language() == "zh" else name.en,
                )


@dataclass(frozen=True, slots=True)
class Earlier:
    """A field that the form does not have: asked before, or in the shipped form. `section` is where it stood."""

    field: FormField
    section: str
    was_asked: bool


def earlier_fields(cycle: Cycle) -> list[Earlier]:
    """Fields that can be put back: those of earlier versions of the cycle's form, last asked first, then shipped ones."""
    form, found = edited(cycle), dict[str, Earlier]()
    contents = db.session.scalars(
        select(RulesVersion.content).where(RulesVersion.cycle_id == cycle.id).order_by(RulesVersion.number.desc())
    )
    forms = [(Form.from_json(content["form"]), True) for content in contents]
    for older, was_asked in [(cycle.form_data, True), *forms, (load_rules().form, False)]:
        for section in older.sections:
            for field in section.fields:
                if form.field(field.key) is None:
                    found.setdefault(field.key, Earlier(field, section.key, was_asked))
    return list(found.values())


def used_themes(cycle: Cycle) -> dict[int, int]:
    """How many submissions are entered in each theme, by the theme's id; themes without any are not named."""
    rows = db.session.execute(
        select(Submission.theme_id, func.count())
        .where(Submission.cycle_id == cycle.id, Submission.theme_id.is_not(None))
        .group_by(Submission.theme_id)
    )
    return {theme: count for theme, count in rows if theme is not None}


def change_themes(
    *,
    actor: User,
    cycle: Cycle,
    themes: Sequence[Mapping[str, Any]],
    reason: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Set the cycle's themes in this order: {"id": of a theme or None for a new one, "name_en", "name_zh"}. A theme that is
    not named is taken out.

    Raises NotPermitted, StaleVersion, and RuleViolation for a theme taken out that submissions are entered in, or a name that
    is missing or there twice.
    """
    reason = begin_change(actor, cycle, reason, seen)
    by_id = {theme.id: theme for theme in cycle.themes}
    before = {theme.key: (theme.name_en, theme.name_zh, theme.position) for theme in cycle.themes}
    _check_themes(themes, by_id)
    kept = {values["id"] for values in themes}
    used = used_themes(cycle)
    for theme in [theme for theme in cycle.themes if theme.id not in kept]:
        if theme.id in used:
            raise RuleViolation(
                N_("Submissions are entered in “%(name)s”. It can be renamed, but not taken out."),
                name=pick(theme, "name"),
            )
        cycle.themes.remove(theme)
        db.session.delete(theme)
    keys = [theme.key for theme in by_id.values()]
    for position, values in enumerate(themes, 1):
        named = by_id.get(values["id"]) or _new_theme(cycle, values["name_en"], keys)
        named.name_en, named.name_zh, named.position = values["name_en"], values["name_zh"], position
    db.session.flush()
    cycle.themes.sort(key=lambda theme: theme.position)
    after = {theme.key: (theme.name_en, theme.name_zh, theme.position) for theme in cycle.themes}
    if before != after:
        names = {key: [before.get(key), after.get(key)] for key in before | after if before.get(key) != after.get(key)}
        finish_change(cycle, actor, reason, now, {f"theme:{key}": pair for key, pair in names.items()})


def _new_theme(cycle: Cycle, name: str, keys: list[str]) -> Theme:
    """A theme under a key of its own, which is then among the `keys`."""
    keys.append(new_key(Form(), name, taken=keys))
    theme = Theme(cycle_id=cycle.id, key=keys[-1])
    cycle.themes.append(theme)
    return theme


def _check_themes(themes: Sequence[Mapping[str, Any]], by_id: Mapping[int, Theme]) -> None:
    if not themes:
        raise RuleViolation(N_("There is no theme."))
    if any(values["id"] is not None and values["id"] not in by_id for values in themes):
        raise StaleVersion(N_("Somebody else changed the rules after you opened this page."))
    for name in ("name_en", "name_zh"):
        names = [values[name].strip().casefold() for values in themes]
        if not all(names):
            raise RuleViolation(N_("A theme needs its name in both languages."))
        if len(names) != len(set(names)):
            raise RuleViolation(N_("Two themes have the same name."))

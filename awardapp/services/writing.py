"""Writing a submission: one input or the whole form at a time, and never over a text that the writer has not seen.

Every save states, for each input, the digest of the text it was made from. Where another text is stored by now, nothing is
overwritten: the writer is shown both. Saving the same once more is no change and a success, so an answer that was lost on its
way costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite

from awardapp.domain.errors import N_, StaleVersion
from awardapp.domain.forms import FormField
from awardapp.domain.permissions import Standing
from awardapp.extensions import db
from awardapp.models import InputSave, ReplacedText, Submission, User
from awardapp.queries import writing as queries
from awardapp.queries.writing import LastSave, ToWrite
from awardapp.services import inputs
from awardapp.services.intake import check_editable, locked
from awardapp.services.locks import note_locked


class InputChanged(StaleVersion):
    """Another text of an input was stored since the one the writer started from. `last` tells who stored it and when."""

    def __init__(self, *, stored: Any, last: LastSave | None) -> None:
        super().__init__(N_("Somebody else saved this submission after you opened it."))
        self.stored = stored
        self.last = last


class FormChanged(StaleVersion):
    """As `InputChanged`, of the whole form: `names` are the inputs in which two people wrote different texts."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(N_("Somebody else saved this submission after you opened it."))
        self.names = list(names)


@dataclass(frozen=True, slots=True)
class Saved:
    """An input as it is stored now: its value, the digest that the next save states, and the number of the save."""

    value: Any
    digest: str
    number: int


_UPSERTS = {
    name: insert(InputSave)
    .values(
        submission_id=bindparam("submission"), name=bindparam("input"), number=bindparam("new_number"),
        digest=bindparam("new_digest"), saved_by=bindparam("by"), saved_at=bindparam("at"),
    )
    .on_conflict_do_update(
        index_elements=[InputSave.submission_id, InputSave.name],
        set_={
            "number": bindparam("new_number"), "digest": bindparam("new_digest"), "saved_by": bindparam("by"),
            "saved_at": bindparam("at"),
        },
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}  # fmt: skip


def begin(*, actor: User, ref: str) -> ToWrite | None:
    """The submission of this reference, locked to be saved now, with the instant of it; None unless the actor acts for its
    city. One query for all that a save asks of the database.
    """
    found = queries.to_write(actor, ref)
    if found is not None:
        note_locked(found.submission)
    return found


def save_input(
    *,
    actor: User,
    submission: Submission,
    name: str,
    text: str | Sequence[str],
    base: str,
    now: datetime,
    over: bool = False,
    standing: Standing | None = None,
) -> Saved:
    """Store one input as it was typed or ticked. `base` is the digest of the text it was made from; with `over` the writer has
    seen that text and chose their own instead, so that it is kept beside. `standing`: the actor's, where this transaction has
    read it already.

    Raises InputChanged, NotPermitted, TooLate, UnknownInput, and RuleViolation naming the input for what cannot be read or
    may not be changed.
    """
    locked(submission)
    field = inputs.field_of(submission, name)
    _check(submission, [(name, field)], actor=actor, now=now, standing=standing)
    value = inputs.parse(field, name, text)
    stored = inputs.value_of(submission, name)
    before, digest = inputs.digest(stored), inputs.digest(value)
    if before == digest:
        return Saved(stored, digest, submission.edit_version)
    if before != base:
        raise InputChanged(stored=stored, last=queries.last_save(submission.id, name))
    inputs.put(submission, name, value)
    note_change(submission, {name: stored}, over={name} if over else (), actor=actor, now=now)
    return Saved(value, digest, submission.edit_version)


def save_form(
    *,
    actor: User,
    submission: Submission,
    values: Mapping[str, Any],
    bases: Mapping[str, str] | None,
    now: datetime,
    over: Collection[str] = (),
    standing: Standing | None = None,
) -> list[str]:
    """Store every input that the writer changed; the names of those stored. `values` as inputs.parse gives them, `bases` the
    digests the form was filled from (None: from what is stored now). What only others changed stays as they left it.

    Raises FormChanged with all inputs changed by both, nothing being stored then, and what `save_input` raises besides.
    """
    locked(submission)
    stored = inputs.values_of(submission)
    if bases is None:
        bases = {name: inputs.digest(value) for name, value in stored.items()}
    changed = [name for name in values if _is_changed(values[name], stored.get(name), bases.get(name))]
    fields = [(name, inputs.field_of(submission, name)) for name in changed]
    _check(submission, fields, actor=actor, now=now, standing=standing)
    met = [name for name in changed if inputs.digest(stored[name]) != bases.get(name)]
    if met:
        raise FormChanged(met)
    inputs.change(submission, {name: values[name] for name in changed}, now=now)
    if changed:
        note_change(submission, {name: stored[name] for name in changed}, over=over, actor=actor, now=now)
    return changed


def _is_changed(value: Any, stored: Any, base: str | None) -> bool:
    """Whether the writer changed an input, as far as it matters: what is stored already is no change, nor is what they left
    as they found it.
    """
    digest = inputs.digest(value)
    return digest not in (inputs.digest(stored), base)


def _check(
    submission: Submission,
    fields: Sequence[tuple[str, FormField]],
    *,
    actor: User,
    now: datetime,
    standing: Standing | None,
) -> None:
    names = [name if name in field.inputs else field.inputs[0] for name, field in fields]
    check_editable(submission, actor=actor, now=now, names=names, standing=standing)
    for _name, field in fields:
        inputs.check_not_frozen(submission, field, now=now)


def note_change(
    submission: Submission, before: Mapping[str, Any], *, over: Collection[str], actor: User, now: datetime
) -> None:
    """Count the save, and remember who made it and which seen texts it replaced."""
    submission.edit_version += 1
    submission.changed_at = now
    for name in over:
        if name in before:
            last = queries.last_save(submission.id, name)
            db.session.add(
                ReplacedText(
                    submission_id=submission.id,
                    name=name,
                    value=before[name],
                    saved_by=last.user_id if last else None,
                    saved_at=last.at if last else None,
                    replaced_by=actor.id,
                    replaced_at=now,
                )
            )
    db.session.flush()
    rows = [
        {
            "submission": submission.id,
            "input": name,
            "new_number": submission.edit_version,
            "new_digest": inputs.digest(inputs.value_of(submission, name)),
            "by": actor.id,
            "at": now,
        }
        for name in before
    ]
    db.session.execute(_UPSERTS[db.engine.dialect.name], rows)

"""The page that shows both texts where two people wrote in the same field, for browsers without script."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import render_template
from wtforms import Field

from awardapp.models import Submission
from awardapp.queries import writing as queries
from awardapp.queries.writing import LastSave
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms

MINE, STORED = "mine", "stored"
_LONG = 120  # characters of both texts together from which they get a tall field


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: both texts, and who stored theirs."""

    field: Field
    mine: str
    stored: str
    last: LastSave | None

    @property
    def is_long(self) -> bool:
        return len(self.mine) + len(self.stored) > _LONG

    @property
    def values(self) -> list[str]:
        """What the form sends for my choice, where it is none of text."""
        data = self.field.data
        return [str(one) for one in data] if isinstance(data, list) else [str(data or "")]


def conflict_page(submission: Submission, form: BaseForm, names: Collection[str]) -> str:
    """Both texts of these inputs, to choose from; everything else that was typed is carried along and saved with the choice."""
    stored = forms.submission_form(submission, stored=True)
    last = {save.name: save for save in queries.saves(submission.id)}
    fields = forms.editable_fields(form)
    differences = [
        Difference(field, forms.plain(field), forms.plain(stored[field.name]), last.get(field.name))
        for field in fields
        if field.name in names
    ]
    # The reader has seen what is stored in these; for all others the form still starts from what it was filled with.
    bases = forms.bases_in(form["base"].data or "") | {name: forms.base_of(stored[name]) for name in names}
    form["base"].data = " ".join(f"{name}:{digest}" for name, digest in bases.items())
    form["base"].raw_data = None
    return render_template(
        "submissions/conflict.html",
        form=form,
        submission=submission,
        differences=differences,
        same=[field for field in fields if field.name not in names],
    )

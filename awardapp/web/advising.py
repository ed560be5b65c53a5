"""Advice laid out for reading: each part's words under the part's name, in the form's order."""

from __future__ import annotations

from dataclasses import dataclass

from awardapp.domain.advice import WHOLE, parts
from awardapp.domain.forms import Form
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Advice


@dataclass(frozen=True, slots=True)
class Line:
    """The advice on one part of a file. `anchor` is where the part stands on the pages, None for the whole."""

    key: str
    name: str
    anchor: str | None
    text: str

    @property
    def form_anchor(self) -> str:
        """Where the advice stands on the city's form, beside the part."""
        return f"advice-{self.key.replace(':', '-') or 'whole'}"


def lines_of(advice: Advice, form: Form) -> list[Line]:
    """What an adviser wrote, in the order of the form; the word on the whole file first."""
    known = [Line(WHOLE, _("The file as a whole"), None, advice.texts.get(WHOLE, ""))]
    known += [Line(part.key, pick(part, "name"), part.anchor, advice.texts.get(part.key, "")) for part in parts(form)]
    return [line for line in known if line.text]

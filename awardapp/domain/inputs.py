"""What an input of the form may hold, read from what was typed or ticked."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import LANGUAGES, FieldKind, FormField
from awardapp.domain.numbers import parse_number
from awardapp.domain.provenance import TextState

MAX_TEXT = 100_000  # characters of one text; far above every limit of the form, so that drafts are never cut
_MAX_LINE: dict[FieldKind, int] = {
    FieldKind.LINE: 300,
    FieldKind.PLAIN: 500,
    FieldKind.EMAIL: 254,
    FieldKind.PHONE: 60,
}
_MAX_OF: dict[str, int] = {"contact_name": 200, "contact_position": 200}


def longest(field: FormField) -> int:
    """How many characters a draft of this field may hold at most."""
    return _MAX_OF.get(field.key, _MAX_LINE.get(field.kind, MAX_TEXT))


def parse(field: FormField, name: str, text: str | Sequence[str]) -> Any:
    """The value of an input from what was typed or ticked: a text, a number or None, a key, or a list of keys in order.

    Raises RuleViolation naming the input for a number that cannot be read, a choice that is not offered, or a text too long
    to be kept even in a draft.
    """
    if name in field.notes:
        return _note(name.removeprefix(f"{field.key}_"), name, _one(text))
    if field.kind.is_list:
        return _several(field, name, [text] if isinstance(text, str) else list(text))
    one = _one(text)
    if field.kind.is_number:
        return _number(field, name, one)
    if field.kind is FieldKind.THEME:
        one = one.strip()
        if one and not (one.isascii() and one.isdigit() and len(one) < 10):
            raise RuleViolation(N_("Choose a theme."), field=name)
        return one
    if field.kind is FieldKind.CHOICE:
        if one and one not in field.options:
            raise RuleViolation(N_("Choose something from the list."), field=name)
        return one
    one = clean_text(one) if field.kind is FieldKind.TEXT else " ".join(clean_text(one).split())
    if len(one) > longest(field):
        raise RuleViolation(
            N_("This text is too long to be kept: at most %(n)d characters."), field=name, n=longest(field)
        )
    return one


def clean_text(text: str) -> str:
    """A text with line ends as "\\n", without what no database keeps: NUL and halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return "".join(c for c in text if unicodedata.category(c) != "Cs") if not text.isascii() else text


def _one(text: str | Sequence[str]) -> str:
    if isinstance(text, str):
        return text
    return text[0] if text else ""


def _several(field: FormField, name: str, ticked: list[str]) -> list[str]:
    wanted = {key for key in ticked if key}
    if not wanted <= set(field.options):
        raise RuleViolation(N_("Choose something from the list."), field=name)
    return [key for key in field.options if key in wanted]


def _number(field: FormField, name: str, text: str) -> int | float | None:
    text = text.replace("\x00", "").strip()
    if not text:
        return None
    try:
        return parse_number(text, whole=field.kind is FieldKind.INTEGER, low=field.low, high=field.high)
    except RuleViolation as error:
        error.field = name
        raise


def _note(note: str, name: str, text: str) -> str:
    allowed = {"source": ("", *LANGUAGES), "state": tuple(TextState), "agrees": ("", "1", "y", "on")}[note]
    if text not in allowed:
        raise RuleViolation(N_("Choose something from the list."), field=name)
    return text

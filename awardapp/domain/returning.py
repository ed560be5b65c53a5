"""A file sent back to its city: where the notes stand, and what may be changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from awardapp.domain.errors import N_, RuleViolation

FILES = "files"  # beside the keys of the form's fields: the list of files, and the list of partner cities
PARTNERS = "partners"
LANGUAGES = ("en", "zh")
LONGEST_NOTE = 5000  # characters


def field_of_input(name: str) -> str:
    """The field an input belongs to: `background_en` and `background_zh` to `background`, others to themselves."""
    stem, _, language = name.rpartition("_")
    return stem if stem and language in LANGUAGES else name


def check_notes(note: str, notes: Mapping[str, str], *, is_limited: bool, known: Collection[str]) -> dict[str, str]:
    """The notes by field, trimmed. With `is_limited` also a field without words counts: it is open.

    Raises RuleViolation without any words to the city, for a field the form does not have, and where nothing at all
    would be open.
    """
    kept = {key: words.strip() for key, words in notes.items() if words.strip() or is_limited}
    for key, words in kept.items():
        if key not in known and key not in (FILES, PARTNERS):
            raise RuleViolation(N_("The form has no such field."), field=f"note-{key}")
        if len(words) > LONGEST_NOTE:
            raise RuleViolation(N_("At most %(n)d characters."), field=f"note-{key}", n=LONGEST_NOTE)
    if not note.strip() and not any(kept.values()):
        raise RuleViolation(N_("Say what should be changed."), field="note")
    if is_limited and not kept:
        raise RuleViolation(N_("Open at least one field, or let the city change everything."), field="is_limited")
    return kept

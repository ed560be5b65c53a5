"""Which of two texts is the authoritative one, how the other came about, and whether it has fallen behind.

Kept in a submission's answers under "languages": {"source": "en", "<key>": {"source": "zh", "state": "machine", "of": digest}}.
The first source holds for the whole file, that of a key for one field. `of` names the authoritative text to which the other
one was last fitted; whether it is out of date follows from it and is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from awardapp.domain.answers import comparable, digest
from awardapp.domain.errors import N_
from awardapp.domain.forms import LANGUAGES


class TextState(StrEnum):
    """How the text that is not authoritative came about."""

    OWN = "own"
    MACHINE = "machine"
    CHECKED = "checked"


STATE_NAMES: dict[TextState, str] = {
    TextState.OWN: N_("Written or translated by people"),
    TextState.MACHINE: N_("Machine translation, not checked"),
    TextState.CHECKED: N_("Machine translation, checked by a person"),
}


# What a reader should know of the text that is not authoritative, by its state and whether it is out of date.
_NOTES: dict[tuple[TextState, bool], str] = {
    (TextState.OWN, True): N_("not changed since the authoritative text was"),
    (TextState.MACHINE, False): N_("machine translation, not checked"),
    (TextState.MACHINE, True): N_("machine translation, not checked, of an earlier text"),
    (TextState.CHECKED, False): N_("machine translation, checked by a person"),
    (TextState.CHECKED, True): N_("machine translation, checked by a person, of an earlier text"),
}
_AUTHORITATIVE = N_("authoritative")


def note_on(state: TextState, *, is_out_of_date: bool) -> str:
    """What a reader should know of a text that is not authoritative, as a message id; "" for nothing."""
    return _NOTES.get((state, is_out_of_date), "")


def other(language: str) -> str:
    """The other of the award's two languages."""
    return "en" if language == "zh" else "zh"


@dataclass(frozen=True, slots=True)
class Provenance:
    """`source` is the authoritative language, `state` tells of the other text. `is_stated` is False where the city has not
    said which is authoritative, `is_paired` where only one of the texts is there.
    """

    source: str
    state: TextState
    is_out_of_date: bool
    is_stated: bool
    is_paired: bool

    @property
    def other(self) -> str:
        return other(self.source)

    @property
    def note(self) -> dict[str, str]:
        """The same of the text that is not authoritative alone."""
        return {language: words for language, words in self.notes.items() if language == self.other}

    @property
    def notes(self) -> dict[str, str]:
        """What a reader should know of each of the two texts, as message ids by language; nothing of a text that is alone."""
        if not self.is_paired:
            return {}
        said = {self.other: note_on(self.state, is_out_of_date=self.is_out_of_date)}
        if self.is_stated:
            said[self.source] = _AUTHORITATIVE
        return {language: words for language, words in said.items() if words}


def _record(answers: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    record = answers.get("languages", {}).get(key)
    return record if isinstance(record, Mapping) else {}


def provenance(answers: Mapping[str, Any], key: str, texts: Mapping[str, str] | None = None) -> Provenance:
    """How the two texts of a field stand to each other. `texts` are those of a field kept outside the sections."""
    if texts is None:
        texts = answers.get("sections", {}).get(key, {})
    written = [language for language in LANGUAGES if comparable(texts.get(language))]
    record = _record(answers, key)
    stated = record.get("source") or answers.get("languages", {}).get("source") or ""
    source = stated if stated in LANGUAGES else LANGUAGES[0]
    if len(written) == 1:
        source = written[0]
    is_paired = len(written) == len(LANGUAGES)
    return Provenance(
        source=source,
        state=TextState(record.get("state", TextState.OWN)),
        is_out_of_date=is_paired and "of" in record and record["of"] != digest(texts.get(source)),
        is_stated=bool(stated),
        is_paired=is_paired,
    )


def with_source(answers: Mapping[str, Any], source: str, *, key: str | None = None) -> dict[str, Any]:
    """The answers with another authoritative language, of the file or of one field ("" is: as for the file)."""
    if key is None:
        return _with_languages(answers, {"source": source} if source else {}, without=("source",))
    record = {name: value for name, value in _record(answers, key).items() if name not in ("source", "of")}
    return _with_languages(answers, {key: {**record, "source": source} if source else record})


def with_state(answers: Mapping[str, Any], key: str, state: TextState, texts: Mapping[str, str]) -> dict[str, Any]:
    """The answers after somebody said how the other text came about: it then belongs to the text as it stands."""
    source = provenance(answers, key, texts).source
    return _with_languages(
        answers, {key: {**_record(answers, key), "state": state.value, "of": digest(texts.get(source))}}
    )


def after_writing(answers: Mapping[str, Any], key: str, language: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The answers after the text of one language was changed: whoever changes the other text fits it to the authoritative
    one as it stands now.
    """
    now = provenance(answers, key, texts)
    if language == now.source or not now.is_paired:
        return dict(answers)
    return with_state(answers, key, now.state, texts)


def _with_languages(
    answers: Mapping[str, Any], changes: Mapping[str, Any], *, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    kept = {name: value for name, value in answers.get("languages", {}).items() if name not in without}
    return {**answers, "languages": {**kept, **changes}}

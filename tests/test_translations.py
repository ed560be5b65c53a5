"""Two languages, always: every message has its Chinese, with the same places to fill, and no catalogue keeps leftovers."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from awardapp import i18n
from tests.support.processes import ROOT

CATALOGUES = sorted((i18n.TRANSLATIONS / "zh").glob("*.po"))
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
SOURCES = (
    ("awardapp", [("**.py", "python"), ("**/templates/**.html", "jinja2")]),
    ("worker", [("**.py", "python")]),
    ("templates", [("bundle/**", "ignore"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]),
)
# Messages that are the same in both languages: names of formats, signs and places to fill alone.
SAME_IN_BOTH = re.compile(r"(%\(\w+\)\w|[\W\d_]|CSV|JSON|PDF|ZIP|SHA-256|DOI|UTC|ISO|URL|ID|km|Atom|RSS|CC BY)*")


@cache
def messages() -> dict[str, tuple[str, str]]:
    """Every message in the sources: its first form -> (its plural or "", where it stands first)."""
    found: dict[str, tuple[str, str]] = {}
    for folder, methods in SOURCES:
        options = {"**": {"silent": "false"}}
        for path, line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            methods,
            options,
            keywords=KEYWORDS,
            directory_filter=lambda _: True,  # "_macros" too
        ):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular and (plural or not found.get(singular, ("", ""))[0]):
                found[singular] = (plural, f"{folder}/{path}:{line}")
    return found


@cache
def translated() -> dict[str, list[tuple[str, Message]]]:
    """Every entry of the Chinese catalogues: its first form -> (catalogue, entry), once per catalogue that has it."""
    found: dict[str, list[tuple[str, Message]]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for entry in read_po(file, locale="zh"):
                if entry.id:
                    found.setdefault(first(entry.id), []).append((path.name, entry))
    return found


def first(forms: Any) -> str:
    text: str = forms[0] if isinstance(forms, (list, tuple)) else forms
    return text


def places(text: str) -> Counter[str]:
    """The places to fill of a message, with how often each stands in it."""
    return Counter(re.findall(r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?\w", text))


def test_the_sources_are_read() -> None:
    assert len(messages()) > 500
    assert "You are not permitted to do this." in messages()
    assert messages()["%(n)s day left"][0] == "%(n)s days left"


def test_every_message_has_its_chinese() -> None:
    missing = [
        f"{where}: {singular!r}"
        for singular, (_plural, where) in messages().items()
        if not any(first(entry.string) for _, entry in translated().get(singular, []))
    ]
    assert missing == []


def test_no_catalogue_keeps_what_is_not_said_any_more() -> None:
    unused = [
        f"{name}: {singular!r}"
        for singular, entries in translated().items()
        for name, _ in entries
        if singular not in messages()
    ]
    assert unused == []


def test_both_languages_have_the_same_places_to_fill() -> None:
    different = [
        f"{name}: {singular!r}"
        for singular, entries in translated().items()
        for name, entry in entries
        if set(places(first(entry.string))) != set(places(_fullest(singular)))
    ]
    assert different == []


def _fullest(singular: str) -> str:
    """The form of a message with more places: "One file" may leave the number out, "%(n)s files" does not."""
    plural = messages().get(singular, ("", ""))[0]
    return max(singular, plural, key=lambda form: len(set(places(form))))


def test_a_message_with_a_plural_is_kept_as_one_in_the_catalogue() -> None:
    wrong = [
        f"{name}: {singular!r}"
        for singular, entries in translated().items()
        for name, entry in entries
        if singular in messages() and entry.pluralizable != bool(messages()[singular][0])
    ]
    assert wrong == []


def test_nothing_is_left_in_english() -> None:
    same = [
        singular
        for singular, entries in translated().items()
        if any(first(entry.string) == singular for _, entry in entries) and not SAME_IN_BOTH.fullmatch(singular)
    ]
    assert same == []


def test_no_message_is_translated_in_two_ways() -> None:
    two_ways = {
        singular: sorted(f"{name}: {first(entry.string)}" for name, entry in entries)
        for singular, entries in translated().items()
        if len({first(entry.string) for _, entry in entries}) > 1
    }
    assert two_ways == {}
    i18n.read_catalogue("zh")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_no_catalogue_says_a_message_twice_and_none_is_marked_doubtful(path: Path) -> None:
    text = path.read_text()
    said = Counter(re.findall(r"^msgid ((?:\"[^\n]*\"\n?)+)", text, re.MULTILINE))
    assert [msgid for msgid, times in said.items() if times > 1] == []
    assert re.findall(r"^#, .*fuzzy|^#~", text, re.MULTILINE) == []


def test_chinese_sentences_have_chinese_punctuation() -> None:
    """A half-width comma, full stop, question mark or bracket right after a Chinese character is a slip of the keyboard."""
    slips = [
        f"{name}: {first(entry.string)}"
        for entries in translated().values()
        for name, entry in entries
        if re.search(r"[\u4e00-\u9fff][,;?!()](?!\w)|[\u4e00-\u9fff]\.(?:\s|$)", first(entry.string))
    ]
    assert slips == []


DATA = sorted(path for path in (ROOT / "awardapp" / "data").rglob("*") if path.suffix in (".json", ".toml"))


def halves(value: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Each pair of a text's two languages: keys that end in _en and _zh, or a table with en and zh."""
    if isinstance(value, dict):
        for key in value:
            if key.endswith(("_en", "_zh")) or key in ("en", "zh"):
                stem = key[:-2]
                yield f"{where}.{stem or '*'}", value.get(f"{stem}en"), value.get(f"{stem}zh")
        for key, inner in value.items():
            yield from halves(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from halves(inner, f"{where}[{number}]")


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_the_shipped_data_say_everything_in_both_languages(path: Path) -> None:
    text = path.read_text()
    content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    incomplete = {where for where, en, zh in halves(content, path.stem) if not en or not zh}
    assert sorted(incomplete) == []

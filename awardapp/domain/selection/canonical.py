"""Canonical JSON (RFC 8785, JCS) for the kinds of values a record uses: text, whole numbers, true, false,
null, lists and objects. Numbers that are not whole are written as decimal text, so the ECMAScript number
format is never needed."""

from __future__ import annotations

import hashlib
import json

from awardapp.domain.selection.errors import SelectionError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

LARGEST = 2**53 - 1  # RFC 8785, appendix D: larger integers are not safe in every reader

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class NotCanonical(SelectionError):
    """A value that canonical JSON does not allow here, or bytes that are not canonical JSON."""


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical("surrogate", "a text holds half a surrogate pair, which is no character") from None
    return '"' + "".join(SHORT.get(one) or (f"\\u{ord(one):04x}" if one < " " else one) for one in value) + '"'


def _write(value: object, parts: list[str]) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonical("too large", f"the whole number {value} is beyond 2^53 - 1")
        parts.append(str(value))
    elif isinstance(value, list):
        parts.append("[")
        for at, one in enumerate(value):
            parts.append("," if at else "")
            _write(one, parts)
        parts.append("]")
    elif isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonical("key", "the keys of an object must be text")
        parts.append("{")
        # section 3.2.3: keys are sorted by their UTF-16 code units
        for at, key in enumerate(sorted(value, key=lambda one: one.encode("utf-16-be", "surrogatepass"))):
            parts.append(("," if at else "") + _text(key) + ":")
            _write(value[key], parts)
        parts.append("}")
    else:
        raise NotCanonical("kind", f"a record holds no {type(value).__name__}: write {value!r} as decimal text")


def dumps(value: object) -> bytes:
    """The canonical bytes. Raises NotCanonical for floats, other kinds, large integers and broken text."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise NotCanonical("duplicate key", f"a key occurs twice in one object: {', '.join(twice)}")
    return found


def _no_float(text: str) -> Json:
    raise NotCanonical("float", f"the number {text} is not whole; a record writes such numbers as decimal text")


def loads(data: bytes) -> Json:
    """Read JSON strictly: UTF-8, no duplicate keys, whole numbers only. Raises NotCanonical."""
    try:
        text = data.decode("utf-8")
        value: Json = json.loads(text, object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float)
    except NotCanonical:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise NotCanonical("not JSON", f"the file is not JSON: {problem}") from None
    return value


def sha256(data: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()

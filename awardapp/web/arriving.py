"""What arrives before any view looks at it: addresses and texts that no database takes, bodies that are too large."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, Response, request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from awardapp import clock
from awardapp.web import multipart

LARGEST_ID = 2**31 - 1  # SQLite and PostgreSQL hold more, but no row of ours has a larger one
MOST_DISCARDED = 250_000_000  # bytes; a body beyond it is not listened to, and its sender sees a broken connection
_BLOCK = 1 << 20


class Texts(ImmutableMultiDict):  # type: ignore[type-arg]
    """Fields of an address or a form without NUL characters, which PostgreSQL refuses in a text."""

    def __init__(self, mapping: Any = None) -> None:
        pairs: Iterable[tuple[Any, Any]] = iter_multi_items(mapping) if mapping else ()
        super().__init__([(_plain(name), _plain(value)) for name, value in pairs])


def _plain(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value


class Arrival(Request):
    """A request whose fields can be stored as they are."""

    parameter_storage_class = Texts


class Number(IntegerConverter):
    """A whole number in an address; one that no row can have is an unknown address."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_ID, **kwargs})

    def to_python(self, value: str) -> Any:
        # Python refuses to read thousands of digits.
        return super().to_python(value if len(value) < 12 else str(LARGEST_ID + 1))


class Word(UnicodeConverter):
    """A part of an address without NUL characters."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")


def discard_body() -> None:
    """Read on what was refused for its size: a browser that is cut off while sending never shows the answer."""
    left = min(request.content_length or 0, MOST_DISCARDED)
    stream = request.environ["wsgi.input"]
    while left > 0 and (block := stream.read(min(_BLOCK, left))):
        left -= len(block)


def init_app(app: Flask) -> None:
    """Before the first route is added, since an address is bound to its converters then."""
    multipart.install()

    app.before_request(clock.note_arrival)

    @app.after_request
    def hear_out(response: Response) -> Response:
        if response.status_code == 413:
            discard_body()
        return response

    app.request_class = Arrival
    app.url_map.converters |= {"int": Number, "string": Word, "default": Word}

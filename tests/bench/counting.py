"""The application as the benchmark serves it: counts the SELECTs of a request that asks for it, and changes nothing else.

`gunicorn tests.bench.counting:app` is awardapp.wsgi:app; a request with the header `X-Count` gets the number back in
`X-Queries`. Its answer is held back until it is whole, because a streamed one still selects while it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

_sent: ContextVar[list[str] | None] = ContextVar("selects", default=None)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def listen(engine: Engine) -> None:
    """Note every SELECT sent through this engine while a counted request is answered."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent = _sent.get()
        if sent is not None and statement.lstrip()[:6].upper() == "SELECT":
            sent.append(statement)


def counted(application: Application) -> Application:
    """The same WSGI application, which also answers how many SELECTs a request took."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_X_COUNT" not in environ:
            return application(environ, start_response)
        sent: list[str] = []
        token = _sent.set(sent)
        begun: list[Any] = []
        try:
            answer = application(environ, lambda *given: begun.extend(given[:2]))
            body = b"".join(answer)
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        finally:
            _sent.reset(token)
        headers = [*begun[1], ("X-Queries", str(len(sent)))]
        if environ["HTTP_X_COUNT"] == "show":
            body = "\n\n".join(sent).encode()
            headers = [h for h in headers if h[0].lower() not in ("content-length", "content-type")]
            headers += [("Content-Length", str(len(body))), ("Content-Type", "text/plain")]
        start_response(begun[0], headers)
        return [body]

    return call

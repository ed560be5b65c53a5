"""A client that costs next to nothing, so that the figures are the server's: raw requests on kept connections."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_KEPT = 1.0  # seconds a connection may lie idle; gunicorn closes it after two
_BATCH = 5  # requests to one server before the next one has its turn

Ask = Callable[[int], bytes]  # number of the caller -> a whole request


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Header names are in lower case; of several with one name the last is kept, of cookies the pair."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds at the middle and at the 95th of a hundred, answers per second, seconds of processor for one answer."""

    p50: float
    p95: float
    rate: float
    processor: float = 0.0


class Line:
    """A connection to a server that is opened again when it has lain idle."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._used = 0.0

    def ask(self, request: bytes) -> Answer:
        """Send a whole request, read the whole answer."""
        if self._socket is None or time.monotonic() - self._used > _KEPT:
            self.close()
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = self._socket
        line.sendall(request)
        held = line.recv(262_144)
        while b"\r\n\r\n" not in held:
            held += self._more(line)
        head, _, body = held.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (one.partition(":") for one in rest)}
        if headers.get("transfer-encoding") == "chunked":
            whole = bytearray(body)
            while not whole.endswith(b"\r\n0\r\n\r\n"):
                whole += self._more(line)
            body = bytes(whole)
        else:
            size, parts, have = int(headers.get("content-length", 0)), [body], len(body)
            while have < size:
                parts.append(self._more(line))
                have += len(parts[-1])
            body = b"".join(parts)
        if headers.get("connection", "").lower() == "close":
            self.close()
        self._used = time.monotonic()
        return Answer(int(first.split()[1]), headers, body)

    @staticmethod
    def _more(line: socket.socket) -> bytes:
        piece = line.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed the connection in the middle of an answer")
        return piece

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def request(method: str, path: str, *, port: int, body: bytes | None = None, **headers: str) -> bytes:
    """A whole request; `headers` with underscores for hyphens, a form's type when there is a body."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


def _timed(line: Line, ask: Ask, caller: int, wanted: int) -> float:
    whole = ask(caller)
    begun = time.perf_counter()
    answer = line.ask(whole)
    taken = time.perf_counter() - begun
    if answer.status != wanted:
        raise RuntimeError(f"{answer.status} instead of {wanted}: {whole[:200]!r} {answer.body[:500]!r}")
    return taken


def _figures(taken: Sequence[float], seconds: float, processor: float = 0.0) -> Figures:
    ordered = sorted(taken)
    p95 = ordered[int(len(ordered) * 0.95)]
    return Figures(statistics.median(ordered), p95, len(ordered) / seconds, processor / len(ordered))


@dataclass(frozen=True, slots=True)
class Asked:
    """A server that is asked: the connection, what to ask, the status wanted, and the processor seconds it has used."""

    line: Line
    ask: Ask
    wanted: int
    processor: Callable[[], float]


def by_turns(servers: Sequence[Asked], *, seconds: float) -> list[Figures]:
    """One caller, who asks each server for so many seconds, a few requests at a time, so that whatever else the machine
    does falls on all of them.
    """
    taken: list[list[float]] = [[] for _ in servers]
    used = [0.0 for _ in servers]
    for server in servers:
        for _ in range(_BATCH):
            _timed(server.line, server.ask, 0, server.wanted)
    while any(_wants_more(own, seconds) for own in taken):
        for n, server in enumerate(servers):
            if _wants_more(taken[n], seconds):
                before = server.processor()
                taken[n] += [_timed(server.line, server.ask, 0, server.wanted) for _ in range(_BATCH)]
                used[n] += server.processor() - before
    return [_figures(own, sum(own), processor) for own, processor in zip(taken, used, strict=True)]


def _wants_more(taken: Sequence[float], seconds: float) -> bool:
    return sum(taken) < seconds or len(taken) < 3 * _BATCH


def at_once(port: int, ask: Ask, wanted: int, *, callers: int, seconds: float) -> Figures:
    """So many callers at the same time, each asking again as soon as it has its answer."""
    taken: list[float] = []
    problems: list[Exception] = []
    start = threading.Barrier(callers)

    def call(number: int) -> None:
        line = Line(port)
        try:
            _timed(line, ask, number, wanted)
            start.wait()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                taken.append(_timed(line, ask, number, wanted))
        except Exception as error:
            problems.append(error)
            start.abort()
        finally:
            line.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return _figures(taken, time.monotonic() - begun)

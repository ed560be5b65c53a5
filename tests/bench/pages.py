"""How fast the pages are beside a bare Flask view of the same rows, with few and with many submissions.

    python -m tests.bench.pages [--database sqlite|postgresql|both] [--sizes 255,1600] [--seconds 3] [--only queue]

For each database both sizes are seeded and served by gunicorn as in production, and beside each the bare views
(tests/bench/bare.py) on the same database. The servers are asked by turns, so figures of one table can be compared,
whatever else the machine does. Bars are ratios; they are printed as PASS or OVER and never fail the run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import html5lib
from sqlalchemy import select

from awardapp import create_app, migrations
from awardapp.embedded import commands, processes
from awardapp.embedded.health import ask as ask_health
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, User
from tests.bench import loading, seeding
from tests.bench.loading import Ask, Figures, Line, request
from tests.bench.seeding import CALLERS, Seeded
from tests.support.broker import running_broker
from tests.support.pages import values_of
from tests.support.postgres import running_postgres
from tests.support.processes import ROOT, START_WITHIN, bare_environment

TIMES_BARE = 3.0  # a page may cost so many times its bare view
TIMES_SMALL = 1.5  # a paged view may cost so many times what it costs with few submissions


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what callers ask of the application and of the bare view, the status wanted, whether it is paged."""

    name: str
    ask: Ask
    bare: Ask
    wanted: int = 200
    is_paged: bool = True


@dataclass(frozen=True, slots=True)
class Served:
    """One size, served twice."""

    size: int
    port: int
    bare_port: int
    pages: list[Page]


@contextmanager
def _gunicorn(name: str, application: str, env: dict[str, str], folder: Path) -> Iterator[int]:
    """Gunicorn as in production, with another application than the usual; its port, once it answers."""
    door = processes.listening_socket()
    port = processes.port_of(door)
    command = [application if word == "awardapp.wsgi:app" else word for word in commands.web(bind=f"fd://{door.fileno()}")]
    command[command.index("--access-logfile") + 1] = "/dev/null"  # the same for both
    settings = {**env, "PYTHONPATH": str(ROOT), "AWARD_PORT": str(port), "AWARD_BASE_URL": f"http://127.0.0.1:{port}"}
    log = folder / f"{name}.log"
    process = processes.spawn(command, env=settings, log=log, cwd=ROOT, pass_fds=(door.fileno(),))
    try:
        for _ in range(int(START_WITHIN * 10)):
            if ask_health(port, seconds=START_WITHIN) is not None:
                break
        else:
            raise RuntimeError(f"did not start: {processes.last_lines(log, 40)}")
        yield port
    finally:
        processes.kill(process)
        door.close()


def _cookie(answer: loading.Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def _token(body: bytes) -> str:
    before, _, after = body.decode().partition('name="csrf_token"')
    return after.partition('value="')[2].partition('"')[0] if before else ""


def _sign_in(port: int, email: str) -> str:
    """The cookie of a real session, got through the sign-in page."""
    line = Line(port)
    page = line.ask(request("GET", "/sign-in", port=port))
    form = urlencode({"csrf_token": _token(page.body), "email": email, "password": seeding.PASSWORD}).encode()
    done = line.ask(request("POST", "/sign-in", port=port, body=form, Cookie=_cookie(page)))
    if done.status != 303:
        raise RuntimeError(f"nobody could sign in as {email}: {done.status}")
    first = line.ask(request("GET", "/cases", port=port, Cookie=_cookie(done)))  # gives the session its CSRF token
    line.close()
    return _cookie(first)


def _get(port: int, paths: list[str] | str, cookies: list[str] | str = "") -> Ask:
    """The same address for all callers, or one for each."""
    ready = [
        request(
            "GET",
            paths if isinstance(paths, str) else paths[caller],
            port=port,
            **({"Cookie": cookies if isinstance(cookies, str) else cookies[caller]} if cookies else {}),
        )
        for caller in range(CALLERS)
    ]
    return lambda caller: ready[caller]


def _saving(port: int, paths: list[str], bodies: list[str], versions: list[Iterator[int]], cookies: list[str] | None) -> Ask:
    """A save that states the version it was made from; every caller has a thing of its own, the server and its bare
    view save by turns.
    """

    def ask(caller: int) -> bytes:
        version = next(versions[caller])
        body = bodies[caller].replace("TURN", str(5 + version % 5)) + f"&edit_version={version}"
        more = {"Cookie": cookies[caller]} if cookies else {}
        return request("POST", paths[caller], port=port, body=body.encode(), **more)

    return ask


def _form(port: int, path: str, cookie: str, form_id: str) -> dict[str, list[str]]:
    """What a browser would send for the untouched form."""
    page = Line(port).ask(request("GET", path, port=port, Cookie=cookie))
    root = html5lib.parse(page.body.decode(), namespaceHTMLElements=False)
    form = next(one for one in root.iter("form") if one.get("id") == form_id)
    return values_of(form)


def _drafts(port: int, bare: int, known: Seeded, cookies: list[str]) -> Page:
    bodies = []
    for ref, cookie in zip(known.drafts, cookies, strict=True):
        values = _form(port, f"/submissions/{ref}/edit", cookie, "submission-form")
        del values["edit_version"]
        values["contact_position"] = ["Head of department TURN"]
        bodies.append(urlencode(values, doseq=True))
    versions = [count(1) for _ in range(CALLERS)]
    return Page(
        "saving a draft",
        _saving(port, [f"/submissions/{ref}/edit" for ref in known.drafts], bodies, versions, cookies),
        _saving(bare, [f"/draft/{ref}" for ref in known.drafts], bodies, versions, None),
        wanted=303,
    )


def _scores(port: int, bare: int, known: Seeded, member_ids: list[int], cookies: list[str]) -> Page:
    refs = [files[0] for files in known.files]
    bodies = []
    for ref, cookie in zip(refs, cookies, strict=True):
        values = _form(port, f"/committee/8/submissions/{ref}/assessment", cookie, "sheet-form")
        bodies.append(urlencode({"csrf_token": values["csrf_token"][0], f"mark-{known.criteria[0]}": "TURN"}))
    versions = [count(1) for _ in range(CALLERS)]
    return Page(
        "saving a score",
        _saving(port, [f"/committee/8/submissions/{ref}/scores" for ref in refs], bodies, versions, cookies),
        _saving(bare, [f"/file/{m}/{ref}" for m, ref in zip(member_ids, refs, strict=True)], bodies, versions, None),
    )


def _pages(port: int, bare: int, known: Seeded, ids: dict[str, list[int]]) -> list[Page]:
    secretary = _sign_in(port, known.secretary)
    members = [_sign_in(port, email) for email in known.members]
    delegates = [_sign_in(port, email) for email in known.delegates]
    refs = [files[1] for files in known.files]
    cycle = ids["cycle"][0]
    return [
        Page("public list", _get(port, "/cases"), _get(bare, "/cases")),
        Page("public case", _get(port, f"/cases/{known.case}"), _get(bare, f"/case/{known.case}")),
        Page("JSON list", _get(port, "/cases.json"), _get(bare, "/cases.json")),
        Page("CSV of all cases", _get(port, "/cases.csv"), _get(bare, "/cases.csv"), is_paged=False),
        Page("city's desk", _get(port, "/submissions", delegates), _get(bare, [f"/desk/{one}" for one in ids["delegates"]])),
        _drafts(port, bare, known, delegates),
        Page("member's queue", _get(port, "/committee/8/", members), _get(bare, [f"/queue/{one}" for one in ids["members"]])),
        Page(
            "one file to assess",
            _get(port, [f"/committee/8/submissions/{ref}/assessment" for ref in refs], members),
            _get(bare, [f"/file/{m}/{ref}" for m, ref in zip(ids["members"], refs, strict=True)]),
        ),
        _scores(port, bare, known, ids["members"], members),
        Page("secretariat's overview", _get(port, "/secretariat/8/", secretary), _get(bare, f"/overview/{cycle}")),
        Page("overview with scores", _get(port, "/secretariat/8/scores", secretary), _get(bare, f"/scores/{cycle}")),
        Page(
            "CSV of all scores",
            _get(port, "/secretariat/8/scores.csv", secretary),
            _get(bare, f"/scores.csv/{cycle}"),
            is_paged=False,
        ),
    ]


@contextmanager
def _served(size: int, database_url: str | None, redis_url: str, folder: Path) -> Iterator[Served]:
    """A seeded database with its two servers and the pages to ask."""
    folder.mkdir()
    env = {
        "AWARD_VAR_DIR": str(folder),
        "AWARD_SECRET_KEY": "only-for-the-benchmark-only-for-the-benchmark",
        "AWARD_REDIS_URL": redis_url,
        "AWARD_LOG_LEVEL": "WARNING",
        **({"AWARD_DATABASE_URL": database_url} if database_url else {}),
    }
    app = create_app({**env, "AWARD_BASE_URL": "http://localhost"})
    with app.app_context():
        migrations.upgrade()
        db.session.remove()
    known = seeding.seed(app, size)
    with app.app_context():
        by_email = {email: user_id for user_id, email in db.session.execute(select(User.id, User.email))}
        member_of = {user_id: member for member, user_id in db.session.execute(select(Membership.id, Membership.user_id))}
        ids = {
            "members": [member_of[by_email[email]] for email in known.members],
            "delegates": [by_email[email] for email in known.delegates],
            "cycle": list(db.session.scalars(select(Cycle.id).where(Cycle.slug == "8"))),
        }
        url = app.config["SQLALCHEMY_DATABASE_URI"]
        db.session.remove()
        db.engine.dispose()
    base = bare_environment()
    with ExitStack() as servers:
        port = servers.enter_context(_gunicorn("award", "tests.bench.served:app", {**base, **env}, folder))
        bare = servers.enter_context(
            _gunicorn("bare", "tests.bench.bare:app", {**base, "BARE_DATABASE_URL": url}, folder)
        )
        yield Served(size, port, bare, _pages(port, bare, known, ids))


def _queries(port: int, ask: Ask) -> int:
    line = Line(port)
    whole = ask(0).replace(b"\r\n", b"\r\nX-Count: 1\r\n", 1)
    answer = line.ask(whole)
    line.close()
    return int(answer.headers["x-queries"])


@dataclass(frozen=True, slots=True)
class Measured:
    """One page of one size: the application's and the bare view's figures at one and at eight callers, and SELECTs."""

    one: Figures
    bare_one: Figures
    eight: Figures
    bare_eight: Figures
    queries: int
    bare_queries: int

    @property
    def ratio(self) -> float:
        return self.one.p50 / self.bare_one.p50


def _measure(served: list[Served], at: int, *, seconds: float) -> list[Measured]:
    """The page of this number on every size."""
    pages = [one.pages[at] for one in served]
    lines = []
    for one, page in zip(served, pages, strict=True):
        lines += [(Line(one.port), page.ask, page.wanted), (Line(one.bare_port), page.bare, page.wanted)]
    single = loading.by_turns(lines, seconds=seconds)
    for line, *_ in lines:
        line.close()
    found = []
    for n, (one, page) in enumerate(zip(served, pages, strict=True)):
        eight, bare_eight = (
            loading.at_once(port, ask, page.wanted, callers=CALLERS, seconds=seconds)
            for port, ask in ((one.port, page.ask), (one.bare_port, page.bare))
        )
        queries, bare_queries = _queries(one.port, page.ask), _queries(one.bare_port, page.bare)
        found.append(Measured(single[2 * n], single[2 * n + 1], eight, bare_eight, queries, bare_queries))
    return found


HEAD = (
    f"{'page':24}{'size':>6}  {'p50':>7}{'p95':>7}{'/s':>6}  {'p50':>7}{'p95':>7}{'/s':>6}  {'SELECTs':>7}"
    f"  {'p50':>7}{'/s':>6}{'/s at 8':>8}{'SELECTs':>8}  {'ratio':>6}"
)


def _row(name: str, size: int, found: Measured) -> str:
    def three(f: Figures) -> str:
        return f"{1000 * f.p50:7.1f}{1000 * f.p95:7.1f}{f.rate:6.0f}"

    bare = f"{1000 * found.bare_one.p50:7.1f}{found.bare_one.rate:6.0f}{found.bare_eight.rate:8.0f}{found.bare_queries:8}"
    return f"{name:24}{size:6}  {three(found.one)}  {three(found.eight)}  {found.queries:7}  {bare}  {found.ratio:6.2f}"


def _bars(page: Page, sizes: list[int], found: list[Measured]) -> str:
    """The page's bars in one line."""
    worst = max(one.ratio for one in found)
    said = [f"{'PASS' if worst <= TIMES_BARE else 'OVER'}  {worst:.2f} of {TIMES_BARE:g} times bare"]
    if len(found) > 1:
        growth = found[-1].one.p50 / found[0].one.p50
        if page.is_paged:
            said.append(f"{'PASS' if growth <= TIMES_SMALL else 'OVER'}  {growth:.2f} of {TIMES_SMALL:g} times at {sizes[0]}")
        else:
            said.append(f"not paged, {growth:.2f} times at {sizes[0]}")
        counts = [one.queries for one in found]
        said.append(f"{'PASS' if len(set(counts)) == 1 else 'OVER'}  {' = '.join(map(str, counts))} SELECTs")
    return f"{page.name:24}" + "".join(f"{one:36}" for one in said).rstrip()


def run(database: str, sizes: list[int], *, seconds: float, only: str) -> None:
    """Seed, serve, measure and print one database."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="award-bench-")))
        redis = parts.enter_context(running_broker()).url
        postgres = parts.enter_context(running_postgres()) if database == "postgresql" else None
        urls = [postgres.create_database(f"bench_{size}") if postgres else None for size in sizes]
        served = [
            parts.enter_context(_served(size, url, redis, folder / str(size)))
            for size, url in zip(sizes, urls, strict=True)
        ]
        print(f"\n{database}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; p50 and p95 in ms")
        print(f"{'':30}  {'one caller':>20}  {'eight callers':>20}  {'':7}  {'bare view':>29}")
        print(HEAD, flush=True)
        bars = []
        for at, page in enumerate(served[0].pages):
            if only and only not in page.name:
                continue
            found = _measure(served, at, seconds=seconds)
            for size, one in zip(sizes, found, strict=True):
                print(_row(page.name, size, one), flush=True)
            bars.append(_bars(page, sizes, found))
        print("\nbars (ratios of p50 at one caller)", *bars, sep="\n", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--sizes", default="255,1600", help="submissions in each cycle, smallest first")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each server, page and number of callers")
    parser.add_argument("--only", default="", help="only pages with this in their name")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for database in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        run(database, sizes, seconds=given.seconds, only=given.only)


if __name__ == "__main__":
    main()

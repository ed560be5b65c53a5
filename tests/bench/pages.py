"""How fast the pages are beside a bare Flask view of the same rows, with few and with many submissions.

    python -m tests.bench.pages [--database sqlite|postgresql|both] [--sizes 255,1600] [--seconds 3] [--only queue]

For each database both sizes are seeded and served by gunicorn as in production, and beside each the bare views
(tests/bench/bare.py) on the same database. The servers are asked by turns, so figures of one table can be compared,
whatever else the machine does. Bars are ratios; they are printed as PASS or OVER and never fail the run.

"cpu" is processor time of gunicorn for one request at one caller, without the database server's: on a machine that is busy
with other things a request waits, and the longer one waits more often, so this ratio is the steadier of the two.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from awardapp import create_app, migrations
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, User
from tests.bench import loading, seeding
from tests.bench.asking import Page, pages_of
from tests.bench.loading import Ask, Figures, Line
from tests.bench.seeding import CALLERS
from tests.bench.serving import Server, gunicorn
from tests.support.broker import running_broker
from tests.support.postgres import running_postgres
from tests.support.processes import bare_environment

TIMES_BARE = 3.0  # a page may cost so many times its bare view
TIMES_SMALL = 1.5  # a paged view may cost so many times what it costs with few submissions


@dataclass(frozen=True, slots=True)
class Served:
    """One size, served twice."""

    size: int
    award: Server
    bare: Server
    pages: list[Page]


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
        member_of = {
            user_id: member for member, user_id in db.session.execute(select(Membership.id, Membership.user_id))
        }
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
        award = servers.enter_context(gunicorn("award", "tests.bench.served:app", {**base, **env}, folder))
        bare = servers.enter_context(
            gunicorn("bare", "tests.bench.bare:app", {**base, "BARE_DATABASE_URL": url}, folder)
        )
        yield Served(size, award, bare, pages_of(award.port, bare.port, known, ids))


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

    @property
    def processor_ratio(self) -> float:
        return self.one.processor / self.bare_one.processor


def _measure(served: list[Served], at: int, *, seconds: float) -> list[Measured]:
    """The page of this number on every size."""
    pages = [one.pages[at] for one in served]
    lines = []
    for one, page in zip(served, pages, strict=True):
        lines += [
            loading.Asked(Line(server.port), ask, page.wanted, server.processor)
            for server, ask in ((one.award, page.ask), (one.bare, page.bare))
        ]
    single = loading.by_turns(lines, seconds=seconds)
    for asked in lines:
        asked.line.close()
    found = []
    for n, (one, page) in enumerate(zip(served, pages, strict=True)):
        eight, bare_eight = (
            loading.at_once(port, ask, page.wanted, callers=CALLERS, seconds=seconds)
            for port, ask in ((one.award.port, page.ask), (one.bare.port, page.bare))
        )
        queries, bare_queries = _queries(one.award.port, page.ask), _queries(one.bare.port, page.bare)
        found.append(Measured(single[2 * n], single[2 * n + 1], eight, bare_eight, queries, bare_queries))
    return found


HEAD = (
    f"{'page':24}{'size':>6}  {'p50':>7}{'p95':>7}{'/s':>6}  {'p50':>7}{'p95':>7}{'/s':>6}  {'SELECTs':>7}"
    f"  {'p50':>7}{'/s':>6}{'/s at 8':>8}{'SELECTs':>8}  {'p50':>6}{'cpu':>6}{'cpu ms':>8}"
)


def _row(name: str, size: int, found: Measured) -> str:
    def three(f: Figures) -> str:
        return f"{1000 * f.p50:7.1f}{1000 * f.p95:7.1f}{f.rate:6.0f}"

    bare = (
        f"{1000 * found.bare_one.p50:7.1f}{found.bare_one.rate:6.0f}{found.bare_eight.rate:8.0f}{found.bare_queries:8}"
    )
    ratios = f"{found.ratio:6.2f}{found.processor_ratio:6.2f}{1000 * found.one.processor:8.1f}"
    return f"{name:24}{size:6}  {three(found.one)}  {three(found.eight)}  {found.queries:7}  {bare}  {ratios}"


def _bars(page: Page, sizes: list[int], found: list[Measured]) -> str:
    """The page's bars in one line."""
    worst = max(one.ratio for one in found)
    processor = max(one.processor_ratio for one in found)
    said = [f"{_mark(worst <= TIMES_BARE)}  {worst:.2f} (cpu {processor:.2f}) of {TIMES_BARE:g} times bare"]
    if len(found) > 1:
        growth = found[-1].one.p50 / found[0].one.p50
        processor = found[-1].one.processor / found[0].one.processor
        if page.is_paged:
            said.append(
                f"{_mark(growth <= TIMES_SMALL)}  {growth:.2f} (cpu {processor:.2f}) of {TIMES_SMALL:g} times at {sizes[0]}"
            )
        else:
            said.append(f"not paged, {growth:.2f} times at {sizes[0]}")
        counts = [one.queries for one in found]
        said.append(f"{_mark(len(set(counts)) == 1)}  {', '.join(map(str, counts))} SELECTs")
    return f"{page.name:24}" + "".join(f"{one:46}" for one in said).rstrip()


def _mark(holds: bool) -> str:
    return "PASS" if holds else "OVER"


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
        print(
            f"\n{database}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; p50 and p95 in ms"
        )
        print(f"{'':30}  {'one caller':>20}  {'eight callers':>20}  {'':7}  {'bare view':>29}  {'ratio to bare':>14}")
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

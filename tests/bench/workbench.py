"""How fast the shortlist workbench answers a change: 300 submissions, three readings each, asked as its script asks.

    python -m tests.bench.workbench [--database sqlite|postgresql] [--size 300] [--rounds 15]

Every figure stands twice: in milliseconds, and as a ratio to a bare Flask view that selects the same rows (submissions and
all their scores), averages them and writes out a page of ranks. Both are asked in this process, by turns, so that whatever
else the machine does falls on both; "cpu" is processor time of this process alone, the steadier figure on a busy machine.
The bar is 200 ms for a change, held to processor time: on a quiet machine the two are the same, SQLite working in this process.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, render_template_string
from sqlalchemy import create_engine, select

from awardapp import create_app, migrations
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db, limiter
from awardapp.models import Assessment, City, Cycle, Score, Submission, User
from awardapp.services import workbench
from tests.bench import seeding
from tests.bench.bare import ROWS
from tests.support.pages import Browser
from tests.support.postgres import running_postgres

BAR = 200.0  # milliseconds for the answer to a change
SLUG = "8"


def bare(url: str, cycle: int) -> Flask:
    """The plainest view of the same rows: every file's mean of all its marks, the best fifty."""
    app, engine = Flask("bare"), create_engine(url)

    @app.get("/")
    def ranks() -> str:
        with engine.connect() as connection:
            files = connection.execute(
                select(Submission.id, Submission.title_en, City.name_en)
                .join(City, City.id == Submission.city_id)
                .where(Submission.cycle_id == cycle, Submission.status == SubmissionStatus.VALID)
            ).all()
            marks: dict[int, list[int]] = {}
            for submission, units in connection.execute(
                select(Assessment.submission_id, Score.units)
                .join(Score, Score.assessment_id == Assessment.id)
                .where(Assessment.cycle_id == cycle, Assessment.status == "submitted")
            ):
                marks.setdefault(submission, []).append(units)
        rows = sorted(((sum(own) / len(own), *names) for id_, *names in files if (own := marks.get(id_))), reverse=True)
        return render_template_string(ROWS, title="Ranks", lists=[("Ranks", rows[:50])])

    return app


Ask = Callable[[], object]


def timed(ask: Ask) -> tuple[float, float]:
    """Wall clock and processor time of one question, in milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def compare(name: str, ask: Ask, plain: Ask, rounds: int) -> None:
    """Ask both by turns and print the medians."""
    own, other = [], []
    for _ in range(rounds):
        own.append(timed(ask))
        other.append(timed(plain))
    wall, cpu = (statistics.median(one[at] for one in own) for at in (0, 1))
    bare_wall, bare_cpu = (statistics.median(one[at] for one in other) for at in (0, 1))
    figures = f"{wall:7.0f} ms ({wall / bare_wall:4.1f} x bare)   cpu {cpu:7.0f} ms ({cpu / bare_cpu:4.1f} x bare)"
    print(f"{name:44} {figures}   {'PASS' if cpu <= BAR else 'OVER'}")


def settings(cycle: Cycle) -> dict[str, Callable[[int], dict[str, object]]]:
    """The changes that are asked for, each with a number that makes it another one every time."""
    criteria = [criterion.key for criterion in cycle.criteria]
    own = {"method": cycle.rules.calibration, "first": 15, "further": 30, **{f"w-{key}": 1 for key in criteria}}
    caps = {"of1": "region", "most1": 4, "of2": "theme", "least2": 1, "most2": 4, "of3": "size", "least3": 1}
    return {
        "the rules of the cycle again (kept)": lambda _n: {},
        "a weight is moved": lambda n: {**own, f"w-{criteria[0]}": 2 + n},
        "a weight is moved under three rules": lambda n: {**own, **caps, f"w-{criteria[1]}": 2 + n},
        "a cap of one partition is moved": lambda n: {**own, "of1": "region", "most1": 3 + n % 5, "further": 30 + n},
        "a cap is moved under three crossing rules": lambda n: {**own, **caps, "most1": 3 + n % 4, "further": 30 + n},
        "a setting asked before (kept)": lambda _n: {**own, **caps},
        "another page of ranks (kept)": lambda n: {**own, **caps, "page": 1 + n % 3},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the shortlist workbench answers a change.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    wanted = parser.parse_args()
    limiter.enabled = False
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="award-bench-")))
        more = {}
        if wanted.database == "postgresql":
            more["AWARD_DATABASE_URL"] = stack.enter_context(running_postgres()).create_database("workbench")
        app = create_app(
            {
                "AWARD_VAR_DIR": str(folder),
                "AWARD_SECRET_KEY": "only-for-the-benchmark-only-for-the-benchmark",
                "AWARD_BASE_URL": "http://localhost",
                "AWARD_LOG_LEVEL": "WARNING",
                **more,
            }
        )
        with app.app_context():
            migrations.upgrade()
            db.session.remove()
        seeding.seed(app, wanted.size)
        with app.app_context():
            cycle = db.session.scalars(select(Cycle).where(Cycle.slug == SLUG)).one()
            chair = db.session.get_one(User, 2)
            plain = bare(app.config["SQLALCHEMY_DATABASE_URI"], cycle.id).test_client()
            browser = Browser(app).sign_in(chair)
            asked = settings(cycle)
            readings = wanted.size * seeding.READERS
            print(f"{wanted.database}: {wanted.size} submissions, {readings} readings, {len(cycle.criteria)} criteria")

            def bare_view() -> object:
                return plain.get("/").get_data()

            def question(values: dict[str, object], page: str = "") -> object:
                query = f"?{urlencode(values)}" if values else ""
                answer = browser.ask("GET", f"/committee/{SLUG}/workbench{page}{query}", headers={"X-Part": "1"})
                if answer.status_code != 200:
                    raise RuntimeError(f"{query}: answered {answer.status_code}")
                return answer.get_data()

            first = timed(lambda: question({}))
            print(f"{'the first answer of a process':44} {first[0]:7.0f} ms                 cpu {first[1]:7.0f} ms")
            for name, values in asked.items():
                turns = count(1)
                question(values(0))
                compare(
                    name, lambda values=values, turns=turns: question(values(next(turns))), bare_view, wanted.rounds
                )
            workbench.forget()
            compare(
                "everything anew, as after a new score",
                lambda: (workbench.forget(), question({})),
                bare_view,
                wanted.rounds,
            )
            print("opened on demand, no bar:")
            for name, page in (("without each member in turn", "/without-one"), ("pairs across the line", "/pairs")):
                anew = timed(lambda page=page: (workbench.forget(), question({}, page)))
                print(f"{name:44} {anew[0]:7.0f} ms                 cpu {anew[1]:7.0f} ms")


if __name__ == "__main__":
    main()

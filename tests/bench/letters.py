"""`python -m tests.bench.letters`: 10,000 letters through a mail server in trouble, with workers killed (promises L6, F2, F6).

Nothing is hastened: what a killed worker had in hand waits for its lease to end, what was refused waits its minute.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from awardapp import clock, create_app, migrations
from awardapp.extensions import db
from tests.conftest import environment
from tests.support.broker import running_broker
from tests.support.mailing import Mailing, troubled_server
from tests.support.postgres import running_postgres
from tests.support.processes import bare_environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--outage", type=float, default=60.0, help="seconds without a mail server")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="award-letters-") as folder,
        running_postgres() as postgres,
        running_broker() as broker,
        troubled_server() as mail,
    ):
        settings = environment(
            Path(folder) / "var",
            AWARD_REDIS_URL=broker.url,
            AWARD_SMTP_URL=mail.url,
            AWARD_DATABASE_URL=postgres.create_database("letters"),
        )
        with create_app(settings).app_context():
            migrations.upgrade()
            mailing = Mailing({**bare_environment(), **settings}, Path(folder), mail, say=print)
            result = mailing.run(
                chosen.letters,
                now=clock.now(),
                kill_at=[(n + 1) / (chosen.kills + 1) for n in range(chosen.kills)],
                outage_at=0.5,
                outage_seconds=chosen.outage,
                hasten=lambda: None,
                within=3600,
            )
            db.session.remove()
            db.engine.dispose()
    print(f"{chosen.letters} letters, {result.kills} workers killed, {chosen.outage:g} s without a mail server")
    print(f"settled in {result.seconds / 60:.1f} minutes: {result.statuses}")
    print(f"accepted by the server: {result.accepted}; nobody without: {not result.lost} ({len(result.lost)})")
    print(
        f"taken twice: {result.doubled}, of one Message-ID: {result.same_ids}; counted by the outbox: {result.counted}"
    )


if __name__ == "__main__":
    main()

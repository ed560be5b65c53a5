"""A large mailing through a mail server in trouble, with workers killed. Unhastened: tests/bench/letters.py."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from awardapp import clock
from awardapp.extensions import db
from awardapp.models import Notification, WorkStatus
from tests.support.mailing import Mailing, troubled_server
from tests.worker.conftest import System

LETTERS = 240


@pytest.mark.slow
@pytest.mark.only_on("postgresql")
def test_no_letter_is_lost_and_none_doubled_but_what_is_counted(system: System) -> None:
    def hasten() -> None:
        """As if minutes of waiting and the leases of the killed had passed."""
        past = clock.now().replace(year=2020)
        waiting = update(Notification).where(Notification.status == WorkStatus.QUEUED)
        db.session.execute(waiting.values(not_before=None).execution_options(synchronize_session=False))
        db.session.commit()
        if not is_hastened:
            is_hastened.append(True)
            dead = update(Notification).where(Notification.status == WorkStatus.LEASED)
            db.session.execute(dead.values(lease_until=past).execution_options(synchronize_session=False))
            db.session.commit()

    is_hastened: list[bool] = []
    with troubled_server() as mail:
        environ = {**system.process_environ, "AWARD_SMTP_URL": mail.url}
        result = Mailing(environ, system.folder, mail, say=lambda _line: None).run(
            LETTERS,
            now=clock.now(),
            kill_at=[0.2, 0.4],
            outage_at=0.6,
            outage_seconds=1.0,
            hasten=hasten,
            within=240,
        )
    assert result.lost == []
    assert result.statuses == {"done": LETTERS - 1, "dead": 1}
    assert result.same_ids
    # Each worker killed may have been in the one window, and one letter is cut off after the server took it.
    assert 1 <= result.doubled <= result.counted
    assert result.doubled <= result.kills + 1

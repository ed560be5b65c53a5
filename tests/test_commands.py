"""What the operator does from the command line where there is no page: the freeze, and a second factor that was lost."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from awardapp import clock, create_app, migrations
from awardapp.cli import main
from awardapp.extensions import db
from awardapp.models import AuditEntry, Notification
from awardapp.services import freezes, second_factors, totp
from tests import factories as make
from tests.conftest import environment


def test_the_operator_freezes_lifts_and_resets_a_second_factor_on_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = environment(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    with create_app(settings).app_context():
        migrations.upgrade()
        user = make.make_user()
        email = user.email
        now = clock.now()
        row = totp.begin(actor=user, now=now)
        second_factors.confirm_app(actor=user, code=pyotp.TOTP(totp.secret_text(row)).at(now), now=now)
        db.session.commit()
        assert run("unfreeze", "Why not.").exit_code == 1
        assert "Everything is frozen" in run("freeze", "A leak.", "--zh", "泄密。").output
        assert run("freeze", "Again.").exit_code == 1
        db.session.rollback()
        assert freezes.is_frozen()
        db.session.rollback()
        assert run("unfreeze", "The leak is stopped.").exit_code == 0
        assert run("reset-second-factor", "nobody@city.example", "Lost.").exit_code == 1
        assert run("reset-second-factor", email, "Lost the telephone; called back.").exit_code == 0
        db.session.rollback()
        assert not freezes.is_frozen()
        assert not second_factors.has_any(user)
        done = db.session.execute(
            select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.reason).order_by(AuditEntry.id)
        )
        assert [tuple(entry) for entry in done][-3:] == [
            ("site.freeze", None, "A leak."),
            ("site.lift", None, "The leak is stopped."),
            ("user.second_factor_reset", None, "Lost the telephone; called back."),
        ]
        assert (
            db.session.scalars(select(Notification.kind).order_by(Notification.id.desc())).first()
            == "second_factor_reset"
        )
        db.session.remove()
        db.engine.dispose()

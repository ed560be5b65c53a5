"""Release against stop against edit against the clock, in threads of their own: fifty rounds begun at one barrier.

Never published without two releases of the very digest that is published, never both stopped and published, never twice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    AuditEntry,
    Cycle,
    Notification,
    Publication,
    Release,
    SpecialAward,
    User,
)
from awardapp.queries import announcements as public
from awardapp.services import announcements, audit, awards
from tests import factories as make
from tests.support.announcing import locked_shortlist
from tests.support.separate import all_at_once, separate_app
from worker.cycles import publish_due

ROUNDS = {"postgresql": 50, "sqlite": 6}  # SQLite lets one write at a time and syncs every commit to disk


@pytest.fixture
def site(database: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A whole application of the test's own, since rolled-back transactions know no second connection."""
    with separate_app(database, request) as app:
        yield app


def _attempt(acts: list[str], announcement_id: int, people: tuple[int, int], shown: tuple[str, int], n: int) -> str:
    """One person's click, or the worker's look at the clock; what became of it."""
    act, now = acts[n], clock.now()
    if act == "clock":
        return f"clock {publish_due()}"
    found = db.session.get_one(Announcement, announcement_id)
    actor = db.session.get_one(User, people[act == "second"])
    try:
        if act in ("first", "second"):
            done = str(
                announcements.release(
                    actor=actor, announcement=found, shown_sha256=shown[0], shown_version=shown[1], now=now
                )
            )
        elif act == "stop":
            announcements.abort(actor=actor, announcement=found, reason="Stop.", now=now)
            done = "stopped"
        else:
            announcements.unseal(actor=actor, announcement=found, reason="A word.", now=now)
            done = "opened"
    except RuleViolation:
        db.session.rollback()
        return f"{act} refused"
    db.session.commit()
    return done


def _sealed(cycle: Cycle, actor: User, number: int, *, embargo: datetime | None, now: datetime) -> Announcement:
    """An award of this round's own, given and sealed: one line, one letter."""
    award = SpecialAward(
        cycle_id=cycle.id, key=f"award{number}", name_en="Award", name_zh="奖项", position=100 + number, places=1,
        decided_by="secretariat", candidates="shortlisted", announced_from="given", gives=["certificate"],
    )  # fmt: skip
    db.session.add(award)
    db.session.flush()
    db.session.expire(cycle, ["special_awards"])
    finalist = public.shortlisted(cycle)[0]
    awards.give(
        actor=actor, cycle=cycle, award=award, submission=finalist, reason_en="Good.", reason_zh="好。", now=now
    )
    draft = announcements.prepare(actor=actor, cycle=cycle, kind=AnnouncementKind.SPECIAL, award_key=award.key, now=now)
    draft.title_en = draft.title_zh = draft.statement_en = draft.statement_zh = "Words"
    draft.embargo_until = embargo
    announcements.seal(actor=actor, announcement=draft, now=now)
    db.session.commit()
    return draft


def test_of_release_stop_edit_and_the_clock_at_once_nothing_slips(site: Flask, database: str) -> None:
    scene = locked_shortlist()
    make.make_published_shortlist(scene.cycle, scene.shortlisted)
    scene.cycle.phase = CyclePhase.WINNERS_SEALED
    people = (scene.first.id, scene.second.id)
    order, ends = random.Random(7), Counter[str]()
    for number in range(ROUNDS[database]):
        now = clock.now()
        instant = now + timedelta(seconds=1) if number % 2 else None  # half of them wait for the clock
        sealed = _sealed(scene.cycle, scene.first, number, embargo=instant, now=now)
        shown = (sealed.snapshot_sha256 or "", sealed.edit_version)
        acts = ["first", "second", "stop", "open", "clock"][: 5 if number % 3 else 3]
        order.shuffle(acts)
        if number % 2:  # one release stands already, and the instant passes while they click
            announcements.release(actor=scene.first, announcement=sealed, shown_sha256=shown[0], now=now)
            db.session.commit()
            clock.set_offset(timedelta(seconds=2))
        last = db.session.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)) or 0
        db.session.commit()
        all_at_once(site, partial(_attempt, acts, sealed.id, people, shown), people=len(acts))
        db.session.expire_all()
        publish_due()  # the next look at the clock, after everybody has clicked
        ends[_check(sealed, shown[0], last)] += 1
        clock.set_offset(timedelta())
    assert audit.first_fault() is None
    assert ends["published"] and ends["not published"]


def _check(announcement: Announcement, sha256: str, since: int) -> str:
    """What must hold after every round; how it ended."""
    db.session.expire_all()
    done = [
        entry.action.partition(".")[2]
        for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.id > since).order_by(AuditEntry.id))
    ]
    publications = db.session.scalars(
        select(Publication.id).where(Publication.award_key == announcement.award_key)
    ).all()
    letters = [
        letter.cause
        for letter in db.session.scalars(select(Notification).where(Notification.kind == "outcome_special_award"))
        if letter.context["award_key"] == announcement.award_key
    ]
    is_public = announcement.status is AnnouncementStatus.PUBLISHED
    assert len(publications) == done.count("publish") == int(is_public), done
    assert len(letters) == len(set(letters)) == int(is_public), done
    if not is_public:
        return "not published"
    by = db.session.scalars(
        select(Release.user_id).where(
            Release.announcement_id == announcement.id, Release.snapshot_sha256 == announcement.snapshot_sha256
        )
    ).all()
    assert len(set(by)) == 2, done
    assert announcement.snapshot_sha256 == sha256
    # Whatever stopped or opened it came before both releases that it was published by, and nothing came after.
    assert done[-1] == "publish", done
    assert "unseal" not in done, done
    return "published"

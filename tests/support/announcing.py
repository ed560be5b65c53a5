"""A cycle whose shortlist is locked, and the steps from there to the public, for tests of announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    CaseStudy,
    Cycle,
    Notification,
    Publication,
    PublishedOutcome,
    SpecialAward,
    Submission,
    SubmissionEvent,
    User,
)
from awardapp.services import announcements
from tests import factories as make


@dataclass
class Scene:
    """A cycle whose shortlist is locked: two shortlisted, one deserving, one not selected, one not valid."""

    cycle: Cycle
    first: User
    second: User
    shortlisted: list[Submission]
    deserving: Submission
    rest: Submission
    not_valid: Submission

    @property
    def submissions(self) -> list[Submission]:
        return [*self.shortlisted, self.deserving, self.rest]


def locked_shortlist() -> Scene:
    """The scene, stored."""
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED)
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    valid = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(4)]
    make.make_selection(cycle, Stage.COMMITTEE, {Outcome.SHORTLISTED: valid[:2], Outcome.DESERVING: valid[2:3]})
    not_valid = make.make_submission(cycle, status=SubmissionStatus.NOT_VALID)
    db.session.commit()
    return Scene(cycle, first, second, valid[:2], valid[2], valid[3], not_valid)


def decided_by_the_secretariat(award: SpecialAward, *, announced_from: str = "given") -> SpecialAward:
    """An award whose rule needs no vote, no chair and no other date, for tests that are about announcing it."""
    award.decided_by, award.vote, award.candidates = "secretariat", "", "shortlisted"
    award.announced_from = announced_from
    db.session.flush()
    return award


def prepared(scene: Scene, now: datetime, *, embargo: datetime | None = None, **more: str) -> Announcement:
    """A draft with its words, ready to be sealed."""
    kind = AnnouncementKind(more.get("kind", "shortlist"))
    announcement = announcements.prepare(
        actor=scene.first, cycle=scene.cycle, kind=kind, award_key=more.get("award_key", ""), now=now
    )
    announcements.edit(
        actor=scene.first,
        announcement=announcement,
        title_en="The result",
        title_zh="评选结果",
        statement_en="These are the cities.",
        statement_zh="名单如下。",
        embargo_until=embargo,
        edit_version=announcement.edit_version,
        now=now,
    )
    return announcement


def sealed(scene: Scene, now: datetime, *, embargo: datetime | None = None, **more: str) -> Announcement:
    announcement = prepared(scene, now, embargo=embargo, **more)
    announcements.seal(actor=scene.first, announcement=announcement, now=now)
    db.session.commit()
    return announcement


def release(announcement: Announcement, person: User, now: datetime) -> AnnouncementStatus:
    return announcements.release(
        actor=person, announcement=announcement, shown_sha256=announcement.snapshot_sha256 or "", now=now
    )


def nothing_is_public() -> bool:
    tables = (Publication, PublishedOutcome, CaseStudy, Notification, SubmissionEvent)
    return all(db.session.scalar(select(func.count()).select_from(table)) == 0 for table in tables)


def letters_by_kind() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for letter in db.session.scalars(select(Notification).order_by(Notification.id)):
        found.setdefault(letter.kind, []).append(letter.recipient_id)
    return found


def delegate(submission: Submission) -> User:
    return submission.city.delegates[0].user

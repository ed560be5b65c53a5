"""Three invented cycles for trying the site: one with its call open, one with the committee at work, one with the jury.

The accounts' passwords are made on the first start and kept in the state folder, never in the code. The invented people
around them have no passwords.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from awardapp.domain.announcements import AnnouncementKind
from awardapp.extensions import db
from awardapp.invention import InventedCycle, Person, invent
from awardapp.models import Cycle, Notification, User, WorkStatus
from awardapp.rehearsal import committee, course, finale, intake
from awardapp.services import cities, people

SLUGS = ("demo-call", "demo-committee", "demo-jury")
_DOMAIN = "demo.example"
# role shown, address, name, language, country
_PEOPLE = (
    ("City official", "city", "Inês Carvalho", "en", "PT"),
    ("Secretariat", "secretariat", "Lin Yuqing", "zh", "CN"),
    ("Secretariat, second person", "secretariat2", "Chen Jiahao", "en", "CN"),
    ("Committee chair", "chair", "Amara Diallo", "en", "ML"),
    ("Committee member", "member", "Mei Tanaka", "en", "JP"),
    ("Jury chair", "jurychair", "Jonas Lindqvist", "en", "SE"),
    ("Juror", "juror", "Wairimu Otieno", "en", "KE"),
)
_CITY = ("Porto", "PT")


def _accounts_file(folder: Path) -> Path:
    return folder / "demonstration-accounts.json"


def accounts(folder: Path) -> list[dict[str, str]]:
    """The demonstration accounts with their passwords: role, email, password. Empty before the first start."""
    path = _accounts_file(folder)
    if not path.exists():
        return []
    found: list[dict[str, str]] = json.loads(path.read_text("utf-8"))
    return found


def exists() -> bool:
    """Whether the demonstration was seeded into this database."""
    return db.session.scalar(select(Cycle.id).where(Cycle.slug == SLUGS[-1])) is not None


def seed(folder: Path, *, now: datetime, progress: course.Progress) -> None:
    """Make the accounts and the three cycles, in one transaction: a start that is cut off leaves nothing half made.

    Does nothing where they are.
    """
    if exists():
        return
    staff = _make_people(folder, now=now)
    _call(staff, now=now, progress=progress)
    _committee(staff, now=now, progress=progress)
    _jury(staff, now=now, progress=progress)
    # Invented letters are of the past; they wait since now, so that the health page does not call the outbox old.
    db.session.execute(update(Notification).where(Notification.status == WorkStatus.QUEUED).values(not_before=now))
    db.session.commit()


def _make_people(folder: Path, *, now: datetime) -> dict[str, User]:
    made: dict[str, User] = {}
    notes = []
    for role, mailbox, name, language, country in _PEOPLE:
        email = f"{mailbox}@{_DOMAIN}"
        password = f"{secrets.choice('bdfgkmnprst')}{secrets.token_hex(5)}"
        user = people.create(email=email, name=name, language=language, country=country, now=now)
        user.password_hash = people.hash_password(password)
        user.confirmed_at = now
        made[mailbox] = user
        notes.append({"role": role, "email": email, "password": password})
    cities.join(user=made["city"], name=_CITY[0], country=_CITY[1], position="Head of International Affairs", now=now)
    path = _accounts_file(folder)
    path.touch(mode=0o600)
    path.write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return made


def _begin(
    staff: dict[str, User],
    invented: InventedCycle,
    *,
    slug: str,
    name: tuple[str, str],
    deadline: datetime,
    until: datetime,
    progress: course.Progress,
) -> course.Rehearsal:
    return course.begin(
        invented,
        slug=slug,
        name_en=name[0],
        name_zh=name[1],
        deadline=deadline,
        password=None,
        progress=progress,
        until=until,
        secretaries=(staff["secretariat"], staff["secretariat2"]),
        commit=db.session.flush,
    )


def _call(staff: dict[str, User], *, now: datetime, progress: course.Progress) -> None:
    """An open call: drafts, files received, a few already checked. The city official has a draft that is complete."""
    deadline = (now + timedelta(days=20)).replace(hour=16, minute=0, second=0, microsecond=0)  # midnight in Guangzhou
    invented = invent(25, 0, 0, 11, year=deadline.year)
    official = Person("Inês Carvalho", None, f"city@{_DOMAIN}", "PT", "en")
    own = invented.submissions[-1]
    porto = replace(own.city, key="porto-pt", name=replace(own.city.name, en="Porto", zh="波尔图"), country="PT")
    mine = _renamed(own, porto, official)
    invented = replace(invented, submissions=(*invented.submissions[:-1], mine))
    run = _begin(
        staff,
        invented,
        slug=SLUGS[0],
        name=("Demonstration: open call", "演示：征集中"),
        deadline=deadline,
        until=now,
        progress=progress,
    )
    intake.register_cities(run)
    intake.write_and_submit(run, leave_drafts=4)
    intake.check_validity(run, leave=12)


def _renamed(own: Any, city: Any, official: Person) -> Any:
    """The invented submission told of another city."""

    def told(text: Any) -> Any:
        return replace(
            text,
            en=text.en.replace(own.city.name.en, city.name.en),
            zh=text.zh.replace(own.city.name.zh, city.name.zh),
        )

    return replace(
        own,
        city=city,
        applicant=official,
        attachments=(),  # drawn for the other city; the official adds a file of their own
        title=told(own.title),
        summary=told(own.summary),
        sections={key: told(text) for key, text in own.sections.items()},
    )


def _named(judges: tuple[Any, ...], places: dict[int, tuple[User, bool]]) -> tuple[Any, ...]:
    """Invented judges with some places taken by the demonstration accounts, who chair or not."""
    seated = []
    for position, judge in enumerate(judges):
        if position in places:
            user, is_chair = places[position]
            person = Person(user.name, None, user.email, user.country or "", user.language)
            seated.append(replace(judge, person=person, is_chair=is_chair, conflicts=()))
        else:
            seated.append(replace(judge, is_chair=False))
    return tuple(seated)


def _committee(staff: dict[str, User], *, now: datetime, progress: course.Progress) -> None:
    """The committee at work: files assigned, nearly all assessed, a first proposal with most reasons written."""
    invented = invent(60, 6, 0, 12, year=now.year)
    invented = replace(
        invented, members=_named(invented.members, {0: (staff["chair"], True), 1: (staff["member"], False)})
    )
    run = _begin(
        staff,
        invented,
        slug=SLUGS[1],
        name=("Demonstration: technical committee", "演示：技术委员会评审"),
        deadline=now - timedelta(days=15),
        until=now,
        progress=progress,
    )
    intake.register_cities(run)
    intake.write_and_submit(run)
    intake.close_call(run)
    intake.check_validity(run)
    committee.seat_committee(run)
    committee.assess(run, leave={invented.members[0].number: 2, invented.members[1].number: 4})
    committee.decide_shortlist(run, leave_reasons=2)


def _jury(staff: dict[str, User], *, now: datetime, progress: course.Progress) -> None:
    """The jury before its vote: the shortlist is public, every ballot but those of the two accounts is cast."""
    invented = invent(48, 5, 5, 13, year=now.year)
    invented = replace(
        invented, jurors=_named(invented.jurors, {0: (staff["jurychair"], True), 1: (staff["juror"], False)})
    )
    run = _begin(
        staff,
        invented,
        slug=SLUGS[2],
        name=("Demonstration: jury", "演示：评审委员会"),
        deadline=now - timedelta(days=100),
        until=now,
        progress=progress,
    )
    intake.register_cities(run)
    intake.write_and_submit(run)
    intake.close_call(run)
    intake.check_validity(run)
    committee.seat_committee(run)
    committee.assess(run)
    committee.decide_shortlist(run)
    finale.announce(run, AnnouncementKind.SHORTLIST, now=run.at(days=14))
    finale.seat_jury(run)
    finale.vote(run, leave=[invented.jurors[0].number, invented.jurors[1].number])

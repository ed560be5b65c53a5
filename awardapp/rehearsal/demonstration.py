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

from sqlalchemy import func, select, update

from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.balance import GroupRule
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.invention import Course, InventedCycle, Person, invent
from awardapp.models import (
    Certificate,
    City,
    Cycle,
    Notification,
    Preview,
    PublicationFile,
    ReportFile,
    Submission,
    User,
    WorkStatus,
)
from awardapp.rehearsal import (
    advising,
    awarding,
    committee,
    course,
    deliberation,
    feedback,
    finale,
    intake,
    letters,
    plenary,
    presenting,
    reporting,
    talking,
)
from awardapp.services import cities, cycles, delegates, examinations, partners, people, reminders, suspicions

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
    ("Adviser", "adviser", "Sofía Herrera", "en", "UY"),
    ("Observer", "observer", "Núria Ferrer", "en", "ES"),
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
    examinations.store(examinations.examine(examinations.due(limit=1000)), now=now)
    # Invented work is of the past; it waits since now, so that the health page does not call the outbox old.
    for waiting in (Notification, Preview, ReportFile, Certificate, PublicationFile):
        db.session.execute(update(waiting).where(waiting.status == WorkStatus.QUEUED).values(not_before=now))
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
    early: timedelta = timedelta(days=30),
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
        early=early,
    )


def _call(staff: dict[str, User], *, now: datetime, progress: course.Progress) -> None:
    """An open call: drafts, files received, a few already checked. The city official has a draft that is complete."""
    deadline = (now + timedelta(days=20)).replace(hour=16, minute=0, second=0, microsecond=0)  # midnight in Guangzhou
    invented = invent(25, 0, 0, 11, year=deadline.year)
    official = _official()
    own = invented.submissions[-1]
    porto = replace(own.city, key="porto-pt", name=replace(own.city.name, en="Porto", zh="波尔图"), country="PT")
    mine = _renamed(own, porto, official)
    invented = replace(invented, submissions=(*_odd(invented.submissions[:-1]), mine))
    run = _begin(
        staff,
        invented,
        slug=SLUGS[0],
        name=("Demonstration: open call", "演示：征集中"),
        deadline=deadline,
        early=timedelta(days=14),
        until=now,
        progress=progress,
    )
    intake.register_cities(run)
    intake.write_and_submit(run, leave_drafts=4)
    intake.check_validity(run, leave=12)
    intake.send_one_back(run, now=now)
    advising.ask_and_advise(run, staff["adviser"], now=now)
    _work_together(run, now=now)
    reminders.propose(actor=staff["secretariat"], cycle=run.cycle, now=now)


def _work_together(run: course.Rehearsal, *, now: datetime) -> None:
    """The official's draft is a joint entry, and a colleague is invited to write on it."""
    draft = db.session.scalars(
        select(Submission)
        .join(City, City.id == Submission.city_id)
        .where(Submission.cycle_id == run.cycle.id, City.name_en == _CITY[0], City.country == _CITY[1])
    ).one()
    official = db.session.get_one(User, draft.created_by)
    partners.name_partners(actor=official, submission=draft, named=[("Vigo", "ES")], now=now)
    colleague = delegates.Invitee(f"colleague@{_DOMAIN}", "Rui Tavares", "Press office", "en")
    delegates.invite(actor=official, city=draft.city, invitee=colleague, now=now)


def _odd(files: tuple[Any, ...]) -> tuple[Any, ...]:
    """Two of the files that wait for their check made worth a second look: one tells of the same initiative as another, one
    gives its area in hectares."""
    odd = list(files)
    twin, data = odd[-10], odd[-11].city.data
    told = _renamed(odd[-12], twin.city, twin.applicant)
    odd[-10] = replace(twin, title=told.title, summary=told.summary, sections=told.sections, attachments=())
    odd[-11] = replace(odd[-11], city=replace(odd[-11].city, data={**data, "area_km2": data["area_km2"] * 100}))
    return tuple(odd)


def _with_own(invented: InventedCycle) -> tuple[Any, ...]:
    """The submissions with one of the best become the official's, so that there is an outcome of their own to read."""
    barred = {conflict.city_key for member in invented.members for conflict in member.conflicts}
    barred |= {conflict.city_key for juror in invented.jurors for conflict in juror.conflicts}
    plain = [one for one in invented.submissions if one.course is Course.PLAIN and one.city.key not in barred]
    there = [one for one in plain if one.city.name.en == _CITY[0]]  # a city is not made twice
    best = max(there or plain, key=lambda one: (one.quality, one.number))
    porto = replace(best.city, key="porto-pt", name=replace(best.city.name, en="Porto", zh="波尔图"), country="PT")
    mine = replace(_renamed(best, porto, _official()), quality=max(one.quality for one in plain))
    return tuple(mine if one is best else one for one in invented.submissions)


def _official() -> Person:
    return Person("Inês Carvalho", None, f"city@{_DOMAIN}", "PT", "en")


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
    _balance(run)
    intake.register_cities(run)
    intake.write_and_submit(run)
    intake.close_call(run)
    intake.check_validity(run)
    _observe(run, staff["observer"])
    committee.seat_committee(run)
    letters.approve(run, now=run.at(days=1))
    _suspect(run.cycle, staff["member"], now=run.at(days=2))
    committee.assess(run, leave={invented.members[0].number: 2, invented.members[1].number: 4})
    talking.discuss(run, run.members[invented.members[1].number])
    committee.decide_shortlist(run, leave_reasons=2)
    plenary.hold(run)
    committee.move_and_move_back(run)
    committee.answer_a_question(run)
    reporting.write(run, leave=5, named=run.members[invented.members[1].number])


def _balance(run: course.Rehearsal) -> None:
    """Rules on the shortlist's groups, changed while the call is open, so that the workbench has prices to show."""
    wanted = (GroupRule("region", None, 0, 4), GroupRule("theme", None, 1))
    cycles.change_rules(
        actor=run.secretaries[0],
        cycle=run.cycle,
        rules=replace(run.cycle.rules, group_rules=wanted),
        reason="The organisers want the shortlist to speak for every theme, and no region to fill it.",
        now=run.at(days=-20),
    )


def _observe(run: course.Rehearsal, observer: User) -> None:
    """An association of cities watches the process; it gets the digest of a record when one is sealed."""
    observer.organisation = "An association of cities"
    people.add_role(observer, cycle=run.cycle, role=Role.OBSERVER, now=run.at(days=1))


def _suspect(cycle: Cycle, member: User, *, now: datetime) -> None:
    """An employer that bears the name of a city that hands in: a tie for the chair to decide on."""
    city = db.session.scalars(
        select(City)
        .join(Submission, Submission.city_id == City.id)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.status == SubmissionStatus.VALID,
            City.country != member.country,
            func.length(City.name_en) > 4,
        )
        .order_by(City.name_en)
        .limit(1)
    ).one()
    member.organisation = f"University of {city.name_en}"
    suspicions.find(cycle, now=now)


def _present(run: course.Rehearsal, *, now: datetime) -> None:
    """Three sessions were held; the last is tomorrow, so that its timetable, its files and its clock can be tried."""
    begins = presenting.days_of(run.at(days=90))
    begins[-1] = presenting.days_of(now + timedelta(days=1) - timedelta(days=len(begins) - 1))[-1]
    presenting.plan(run, begins, now=run.at(days=62))
    presenting.prepare(run, now=run.at(days=70), leave=3)
    presenting.hold(run, (1, 2, 3))


def _jury(staff: dict[str, User], *, now: datetime, progress: course.Progress) -> None:
    """The jury before its vote: the shortlist is public, every ballot but those of the two accounts is cast."""
    invented = invent(48, 5, 5, 13, year=now.year)
    invented = replace(
        invented,
        jurors=_named(invented.jurors, {0: (staff["jurychair"], True), 1: (staff["juror"], False)}),
        submissions=_with_own(invented),
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
    _observe(run, staff["observer"])
    committee.seat_committee(run)
    letters.approve(run, now=run.at(days=1))
    committee.assess(run)
    committee.decide_shortlist(run)
    reporting.write(run)
    feedback.write(run, leave=6)
    finale.announce(run, AnnouncementKind.SHORTLIST, now=run.at(days=14))
    reporting.order(run)
    finale.seat_jury(run)
    _present(run, now=now)
    finale.vote(run, leave=[invented.jurors[0].number, invented.jurors[1].number])
    deliberation.meet(run, now=run.at(days=97))
    awarding.count_the_vote(run, now=run.at(days=97))
    awarding.record_the_medias_choice(run, now=run.at(days=97))

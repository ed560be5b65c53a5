"""One run of an invented cycle: what it holds, how it begins, and how its people come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.invention import InventedCycle, Judging, Person
from awardapp.models import (
    City,
    Cycle,
    Membership,
    OneTimeLink,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import (
    assessments,
    cycles,
    people,
)
from awardapp.services.assessments import DeclaredTie

T = TypeVar("T")


CALL = timedelta(days=90)


Progress = Callable[[str, int, int], None]


@dataclass
class Rehearsal:
    """One run: the invented cycle, the rows that stand for it, and the instant at which its deadline lies."""

    invented: InventedCycle
    cycle: Cycle
    secretaries: list[User]
    deadline: datetime
    password: str | None  # None: invented people need not sign in, and no letter asks them to
    progress: Progress
    until: datetime | None = None  # the demonstration's present: nothing happens later
    users: dict[str, User] = field(default_factory=dict)
    cities: dict[str, City] = field(default_factory=dict)
    submissions: dict[int, Submission] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)
    jurors: dict[int, Membership] = field(default_factory=dict)
    commit: Callable[[], None] = db.session.commit
    refused_late: int = 0
    recused: tuple[int, int] | None = None  # submission and member of the one recusal after the assignment

    def at(self, **since_deadline: float) -> datetime:
        """An instant relative to the deadline."""
        return self.deadline + timedelta(**since_deadline)

    def each(self, stage: str, things: Sequence[Any]) -> Iterable[Any]:
        """The things of a stage, with progress reported and each act committed."""
        for done, thing in enumerate(things, 1):
            yield thing
            self.commit()
            self.progress(stage, done, len(things))

    @property
    def judging(self) -> Judging:
        rules = self.cycle.rules
        return Judging(self.invented, low=rules.scale_min, high=rules.scale_max, step=rules.scale_step)

    def number_of(self, submission_id: int) -> int:
        """The invented number of a stored submission."""
        return next(n for n, s in self.submissions.items() if s.id == submission_id)


def begin(
    invented: InventedCycle,
    *,
    slug: str,
    name_en: str,
    name_zh: str,
    deadline: datetime,
    password: str | None,
    progress: Progress,
    until: datetime | None = None,
    secretaries: Sequence[User] = (),
    commit: Callable[[], None] = db.session.commit,
    early: timedelta = timedelta(days=30),
) -> Rehearsal:
    """Two secretaries prepare the cycle with the shipped rules and open its call."""
    opened_at = deadline - CALL
    staff = list(secretaries)
    for n in range(len(staff), 2):
        person = people.create(email=f"secretary{n + 1}@{slug}.example", name=f"Secretary {n + 1}", now=opened_at)
        person.password_hash = people.hash_password(password) if password else None
        staff.append(person)
    cycle = cycles.create(
        actor=staff[0],
        slug=slug,
        name_en=name_en,
        name_zh=name_zh,
        year=deadline.year,
        now=opened_at,
        is_demonstration=True,
    )
    for person in staff[1:]:
        people.add_role(person, cycle=cycle, role=Role.SECRETARIAT, now=opened_at)
    cycles.change_dates(
        actor=staff[0],
        cycle=cycle,
        reason="",
        now=opened_at,
        opens_at=opened_at,
        early_at=deadline - early,
        deadline_at=deadline,
        committee_from=(deadline + timedelta(days=11)).date(),
        committee_to=(deadline + timedelta(days=14)).date(),
        ceremony_on=(deadline + timedelta(days=98)).date(),
    )
    cycles.advance_phase(actor=staff[0], cycle=cycle, now=opened_at)
    commit()
    return Rehearsal(invented, cycle, staff, deadline, password, progress, until, commit=commit)


def present(value: T | None) -> T:
    """A value that the plan of the rehearsal always gives at this place. Raises LookupError when it did not."""
    if value is None:
        raise LookupError("the invented cycle lacks a part that this stage needs")
    return value


def accept(run: Rehearsal, email: str, *, now: datetime) -> User:
    """Open the link of the letter and set a password."""
    user = present(people_queries.by_email(email))
    link_id = db.session.scalar(
        select(OneTimeLink.id).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    )
    link = people.open_link(link_id, purpose="invitation", now=now)
    run.commit()  # the password is hashed outside a transaction, as on the site
    return people.accept_invitation(link, password=present(run.password), now=now)


def invite(run: Rehearsal, person: Person, role: Role, *, now: datetime, is_chair: bool, **more: str) -> Membership:
    member = people.invite(
        actor=run.secretaries[0],
        cycle=run.cycle,
        role=role,
        email=person.email,
        name=person.name_zh or person.name,
        language=person.language,
        country=person.country,
        is_chair=is_chair,
        now=now,
        **more,
    )
    if member.user.password_hash is None and run.password is not None:
        accept(run, person.email, now=now)
    run.users[person.email] = member.user
    return member


def declare(run: Rehearsal, member: Membership, conflicts: Sequence[Any], *, now: datetime) -> None:
    assessments.declare_conflicts(
        actor=member.user,
        member=member,
        ties=[
            DeclaredTie(run.cities[c.city_key].id, None, ConflictKind(c.kind), c.note.of(member.user.language))
            for c in conflicts
            if c.city_key in run.cities
        ],
        now=now,
    )


def chair(members: dict[int, Membership]) -> User:
    return next(m.user for m in members.values() if m.is_chair)

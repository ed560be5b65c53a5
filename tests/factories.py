"""One small function per thing, without surprises: rows as the services would leave them, at a fixed instant."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from awardapp.domain.announcements import AnnouncementKind, Outcome, Stage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assignment,
    CaseStudy,
    City,
    Cycle,
    Decision,
    Delegate,
    Membership,
    Publication,
    PublishedOutcome,
    Selection,
    Submission,
    SubmissionVersion,
    User,
)
from awardapp.services import casebank, cycles, people
from awardapp.services.submissions import content_digest, frozen
from tests.conftest import NOW

_numbers = count(1)
PASSWORD = "a long enough password"
_HASH = people.hash_password(PASSWORD)


def make_user(name: str | None = None, *, language: str = "en", **more: Any) -> User:
    """An active person with a password."""
    n = next(_numbers)
    name = name or f"Person {n}"
    email = more.pop("email", f"person{n}@city.example")
    user = people.create(email=email, name=name, language=language, now=NOW, **more)
    user.password_hash = _HASH
    user.confirmed_at = NOW
    db.session.flush()
    return user


def make_city(name: str | None = None, country: str = "ES", **more: Any) -> City:
    """A city without delegates."""
    n = next(_numbers)
    city = City(
        name_en=name or f"City {n}", name_zh=more.pop("name_zh", f"城市{n}"), country=country, created_at=NOW, **more
    )
    db.session.add(city)
    db.session.flush()
    return city


def make_delegate(city: City, user: User | None = None, *, confirmed: bool = True) -> User:
    """A person acting for a city; the person is returned."""
    user = user or make_user()
    db.session.add(Delegate(city_id=city.id, user_id=user.id, started_at=NOW, confirmed_at=NOW if confirmed else None))
    db.session.flush()
    return user


def make_cycle(
    phase: CyclePhase = CyclePhase.OPEN, *, deadline_at: datetime | None = None, rules: Rules | None = None, **more: Any
) -> Cycle:
    """A cycle with the shipped rules, in a phase; its deadline is ten days after NOW unless given."""
    n = next(_numbers)
    cycle = cycles.create(
        actor=None, slug=more.pop("slug", f"c{n}"), name_en=f"Cycle {n}", name_zh=f"第{n}届", year=2027, now=NOW, **more
    )
    cycle.opens_at = NOW - timedelta(days=30)
    cycle.deadline_at = deadline_at or NOW + timedelta(days=10)
    cycle.phase = phase
    if rules is not None:
        cycle.rules_json = rules.to_json()
    db.session.flush()
    db.session.refresh(cycle)
    return cycle


def make_member(
    cycle: Cycle, role: Role, user: User | None = None, *, declared: bool = True, **more: Any
) -> Membership:
    """A person with a role in a cycle; committee members and jurors have declared their conflicts."""
    member = people.add_role(user or make_user(), cycle=cycle, role=role, now=NOW, **more)
    member.conflicts_declared_at = NOW if declared else None
    db.session.flush()
    return member


def answers(text: str = "Words about the initiative.", chinese: str = "项目介绍文字。") -> dict[str, Any]:
    """Complete answers to the shipped form."""
    keys = (
        "background",
        "origins",
        "innovation",
        "partners_resources",
        "obstacles",
        "outcomes",
        "lessons",
        "transferability",
    )
    return {
        "sections": {key: {"en": f"{text} {key}", "zh": chinese} for key in keys},
        "city_data": {"population": 1_000_000, "area_km2": 500, "density_per_km2": 2000},
        "sdgs": [11, 13],
        "innovation_type": "evolutionary",
    }


def make_submission(
    cycle: Cycle,
    city: City | None = None,
    *,
    status: SubmissionStatus = SubmissionStatus.DRAFT,
    by: User | None = None,
    **more: Any,
) -> Submission:
    """A complete submission in a status; anything beyond a draft has a version that was handed in."""
    n = next(_numbers)
    city = city or make_city()
    by = by or make_delegate(city)
    handed_in = status not in (SubmissionStatus.DRAFT, SubmissionStatus.WITHDRAWN)
    submission = Submission(
        ref=f"GA{cycle.slug.upper()}-T{n:04}",
        pseudonym=f"S-{n:04}",
        cycle_id=cycle.id,
        city_id=city.id,
        theme_id=cycle.themes[0].id,
        status=status,
        title_en=more.pop("title_en", f"Initiative {n}"),
        title_zh=more.pop("title_zh", f"项目{n}"),
        summary_en=f"Summary {n}",
        summary_zh=f"摘要{n}",
        answers=more.pop("answers", answers()),
        contact_name=by.name,
        contact_email=by.email,
        created_by=by.id,
        created_at=NOW - timedelta(days=5),
        changed_at=NOW - timedelta(days=1),
        version=1 if handed_in else 0,
        submitted_at=NOW - timedelta(days=1) if handed_in else None,
        submitted_by=by.id if handed_in else None,
        **more,
    )
    db.session.add(submission)
    db.session.flush()
    if handed_in:
        content = frozen(submission)
        db.session.add(
            SubmissionVersion(
                submission_id=submission.id,
                number=1,
                content=content,
                sha256=content_digest(content),
                submitted_at=NOW - timedelta(days=1),
                submitted_by=by.id,
            )
        )
        db.session.flush()
    return submission


def make_assignment(submission: Submission, member: Membership, *, released: bool = True) -> Assignment:
    """A submission given to a member."""
    n = next(_numbers)
    assignment = Assignment(
        cycle_id=submission.cycle_id,
        submission_id=submission.id,
        membership_id=member.id,
        position=n,
        created_at=NOW,
        released_at=NOW if released else None,
    )
    db.session.add(assignment)
    db.session.flush()
    return assignment


def open_scores(cycle: Cycle, by: User | None = None) -> None:
    """The scores opened at NOW, as the chair would leave the cycle."""
    cycle.scores_opened_at = NOW
    cycle.scores_opened_by = (by or make_user()).id
    db.session.flush()


def make_published_shortlist(cycle: Cycle, submissions: list[Submission]) -> Publication:
    """A published shortlist of these submissions, as an announcement would have left it."""
    publication = Publication(
        cycle_id=cycle.id,
        kind=AnnouncementKind.SHORTLIST,
        title_en="The shortlist",
        title_zh="入围名单",
        statement_en="These cities are shortlisted.",
        statement_zh="以下城市入围。",
        published_at=NOW,
    )
    db.session.add(publication)
    db.session.flush()
    for position, submission in enumerate(submissions, 1):
        db.session.add(
            PublishedOutcome(
                publication_id=publication.id,
                position=position,
                outcome=Outcome.SHORTLISTED,
                submission_id=submission.id,
                city_id=submission.city_id,
                title_en=submission.title_en,
                title_zh=submission.title_zh,
                reason_en=f"Reason {position}",
                reason_zh=f"理由{position}",
            )
        )
    db.session.flush()
    return publication


def make_case_study(
    cycle: Cycle, city: City | None = None, *, status: CaseStudyStatus = CaseStudyStatus.PUBLISHED, **more: Any
) -> CaseStudy:
    """A case study without a submission behind it, as the archive has them."""
    n = next(_numbers)
    city = city or make_city()
    case = CaseStudy(
        ref=f"GA{cycle.slug}-case{n}",
        cycle_id=cycle.id,
        city_id=city.id,
        country=city.country,
        status=status,
        title_en=more.pop("title_en", f"Case {n}"),
        title_zh=more.pop("title_zh", f"案例{n}"),
        created_at=NOW,
        changed_at=NOW,
        published_at=NOW if status is CaseStudyStatus.PUBLISHED else None,
        **more,
    )
    db.session.add(case)
    db.session.flush()
    casebank.index(case)
    return case


def make_selection(cycle: Cycle, stage: Stage, outcomes: dict[Outcome, list[Submission]]) -> Selection:
    """A locked selection with its sealed decisions, as the committee's or the jury's lock leaves them."""
    chair = make_user()
    record = f'{{"stage":"{stage.value}"}}'
    selection = Selection(
        cycle_id=cycle.id,
        stage=stage,
        record=record,
        record_sha256=hashlib.sha256(record.encode()).hexdigest(),
        created_at=NOW,
        created_by=chair.id,
        locked_at=NOW,
        locked_by=chair.id,
    )
    db.session.add(selection)
    for outcome, submissions in outcomes.items():
        for submission in submissions:
            db.session.add(
                Decision(
                    cycle_id=cycle.id,
                    stage=stage,
                    submission_id=submission.id,
                    outcome=outcome,
                    reason_en=f"{outcome.value} because of {submission.title_en}",
                    reason_zh=f"理由：{submission.title_zh}",
                    decided_by=chair.id,
                    decided_at=NOW,
                )
            )
    db.session.flush()
    return selection

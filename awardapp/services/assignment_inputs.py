"""From the rows of a cycle to the inputs of an assignment: who is to read, what is barred, what stays."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from awardapp import places
from awardapp.domain.assessments import ConflictKind
from awardapp.domain.cycles import Rules
from awardapp.domain.people import Role
from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score
from awardapp.domain.selection.canonical import loads
from awardapp.domain.selection.profiles import AssignmentRules, Conflict, MemberProfile, SubmissionProfile
from awardapp.domain.selection.reassigning import AssignmentInputs, expected_readings
from awardapp.domain.selection.rounds import Contest
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    AssignmentDraft,
    Cycle,
    DraftState,
    Membership,
    Submission,
)
from awardapp.models import Score as ScoreRow
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.queries import suspicions as suspicion_queries
from awardapp.services.assignment_conflicts import conflicts

STEPPED_BACK = ("recused", "abstained")
_NATIONALITY = ConflictKind.NATIONALITY.value


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs, and the rows behind their pseudonyms."""

    inputs: AssignmentInputs
    submissions: dict[str, Submission]
    members: dict[str, Membership]
    causes: dict[str, int]  # released readings that count no more, by why: "left", "stepped_back", "conflict"


def seed(cycle: Cycle) -> str:
    """The seed of the cycle's assignments."""
    return hashlib.sha256(f"{cycle.tie_seed}:assignment".encode()).hexdigest()


def valid_submissions(cycle: Cycle) -> list[Submission]:
    """Every valid submission with its city and theme, by id. One query."""
    return list(
        db.session.scalars(
            select(Submission)
            .options(joinedload(Submission.city), joinedload(Submission.theme))
            .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
            .order_by(Submission.id)
        )
    )


def last_released(cycle: Cycle) -> AssignmentDraft | None:
    """The draft released last."""
    return db.session.scalars(
        select(AssignmentDraft)
        .where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.state == DraftState.RELEASED)
        .order_by(AssignmentDraft.id.desc())
        .limit(1)
    ).one_or_none()


def inputs_of(draft: AssignmentDraft) -> AssignmentInputs:
    """The stored inputs of a draft."""
    return AssignmentInputs.from_json(loads(draft.inputs.encode()))


def gather(cycle: Cycle, *, opens_round: bool = False, relieves: bool = False) -> Gathered:
    """Everything a draft is computed from, as it stands now. As many queries for many submissions as for few.

    `opens_round`: the next of the cycle's later rounds begins with it. `relieves`: members without any file yet take over
    files of others that nobody has opened.
    """
    rules = cycle.rules
    submissions = valid_submissions(cycle)
    members = list(people_queries.members(cycle, Role.COMMITTEE))
    names = {s.id: s.pseudonym for s in submissions}
    given = _given(cycle)
    live = {m.id: m for m in members}
    barred = conflicts(cycle, members, submissions)
    closed = {(one.member, one.submission) for one in barred}
    barred += _suspected(cycle, members, names, given, closed)
    fixed: list[tuple[str, str]] = []
    movable: list[tuple[str, str]] = []
    causes = dict.fromkeys(("left", "stepped_back", "conflict"), 0)
    finished: dict[int, int] = {}  # by membership: what those who left had handed in
    for row in given:
        if row.submission_id not in names:
            continue
        pair = (names[row.submission_id], row.pseudonym)
        if row.status in STEPPED_BACK:
            causes["stepped_back"] += 1
            if row.membership_id in live and (pair[1], pair[0]) not in closed:
                barred.append(Conflict(pair[1], pair[0], row.status))
        elif row.membership_id not in live:
            if row.status == "submitted":
                finished[row.membership_id] = finished.get(row.membership_id, 0) + 1
                fixed.append(pair)
            else:
                causes["left"] += 1
        elif (pair[1], pair[0]) in closed:
            causes["conflict"] += 1
        else:
            (movable if relieves and row.status is None else fixed).append(pair)
    left = db.session.scalars(
        select(Membership).options(joinedload(Membership.user)).where(Membership.id.in_(finished))
    ).all()
    busy = {row.membership_id for row in given}
    newcomers = tuple(m.pseudonym for m in members if m.id not in busy) if relieves else ()
    last = last_released(cycle)
    before = inputs_of(last) if last is not None else None
    number = 1 if before is None else before.number + (1 if opens_round else 0)
    countries = {m.pseudonym: m.user.country for m in members}
    homes = {s.pseudonym: s.city.country for s in submissions}
    inputs = AssignmentInputs(
        number=number,
        submissions=tuple(_submission(s) for s in submissions),
        members=tuple(
            [_member(m, m.load_least, m.load_most) for m in members] + [_member(m, 0, finished[m.id]) for m in left]
        ),
        # own countries are in the profiles already
        barred=tuple(
            one for one in barred if one.kind != _NATIONALITY or countries[one.member] != homes[one.submission]
        ),
        rules=_rules(rules, seed(cycle)),
        fixed=tuple(fixed),
        movable=tuple(movable) if newcomers else (),
        newcomers=newcomers,
        contest=_contest(cycle, number, submissions) if opens_round else None,
    )
    if not newcomers:
        inputs = replace(inputs, fixed=tuple(fixed + movable))
    inputs = replace(inputs, readings=expected_readings(inputs, before.readings if before is not None else {}))
    return Gathered(
        inputs,
        {s.pseudonym: s for s in submissions},
        {m.pseudonym: m for m in (*members, *left)},
        causes,
    )


def _given(cycle: Cycle) -> Sequence[Row[int, int, str, str]]:
    """Every released reading, with its member's pseudonym and the state of its assessment."""
    return db.session.execute(
        select(
            Assignment.submission_id.label("submission_id"),
            Assignment.membership_id.label("membership_id"),
            Membership.pseudonym.label("pseudonym"),
            Assessment.status.label("status"),
        )
        .join(Membership, Membership.id == Assignment.membership_id)
        .outerjoin(Assessment, assessment_queries.IS_OWN)
        .where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None))
        .order_by(Assignment.id)
    ).all()


def _suspected(
    cycle: Cycle,
    members: Sequence[Membership],
    names: dict[int, str],
    given: Sequence[Row[int, int, str, str]],
    closed: set[tuple[str, str]],
) -> list[Conflict]:
    """Pairs with a tie on which the chair has not decided: not given out meanwhile. Who reads the file already goes on."""
    reading = {(row.membership_id, row.submission_id) for row in given}
    pseudonyms = {member.id: member.pseudonym for member in members}
    found = [
        Conflict(pseudonyms[member], names[submission], "suspected")
        for member, submission in sorted(suspicion_queries.open_pairs(cycle) - reading)
        if member in pseudonyms and submission in names
    ]
    return [one for one in found if (one.member, one.submission) not in closed]


def _region(country: str | None) -> str:
    if not country:
        return ""
    try:
        return places.country(country).region
    except places.UnknownPlace:
        return ""


def _submission(submission: Submission) -> SubmissionProfile:
    return SubmissionProfile(
        id=submission.pseudonym,
        country=submission.city.country,
        region=_region(submission.city.country),
        city=str(submission.city_id),
        themes=(submission.theme.key,) if submission.theme else (),
        languages=tuple(code for code in ("en", "zh") if getattr(submission, f"title_{code}")),
    )


def _member(member: Membership, least: int | None, most: int | None) -> MemberProfile:
    country = member.user.country
    return MemberProfile(
        id=member.pseudonym,
        country=country or "",
        region=_region(country),
        themes={key: Decimal(1) for key in member.themes.split()},
        languages=tuple(member.languages.split()),
        least=least,
        most=most,
    )


def _rules(rules: Rules, own_seed: str) -> AssignmentRules:
    return AssignmentRules(
        per_submission=rules.reviews_per_submission,
        bar_same_country=rules.bar_own_country,
        require_language=rules.panel_languages == "all",
        one_reads_language=rules.panel_languages == "one",
        one_per_region=rules.one_per_region,
        level_loads=rules.level_loads,
        least=rules.load_least or None,
        most=rules.load_most or None,
        theme_weight=rules.theme_weight,
        language_weight=rules.language_weight,
        open_zero_affinity=rules.open_zero_affinity,
        price=Decimal(str(rules.tail_price)) / 100,
        beta=Decimal(rules.tail_beta) / 100,
        seed=own_seed,
    )


def _contest(cycle: Cycle, number: int, submissions: list[Submission]) -> Contest:
    """What decides who is read further: the scores handed in so far."""
    rules = cycle.rules
    later = rules.further_rounds[number - 2]
    keys = {c.id: c.key for c in cycle.criteria}
    names = {s.id: s.pseudonym for s in submissions}
    rows = db.session.execute(
        select(Assessment.submission_id, Membership.pseudonym, ScoreRow.criterion_id, ScoreRow.units)
        .join(ScoreRow, ScoreRow.assessment_id == Assessment.id)
        .join(Membership, Membership.id == Assessment.membership_id)
        .where(Assessment.cycle_id == cycle.id, Assessment.status == "submitted")
        .order_by(Assessment.id, ScoreRow.criterion_id)
    )
    return Contest(
        tuple(Score(names[s], m, keys[c], units) for s, m, c, units in rows if s in names),
        CalibrationRules(
            criteria=tuple(
                Criterion(
                    c.key,
                    weight=Fraction(c.weight),
                    lowest=0,
                    highest=rules.steps,
                    step=Fraction(str(rules.scale_step)),
                )
                for c in cycle.criteria
            ),
            method=rules.calibration,
            shortlist_size=rules.shortlist_size,
            seed=seed(cycle),
        ),
        more=later.more,
        on=later.on,
    )


def unfinished(cycle: Cycle) -> int:
    """How many released readings of live members are neither handed in nor stepped back from. One query."""
    status = func.coalesce(Assessment.status, "not_opened")
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Assignment)
            .join(Membership, Membership.id == Assignment.membership_id)
            .join(Submission, Submission.id == Assignment.submission_id)
            .outerjoin(Assessment, assessment_queries.IS_OWN)
            .where(
                Assignment.cycle_id == cycle.id,
                Assignment.released_at.is_not(None),
                Membership.ended_at.is_(None),
                Submission.status == SubmissionStatus.VALID,
                status.not_in(("submitted", *STEPPED_BACK)),
            )
        )
        or 0
    )

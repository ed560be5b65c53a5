"""What the committee's and the jury's selections share: their inputs, the computation, the sealed result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import Stage
from awardapp.domain.balance import Facts
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.domain.selection.calibration import Calibration, CalibrationRules, Criterion, Score, calibrate
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.profiles import Conflict
from awardapp.domain.selection.shortlist import Proposal, ShortlistRules, candidates
from awardapp.domain.selection.shortlist import propose as propose_places
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Cycle,
    Decision,
    Membership,
    Selection,
    Submission,
    User,
)
from awardapp.models import Score as ScoreRow
from awardapp.queries import balance as balance_queries
from awardapp.queries import people as people_queries
from awardapp.services import assignment_conflicts


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a selection is computed from, by pseudonym."""

    submissions: list[Submission]
    members: list[Membership]
    scores: list[Score]
    conflicts: list[Conflict]
    calibration_rules: CalibrationRules
    shortlist_rules: ShortlistRules
    facts: dict[str, Facts]

    def groups_of(self, submission: Submission) -> dict[str, str]:
        """The groups that rules on the shortlist can count the submission in."""
        return dict(self.facts[submission.pseudonym].groups)


def tie_seed(cycle: Cycle) -> str:
    """The seed of public draws. Its SHA-256 is published with the rules, before any score is opened."""
    return hashlib.sha256(f"{cycle.tie_seed}:ties".encode()).hexdigest()


def tie_commitment(cycle: Cycle) -> str:
    """The published commitment to the seed."""
    return hashlib.sha256(tie_seed(cycle).encode()).hexdigest()


def inputs(cycle: Cycle) -> Inputs:
    """Everything the proposal is computed from. As many queries whatever the number of submissions."""
    valid = (
        select(Submission)
        .options(joinedload(Submission.city), joinedload(Submission.theme))
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
        .order_by(Submission.pseudonym)
    )
    submissions = list(db.session.scalars(balance_queries.light(valid)))
    members = list(people_queries.members(cycle, Role.COMMITTEE))
    names = {s.id: s.pseudonym for s in submissions}
    member_names = {m.id: m.pseudonym for m in members}
    keys = {c.id: c.key for c in cycle.criteria}
    db.session.flush()
    # Plain rows of the connection: thousands of marks, and the session's would take three times as long to be made.
    rows = db.session.connection().execute(
        select(Assessment.submission_id, Assessment.membership_id, ScoreRow.criterion_id, ScoreRow.units)
        .join(ScoreRow, ScoreRow.assessment_id == Assessment.id)
        .where(Assessment.cycle_id == cycle.id, Assessment.status == "submitted")
        .order_by(Assessment.id, ScoreRow.criterion_id)
    )
    scores = [
        Score(names[s], member_names[m], keys[c], units) for s, m, c, units in rows if s in names and m in member_names
    ]
    recused = db.session.execute(
        select(Assessment.submission_id, Assessment.membership_id)
        .where(Assessment.cycle_id == cycle.id, Assessment.status == "recused")
        .order_by(Assessment.id)
    )
    barred = {(c.member, c.submission): c for c in assignment_conflicts.conflicts(cycle, members, submissions)}
    for s, m in recused:
        if s in names and m in member_names:
            pair = (member_names[m], names[s])
            barred.setdefault(pair, Conflict(*pair, "recused"))
    # A tie that became known only after the reading (a country told later) takes the reading out.
    scores = [score for score in scores if (score.member, score.submission) not in barred]
    rules = cycle.rules
    seed = tie_seed(cycle)
    return Inputs(
        submissions,
        members,
        scores,
        [barred[pair] for pair in sorted(barred)],
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
            seed=seed,
        ),
        ShortlistRules(
            shortlist_size=rules.shortlist_size,
            deserving_max=rules.deserving_max,
            tie_order=(*rules.tie_order, "draw"),
            group_rules=rules.group_rules,
            seed=seed,
        ),
        balance_queries.facts(cycle, submissions),
    )


def compute(data: Inputs) -> tuple[Calibration, Proposal]:
    """Calibrate and rank. Raises RuleViolation naming what is wrong with the scores."""
    try:
        calibration = calibrate(
            data.scores,
            data.calibration_rules,
            submissions=[s.pseudonym for s in data.submissions],
            members=[m.pseudonym for m in data.members],
        )
        proposal = propose_places(
            candidates(
                calibration,
                recusals=record.recusals_of(data.conflicts),
                groups={name: facts.groups for name, facts in data.facts.items()},
            ),
            data.shortlist_rules,
        )
    except SelectionError as error:
        raise RuleViolation(N_("The selection cannot be computed: %(why)s"), why=str(error)) from error
    return calibration, proposal


def selection_of(cycle: Cycle, stage: Stage) -> Selection | None:
    """The committee's or the jury's selection of a cycle, None before the first proposal."""
    return db.session.execute(
        select(Selection).where(Selection.cycle_id == cycle.id, Selection.stage == stage)
    ).scalar_one_or_none()


def decided(cycle: Cycle, stage: Stage) -> Sequence[Decision]:
    """The sealed decisions of a stage, by city name. For the deciding rooms and the record only."""
    rows = db.session.scalars(
        select(Decision)
        .options(joinedload(Decision.submission).joinedload(Submission.city))
        .where(Decision.cycle_id == cycle.id, Decision.stage == stage)
    ).all()
    return sorted(rows, key=lambda d: (d.submission.city.name_en, d.submission_id))


def seal(selection: Selection, data: bytes, *, actor: User, now: datetime) -> None:
    """Keep the record with its digest and mark the selection locked."""
    selection.record = data.decode()
    selection.record_sha256 = hashlib.sha256(data).hexdigest()
    selection.locked_at = now
    selection.locked_by = actor.id
    db.session.flush()

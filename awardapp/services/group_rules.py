"""Whether the valid submissions of a cycle can keep its rules on groups at all, whatever the scores will say."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.domain.balance import GroupRule
from awardapp.domain.selection.errors import ImpossibleRules
from awardapp.domain.selection.group_rules import choose
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Submission
from awardapp.queries import balance as balance_queries


def impossible(cycle: Cycle) -> list[GroupRule]:
    """The rules that no shortlist of the valid submissions keeps together; empty when there is one. At most four queries."""
    rules = cycle.rules.group_rules
    if not rules:
        return []
    valid = (
        select(Submission)
        .options(joinedload(Submission.city), joinedload(Submission.theme))
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
        .order_by(Submission.pseudonym)
    )
    submissions = list(db.session.scalars(balance_queries.light(valid)))
    facts = balance_queries.facts(cycle, submissions)
    groups = [facts[one.pseudonym].groups for one in submissions]
    size = min(cycle.rules.shortlist_size, len(submissions))
    try:
        choose([Decimal(0)] * len(submissions), groups, rules, size)
    except ImpossibleRules as error:
        clash = error.params["clash"]
        return list(clash) if isinstance(clash, list) else list(rules)
    return []

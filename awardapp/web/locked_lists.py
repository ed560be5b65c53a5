"""What the pages of a lock list: the shortlist as the committee decided it, the winners as the jury did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.i18n import name_key
from awardapp.models import Cycle
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import jury_decisions as jury_queries
from awardapp.queries import moves as move_queries
from awardapp.queries import people as people_queries
from awardapp.services import jury_lock, selections, shortlist_lock
from awardapp.web.locking import Listed


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that do not go at the lock, by outcome, in files; and to how many observers the digest goes at once."""

    shortlisted: int
    deserving: int
    not_selected: int
    observers: int


def _observers(cycle: Cycle) -> int:
    return len(people_queries.members(cycle, Role.OBSERVER))


def _shortlist(cycle: Cycle) -> dict[str, Any]:
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    shortlisted = [d for d in decisions if d.outcome is Outcome.SHORTLISTED]
    deserving = [d for d in decisions if d.outcome is Outcome.DESERVING]
    valid = cycle_queries.counts(cycle).of(SubmissionStatus.VALID)
    return {
        "decisions": len(decisions),
        "shortlisted": shortlisted,
        "deserving": deserving,
        "moves": move_queries.of_cycle(cycle),
        "quorums": shortlist_lock.quorums(cycle),
        "letters": Letters(len(shortlisted), len(deserving), valid - len(decisions), _observers(cycle)),
    }


def _winners(cycle: Cycle) -> dict[str, Any]:
    winners = sorted(selections.decided(cycle, Stage.JURY), key=lambda one: name_key(one.submission.city))
    selection = selections.selection_of(cycle, Stage.JURY)
    return {
        "decisions": len(winners),
        "winners": winners,
        "fewer_reason": jury_lock.fewer_reason(cycle, len(winners)),
        "moves": jury_queries.moves(cycle),
        "counted": selection.result if selection is not None else {},
        "observers": _observers(cycle),
    }


SHORTLIST = Listed(
    lock=shortlist_lock.LOCK,
    ask_template="committee/lock.html",
    about=_shortlist,
    sealed=N_("The shortlist is locked and sealed. It becomes public only through the announcement."),
)
WINNERS = Listed(
    lock=jury_lock.LOCK,
    ask_template="jury/lock.html",
    about=_winners,
    sealed=N_("The winners are locked and sealed. They become public only through the announcement."),
)

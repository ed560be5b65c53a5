"""The submission's states: one table, one function that reads it.

Outcomes (shortlisted, deserving, winner, special awards) are not states of a submission; they are sealed decisions
until an announcement publishes them (see domain/announcements.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition


class SubmissionStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VALID = "valid"
    NOT_VALID = "not_valid"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    ACCEPT_AS_VALID = "accept_as_valid"
    REJECT_AS_NOT_VALID = "reject_as_not_valid"
    RETURN_FOR_CHANGES = "return_for_changes"
    REOPEN = "reopen"


class Side(StrEnum):
    """Which side of the desk acts: the city that hands in, or the secretariat that checks."""

    CITY = "city"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class Transition:
    """One action: where to, who takes it, and from which states it leads there in which phases of the cycle."""

    target: SubmissionStatus
    side: Side
    sources: Mapping[SubmissionStatus, frozenset[CyclePhase]]


_S = SubmissionStatus
_CHECKING = frozenset({CyclePhase.OPEN, CyclePhase.SCREENING})
# A file can be sent back, mended and checked again while the committee reads; it is out of judging until it is valid.
_UNTIL_SEALED = _CHECKING | {CyclePhase.COMMITTEE}

TRANSITIONS: dict[Action, Transition] = {
    # A submitted file can be handed in again until the deadline; a returned one until the date it was given.
    Action.SUBMIT: Transition(
        _S.SUBMITTED, Side.CITY, {_S.DRAFT: _CHECKING, _S.SUBMITTED: _CHECKING, _S.RETURNED: _UNTIL_SEALED}
    ),
    # Not once the committee has begun: a button that vanished when the shortlist was sealed would tell that it is.
    Action.WITHDRAW: Transition(
        _S.WITHDRAWN,
        Side.CITY,
        {_S.DRAFT: _CHECKING, _S.SUBMITTED: _CHECKING, _S.RETURNED: _CHECKING, _S.VALID: _CHECKING},
    ),
    # Of a returned file: as it was handed in last, where the city does not answer and what is there is enough.
    Action.ACCEPT_AS_VALID: Transition(
        _S.VALID, Side.SECRETARIAT, {_S.SUBMITTED: _UNTIL_SEALED, _S.RETURNED: _UNTIL_SEALED}
    ),
    Action.REJECT_AS_NOT_VALID: Transition(
        _S.NOT_VALID, Side.SECRETARIAT, {_S.SUBMITTED: _UNTIL_SEALED, _S.RETURNED: _UNTIL_SEALED}
    ),
    Action.RETURN_FOR_CHANGES: Transition(
        _S.RETURNED, Side.SECRETARIAT, {_S.SUBMITTED: _UNTIL_SEALED, _S.VALID: _UNTIL_SEALED}
    ),
    # Asking for advice opens a file again that was checked early, or the advice could change nothing (see advice.py).
    Action.REOPEN: Transition(_S.SUBMITTED, Side.CITY, {_S.VALID: frozenset({CyclePhase.OPEN})}),
}

EDITABLE = frozenset({_S.DRAFT, _S.SUBMITTED, _S.RETURNED})

PUBLIC_STATUS_NAMES: dict[SubmissionStatus, str] = {
    _S.DRAFT: N_("Draft"),
    _S.SUBMITTED: N_("Received"),
    _S.RETURNED: N_("Changes requested"),
    _S.VALID: N_("Under review"),
    _S.NOT_VALID: N_("Not valid"),
    _S.WITHDRAWN: N_("Withdrawn"),
}

# Our list; the award has not published its reasons (facts: "exact list of reasons ... not found").
NOT_VALID_REASONS: dict[str, str] = {
    "not_government": N_("The applicant is not a city or a regional or local government."),
    "not_original": N_("The initiative is not original work of the applicant and its partners."),
    "not_running": N_("The initiative is neither running nor completed within the past two years."),
    "no_evidence": N_("There is no evidence or indicator of impact."),
    "incomplete": N_("Required parts are missing and were not supplied."),
    "duplicate": N_("The same initiative was handed in twice in this cycle."),
    "other": N_("Other reason, explained in the note."),
}


def next_status(status: SubmissionStatus, action: Action, *, phase: CyclePhase) -> SubmissionStatus:
    """The state an action leads to. Raises IllegalTransition where it leads nowhere."""
    transition = TRANSITIONS[action]
    if status not in transition.sources:
        raise IllegalTransition(
            N_("This is not possible any more: the submission is now “%(status)s”. Somebody may have been faster."),
            status=PUBLIC_STATUS_NAMES[status],
        )
    if phase not in transition.sources[status]:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    return transition.target


def available_actions(status: SubmissionStatus, *, phase: CyclePhase, sides: Iterable[Side]) -> list[Action]:
    """The actions that would be accepted now from somebody on these sides, in the order of the table."""
    allowed = set(sides)
    return [
        action
        for action, transition in TRANSITIONS.items()
        if transition.side in allowed and phase in transition.sources.get(status, ())
    ]

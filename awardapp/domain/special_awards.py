"""Special awards: who decides each, who can receive it, and what follows from the count of a vote.

Each award has a rule of its own and is independent of the five, unless its rule says that it does not go to a winner. What
follows from a count or from a decision of others is the same for everybody who computes it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.selection.draws import draw_key


class DecidedBy(StrEnum):
    VOTE_RESULT = "vote_result"
    JURY = "jury"
    COMMITTEE = "committee"
    SECRETARIAT = "secretariat"
    PARTNER = "partner"
    RULE = "rule"


DECIDED_BY_NAMES: dict[DecidedBy, str] = {
    DecidedBy.VOTE_RESULT: N_("the certified result of a vote"),
    DecidedBy.JURY: N_("the jury, on the record of its chair"),
    DecidedBy.COMMITTEE: N_("the technical committee, on the record of its chair"),
    DecidedBy.SECRETARIAT: N_("the organisers"),
    DecidedBy.PARTNER: N_("a body outside, whose written decision is recorded by two people"),
    DecidedBy.RULE: N_("a rule: it goes to all candidates by itself, with the winners' announcement"),
}

# What the jury must not know while it decides: no award of these is given before the jury's winners are locked.
BEHIND_THE_WALL = frozenset({DecidedBy.VOTE_RESULT, DecidedBy.PARTNER})


class Vote(StrEnum):
    """The counts that can decide an award. Their figures come from outside or from the vote's room, and are certified."""

    PUBLIC_VOTE = "public_vote"
    MEDIA_BALLOT = "media_ballot"
    RECOMMENDATION = "recommendation"


VOTE_NAMES: dict[Vote, str] = {
    Vote.PUBLIC_VOTE: N_("Public vote online"),
    Vote.MEDIA_BALLOT: N_("Ballot of the media"),
    Vote.RECOMMENDATION: N_("Recommendation by the public"),
}


class Candidates(StrEnum):
    SHORTLISTED = "shortlisted"
    SHORTLISTED_DESERVING = "shortlisted_deserving"
    VALID = "valid"


CANDIDATE_NAMES: dict[Candidates, str] = {
    Candidates.SHORTLISTED: N_("the shortlisted cities"),
    Candidates.SHORTLISTED_DESERVING: N_("the shortlisted and the deserving cities"),
    Candidates.VALID: N_("every city with a valid submission"),
}


class TieRule(StrEnum):
    """Of candidates with the same number of votes at the last place."""

    ALL = "all"
    DRAW = "draw"


TIE_RULE_NAMES: dict[TieRule, str] = {
    TieRule.ALL: N_("all who are level receive it"),
    TieRule.DRAW: N_("a public draw from the cycle's seed decides"),
}


class Gift(StrEnum):
    MEDAL = "medal"
    CERTIFICATE = "certificate"
    TROPHY = "trophy"


GIFT_NAMES: dict[Gift, str] = {
    Gift.MEDAL: N_("medal"),
    Gift.CERTIFICATE: N_("certificate"),
    Gift.TROPHY: N_("trophy"),
}


class AnnouncedFrom(StrEnum):
    """From when an award may be announced. One that follows from a count waits for the jury's lock in any case."""

    GIVEN = "given"
    WINNERS = "winners"
    CEREMONY = "ceremony"


ANNOUNCED_FROM_NAMES: dict[AnnouncedFrom, str] = {
    AnnouncedFrom.GIVEN: N_("once it is given"),
    AnnouncedFrom.WINNERS: N_("together with the winners or after them"),
    AnnouncedFrom.CEREMONY: N_("on the day of the ceremony or after it"),
}


def check(
    *,
    decided_by: str,
    vote: str,
    candidates: str,
    places: int | None,
    independent: bool,
    tie_rule: str,
    gives: Collection[str],
    announced_from: str,
) -> None:
    """Refuse an award whose rule contradicts itself. Raises RuleViolation naming the field."""
    for field, value, known in (
        ("decided_by", decided_by, DecidedBy),
        ("candidates", candidates, Candidates),
        ("tie_rule", tie_rule, TieRule),
        ("announced_from", announced_from, AnnouncedFrom),
    ):
        if value not in set(known):
            raise RuleViolation(N_("Choose one from the list."), field=field)
    if not set(gives) <= set(Gift):
        raise RuleViolation(N_("Choose one from the list."), field="gives")
    if not gives:
        raise RuleViolation(N_("Say what is given: a medal, a certificate or a trophy."), field="gives")
    if decided_by == DecidedBy.VOTE_RESULT:
        if vote not in set(Vote):
            raise RuleViolation(N_("Say which vote decides."), field="vote")
        if places is None:
            raise RuleViolation(N_("Of a vote the first so many receive the award: give their number."), field="places")
    elif vote:
        raise RuleViolation(N_("A vote is named, but it does not decide."), field="vote")
    if places is not None and places < 1:
        raise RuleViolation(N_("This number must be at least 1."), field="places")
    if decided_by == DecidedBy.RULE:
        if independent:
            raise RuleViolation(
                N_("An award that follows by itself comes with the winners' announcement, to those who do not win."),
                field="independent",
            )
        if candidates == Candidates.VALID or places is not None:
            raise RuleViolation(
                N_("An award that follows by itself goes to all candidates of a list that is public."),
                field="candidates",
            )


def why_not_yet(decided_by: str, *, independent: bool, phase: CyclePhase) -> str:
    """The message id of why an award cannot be given in this phase; "" when it can."""
    if phase is CyclePhase.ARCHIVED:
        return N_("The cycle is archived; its awards stand.")
    if phase.is_before(CyclePhase.SHORTLIST_PUBLIC):
        return N_("Special awards are given after the shortlist is public.")
    if phase.is_before(CyclePhase.WINNERS_SEALED):
        if decided_by in BEHIND_THE_WALL:
            return N_("It is given once the jury has locked its winners: no juror may learn it before.")
        if not independent:
            return N_("It does not go to a winner, so it is given once the jury has locked its winners.")
    if phase.is_before(CyclePhase.WINNERS_PUBLIC) and decided_by == DecidedBy.COMMITTEE and not independent:
        # the committee is outside the jury's seal: whom the award cannot go to would tell it who has won
        return N_(
            "It does not go to a winner, and the committee learns who won with everybody else: it is given after."
        )
    return ""


@dataclass(frozen=True, slots=True)
class Count:
    """A candidate's votes; `id` is the submission's public reference, by which a draw can be repeated."""

    id: str
    votes: int


@dataclass(frozen=True, slots=True)
class Follows:
    """Who receives an award by a count: in order of votes, and the ids between which the tie rule had to decide."""

    receivers: tuple[Count, ...]
    tied: tuple[str, ...] = ()


def follow(counts: Iterable[Count], *, places: int, tie_rule: TieRule, seed: str, award: str) -> Follows:
    """Who receives an award that the highest counts decide. Whoever has no vote receives nothing.

    Level at the last place: all of them, or in the order of SHA-256(seed + award key + ":" + id), the smaller first.
    """
    ranked = sorted(
        (count for count in counts if count.votes > 0),
        key=lambda count: (-count.votes, draw_key(seed, f"{award}:{count.id}")),
    )
    if len(ranked) <= places:
        return Follows(tuple(ranked))
    edge = ranked[places - 1].votes
    level = tuple(sorted(count.id for count in ranked if count.votes == edge))
    if ranked[places].votes != edge:
        return Follows(tuple(ranked[:places]))
    if tie_rule is TieRule.DRAW:
        return Follows(tuple(ranked[:places]), level)
    return Follows(tuple(count for count in ranked if count.votes >= edge), level)


def drawn(ids: Sequence[str], *, seed: str, award: str) -> list[str]:
    """The ids in the order of the public draw for this award."""
    return sorted(ids, key=lambda id: draw_key(seed, f"{award}:{id}"))

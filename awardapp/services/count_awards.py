"""Awards that follow from the certified result of a vote: computed from the figures, given at the press of a button.

Whoever holds the certified figures and the seed of the cycle's draws computes the same (domain.special_awards.follow).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from awardapp import i18n
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.special_awards import VOTE_NAMES, Count, DecidedBy, Follows, TieRule, Vote, follow
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, SpecialAward, Submission, User, VoteResult
from awardapp.queries import vote_results as queries
from awardapp.services import audit, awards, selections, wall
from awardapp.services.locks import lock_row


@dataclass(frozen=True, slots=True)
class Receiver:
    """A candidate that receives the award by the count, and the reason in true figures, ready to be changed in words."""

    submission: Submission
    votes: int
    reason_en: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What follows from a certified result: receivers in order of votes, and the references the tie rule decided between."""

    result: VoteResult
    receivers: list[Receiver]
    tied: tuple[str, ...]


def propose(cycle: Cycle, award: SpecialAward) -> Proposal:
    """Who receives the award by the newest figures of its vote. Raises IllegalTransition until these are certified."""
    if award.decided_by != DecidedBy.VOTE_RESULT:
        raise IllegalTransition(N_("No vote decides this award."))
    result = queries.latest(cycle, award.vote)
    if result is None or result.certification is None:
        raise IllegalTransition(N_("The figures of this vote are not certified yet."))
    cities = {s.ref: s for s in awards.candidates(cycle, award)}
    counts = [Count(one["ref"], one["votes"]) for one in result.content["counts"] if one["ref"] in cities]
    found = follow(
        counts,
        places=award.places or 1,
        tie_rule=TieRule(award.tie_rule),
        seed=selections.tie_seed(cycle),
        award=award.key,
    )
    total = sum(one["votes"] for one in result.content["counts"])
    receivers = [
        Receiver(cities[one.id], one.votes, *_reasons(cycle, award, result, one, found, n, total))
        for n, one in enumerate(found.receivers, 1)
    ]
    return Proposal(result, receivers, found.tied)


# By whether the city is level with others; a draw is told as such. The words of both languages are made at once.
_FIRST = N_("%(vote)s, %(from)s to %(to)s: %(votes)s of %(total)s votes, the most of all candidates.")
_PLACE = N_("%(vote)s, %(from)s to %(to)s: %(votes)s of %(total)s votes, place %(place)s of all candidates.")
_LEVEL = N_(
    "%(vote)s, %(from)s to %(to)s: %(votes)s of %(total)s votes, level with %(others)s; all of them receive the award."
)
_DRAWN = N_(
    "%(vote)s, %(from)s to %(to)s: %(votes)s of %(total)s votes, level with %(others)s; the public draw decided."
)


def _reasons(
    cycle: Cycle, award: SpecialAward, result: VoteResult, one: Count, found: Follows, place: int, total: int
) -> tuple[str, str]:
    level = one.id in found.tied
    words = _FIRST if place == 1 else _PLACE
    if level:
        words = _DRAWN if award.tie_rule == TieRule.DRAW else _LEVEL
    zone = ZoneInfo(cycle.time_zone)
    days = [at.astimezone(zone).date() for at in (result.opened_at, result.closed_at)]
    texts = []
    for language in ("en", "zh"):
        with i18n.speaking(language):
            texts.append(
                i18n.gettext(
                    words,
                    **{
                        "vote": i18n.gettext(VOTE_NAMES[Vote(result.vote)]),
                        "from": i18n.format_date(days[0]),
                        "to": i18n.format_date(days[1]),
                        "votes": i18n.format_number(one.votes),
                        "total": i18n.format_number(total),
                        "place": i18n.format_number(place),
                        "others": i18n.format_number(len(found.tied) - 1),
                    },
                )
            )
    return texts[0], texts[1]


def give(
    *,
    actor: User,
    cycle: Cycle,
    award: SpecialAward,
    shown_sha256: str,
    reasons: Mapping[str, tuple[str, str]],
    now: datetime,
) -> list[Decision]:
    """Give the award to everybody who receives it by the figures the page showed.

    `reasons`: by reference, English and Chinese, for exactly these cities. Raises NotPermitted, WallStands, IllegalTransition,
    StaleVersion when the figures are others by now, RuleViolation.
    """
    wall.pass_through(actor, cycle)
    lock_row(cycle)  # as entering a correction does
    lock_row(award)
    awards.check_open(cycle, award)
    if awards.given(award):
        raise IllegalTransition(N_("This award is given already."))
    proposal = propose(cycle, award)
    if not proposal.receivers:
        raise IllegalTransition(N_("No candidate of this award has a vote."))
    if shown_sha256 != proposal.result.sha256 or set(reasons) != {one.submission.ref for one in proposal.receivers}:
        raise StaleVersion(N_("The figures were corrected after you opened this page. Read the new ones first."))
    found = []
    for one in proposal.receivers:
        reason_en, reason_zh = reasons[one.submission.ref]
        try:
            found.append(
                awards.decide(
                    actor=actor, cycle=cycle, award=award, submission=one.submission, reason_en=reason_en,
                    reason_zh=reason_zh, now=now, places=len(proposal.receivers),
                )
            )  # fmt: skip
        except RuleViolation as error:
            error.field = None  # the page has one pair of reasons for each city
            raise
    audit.record(
        actor=actor, action="award.follow", object=f"special_award:{award.id}", cycle_id=cycle.id, now=now,
        details={"award": award.key, "counts_sha256": proposal.result.sha256, "tied": len(proposal.tied)},
    )  # fmt: skip
    db.session.flush()
    return found

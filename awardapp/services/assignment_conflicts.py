"""Who may not read what: every barred pair of member and submission of a cycle."""

from __future__ import annotations

from collections.abc import Sequence

from awardapp.domain.assessments import Tie, conflict_with
from awardapp.domain.selection.profiles import Conflict
from awardapp.models import Cycle, Membership, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import partners as partner_queries


def conflicts(cycle: Cycle, members: Sequence[Membership], submissions: Sequence[Submission]) -> list[Conflict]:
    """Every barred pair of member and submission, by pseudonym, with the kind of tie."""
    joint = partner_queries.places_of([submission.id for submission in submissions])
    by_city: dict[int, set[int]] = {}
    by_country: dict[str, set[int]] = {}
    for at, submission in enumerate(submissions):
        own = (submission.city_id, submission.city.country)
        for city_id, country in (own, *joint.get(submission.id, ())):
            by_city.setdefault(city_id, set()).add(at)
            by_country.setdefault(country, set()).add(at)
    found = []
    bar_own_country = cycle.rules.bar_own_country
    ties_by_member = assessment_queries.ties_by_member(members)
    for member in members:
        ties = ties_by_member[member.id]
        own_country = member.user.country
        # only files whose cities or countries are named anywhere can be barred; the rule itself is asked for those alone
        near = set(by_country.get(own_country, ())) if own_country and bar_own_country else set()
        for tie in ties:
            near |= by_city.get(tie.city_id, set()) if tie.city_id is not None else set()
            near |= by_country.get(tie.country, set()) if tie.country is not None else set()
        found += _barred(member, [submissions[at] for at in sorted(near)], ties, joint, bar_own_country)
    return found


def _barred(
    member: Membership,
    submissions: Sequence[Submission],
    ties: Sequence[Tie],
    joint: dict[int, list[tuple[int, str]]],
    bar_own_country: bool,
) -> list[Conflict]:
    found = []
    for submission in submissions:
        kind = conflict_with(
            city_id=submission.city_id,
            country=submission.city.country,
            own_country=member.user.country,
            ties=ties,
            bar_own_country=bar_own_country,
            partners=joint.get(submission.id, ()),
        )
        if kind is not None:
            found.append(Conflict(member.pseudonym, submission.pseudonym, kind.value))
    return found

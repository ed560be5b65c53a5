"""What a city took part in, cycle by cycle, and who acts for it: for its own page and the secretariat's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from awardapp.domain.announcements import OUTCOME_NAMES
from awardapp.domain.announcements import Outcome as OutcomeKind
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import CaseStudy, City, Cycle, Delegate, Submission
from awardapp.queries import cities as queries
from awardapp.queries import submissions as submission_queries
from awardapp.queries import titles

MOST_SUBMISSIONS = 200  # of one city in all cycles; far above what a city hands in


@dataclass(slots=True)
class Year:
    """One cycle in a city's history."""

    cycle: Cycle
    submissions: list[Submission] = field(default_factory=list)
    titles: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # as handed in, by submission id
    outcomes: list[tuple[str, queries.Outcome]] = field(default_factory=list)
    cases: list[CaseStudy] = field(default_factory=list)


def history(city: City) -> list[Year]:
    """The city's cycles, the newest first: its own submissions, what was published about them, its cases. Six queries."""
    years: dict[int, Year] = {}
    submissions = submission_queries.of_city_ids([city.id], per_page=MOST_SUBMISSIONS)
    handed_in = titles.of([submission.id for submission in submissions])
    for submission in submissions:
        year = years.setdefault(submission.cycle_id, Year(submission.cycle, titles=handed_in))
        year.submissions.append(submission)
    for case in queries.cases(city.id):
        years.setdefault(case.cycle_id, Year(case.cycle)).cases.append(case)
    for outcome in queries.outcomes(city.id):
        if outcome.cycle_id in years:
            words = pick(outcome, "award") or _(OUTCOME_NAMES[OutcomeKind(outcome.outcome)])
            years[outcome.cycle_id].outcomes.append((words, outcome))
    return sorted(years.values(), key=lambda year: (-year.cycle.year, -year.cycle.id))


@dataclass(frozen=True, slots=True)
class People:
    """Everybody tied to a city, by what they are: acting, invited, asking, no longer acting."""

    acting: list[Delegate]
    invited: list[Delegate]
    asking: list[Delegate]
    former: list[Delegate]


def people(city: City) -> People:
    """A city's people in the order in which each began; those who left, the last one first. One query."""
    found: Sequence[Delegate] = queries.delegates(city.id)
    return People(
        acting=[d for d in found if d.is_acting],
        invited=[d for d in found if d.is_invitation],
        asking=[d for d in found if d.confirmed_at is None and d.ended_at is None and d.invited_by is None],
        former=sorted(
            (d for d in found if d.ended_at is not None and d.confirmed_at is not None),
            key=lambda d: (d.ended_at, d.id),
            reverse=True,
        ),
    )

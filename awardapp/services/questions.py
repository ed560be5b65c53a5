"""Questions that the reading raises, and what the chair answers. Never deductions: no score is changed from here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel.languages import get_official_languages

from awardapp import places
from awardapp.domain import signs
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_see_figures, require
from awardapp.domain.selection.alike import beyond_chance, pairs_alike
from awardapp.domain.selection.calibration import Criterion, Score
from awardapp.domain.selection.home_bias import HomeBias, home_bias
from awardapp.domain.selection.questions import Kind, Question, about_members, about_pairs, about_ties
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, QuestionAnswer, User
from awardapp.queries import people as people_queries
from awardapp.queries import progress as progress_queries
from awardapp.queries import suspicions as suspicion_queries
from awardapp.services import audit, calibrations
from awardapp.services.locks import lock_row
from awardapp.services.selections import Inputs

LONGEST = 3000
TIES = ("region", "language", "link")  # a tie of the member's own country or city bars, these do not


def ties(data: Inputs) -> dict[str, list[tuple[str, str]]]:
    """Pairs (submission, member) by kind of tie that does not bar: the same region of the world, countries that share an
    official language, cities with a link. One query.
    """
    links = suspicion_queries.links()
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in TIES}
    for member in data.members:
        own = links.get(member.user.city_id or 0, ())
        cities, networks = {link.other_city_id for link in own}, {link.network for link in own if link.network}
        country = member.user.country
        for submission in data.submissions:
            pair, city = (submission.pseudonym, member.pseudonym), submission.city
            if country and places.country(country).region == places.country(city.country).region:
                found["region"].append(pair)
            if country and _languages(country) & _languages(city.country):
                found["language"].append(pair)
            if city.id in cities or networks & {link.network for link in links.get(city.id, ())}:
                found["link"].append(pair)
    return found


@lru_cache(maxsize=512)
def _languages(country: str) -> frozenset[str]:
    """The official languages of a country, without their scripts."""
    return frozenset(name.split("_")[0] for name in get_official_languages(country, de_facto=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions that stand now, and the look at every kind of tie they come from, those without pairs included."""

    questions: tuple[Question, ...]
    home: tuple[HomeBias, ...]
    pairs: int  # of members with enough files in common to be compared
    members: int  # with enough readings to be asked about


@lru_cache(maxsize=4)
def _computed(
    scores: tuple[Score, ...],
    criteria: tuple[Criterion, ...],
    seed: str,
    tied: tuple[tuple[str, tuple[tuple[str, str], ...]], ...],
) -> tuple[tuple[Question, ...], tuple[HomeBias, ...], int]:
    """Everything but the drift, which needs the order of the hand-ins."""
    found = calibrations.readings_of(scores, criteria)
    first = criteria[0]
    asked = about_members(
        calibrations.portraits_of(scores, criteria), points=float((first.highest - first.lowest) * first.step)
    )
    rest = found.residuals
    if rest is None:
        return tuple(asked), tuple(HomeBias(kind, 0, 0) for kind, _pairs in tied), 0
    at_submission = {name: at for at, name in enumerate(found.submissions)}
    at_member = {name: at for at, name in enumerate(found.members)}
    positions = {
        kind: [(at_submission[s], at_member[m]) for s, m in pairs if s in at_submission and m in at_member]
        for kind, pairs in tied
    }
    home = home_bias(rest, positions, seed=seed)
    pairs = pairs_alike(rest)
    asked += about_ties(home) + about_pairs(beyond_chance(rest), found.members)
    return tuple(asked), home, len(pairs)


def ask(cycle: Cycle, data: Inputs) -> Asked:
    """Every question the readings raise now. Three queries."""
    calibrations.readings(data)
    rules = data.calibration_rules
    tied = tuple((kind, tuple(pairs)) for kind, pairs in ties(data).items())
    found, home, pairs = _computed(tuple(data.scores), rules.criteria, rules.seed, tied)
    questions = [*found, *_drifts(cycle, data)]
    order = {kind: at for at, kind in enumerate(Kind)}
    return Asked(
        tuple(sorted(questions, key=lambda one: (order[one.kind], one.about, one.subject))),
        home,
        pairs,
        len({score.member for score in data.scores}),
    )


def _drifts(cycle: Cycle, data: Inputs) -> list[Question]:
    names = {member.id: member.pseudonym for member in data.members}
    found = signs.drifts(progress_queries.finished(cycle), step=cycle.rules.scale_step)
    return [
        Question(Kind.DRIFT, (names[member],), {"change": round(drift.change, 3), "n": drift.files})
        for member, drift in sorted(found.items())
        if drift.is_sign and member in names
    ]


def may_answer(actor: User, question: Question, *, members: Sequence[Membership], is_chair: bool) -> bool:
    """Who answers: the chair, but a question about the chair falls to the secretariat."""
    own = {member.pseudonym for member in members if member.user_id == actor.id}
    chairs = {member.pseudonym for member in members if member.is_chair}
    if is_chair:
        return not own & set(question.about)
    return bool(chairs & set(question.about))


def answer(*, actor: User, cycle: Cycle, key: str, words: str, now: datetime) -> QuestionAnswer:
    """Keep what the chair writes about a question, with the figures it is about. A later answer stands beside it.

    A question about the chair is answered by the secretariat. Raises NotPermitted, IllegalTransition before the scores are
    open or after the committee's phase, RuleViolation when the question no longer stands or nothing is written.
    """
    standing = people_queries.standing(actor, cycle)
    require(can_see_figures(standing, opened=cycle.scores_opened_at is not None))
    lock_row(cycle)
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    data = calibrations.inputs(cycle)
    question = next((one for one in ask(cycle, data).questions if one.key == key), None)
    if question is None:
        raise RuleViolation(N_("The marks have changed: this question no longer stands."))
    require(may_answer(actor, question, members=data.members, is_chair=standing.chairs(Role.COMMITTEE)))
    words = words.strip()
    if not words:
        raise RuleViolation(N_("Write what was found out."), field="words")
    if len(words) > LONGEST:
        raise RuleViolation(N_("This text is too long to be kept."), field="words")
    found = QuestionAnswer(
        cycle_id=cycle.id,
        question=key,
        asked=json.dumps(dict(question.figures), sort_keys=True),
        words=words,
        written_by=actor.id,
        written_at=now,
    )
    db.session.add(found)
    db.session.flush()
    audit.record(
        actor=actor,
        action="question.answer",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        reason=words,
        details={"question": key},
    )
    return found

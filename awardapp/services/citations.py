"""Writing the winners' citations: each language saved by itself, never over a text that the writer has not seen.

Every save states the digest of the text it was made from; where another one is stored by now nothing is overwritten. Whatever
was stored once is kept (`CitationChange`), also of a city that does not win any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from awardapp.domain import citations as rules
from awardapp.domain.answers import digest
from awardapp.domain.citations import LANGUAGES, State
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.extensions import db
from awardapp.models import CitationChange, Cycle, Decision, Submission, User
from awardapp.queries import jury_decisions as queries
from awardapp.services import audit, deciders
from awardapp.services.locks import lock_row


class CitationChanged(StaleVersion):
    """Another text was stored since the page was opened; `languages` are those in which it differs."""

    def __init__(self, languages: Sequence[str]) -> None:
        super().__init__(N_("Somebody else, or another window, changed this citation after you opened it."))
        self.languages = list(languages)


def texts(decision: Decision) -> dict[str, str]:
    """The citation as it is stored now, by language."""
    return {"en": decision.reason_en, "zh": decision.reason_zh}


def behind(cycle: Cycle, decision: Decision) -> str | None:
    """The language that has to follow a change of the other; None when both are in step, or one is missing."""
    return rules.behind(_states(queries.last_changes(cycle).get(decision.submission_id, {}), decision))


def any_behind(cycle: Cycle, decisions: Iterable[Decision]) -> bool:
    """Whether one of these citations has a language that has to follow. One query."""
    last = queries.last_changes(cycle)
    return any(rules.behind(_states(last.get(one.submission_id, {}), one)) is not None for one in decisions)


def _states(last: Mapping[str, CitationChange], decision: Decision) -> dict[str, State]:
    now = texts(decision)
    return {code: State(now[code], one.id, one.leads, one.saved_at) for code, one in last.items()}


def save(
    *,
    actor: User,
    cycle: Cycle,
    submission: Submission,
    values: Mapping[str, str],
    bases: Mapping[str, str],
    now: datetime,
) -> Decision:
    """Save a winner's citation in the languages given, all or none of them; `bases` are the digests of what was shown.

    Raises NotPermitted, IllegalTransition before the count, after the lock or for a city that does not win,
    CitationChanged naming the languages in which something else is stored by now, RuleViolation for an endless text.
    """
    decision = _open(actor, cycle, submission)
    present, changed = texts(decision), {}
    for code, text in values.items():
        tidy = text.replace("\r\n", "\n").replace("\x00", "").strip()
        if code not in LANGUAGES or len(tidy) > rules.LONGEST:
            raise RuleViolation(N_("This text is too long to be kept."), field=f"citation_{code}")
        if digest(tidy) != digest(present[code]):
            changed[code] = tidy
    if elsewhere := [code for code in changed if bases.get(code, "") != digest(present[code])]:
        raise CitationChanged(elsewhere)
    for code, text in changed.items():
        _keep(actor, decision, code, text, is_pair=len(changed) > 1, now=now)
    if changed:
        decision.decided_by, decision.decided_at = actor.id, now
        db.session.flush()
        audit.record(
            actor=actor,
            action="jury.cite",
            object=f"submission:{submission.id}",
            cycle_id=cycle.id,
            now=now,
            details={"languages": sorted(changed)},
        )
    return decision


def say_in_step(*, actor: User, cycle: Cycle, submission: Submission, language: str, now: datetime) -> None:
    """Somebody has read both texts: the one of this language still says what the other says. Raises as `save` does."""
    decision = _open(actor, cycle, submission)
    if behind(cycle, decision) != language:
        return
    _keep(actor, decision, language, texts(decision)[language], is_pair=True, now=now)


def _open(actor: User, cycle: Cycle, submission: Submission) -> Decision:
    deciders.require_office(actor, cycle, submission)
    lock_row(cycle)
    deciders.open_count(cycle)
    decision = queries.decision(cycle, submission)
    if decision is None:
        raise IllegalTransition(N_("Only a winner has a citation."))
    return decision


def _keep(actor: User, decision: Decision, language: str, text: str, *, is_pair: bool, now: datetime) -> None:
    """Both written at once, or read together, say the same: neither has to follow the other."""
    last = queries.last_changes(decision.submission.cycle).get(decision.submission_id, {})
    leads = not is_pair and rules.will_lead(_states(last, decision), language, now=now)
    setattr(decision, f"reason_{language}", text)
    db.session.add(
        CitationChange(
            cycle_id=decision.cycle_id,
            submission_id=decision.submission_id,
            language=language,
            text=text,
            leads=leads,
            saved_by=actor.id,
            saved_at=now,
        )
    )
    db.session.flush()


def put_back(decision: Decision, cycle: Cycle) -> None:
    """A city that becomes a winner again gets the citation it had."""
    last = queries.last_changes(cycle).get(decision.submission_id, {})
    decision.reason_en = last["en"].text if "en" in last else ""
    decision.reason_zh = last["zh"].text if "zh" in last else ""

"""Feedback on entries: each text saved by itself, approved by the chair, opened to its city by copying.

A save states the digest of the text it was made from; where another one is stored by now nothing is overwritten. Whatever was
stored once is kept. Any change takes the approval away; what a city reads already stays until the new text is approved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from awardapp.domain import feedback as rules
from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.feedback import Access, FeedbackChanged
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Feedback, FeedbackChange, OpenedFeedback, Submission, User
from awardapp.queries import feedback as queries
from awardapp.queries import people as people_queries
from awardapp.queries import reports as report_queries
from awardapp.services import audit, committee_report, selections
from awardapp.services.notifications import notify_city


def access_of(actor: User, cycle: Cycle, submissions: Sequence[Submission]) -> Access:
    """The person before the feedback on these submissions of a cycle."""
    member = people_queries.membership(actor, cycle, Role.COMMITTEE)
    if member is None:
        return Access(False, frozenset(), frozenset(), cycle.phase, False)
    barred = committee_report.barred_from(member, submissions)
    own = report_queries.named_for(member) - barred
    return Access(member.is_chair, own, barred, cycle.phase, cycle.scores_opened_at is not None)


def texts_of(feedback: Feedback | None, cycle: Cycle) -> dict[str, str]:
    """Every text by the name of its input, "" where nothing is written."""
    stored = feedback.texts if feedback is not None else {}
    return {name: stored.get(name, "") for name in rules.inputs(_keys(cycle))}


def save(
    *,
    actor: User,
    submission: Submission,
    values: Mapping[str, str],
    bases: Mapping[str, str],
    now: datetime,
) -> Feedback:
    """Save texts, all or none of them; `bases` are the digests of what the page had shown.

    Raises NotPermitted, FeedbackChanged naming the inputs in which something else is stored by now, RuleViolation.
    """
    cycle = submission.cycle
    if not access_of(actor, cycle, [submission]).may_write(submission.id):
        raise NotPermitted(N_("You are not permitted to do this."))
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    begun = {"cycle_id": cycle.id, "submission_id": submission.id, "texts": {}, "is_ready": False, "changed_at": now}
    db.session.execute(dialect.insert(Feedback).values(**begun).on_conflict_do_nothing())
    feedback = queries.of_submission(submission.id, lock=True)
    if feedback is None:
        raise IllegalTransition(N_("Feedback cannot be written now."))
    present = texts_of(feedback, cycle)
    changed = _changed(present, values, bases)
    if changed:
        feedback.texts = {name: text for name, text in {**present, **changed}.items() if text}
        feedback.is_ready = not rules.missing(feedback.texts, _keys(cycle))
        feedback.changed_at = now
        feedback.approved_at = feedback.approved_by = None
        db.session.add_all(
            FeedbackChange(feedback_id=feedback.id, name=name, text=text, by=actor.id, at=now)
            for name, text in changed.items()
        )
    db.session.flush()
    return feedback


def _changed(present: Mapping[str, str], values: Mapping[str, str], bases: Mapping[str, str]) -> dict[str, str]:
    """The texts that are to be others. Raises FeedbackChanged, RuleViolation for an unknown or too long one."""
    changed: dict[str, str] = {}
    for name, value in values.items():
        if name not in present:
            raise RuleViolation(N_("This is not a text of the feedback."))
        text = rules.tidy(value)
        if digest(text) != digest(present[name]):
            changed[name] = text
    if elsewhere := [name for name in changed if bases.get(name, "") != digest(present[name])]:
        raise FeedbackChanged(elsewhere)
    return changed


def approve(*, actor: User, submission: Submission, shown_sha256: str, now: datetime) -> Feedback:
    """The chair approves the feedback on one entry as it was shown; where the outcome is announced it opens at once.

    Raises NotPermitted, IllegalTransition when it was changed since the page was opened, RuleViolation saying what is missing.
    """
    if not access_of(actor, submission.cycle, [submission]).may_approve(submission.id):
        raise NotPermitted(N_("You are not permitted to do this."))
    feedback = queries.of_submission(submission.id, lock=True)
    problems = rules.missing(feedback.texts if feedback else {}, _keys(submission.cycle))
    if feedback is None or problems:
        raise RuleViolation(problems[0])
    if sha256_of(feedback) != shown_sha256:
        raise IllegalTransition(
            N_("The text was changed after you opened this page. Read it again before you approve it.")
        )
    if feedback.approved_at is None:
        _approve([feedback], actor, submission.cycle, now)
        _audit("approve", actor, submission.cycle, now, object=f"submission:{submission.id}")
    return feedback


def approve_ready(*, actor: User, cycle: Cycle, expected: int, now: datetime) -> int:
    """The chair approves everything that is ready; `expected` is the number they typed. Returns how many.

    Raises NotPermitted, IllegalTransition when another number is ready by now.
    """
    submissions = queries.valid(cycle)
    person = access_of(actor, cycle, submissions)
    if not (person.may_enter and person.is_chair and person.is_writing):
        raise NotPermitted(N_("You are not permitted to do this."))
    found = queries.ready(cycle, without=person.barred)
    if not found or len(found) != expected:
        raise IllegalTransition(
            N_("%(n)d texts are ready now, not %(expected)d. Look at the list again."), n=len(found), expected=expected
        )
    _approve(found, actor, cycle, now)
    _audit("approve_ready", actor, cycle, now, object=f"cycle:{cycle.id}", texts=len(found))
    return len(found)


def withdraw(*, actor: User, submission: Submission, now: datetime) -> None:
    """The chair takes an approval back before the city could read it. Raises NotPermitted, IllegalTransition once open."""
    if not access_of(actor, submission.cycle, [submission]).may_approve(submission.id):
        raise NotPermitted(N_("You are not permitted to do this."))
    feedback = queries.of_submission(submission.id, lock=True)
    if feedback is None or feedback.approved_at is None or queries.opened(submission.id) is not None:
        raise IllegalTransition(N_("Only an approval that the city has not read yet can be taken back."))
    feedback.approved_at = feedback.approved_by = None
    _audit("withdraw", actor, submission.cycle, now, object=f"submission:{submission.id}")
    db.session.flush()


def _approve(found: Iterable[Feedback], actor: User, cycle: Cycle, now: datetime) -> None:
    approved = list(found)
    for feedback in approved:
        feedback.approved_at, feedback.approved_by = now, actor.id
    db.session.flush()
    told = queries.told_of([feedback.submission_id for feedback in approved])
    _open([feedback for feedback in approved if feedback.submission_id in told], cycle, now=now, tell=True)


def open_approved(cycle: Cycle, submission_ids: Collection[int], *, now: datetime) -> None:
    """With an announcement: everything approved on these entries opens in the transaction that publishes it."""
    _open(queries.approved_of(submission_ids), cycle, now=now, tell=False)


def _open(found: Sequence[Feedback], cycle: Cycle, *, now: datetime, tell: bool) -> None:
    """Copy approved texts to where their cities read them. `tell`: the outcome was announced earlier, so a letter says so."""
    if not found:
        return
    present = queries.opened_by([feedback.submission_id for feedback in found])
    means = _means(cycle)
    for feedback in found:
        content = {"criteria": _as_read(feedback, cycle), "mean": means.get(feedback.submission_id)}
        row = present.get(feedback.submission_id)
        if row is None:
            db.session.add(OpenedFeedback(submission_id=feedback.submission_id, content=content, opened_at=now))
        elif row.content != content:
            row.content, row.opened_at = content, now
        if tell and row is None:
            submission = db.session.get_one(Submission, feedback.submission_id)
            notify_city("feedback_open", submission=submission, cause=f"submission:{submission.id}", now=now)
    db.session.flush()


def _as_read(feedback: Feedback, cycle: Cycle) -> list[dict[str, str]]:
    """The texts by criterion with its names, as they are at the opening; a criterion without a text is left out."""
    found = []
    for criterion in cycle.criteria:
        texts = {
            f"{part}_{language}": feedback.texts.get(rules.input_name(part, criterion.key, language), "").strip()
            for part in rules.PARTS
            for language in rules.LANGUAGES
        }
        if any(texts.values()):
            found.append({"name_en": criterion.name_en, "name_zh": criterion.name_zh, **texts})
    return found


def _means(cycle: Cycle) -> dict[int, dict[str, float]]:
    """Each entry's own corrected mean with the ends of the scale, where the rules let its city read it: as it was sealed."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if not cycle.rules.feedback_means or selection is None:
        return {}
    scores = {place["id"]: place.get("calibrated") for place in selection.result.get("places", ())}
    low, high = cycle.rules.scale_min, cycle.rules.scale_max
    return {
        submission.id: {"score": float(scores[submission.pseudonym]), "low": low, "high": high}
        for submission in queries.valid(cycle)
        if scores.get(submission.pseudonym) is not None
    }


def sha256_of(feedback: Feedback | None) -> str:
    """The digest of everything written, by which an approval is bound to what was shown."""
    texts = feedback.texts if feedback is not None else {}
    return digest("\x00".join(f"{name}\x01{text}" for name, text in sorted(texts.items()) if text))


def _keys(cycle: Cycle) -> list[str]:
    return [criterion.key for criterion in cycle.criteria]


def _audit(verb: str, actor: User, cycle: Cycle, now: datetime, *, object: str, **details: Any) -> None:
    audit.record(
        actor=actor, action=f"feedback.{verb}", object=object, cycle_id=cycle.id, now=now, details=details or None
    )

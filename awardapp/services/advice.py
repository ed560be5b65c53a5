"""Advice before the early date: asked for by a city, written by an adviser, given in one step, answered by a new version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from awardapp.domain import advice as rules
from awardapp.domain.advice import AdviceStatus
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, StaleVersion
from awardapp.domain.people import LANGUAGES, Role
from awardapp.domain.permissions import can_advise, require
from awardapp.domain.submissions import Action, SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Advice, AdviceRequest, Membership, Submission, User
from awardapp.queries import advice as queries
from awardapp.queries import partners as partner_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.intake import locked
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_city
from awardapp.services.transitions import add_event, apply


def ask(*, actor: User, submission: Submission, now: datetime) -> AdviceRequest:
    """The city asks for advice on the version it has handed in; a file checked already is opened again for it.

    Asking twice is asking once. Raises NotPermitted, TooLate after the early date, IllegalTransition for a file that is
    not in. `now` is the database's clock in this transaction.
    """
    lock_row(submission.cycle, share=True)
    locked(submission)
    if submission.city_id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    asked = queries.request_of(submission)
    if asked is not None:
        return asked
    cycle = submission.cycle
    rules.check_early(cycle.early_at, phase=cycle.phase, deadline_at=cycle.deadline_at, now=now)
    rules.check_asking(submission.status)
    request = AdviceRequest(
        submission_id=submission.id,
        cycle_id=cycle.id,
        version=submission.version,
        asked_by=actor.id,
        asked_at=now,
    )
    db.session.add(request)
    db.session.flush()
    add_event(submission, "advice_asked", actor=actor, now=now, version=submission.version)
    audit.record(
        actor=actor,
        action="advice.ask",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        now=now,
        details={"version": submission.version},
    )
    if submission.status is SubmissionStatus.VALID:
        apply(submission, Action.REOPEN, actor=actor, now=now, kind="reopened")
    return request


def take_back(*, actor: User, submission: Submission, now: datetime) -> None:
    """The city wishes for no advice any more, while no adviser has begun. Taking back what was not asked changes nothing.

    The check goes on with the file as with any other. Raises NotPermitted, IllegalTransition.
    """
    locked(submission)
    if submission.city_id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    asked = queries.request_of(submission)
    if asked is None:
        return
    if queries.is_begun(submission):
        raise IllegalTransition(
            N_("An adviser has begun to read this file; the wish for advice can no longer be taken back.")
        )
    db.session.delete(asked)
    db.session.flush()
    add_event(submission, "advice_unasked", actor=actor, now=now)
    audit.record(
        actor=actor,
        action="advice.take_back",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        now=now,
    )


def take_up(*, actor: User, member: Membership, submission: Submission, now: datetime) -> Advice:
    """An adviser takes a file up: from then on the adviser reads it, and may not judge its city in this cycle.

    Raises NotPermitted for a file that did not ask and for one that the adviser's own city hands in, alone or as a partner,
    IllegalTransition when advice could change nothing any more.
    """
    locked(submission)
    _check_adviser(actor, member, submission)
    _check_use(submission, now=now)
    found = queries.own(member, submission)
    if found is None:
        found = Advice(
            submission_id=submission.id,
            membership_id=member.id,
            version=submission.version,
            language=queries.reader_language(submission),
            taken_up_at=now,
            changed_at=now,
        )
        db.session.add(found)
    elif found.status is AdviceStatus.LET_GO:
        found.status, found.changed_at = AdviceStatus.DRAFT, now
    else:
        return found
    db.session.flush()
    audit.record(
        actor=actor,
        action="advice.take_up",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        now=now,
        details={"membership": member.id},
    )
    return found


def save(
    *,
    actor: User,
    member: Membership,
    advice: Advice,
    submission: Submission,
    texts: Mapping[str, str],
    language: str,
    edit_version: int,
    now: datetime,
) -> None:
    """Keep what is written so far; the city sees nothing of it. Raises StaleVersion when another window saved since."""
    locked(submission)
    _check_adviser(actor, member, submission)
    _lock_draft(advice, member, edit_version)
    advice.texts = rules.check_texts(texts, form=submission.form)
    advice.language = language if language in LANGUAGES else advice.language
    advice.edit_version += 1
    advice.changed_at = now
    db.session.flush()


def let_go(*, actor: User, member: Membership, advice: Advice, submission: Submission, now: datetime) -> None:
    """Leave the file to other advisers. What was written stays; so does the bar, since the file was read."""
    locked(submission)
    _check_adviser(actor, member, submission)
    _lock_draft(advice, member, None)
    advice.status, advice.changed_at = AdviceStatus.LET_GO, now
    db.session.flush()


def give(
    *,
    actor: User,
    member: Membership,
    advice: Advice,
    submission: Submission,
    edit_version: int,
    version: int,
    now: datetime,
) -> None:
    """Give the saved advice to the city, with a letter. `version` is the one that was read.

    Raises RuleViolation without a word of advice, StaleVersion when the city has handed in a newer version since or another
    window saved, IllegalTransition when it is given already or comes too late.
    """
    locked(submission)
    _check_adviser(actor, member, submission)
    _lock_draft(advice, member, edit_version)
    _check_use(submission, now=now)
    if version != submission.version:
        raise StaleVersion(N_("The city has handed in a newer version after you opened this page."))
    rules.check_complete(advice.texts)
    advice.status, advice.given_at, advice.changed_at = AdviceStatus.GIVEN, now, now
    advice.version = version
    # The city's history names no adviser: advice is the award's. The audit log and the secretariat's pages do.
    add_event(submission, "advice_given", actor=None, now=now, version=version)
    audit.record(
        actor=actor,
        action="advice.give",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        now=now,
        details={"advice": advice.id, "membership": member.id, "version": version},
    )
    notify_city("advice_given", submission=submission, cause=f"advice:{advice.id}", now=now)


def _check_adviser(actor: User, member: Membership, submission: Submission) -> None:
    if member.user_id != actor.id or member.role is not Role.ADVISER or member.cycle_id != submission.cycle_id:
        raise NotPermitted(N_("You do not advise on this file."))
    if queries.request_of(submission) is None:
        raise NotPermitted(N_("You do not advise on this file."))
    joint = partner_queries.places_of([submission.id]).get(submission.id, [])
    places = {submission.city_id, *(city_id for city_id, _country in joint)}
    require(can_advise(people_queries.standing(actor, submission.cycle), city_ids=places))


def _check_use(submission: Submission, *, now: datetime) -> None:
    cycle = submission.cycle
    if not rules.can_be_advised(submission.status, phase=cycle.phase, deadline_at=cycle.deadline_at, now=now):
        raise IllegalTransition(N_("Advice is of no use any more: the city can no longer change this file."))


def _lock_draft(advice: Advice, member: Membership, edit_version: int | None) -> None:
    lock_row(advice)
    if advice.membership_id != member.id:
        raise NotPermitted(N_("You do not advise on this file."))
    if advice.status is not AdviceStatus.DRAFT:
        raise IllegalTransition(N_("Your advice on this file is given, or you have let the file go."))
    if edit_version is not None and edit_version != advice.edit_version:
        raise StaleVersion(N_("This advice was saved in another window after you opened it."))

"""What the secretariat does with letters that wait: words of its own, approval, discarding, and sending again.

Approving and discarding repeat the number of letters that the person was shown; with another number nothing happens.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update

from awardapp import emails
from awardapp.domain import letter_words
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.letter_words import Words
from awardapp.domain.letters import Way, kind_of
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, LetterWords, Notification, User, WorkStatus
from awardapp.queries import outbox as queries
from awardapp.queries import people as people_queries
from awardapp.queries.outbox import Filter
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, people
from awardapp.services.locks import lock_row
from awardapp.services.notifications import domain_of

MOST_REASON = 1000
_NUDGED_SINGLY = 20  # as many letters or more are nudged by one sweep (awardapp/queue.py)
_PERSONAL = ("link_id", "late_link_id")  # in the context of letters that open somebody's account or file


def approve(
    *, actor: User, cycle: Cycle, wanted: Filter, expected: int, now: datetime, shown: str | None = None
) -> int:
    """Let the drafts of a filter go, except those with a contradiction that nobody let pass. Returns how many.

    `shown`: the `queries.outbox.state` of the page. Raises NotPermitted, RuleViolation when there is none, StaleVersion when
    their number is not `expected`, or they are others or say something else than what was shown: nothing is approved then.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if wanted.flagged:  # only those are wanted that do not go
        raise RuleViolation(N_("No letter waits for this."))
    ready = replace(wanted, status=WorkStatus.DRAFT, flagged=False)
    if shown is not None and shown != queries.state(cycle, ready, now=now):
        raise StaleVersion(
            N_("These letters or their words changed after you opened the page. Nothing was approved: read them again.")
        )
    values = {"status": WorkStatus.QUEUED, "approved_by": actor.id, "approved_at": now}
    approved = _settle(cycle, replace(wanted, flagged=False), values, expected, now)
    for letter_id in db.session.scalars(
        select(Notification.id)
        .where(
            Notification.cycle_id == cycle.id,
            Notification.approved_at == now,
            Notification.status == WorkStatus.QUEUED,
        )
        .order_by(Notification.id)
        .limit(_NUDGED_SINGLY)
    ):
        enqueue_after_commit(TaskName.DELIVER_NOTIFICATION, letter_id)
    _record("approve", actor, cycle, wanted, now, details={"letters": approved})
    return approved


def discard(*, actor: User, cycle: Cycle, wanted: Filter, reason: str, expected: int, now: datetime) -> int:
    """Decide that the drafts of a filter do not go, with a reason. Returns how many; raises as `approve` does."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if not reason.strip():
        raise RuleViolation(N_("Say why."), field="reason")
    values = {
        "status": WorkStatus.DISCARDED,
        "discarded_by": actor.id,
        "discarded_at": now,
        "discard_reason": reason.strip()[:MOST_REASON],
    }
    discarded = _settle(cycle, wanted, values, expected, now)
    _record("discard", actor, cycle, wanted, now, reason=reason.strip(), details={"letters": discarded})
    return discarded


def _settle(cycle: Cycle, wanted: Filter, values: dict[str, Any], expected: int, now: datetime) -> int:
    """One UPDATE over the drafts of a filter, refused when it met another number than the person was shown."""
    drafts = queries.narrowed(cycle, replace(wanted, status=WorkStatus.DRAFT), now=now)
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(Notification)
            .where(
                Notification.id.in_(select(Notification.id).where(*drafts).correlate(None)),
                Notification.status == WorkStatus.DRAFT,  # asked again once the row is ours
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.expire_all()
    if not changed.rowcount and not expected:
        raise RuleViolation(N_("No letter waits for this."))
    if changed.rowcount != expected:
        raise StaleVersion(
            N_("%(n)d letters fit now, not %(expected)d. Nothing was changed: look at the list again."),
            n=changed.rowcount,
            expected=expected,
        )
    return changed.rowcount


def dismiss(*, actor: User, cycle: Cycle, letter: Notification, reason: str, now: datetime) -> None:
    """Let a draft's contradiction pass, with a reason. Another one that arises later is open again.

    Raises NotPermitted, IllegalTransition when it waits no more or nothing stands against it, RuleViolation without reason.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)) and letter.cycle_id == cycle.id)
    lock_row(letter)
    found = queries.flag_of(letter, now=now)
    if letter.status is not WorkStatus.DRAFT or found is None:
        raise IllegalTransition(N_("Nothing stands against this letter, or it does not wait any more."))
    if not reason.strip():
        raise RuleViolation(N_("Say why."), field="reason")
    letter.dismissed_flag, letter.dismissed_by, letter.dismissed_at = found.value, actor.id, now
    letter.dismiss_reason = reason.strip()[:MOST_REASON]
    audit.record(
        actor=actor,
        action="letter.dismiss_flag",
        object=f"letter:{letter.id}",
        cycle_id=cycle.id,
        now=now,
        reason=reason.strip(),
        details={"flag": found.value},
    )


def write(*, actor: User, cycle: Cycle, wanted: Filter, words: Words, now: datetime) -> LetterWords:
    """Put words of one's own into the drafts of a filter, which are of one kind; those that stood there are kept.

    Raises NotPermitted, RuleViolation (see domain.letter_words.check) or when the drafts are of several kinds or none.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    drafts = queries.narrowed(cycle, replace(wanted, status=WorkStatus.DRAFT), now=now)
    sample = db.session.scalars(select(Notification).where(*drafts).order_by(Notification.id).limit(1)).first()
    if sample is None:
        raise RuleViolation(N_("No letter waits for this."))
    if db.session.scalar(select(func.count(Notification.group_key.distinct())).where(*drafts)) != 1:
        raise RuleViolation(N_("Choose the letters of one cause: the same words go into all of them."))
    letter_words.check(words, places=places_of(cycle, sample))
    row = LetterWords(
        cycle_id=cycle.id,
        kind=sample.kind,
        group_key=sample.group_key,
        replaces_id=sample.words_id,
        template_sha256=emails.template_digest(sample.kind),
        written_by=actor.id,
        written_at=now,
        **{name: text.strip() for name, text in asdict(words).items()},
    )
    db.session.add(row)
    db.session.flush()  # the letters point to it
    changed = _point(drafts, row.id)
    _record("write", actor, cycle, wanted, now, details={"words": row.id, "letters": changed})
    return row


def back_to_template(*, actor: User, cycle: Cycle, wanted: Filter, now: datetime) -> int:
    """Take the own words out of the drafts of a filter: they read as the template does now. Returns how many.

    Raises NotPermitted, RuleViolation for letters of the secretariat's own, which have no other text.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    drafts = queries.narrowed(cycle, replace(wanted, status=WorkStatus.DRAFT), now=now)
    drafts += [Notification.words_id.is_not(None)]
    own = db.session.scalar(select(func.count()).where(*drafts, Notification.kind.like("secretariat%")))
    changed = 0 if own else _point(drafts, None)
    if not changed:
        raise RuleViolation(N_("No letter waits for this."))
    _record("back_to_template", actor, cycle, wanted, now, details={"letters": changed})
    return changed


def _point(drafts: list[Any], words_id: int | None) -> int:
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(Notification)
            .where(
                Notification.id.in_(select(Notification.id).where(*drafts).correlate(None)),
                Notification.status == WorkStatus.DRAFT,
            )
            .values(words_id=words_id)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.expire_all()
    return changed.rowcount


def places_of(cycle: Cycle, letter: Notification) -> list[str]:
    """The places that words in this letter may name."""
    return letter_words.places_for(
        is_about_file=letter.submission_id is not None, has_deadline=cycle.deadline_at is not None
    )


def resend(*, actor: User, cycle: Cycle, letter: Notification, email: str, now: datetime) -> Notification:
    """Send a letter once more as a row of its own, to the person's address or to a corrected one.

    A letter with a personal link goes to its owner's address alone. Raises NotPermitted, IllegalTransition for a letter
    that has not gone yet, RuleViolation about the address.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)) and letter.cycle_id == cycle.id)
    lock_row(letter)
    address = people.normal_email(email) if email.strip() else letter.recipient.email
    if letter.status not in (WorkStatus.DONE, WorkStatus.DEAD):
        raise IllegalTransition(N_("Only a letter that went out or was given up can be sent once more."))
    if address != letter.recipient.email and any(key in letter.context for key in _PERSONAL):
        raise RuleViolation(
            N_("This letter opens its recipient's account. It goes to their own address alone."), field="email"
        )
    first = letter.resend_of or letter.id
    again = db.session.scalar(select(func.count()).where(Notification.resend_of == first)) or 0
    copy = Notification(
        kind=letter.kind,
        recipient_id=letter.recipient_id,
        cycle_id=letter.cycle_id,
        submission_id=letter.submission_id,
        publication_id=letter.publication_id,
        cause=f"resend:{first}:{again + 1}",
        group_key=letter.group_key,
        context=letter.context,
        urgency=kind_of(letter.kind).urgency,
        mail_domain=domain_of(address),
        words_id=letter.words_id,
        resend_of=first,
        to_email=None if address == letter.recipient.email else address,
        approved_by=None if kind_of(letter.kind).way is Way.RELEASE else actor.id,
        approved_at=None if kind_of(letter.kind).way is Way.RELEASE else now,
        status=WorkStatus.QUEUED,
        created_at=now,
    )
    db.session.add(copy)
    db.session.flush()  # the nudge needs the id
    enqueue_after_commit(TaskName.DELIVER_NOTIFICATION, copy.id)
    audit.record(
        actor=actor,
        action="letter.resend",
        object=f"letter:{letter.id}",
        cycle_id=cycle.id,
        now=now,
        details={"as": copy.id, "elsewhere": copy.to_email is not None},
    )
    return copy


def _record(
    verb: str, actor: User, cycle: Cycle, wanted: Filter, now: datetime, *, details: dict[str, Any], reason: str = ""
) -> None:
    what = {name: value for name, value in asdict(wanted).items() if value not in (None, "")}
    audit.record(
        actor=actor,
        action=f"letters.{verb}",
        object=f"cycle:{cycle.id}" if wanted.letter_id is None else f"letter:{wanted.letter_id}",
        cycle_id=cycle.id,
        now=now,
        reason=reason or None,
        details={**details, "filter": what},
    )

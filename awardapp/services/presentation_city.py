"""What a city does about its presentation: names who presents, sends what is shown; and what the secretariat says to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from awardapp import storage
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, TooLate
from awardapp.domain.files import check_file, clean_filename
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.presentations import (
    MOST_MATERIALS,
    PRESENTERS,
    MaterialState,
    check_planning,
    materials_are_open,
)
from awardapp.extensions import db
from awardapp.models import Presentation, PresentationMaterial, Presenter, User
from awardapp.queries import people as people_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import audit, notifications
from awardapp.services.attachments import AlreadyAttached, note_bytes
from awardapp.services.locks import lock_row

_MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A presenter as the city names them. `delegate`: one of its delegates, whose own name stands where none is written."""

    delegate: User | None
    name_en: str = ""
    name_zh: str = ""
    title_en: str = ""
    title_zh: str = ""


def _of_city(actor: User, presentation: Presentation) -> None:
    """Raise NotPermitted for anybody but the city's delegates."""
    require(presentation.submission.city_id in people_queries.city_ids_of(actor))
    check_planning(presentation.submission.cycle.phase)


def name_presenters(*, actor: User, presentation: Presentation, named: Sequence[Named], now: datetime) -> None:
    """Say who presents: up to two people, the first one first; none takes back what was said.

    Raises NotPermitted, IllegalTransition, TooLate once the presentation has begun, RuleViolation.
    """
    _of_city(actor, presentation)
    lock_row(presentation)
    _check_not_begun(presentation, now=now)
    if len(named) > PRESENTERS:
        raise RuleViolation(N_("At most %(n)d people present for a city."), n=PRESENTERS)
    delegates = {person.id for person in people_queries.delegates_of(presentation.submission.city_id)}
    if len({one.delegate.id for one in named if one.delegate}) < sum(one.delegate is not None for one in named):
        raise RuleViolation(N_("The same person is named twice."), field="second-who")
    for number, one in enumerate(named, 1):
        _check_named(one, delegates, field="first" if number == 1 else "second")
    presentation.presenters.clear()
    db.session.flush()
    for number, one in enumerate(named, 1):
        own = one.delegate.name if one.delegate is not None else ""
        presentation.presenters.append(
            Presenter(
                position=number,
                user_id=one.delegate.id if one.delegate is not None else None,
                name_en=one.name_en or own,
                name_zh=one.name_zh or own,
                title_en=one.title_en,
                title_zh=one.title_zh,
            )
        )
    db.session.flush()
    audit.record(
        actor=actor,
        action="presentations.presenters",
        object=f"submission:{presentation.submission_id}",
        cycle_id=presentation.cycle_id,
        now=now,
        details={"number": len(named)},
    )


def _check_named(one: Named, delegates: set[int], *, field: str) -> None:
    if one.delegate is not None and one.delegate.id not in delegates:
        raise RuleViolation(N_("Choose one of your city's delegates, or somebody else."), field=f"{field}-who")
    needed = ("title_en", "title_zh") if one.delegate is not None else ("name_en", "name_zh", "title_en", "title_zh")
    for name in needed:
        if not getattr(one, name):
            raise RuleViolation(
                N_("Name and post are needed in both languages; they are read out and printed."),
                field=f"{field}-{name}",
            )
    for name in ("name_en", "name_zh", "title_en", "title_zh"):
        if len(getattr(one, name)) > _MOST_NAME:
            raise RuleViolation(N_("At most %(n)d characters."), field=f"{field}-{name}", n=_MOST_NAME)


def _check_not_begun(presentation: Presentation, *, now: datetime) -> None:
    found = queries.appointed(presentation)
    if found is not None and not found.is_off and found.slot.starts_at <= now:
        raise TooLate(N_("The presentation has begun."))


def can_send(presentation: Presentation, *, now: datetime) -> bool:
    """Whether the city can send files now."""
    plan = queries.plan_of(presentation.submission.cycle)
    found = queries.appointed(presentation)
    files = day_queries.materials([presentation.id])[presentation.id]
    return materials_are_open(
        until=plan.materials_until if plan is not None else None,
        has_change=any(file.state is MaterialState.CHANGE for file in files),
        begins_at=found.slot.starts_at if found is not None and not found.is_off else None,
        now=now,
    )


def _check_open(presentation: Presentation, *, now: datetime) -> None:
    if not can_send(presentation, now=now):
        raise TooLate(N_("The time for sending files is over. Write to the secretariat if something must be changed."))


def add_material(
    *,
    actor: User,
    presentation: Presentation,
    staged: storage.Staged,
    filename: str,
    media_type: str,
    now: datetime,
) -> PresentationMaterial:
    """Add a file that was received, checked by content and stored under its digest; it waits for the secretariat's check.

    Raises NotPermitted, IllegalTransition, TooLate, RuleViolation for size, number or a file that is there already, and
    attachments.BytesGone.
    """
    _of_city(actor, presentation)
    lock_row(presentation)
    _check_open(presentation, now=now)
    files = day_queries.materials([presentation.id])[presentation.id]
    if len(files) >= MOST_MATERIALS:
        raise RuleViolation(N_("No more than %(limit)d files are allowed."), field="file", limit=MOST_MATERIALS)
    check_file(size=staged.size, count=0, total=0, rules=presentation.submission.cycle.rules)
    if any(file.sha256 == staged.sha256 for file in files):
        raise AlreadyAttached(N_("This file is already attached."), field="file")
    note_bytes(staged, media_type, now=now)
    material = PresentationMaterial(
        presentation_id=presentation.id,
        sha256=staged.sha256,
        filename=clean_filename(filename),
        uploaded_by=actor.id,
        uploaded_at=now,
        state=MaterialState.WAITING,
    )
    db.session.add(material)
    db.session.flush()
    return material


def remove_material(*, actor: User, material: PresentationMaterial, now: datetime) -> None:
    """Take a file out. Raises NotPermitted, IllegalTransition, TooLate."""
    _of_city(actor, material.presentation)
    lock_row(material.presentation)
    _check_open(material.presentation, now=now)
    if material.removed_at is None:
        material.removed_at = now
        db.session.flush()


def check_material(
    *, actor: User, material: PresentationMaterial, state: MaterialState, note: str, now: datetime
) -> None:
    """The secretariat accepts a file, or asks for it to be changed and writes to the city why. Said again, it counts anew.

    Raises NotPermitted, IllegalTransition, RuleViolation without a note.
    """
    submission = material.presentation.submission
    require(can_run_cycle(people_queries.standing(actor, submission.cycle)))
    check_planning(submission.cycle.phase)
    lock_row(material)
    if material.removed_at is not None:
        raise IllegalTransition(N_("The city has taken this file out meanwhile."))
    if state is MaterialState.CHANGE and not note.strip():
        raise RuleViolation(N_("Say what is to be changed; the city reads it."), field="note")
    if (material.state, material.note or "") == (state, note.strip()):
        return
    material.state, material.note = state, note.strip() or None
    material.checked_by, material.checked_at = actor.id, now
    db.session.flush()
    entry = audit.record(
        actor=actor,
        action="presentations.check_material",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        now=now,
        details={"sha256": material.sha256, "state": state.value},
    )
    if state is MaterialState.CHANGE:
        notifications.notify_city(
            "presentation_material",
            submission=submission,
            cause=f"material:{material.id}:{entry.id}",
            context={"filename": material.filename, "note": material.note},
            now=now,
        )

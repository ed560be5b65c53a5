"""The page on which a file is read and scored: entry on the left, score sheet on the right, and all that stands beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, render_template, request

from awardapp import clock
from awardapp.domain import passages
from awardapp.domain.assessments import AssessmentStatus, sees_others
from awardapp.domain.earlier import asking_whats_new
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted
from awardapp.domain.pace import Estimate, estimate
from awardapp.domain.submissions import SubmissionStatus
from awardapp.i18n import LANGUAGE_NAMES, format_number, pick
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Membership, PassageNote
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import discussions as discussion_queries
from awardapp.queries import queue
from awardapp.queries import sheets as sheet_queries
from awardapp.queries.assessments import Reading
from awardapp.queries.discussions import Message, Other
from awardapp.web import access, judges
from awardapp.web.committee import room, sheets
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.sheets import AsideForm, SheetForm


def own_file(ref: str, *, with_content: bool = True) -> tuple[Membership, Reading]:
    """The member and the file read, or 404. Raises NotPermitted before the declaration."""
    member = room.member()
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    reading = assessment_queries.reading(member, ref, with_content=with_content)
    if reading is None:
        abort(404)
    if reading.submission.status is not SubmissionStatus.VALID and with_content:
        if request.method == "GET":
            abort(404)
        # 409 with everything typed, to copy from; saving while typing is told the same by the service
        raise IllegalTransition(N_("This file is with its city for changes. Your scores are kept until it is back."))
    return member, reading


def is_barred(member: Membership, reading: Reading) -> bool:
    """Whether the member may not see the file: a tie, or recused by the member's own act."""
    recused = reading.assessment is not None and reading.assessment.status == AssessmentStatus.RECUSED
    return recused or assessment_queries.conflict(member, reading.submission) is not None


def closed(reading: Reading) -> str:
    """What a barred member is told instead of the file."""
    cycle = access.cycle()
    hides_names = cycle.rules.hide_names_from_committee
    return render_template("committee/barred.html", cycle=cycle, reading=reading, hides_names=hides_names)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused sheet said: forms with their messages, marks by criterion, and what another window had changed."""

    form: SheetForm | None = None
    aside: AsideForm | None = None
    marks: Mapping[int, float | None] | None = None
    changed: Collection[int | str] = ()


NOTHING_TYPED = Typed()


def pace_of(member: Membership, cycle: Cycle, *, left: int) -> Estimate | None:
    """The time that the member's files will take, by their own pace and the committee's calendar."""
    today = clock.now().astimezone(ZoneInfo(cycle.time_zone)).date()
    return estimate(queue.finished_at(member), left=left, today=today, until=cycle.committee_to)


@dataclass(frozen=True, slots=True)
class Around:
    """What other readers of the file gave and said; only for whoever may know."""

    others: Sequence[Other]
    thread: Sequence[Message]

    @property
    def unread(self) -> int:
        return sum(message.is_new for message in self.thread)


def around(member: Membership, reading: Reading) -> Around | None:
    """The others' assessments and the discussion, None before the member has handed in or where the rules hide them."""
    own = reading.assessment.status if reading.assessment else None
    if not sees_others(own, others_after_own=member.cycle.rules.others_after_own, is_barred=False):
        return None
    submission_id = reading.submission.id
    return Around(discussion_queries.others(member, submission_id), discussion_queries.thread(member, submission_id))


@dataclass(frozen=True, slots=True)
class Noted:
    """A private note with the words for its place, and whether its passage still stands in the text."""

    note: PassageNote
    place: str
    is_found: bool


def _noted(notes: Sequence[PassageNote], content: Mapping[str, Any], names: Mapping[str, str]) -> list[Noted]:
    texts = passages.texts_of(content)
    return [
        Noted(
            note,
            f"{names.get(note.section, note.section)}, {LANGUAGE_NAMES[note.language]}",
            passages.find(texts.get((note.section, note.language), ""), note.quote, near=note.start) is not None,
        )
        for note in notes
    ]


def section_names(cycle: Cycle) -> dict[str, str]:
    """The words of every paired field of the form, by its key."""
    return {field.key: pick(field, "label") for field in asking_whats_new(cycle.form_data).fields if field.is_paired}


def notes_list(member: Membership, reading: Reading, names: Mapping[str, str]) -> list[Noted]:
    """The member's notes on the file, in the order of the text."""
    notes = sheet_queries.notes(member, reading.submission.id)
    if not notes:
        return []
    order = {key: n for n, key in enumerate(passages.texts_of(reading.version.content))}
    ordered = sorted(notes, key=lambda n: (order.get((n.section, n.language), len(order)), n.start, n.id))
    return _noted(ordered, reading.version.content, names)


def _places(content: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where a note can stand: every text of the file, as a value and its words."""
    return [
        (f"{key}.{code}", f"{names.get(key, key)}, {LANGUAGE_NAMES[code]}") for key, code in passages.texts_of(content)
    ]


@bp.app_template_global()
def duration_words(time: timedelta) -> str:
    """A stretch of time as roughly as it is known: "40 min", "6 h"."""
    minutes = time.total_seconds() / 60
    if minutes < 90:
        return _("%(n)s min", n=format_number(max(5, 5 * round(minutes / 5))))
    return _("%(n)s h", n=format_number(round(minutes / 60)))


def show(
    member: Membership, reading: Reading, typed: Typed = NOTHING_TYPED, *, status: int = 200, **more: Any
) -> tuple[str, int]:
    """The page, with what was typed where something was refused."""
    cycle = access.cycle()
    rules = cycle.rules
    assessment = reading.assessment
    rows = assessment_queries.criteria_with_units(cycle, assessment)
    form = typed.form
    if form is None:
        form = SheetForm(formdata=None, obj=assessment) if assessment else SheetForm(formdata=None)
    counts, names = queue.counts(member), section_names(cycle)
    page = render_template(
        "committee/assess.html",
        cycle=cycle,
        reading=reading,
        submission=reading.submission,
        assessment=assessment,
        content=judges.without_contact(reading.version.content),
        file_url=lambda file: room.url("file", ref=reading.submission.ref, sha256=file["sha256"]),
        form=form.speak(),
        aside=typed.aside,
        lines=sheets.lines(rows, rules, typed.marks),
        scored=sum(units is not None for _criterion, units in rows),
        mean=sheets.mean(rows, rules),
        bases=sheets.bases(assessment),
        changed=typed.changed,
        counts=counts,
        pace=pace_of(member, cycle, left=counts.total - counts.done),
        notes=notes_list(member, reading, names),
        places=_places(reading.version.content, names),
        around=around(member, reading),
        spread=sheets.spread(assessment_queries.own_units(member), rules),
        open=room.scoring_is_open(),
        talks=room.discussion_is_open(),
        hides_names=rules.hide_names_from_committee,
        **more,
    )
    return page, status

"""What the writing pages of the report show: a case's file beside its text, the cycle's figures beside opening and closing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, url_for

from awardapp import rulebook
from awardapp.domain.answers import digest
from awardapp.domain.report import CASE_INPUTS, GOALS, WHOLE_INPUTS, Access, CaseTexts
from awardapp.i18n import language
from awardapp.models import Decision, SubmissionVersion
from awardapp.queries import reports as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import committee_report, report_content
from awardapp.web import access, judges, looks
from awardapp.web import report as overview
from awardapp.web.committee import room
from awardapp.web.forms import BaseForm


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused form held: its texts, its messages, and in which inputs something else is stored by now."""

    values: Mapping[str, str]
    form: BaseForm
    changed: Collection[str] = ()


def own_case(ref: str) -> tuple[Decision, Access]:
    """A shortlisted case that this person may open, or 404: nobody learns of a case that is not theirs.

    As many queries for a case that is not on the list as for one that is: the time of the answer tells nothing either.
    """
    person = committee_report.access_of(access.actor(), access.cycle())
    decision = queries.shortlisted(access.cycle(), ref)
    if decision is None or not person.may_read_case(decision.submission_id):
        abort(404)
    return decision, person


def version_of(ref: str) -> SubmissionVersion:
    """The version handed in of a case that this person may open, or 404."""
    own_case(ref)
    found = selection_queries.valid_with_version(access.cycle(), ref)
    if found is None:
        abort(404)
    return found[1]


def case_texts(decision: Decision) -> CaseTexts:
    """What the report says of a case now."""
    content = queries.versions([decision.submission]).get(decision.submission_id, {})
    return committee_report.texts_of(queries.case(decision.submission_id), decision, content)


def case_values(decision: Decision) -> dict[str, str]:
    """The texts of a case by input, as they are stored now."""
    texts = case_texts(decision)
    return {name: texts.value(name) for name in CASE_INPUTS}


def whole_values() -> dict[str, str]:
    """Opening and closing by input, as they are stored now."""
    report = queries.whole(access.cycle())
    return {name: getattr(report, name) if report else "" for name in WHOLE_INPUTS}


def state_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Texts with their digests, in the shape that sheet-saving.js follows."""
    return {"marks": {}, "texts": dict(values), "bases": {name: digest(text) for name, text in values.items()}}


def case(ref: str, typed: Typed | None = None, *, status: int = 200) -> tuple[str, int]:
    """The file on the left, the report's text on the right. A look under the seal is recorded first."""
    _decision, person = own_case(ref)
    if typed is None and not person.is_public:
        looks.note_look_at_report(access.cycle(), ref)
    decision, person = own_case(ref)
    cycle, stored = access.cycle(), case_values(decision)
    shown = {**stored, **typed.values} if typed else stored
    refs = [
        one.submission.ref
        for one in queries.decisions(cycle, decision.outcome)
        if person.may_read_case(one.submission_id)
    ]
    at = refs.index(ref)
    page = render_template(
        "report/case.html",
        cycle=cycle,
        decision=decision,
        submission=decision.submission,
        content=judges.without_contact(version_of(ref).content),
        file_url=lambda file: url_for("committee.report_file", cycle_slug=cycle.slug, ref=ref, sha256=file["sha256"]),
        stored=stored,
        shown=shown,
        bases={name: digest(text) for name, text in stored.items()},
        goals=[(goal.number, getattr(goal.name, language())) for goal in rulebook.load_rules().goals],
        chosen=set(shown[GOALS].split()),
        changed=typed.changed if typed else (),
        form=typed.form if typed else BaseForm(formdata=None),
        writing=person.may_write_case(decision.submission_id),
        before=refs[at - 1] if at else None,
        after=refs[at + 1] if at + 1 < len(refs) else None,
        is_chair=person.is_chair,
        sealed=not person.is_public,
        part_names=overview.PART_NAMES,
    )
    return page, status


def whole(typed: Typed | None = None, *, status: int = 200) -> tuple[str, int]:
    """The cycle's figures on the left, opening and closing on the right. Chair only."""
    _gathered, person = overview.entered()
    if not person.is_chair:
        abort(404)
    if typed is None and not person.is_public:
        looks.note_look_at_report(access.cycle(), "opening and closing")
    gathered = report_content.gather(access.cycle())
    if gathered is None:
        abort(404)
    stored = whole_values()
    page = render_template(
        "report/whole.html",
        cycle=access.cycle(),
        content=gathered.content,
        stored=stored,
        shown={**stored, **typed.values} if typed else stored,
        bases={name: digest(text) for name, text in stored.items()},
        changed=typed.changed if typed else (),
        form=typed.form if typed else BaseForm(formdata=None),
        writing=person.may_write_whole,
        sealed=not person.is_public,
        part_names=overview.PART_NAMES,
    )
    return page, status


def writers(ref: str, *, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    """Who writes on a case and who can be named for it. The chair may name for a case that is closed to the chair."""
    cycle = access.cycle()
    decision = queries.shortlisted(cycle, ref)
    if decision is None or not committee_report.access_of(access.actor(), cycle).is_chair:
        abort(404)
    named = queries.rapporteurs(cycle).get(decision.submission_id, ())
    present = {row.membership_id for row in named}
    page = render_template(
        "report/writers.html",
        cycle=cycle,
        submission=decision.submission,
        named=named,
        free=[m for m in committee_report.may_be_named(cycle, decision.submission) if m.id not in present],
        problem=problem,
        back=room.url("report"),
    )
    return page, status

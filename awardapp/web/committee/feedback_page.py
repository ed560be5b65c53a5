"""The page on which feedback is written: what the readers wrote and marked on the left, the texts for the city on the right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template

from awardapp.domain import feedback as rules
from awardapp.domain.answers import digest
from awardapp.domain.feedback import Access
from awardapp.i18n import LANGUAGE_NAMES, pick
from awardapp.i18n import gettext as _
from awardapp.models import Criterion, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import feedback as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import feedback as service
from awardapp.web import access
from awardapp.web.forms import BaseForm


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused form held: its texts, its messages, and in which inputs something else is stored by now."""

    values: Mapping[str, str]
    form: BaseForm
    changed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on one criterion, as many as readers gave one."""

    criterion: Criterion
    marks: list[float]

    @property
    def mean(self) -> float | None:
        return sum(self.marks) / len(self.marks) if self.marks else None


def own_entry(ref: str) -> tuple[Submission, Access]:
    """An entry on whose feedback this person may work, or 404: nobody learns of one that is not theirs."""
    found = selection_queries.valid_with_version(access.cycle(), ref)
    if found is None:
        abort(404)
    person = service.access_of(access.actor(), access.cycle(), [found[0]])
    if not person.may_read(found[0].id):
        abort(404)
    return found[0], person


def values_of(submission: Submission) -> dict[str, str]:
    """The texts by input, as they are stored now."""
    return service.texts_of(queries.of_submission(submission.id), access.cycle())


def state_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Texts with their digests, in the shape that sheet-saving.js follows."""
    return {"marks": {}, "texts": dict(values), "bases": {name: digest(text) for name, text in values.items()}}


def input_words(name: str) -> str:
    """Which text an input is, e.g. "Innovation: Strengths, English"."""
    part, _dash, rest = name.partition("-")
    key, _underscore, code = rest.rpartition("_")
    criterion = next((one for one in access.cycle().criteria if one.key == key), None)
    words = {"strengths": _("Strengths"), "advice": _("Advice to the city")}[part]
    return _(
        "%(criterion)s: %(part)s, %(language)s",
        criterion=pick(criterion, "name") if criterion else key,
        part=words,
        language=LANGUAGE_NAMES[code],
    )


def page(ref: str, typed: Typed | None = None, *, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    """What the readers said beside the texts for the city."""
    submission, person = own_entry(ref)
    cycle, feedback = access.cycle(), queries.of_submission(submission.id)
    stored = service.texts_of(feedback, cycle)
    readings = [one for one in assessment_queries.of_submission(submission) if one.status == "submitted"]
    points = {one.id: {score.criterion_id: cycle.rules.mark(score.units) for score in one.scores} for one in readings}
    marks = [
        Marks(criterion, [given[criterion.id] for given in points.values() if criterion.id in given])
        for criterion in cycle.criteria
    ]
    rendered = render_template(
        "committee/feedback_of.html",
        cycle=cycle,
        submission=submission,
        feedback=feedback,
        opened=queries.opened(submission.id),
        is_told=queries.is_told(submission.id),
        missing=rules.missing(stored, [criterion.key for criterion in cycle.criteria]),
        sha256=service.sha256_of(feedback),
        comments=[one.comment for one in readings if one.comment.strip()],
        readers=len(readings),
        marks=marks,
        stored=stored,
        shown={**stored, **typed.values} if typed else stored,
        bases={name: digest(text) for name, text in stored.items()},
        changed=typed.changed if typed else (),
        form=typed.form if typed else BaseForm(formdata=None),
        person=person,
        writing=person.may_write(submission.id),
        problem=problem,
    )
    return rendered, status

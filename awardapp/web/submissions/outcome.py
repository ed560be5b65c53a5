"""What became of our entry: the outcome as announced, strengths and advice, certificates. For the city's delegates alone.

Before its announcement the page does not exist, for anybody, in the same words as any unknown address.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, render_template

from awardapp.domain.announcements import OUTCOME_NAMES, Outcome
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import CityOutcome, Submission
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import certificates as certificate_queries
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import feedback as queries
from awardapp.services.city_outcomes import NOT_SELECTED
from awardapp.web import access
from awardapp.web.public.certificates import certificate_words, pdf_of
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission


@dataclass(frozen=True, slots=True)
class Told:
    """One thing an announcement told of the entry, in words, with why."""

    words: str
    meaning: str
    reason: str
    row: CityOutcome


def _told(submission: Submission, rows: list[CityOutcome]) -> list[Told]:
    awards = {award.key: award for award in submission.cycle.special_awards}
    reasons = {
        (line.publication_id, line.award_key): line for line in announcement_queries.outcomes_by_id(submission.id)
    }
    found = []
    for row in rows:
        award = awards.get(row.award_key)
        line = reasons.get((row.publication_id, row.award_key))
        words = pick(award, "name") if award is not None else _words(row.outcome)
        found.append(Told(words, _meaning(row.outcome), pick(line, "reason") if line is not None else "", row))
    return found


def _words(outcome: str) -> str:
    return _("Not among those named") if outcome == NOT_SELECTED else _(OUTCOME_NAMES[Outcome(outcome)])


def _meaning(outcome: str) -> str:
    """Where the entry stands, in words that tell neither places nor anything of other cities."""
    return {
        "winner": _("The jury chose it as one of the winners. There is no ranking among them."),
        "shortlisted": _(
            "The technical committee chose it for the shortlist, from which the jury chooses the winners."
        ),
        "deserving": _("The technical committee recommends it as deserving, beside those shortlisted."),
        "special": _("It received this award beside the main one."),
        NOT_SELECTED: _(
            "It was valid and was read and scored by members of the technical committee. Entries that are not named have "
            "no published place, and a city may enter the same initiative again in a later cycle."
        ),
    }[outcome]


@bp.get("/<ref>/outcome")
@access.signed_in
def outcome(ref: str) -> str:
    """The outcome of our entry, once it is announced."""
    submission = own_submission(ref, files=False)
    rows = list(queries.told(submission.id))
    if not rows:
        abort(404)
    opened = queries.opened(submission.id)
    return render_template(
        "submissions/outcome.html",
        submission=submission,
        cycle=submission.cycle,
        told=_told(submission, rows),
        feedback=opened,
        mean=opened.content["mean"] if opened is not None and submission.cycle.rules.feedback_means else None,
        certificates=[(one, certificate_words(one)) for one in certificate_queries.of_submission(submission.id)],
        figures=cycle_queries.public_figures([submission.cycle]).get(submission.cycle_id),
    )


@bp.get("/<ref>/certificates/<code>.pdf")
@access.signed_in
def certificate(ref: str, code: str) -> Response:
    """A certificate of our entry."""
    submission = own_submission(ref, files=False)
    found = next((one for one in certificate_queries.of_submission(submission.id) if one.code == code), None)
    if found is None:
        abort(404)
    return pdf_of(found)

"""What each city is told of its own submission, opened with the announcement."""

from __future__ import annotations

from typing import Any

from awardapp.domain.announcements import Outcome
from awardapp.extensions import db
from awardapp.models import CityOutcome, Publication

NOT_SELECTED = "not_selected"
_NOT_SELECTED_LETTER = "outcome_not_selected"


def open_pages(publication: Publication, sealed: dict[str, Any]) -> set[int]:
    """Open the page of every city the announcement tells something, in the transaction that publishes it. Returns of which
    submissions.
    """
    told = [(line["submission"], Outcome(line["outcome"]).value, line["award_key"]) for line in sealed["lines"]]
    told += [
        (letter["submission"], NOT_SELECTED, "")
        for letter in sealed["letters"]
        if letter["kind"] == _NOT_SELECTED_LETTER
    ]
    db.session.add_all(
        CityOutcome(publication_id=publication.id, submission_id=submission_id, outcome=outcome, award_key=award_key)
        for submission_id, outcome, award_key in told
    )
    db.session.flush()
    return {submission_id for submission_id, _outcome, _award in told}

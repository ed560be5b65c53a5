"""The blueprint of the city's desk, and what its read-only rendering gives to every room's templates."""

from __future__ import annotations

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from awardapp.web.submissions import reading

bp = Blueprint("submissions", __name__, url_prefix="/submissions")


@bp.record_once
def give_to_templates(state: BlueprintSetupState) -> None:
    """templates/_macros/submission.html is used by the committee, the jury and the secretariat as well."""
    state.app.jinja_env.globals.update(
        readable_version=reading.readable,
        file_kind=reading.file_kind,
        origin_notes=reading.origin_notes,
        question_words=reading.question_words,
    )
    state.app.jinja_env.filters["clock_time"] = reading.clock_time

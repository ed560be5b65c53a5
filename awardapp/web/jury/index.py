"""The finalists, and reading one of them. Everything here comes from the publication, never from a sealed decision."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, redirect, render_template

from awardapp import clock, places
from awardapp.domain.people import Role
from awardapp.i18n import language
from awardapp.models import Membership, SubmissionVersion
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import selections as selection_queries
from awardapp.queries.selections import Finalist
from awardapp.services import ballots, deciders
from awardapp.web import access, ballot_input, declarations, judges, previews
from awardapp.web.access import requires
from awardapp.web.jury import room
from awardapp.web.jury.blueprint import bp


@bp.get("/")
@requires(Role.JUROR)
def index() -> Any:
    """The published shortlist with the juror's own state. Before the declaration, only the declaration."""
    juror = room.juror()
    if juror.conflicts_declared_at is None:
        return redirect(room.url("conflicts"))
    found = selection_queries.finalists(access.cycle())
    ballot = ballots.of(juror)
    rules = access.cycle().rules.ballots
    content = ballots.content_of(ballot, rules)
    cities = [f.submission for f in found]
    return render_template(
        "jury/index.html",
        cycle=access.cycle(),
        finalists=found,
        barred=assessment_queries.conflicts(juror, [f.submission for f in found]),
        ballot=ballot,
        said_of={s.id: part.label for part in ballot_input.said(content, cities, rules) for s in part.cities},
        abstains=content.abstained,
        shape=rules.shape,
        country_names={
            f.submission.city.country: places.country_name(f.submission.city.country, language()) for f in found
        },
        voting=room.voting_is_open(),
        is_chair=room.is_chair(),
        decides=deciders.is_decider(access.actor(), access.cycle()),
    )


@bp.get("/conflicts")
@requires(Role.JUROR)
def conflicts() -> Any:
    """The juror's declaration of conflicts of interest."""
    return declarations.show(room.juror(), room.here())


@bp.post("/conflicts")
@requires(Role.JUROR)
def declare() -> Any:
    """Store the declaration."""
    return declarations.declare(room.juror(), room.here(), now=clock.now())


def _open(ref: str) -> tuple[Membership, Finalist, SubmissionVersion]:
    """The juror and a finalist that may be read, or 404: undeclared, not published, or barred by a tie."""
    juror = room.juror()
    found = selection_queries.finalist(access.cycle(), ref)
    if found is None or juror.conflicts_declared_at is None:
        abort(404)
    if assessment_queries.conflict(juror, found[0].submission) is not None:
        abort(404)
    return juror, *found


@bp.get("/submissions/<ref>")
@requires(Role.JUROR)
def read(ref: str) -> Any:
    """A finalist's file with the committee's published reason."""
    _juror, finalist, version = _open(ref)
    return render_template(
        "jury/read.html",
        cycle=access.cycle(),
        finalist=finalist,
        submission=finalist.submission,
        content=judges.without_contact(version.content),
        file_url=lambda file: room.url("file", ref=ref, sha256=file["sha256"]),
        voting=room.voting_is_open(),
    )


@bp.get("/submissions/<ref>/files/<sha256>")
@requires(Role.JUROR)
def file(ref: str, sha256: str) -> Response:
    """Download an attachment of a finalist's file."""
    return judges.attachment(_open(ref)[2], sha256)


@bp.get(f"/submissions/<ref>/files/<sha256>{previews.ROUTE}")
@requires(Role.JUROR)
def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of such an attachment."""
    return judges.picture(_open(ref)[2], sha256, page, size)

"""Who asked for advice, who advised what, and what became of it. Drafts stay with their advisers."""

from __future__ import annotations

from flask import abort, render_template, request

from awardapp.domain.advice import AdviceStatus
from awardapp.domain.people import Role
from awardapp.queries import advice as queries
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.advising import lines_of
from awardapp.web.secretariat import check_page
from awardapp.web.secretariat.blueprint import bp


@bp.get("/advice")
@requires(Role.SECRETARIAT)
def advice() -> str:
    """Every request of the cycle: what nobody has answered first."""
    cycle = access.cycle()
    rows, page = queries.requests(cycle, number=request.args.get("page", 1, type=int))
    return render_template("secretariat/advice.html", cycle=cycle, rows=rows, page=page)


@bp.get("/advice/<ref>")
@requires(Role.SECRETARIAT)
def advice_on(ref: str) -> str:
    """What was advised on one file, with who did."""
    submission = check_page.submission_of(ref)
    history = queries.history_of(submission)
    if history is None:
        abort(404)
    given = [one for one in history.work if one.status is AdviceStatus.GIVEN]
    return render_template(
        "secretariat/advice_on.html",
        cycle=access.cycle(),
        submission=submission,
        history=history,
        given=[(one, lines_of(one, submission.form)) for one in given],
    )

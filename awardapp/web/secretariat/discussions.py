"""The committee's discussions, for the secretariat to read."""

from __future__ import annotations

from flask import abort, render_template, request

from awardapp.domain.people import Role
from awardapp.queries import discussions as discussion_queries
from awardapp.queries import titles
from awardapp.services import discussions
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp


@bp.get("/discussions")
@requires(Role.SECRETARIAT)
def talks() -> str:
    """The files that are discussed, the latest message first."""
    cycle = access.cycle()
    rows, page = discussion_queries.talks(cycle, page=request.args.get("page", 1, type=int))
    return render_template("secretariat/discussions/talks.html", cycle=cycle, rows=rows, page=page)


@bp.get("/submissions/<ref>/discussion")
@requires(Role.SECRETARIAT)
def discussion(ref: str) -> str:
    """What the readers of one file say to each other, with what each has handed in."""
    cycle, member = access.cycle(), access.membership(Role.SECRETARIAT)
    submission = discussion_queries.submission(cycle, ref)
    if submission is None or not discussions.can_see(member, submission):
        abort(404)
    return render_template(
        "secretariat/discussions/discussion.html",
        named=titles.of([submission.id])[submission.id],
        cycle=cycle,
        submission=submission,
        others=discussion_queries.others(member, submission.id, marks=discussions.can_see_marks(member, submission)),
        thread=discussion_queries.thread(member, submission.id),
    )

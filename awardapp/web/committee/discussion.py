"""The discussion of a file: said on the review screen, read there and, by the chair, on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import discussions as discussion_queries
from awardapp.queries import titles
from awardapp.services import discussions
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import whole_number


def _visible(ref: str) -> Submission:
    """The submission, if its discussion is open to this member; otherwise 404, as if there were none."""
    submission = discussion_queries.submission(access.cycle(), ref)
    if submission is None or not discussions.can_see(room.member(), submission):
        abort(404)
    return submission


@bp.get("/discussions")
@requires(Role.COMMITTEE)
def talks() -> str:
    """The files that are discussed. Chair only; a file with a tie is left out."""
    room.chair_only()
    cycle, member = access.cycle(), room.member()
    if member.conflicts_declared_at is None:
        abort(404)
    rows, page = discussion_queries.talks(cycle, page=request.args.get("page", 1, type=int))
    submissions = discussion_queries.submissions_of(rows)
    refs = {submission.id: submission.ref for submission in submissions}
    barred = {refs[submission_id] for submission_id in assessment_queries.conflicts(member, submissions)}
    return render_template(
        "committee/talks.html",
        cycle=cycle,
        rows=[row for row in rows if row.ref not in barred],
        page=page,
        endpoint="committee.discussion",
        home=room.url("queue"),
    )


@bp.get("/submissions/<ref>/discussion")
@requires(Role.COMMITTEE)
def discussion(ref: str) -> str:
    """What the readers of a file say to each other, with what each has handed in."""
    submission = _visible(ref)
    member = room.member()
    return render_template(
        "committee/discussion.html",
        named=titles.of([submission.id])[submission.id],
        cycle=access.cycle(),
        submission=submission,
        others=discussion_queries.others(member, submission.id, marks=discussions.can_see_marks(member, submission)),
        thread=discussion_queries.thread(member, submission.id),
        talks=room.discussion_is_open(),
        home=room.url("talks") if room.is_chair() else room.url("queue"),
        may_write=True,
    )


def _back(ref: str) -> Response:
    """To where the discussion was read: a reader's own screen, or the page of its own."""
    is_reader = assessment_queries.assignment(room.member(), ref) is not None
    on_screen = is_reader and request.form.get("from") != "page"
    return redirect(room.url("assess" if on_screen else "discussion", ref=ref, _anchor="discussion"))


@bp.post("/submissions/<ref>/discussion")
@requires(Role.COMMITTEE)
def say(ref: str) -> Any:
    """Say something to the other readers."""
    submission = _visible(ref)
    member = room.member()
    text = request.form.get("text", "").replace("\x00", "").replace("\r\n", "\n")
    try:
        message = discussions.say(
            actor=access.actor(), member=member, submission=submission, text=text, now=clock.database_now()
        )
        discussions.mark_read(actor=access.actor(), member=member, submission=submission, last_message_id=message.id)
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return _back(ref)
    db.session.commit()
    flash(_("Said to the other readers."), "success")
    return _back(ref)


@bp.post("/submissions/<ref>/discussion/read")
@requires(Role.COMMITTEE)
def mark_read(ref: str) -> Any:
    """Note that the discussion was read up to a message."""
    submission = _visible(ref)
    last = whole_number(request.form.get("last")) or 0
    discussions.mark_read(actor=access.actor(), member=room.member(), submission=submission, last_message_id=last)
    db.session.commit()
    return _back(ref)

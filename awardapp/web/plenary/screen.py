"""The screen of a session: the chair's leads, the members' follow. Without a script the page has a button to load it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request

from awardapp.domain.answers import digest
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.people import Role
from awardapp.domain.plenary import CHOICE_WORDS, OPTIONS, QUESTION_WORDS, Choice, Count, Question
from awardapp.i18n import gettext as _
from awardapp.models import Membership, PlenaryBallot, PlenaryItem, PlenaryVote, Submission, SubmissionVersion
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import discussions as discussion_queries
from awardapp.queries import plenary_room as queries
from awardapp.queries.discussions import Other
from awardapp.queries.plenary_room import Line
from awardapp.services import scores_opening
from awardapp.services.minutes import verdict_words
from awardapp.web import access, judges
from awardapp.web.plenary.seat import View, open_or_404, seat, view_of


@dataclass(frozen=True, slots=True)
class Taken:
    """A vote with its words, its count once it is closed, and how the reader voted while it is open."""

    vote: PlenaryVote
    question: str
    options: list[tuple[str, str]]
    count: Count | None
    own: str

    @property
    def is_open(self) -> bool:
        return self.vote.closed_at is None


def question_words(question: str, words: str = "") -> str:
    """A question as it is read out."""
    return words or _(QUESTION_WORDS[Question(question)])


def choice_words(choice: str | None) -> str:
    """An answer in words; "" for none, and for one that a refused form only pretends."""
    return _(CHOICE_WORDS[Choice(choice)]) if choice in set(Choice) else ""


def taken(vote: PlenaryVote, ballots: Mapping[int, PlenaryBallot], member: Membership | None) -> Taken:
    """A vote as somebody sees it."""
    own = ballots.get(member.id) if member is not None and vote.closed_at is None else None
    return Taken(
        vote,
        question_words(vote.question, vote.words),
        [(option.value, choice_words(option)) for option in (*OPTIONS[Question(vote.question)], Choice.ABSTAIN)],
        Count.from_json(vote.count) if vote.count is not None else None,
        (own.choice or "") if own is not None else "",
    )


def _readers(submission: Submission) -> list[Other]:
    """What every reader has handed in, by name; the marks only once the scores are open."""
    opened = scores_opening.are_open(access.cycle())
    return [
        Other(
            one.membership.user.name,
            {score.criterion_id: score.units for score in one.scores} if opened else {},
            one.comment,
            False,
        )
        for one in assessment_queries.of_submission(submission)
        if one.status == AssessmentStatus.SUBMITTED
    ]


def _file(item: PlenaryItem, *, shows_text: bool) -> dict[str, Any]:
    """What stands on a file: the readers' marks and words, what they said to each other, and the file itself."""
    submission = item.submission
    version = queries.version(submission) if shows_text else None
    own = seat()
    return {
        "submission": submission,
        "content": judges.without_contact(version.content) if version else None,
        "file_url": lambda file: own.url("plenary_attachment", ref=submission.ref, sha256=file["sha256"]),
        "others": _readers(submission) if shows_text else [],
        "thread": discussion_queries.thread(own.member or access.membership(Role.SECRETARIAT), submission.id)
        if shows_text
        else [],
    }


def _floor(view: View) -> dict[str, Any]:
    """The votes on the present file and, for whoever leads, what they lead with."""
    if view.turn is None or not view.sees:
        return {"taken": [], "vote": None}
    votes = queries.votes(view.turn.item)
    open_vote = votes[-1] if votes and votes[-1].closed_at is None else None
    ballots = queries.ballots(open_vote) if open_vote is not None else {}
    found: dict[str, Any] = {
        "taken": [taken(vote, {}, None) for vote in votes if vote.closed_at is not None],
        "vote": taken(open_vote, ballots, view.seat.member) if open_vote is not None else None,
    }
    if view.leads:
        text = queries.text_of(view.turn.item)
        out = queries.noted_out(view.turn)
        found |= {
            "ballots": ballots,
            "chair_is_out": view.session.chair_id in out,
            "voters": [there for member_id, there in view.present.items() if member_id not in out],
            "asked": {vote.question for vote in votes},
            "notes": text,
            "notes_base": digest(text),
        }
    return found


def show(
    view: View,
    *,
    other: Line | None = None,
    problem: str | None = None,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> tuple[str, int]:
    """The page; `other`: a file of the agenda that the reader looks at instead of the chair's. With ?light=1, as the script
    asks for it while the file is the same, without the file's text.
    """
    shown = other.item if other is not None else view.turn.item if view.turn is not None and view.sees else None
    light = request.args.get("light") == "1" and request.method == "GET"
    lines = view.lines() if view.sees or other is not None else []
    cycle = access.cycle()
    leads = view.leads and other is None
    page = render_template(
        "plenary/room.html",
        cycle=cycle,
        seat=view.seat,
        view=view,
        session=view.session,
        lines=lines,
        after=next((line for line in lines if not line.was_begun), None) if leads else None,
        other=other,
        leads=leads,
        light=light,
        presides=next((p.membership.user.name for m, p in view.present.items() if m == view.gavel), None),
        members=queries.members(cycle) if leads or (view.is_out and view.seat.is_chair) else [],
        problem=problem,
        typed=typed or {},
        questions=[(question.value, _(words)) for question, words in QUESTION_WORDS.items()],
        choice_words=choice_words,
        verdict_words=verdict_words,
        **({"taken": [], "vote": None} if other is not None else _floor(view)),
        **(_file(shown, shows_text=not light) if shown is not None else {"submission": None}),
    )
    return page, status


def room() -> Any:
    """Where the committee is."""
    session = queries.open_session(access.cycle())
    if session is None:
        return redirect(seat().url("plenary"))
    return show(view_of(session))


def _line(view: View, ref: str) -> Line:
    """A file of the agenda that is open to the reader, or 404: a file with a tie answers like one that is not there."""
    line = next((one for one in view.lines() if one.submission.ref == ref), None)
    if line is None:
        abort(404)
    return line


def file(ref: str) -> Any:
    """Another file of the agenda, with the way back to where the chair is."""
    view = view_of(open_or_404())
    line = _line(view, ref)
    if line.is_now:
        return redirect(view.seat.url("plenary_room"))
    return show(view, other=line)


def _version(ref: str) -> SubmissionVersion:
    version = queries.version(_line(view_of(open_or_404()), ref).submission)
    if version is None:
        abort(404)
    return version


def attachment(ref: str, sha256: str) -> Response:
    """A file handed in with a submission of the agenda."""
    return judges.attachment(_version(ref), sha256)


def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of one."""
    return judges.picture(_version(ref), sha256, page, size)


def state() -> Any:
    """Whether the screen has changed: {"key": …}, 24 hexadecimal digits for everybody. Answers 304 to whoever has this key."""
    session = queries.open_session(access.cycle())
    key = view_of(session, key_only=True).key if session is not None else "closed"
    response = jsonify(key=key)
    response.set_etag(key)
    return response.make_conditional(request)

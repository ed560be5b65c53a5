"""The bare views of the committee's and the secretariat's pages (see tests/bench/bare.py)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy import and_, distinct, func, select, update
from sqlalchemy import insert as insert_into

from awardapp.domain.announcements import Stage
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import (
    Assessment,
    Assignment,
    City,
    Criterion,
    DiscussionMessage,
    Membership,
    Notification,
    PassageNote,
    Score,
    ScoreChange,
    Selection,
    Submission,
    SubmissionVersion,
    User,
)
from tests.bench.bare_database import csv_file, engine

rooms = Blueprint("rooms", __name__)


def _of_member(member: Any) -> Any:
    return and_(Assessment.submission_id == Assignment.submission_id, Assessment.membership_id == member)


@rooms.get("/queue/<int:member>")
def queue(member: int) -> str:
    state = func.coalesce(Assessment.status, "not_opened")
    given = and_(Assignment.membership_id == member, Assignment.released_at.is_not(None))
    with engine.connect() as c:
        counts = c.execute(
            select(state, func.count())
            .select_from(Assignment)
            .outerjoin(Assessment, _of_member(member))
            .where(given)
            .group_by(state)
        ).all()
        rows = c.execute(
            select(Submission.ref, Submission.title_en, City.name_en, City.country, state)
            .select_from(Assignment)
            .join(Submission, Submission.id == Assignment.submission_id)
            .join(City, City.id == Submission.city_id)
            .outerjoin(Assessment, _of_member(member))
            .where(given)
            .order_by(Assignment.position)
            .limit(25)
        ).all()
    return render_template("rows.html", title="Files", lists=[("Counts", counts), ("Files", rows)])


@rooms.get("/file/<int:member>/<ref>")
def one_file(member: int, ref: str) -> str:
    with engine.connect() as c:
        found = c.execute(
            select(
                Submission.title_en,
                City.name_en,
                SubmissionVersion.content,
                Assessment.id,
                Assessment.comment,
                Assessment.private_note,
            )
            .select_from(Assignment)
            .join(Submission, Submission.id == Assignment.submission_id)
            .join(City, City.id == Submission.city_id)
            .join(
                SubmissionVersion,
                and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version),
            )
            .outerjoin(Assessment, _of_member(member))
            .where(Assignment.membership_id == member, Submission.ref == ref)
        ).one()
        criteria = [
            (row, row.units)
            for row in c.execute(
                select(Criterion.__table__, Score.units)
                .outerjoin(Score, and_(Score.criterion_id == Criterion.id, Score.assessment_id == found.id))
                .join(Membership, Membership.cycle_id == Criterion.cycle_id)
                .where(Membership.id == member)
                .order_by(Criterion.position)
            )
        ]
        counts = dict(
            c.execute(
                select(func.coalesce(Assessment.status, ""), func.count())
                .select_from(Assignment)
                .outerjoin(Assessment, _of_member(member))
                .where(Assignment.membership_id == member)
                .group_by(Assessment.status)
            ).all()
        )
        spread = c.execute(
            select(Score.units, func.count())
            .join(Assessment)
            .where(Assessment.membership_id == member)
            .group_by(Score.units)
        ).all()
        finished = c.scalars(
            select(Assessment.submitted_at)
            .where(Assessment.membership_id == member, Assessment.status == "submitted")
            .order_by(Assessment.submitted_at.desc())
            .limit(21)
        ).all()
        notes = c.execute(select(PassageNote.__table__).where(PassageNote.assessment_id == found.id)).all()
        others = c.execute(
            select(User.name, Assessment.comment, Score.criterion_id, Score.units)
            .select_from(Assessment)
            .join(Membership, Membership.id == Assessment.membership_id)
            .join(User, User.id == Membership.user_id)
            .join(Score, Score.assessment_id == Assessment.id)
            .join(Submission, Submission.id == Assessment.submission_id)
            .where(Submission.ref == ref, Assessment.membership_id != member, Assessment.status == "submitted")
            .order_by(User.name)
        ).all()
        said = c.execute(
            select(User.name, DiscussionMessage.text, DiscussionMessage.at)
            .join(Membership, Membership.id == DiscussionMessage.membership_id)
            .join(User, User.id == Membership.user_id)
            .join(Submission, Submission.id == DiscussionMessage.submission_id)
            .where(Submission.ref == ref)
            .order_by(DiscussionMessage.id)
        ).all()
    return render_template(
        "file.html",
        file=found,
        criteria=criteria,
        spread=spread,
        left=finished[0] - finished[-1] if finished else None,
        notes=notes,
        others=others,
        said=said,
        done=counts.get("submitted", 0),
        total=sum(counts.values()),
    )


@rooms.post("/file/<int:member>/<ref>/<int:criterion>")
def score(member: int, ref: str, criterion: int) -> Any:
    """One mark: the assessment and its score read and locked, compared, changed, and the change kept."""
    own = Score.criterion_id == criterion
    units = round(float(request.form["value"]) * 2)
    with engine.begin() as c:
        found = c.execute(
            select(Assessment.id, Score.id.label("score_id"), Score.units)
            .join(Submission, Submission.id == Assessment.submission_id)
            .join(Score, and_(Score.assessment_id == Assessment.id, own))
            .where(Submission.ref == ref, Assessment.membership_id == member)
            .with_for_update(of=(Assessment, Score))
        ).one()
        if found.units != round(float(request.form["base"]) * 2):
            return jsonify(problem="changed meanwhile"), 409
        c.execute(update(Score.__table__).where(Score.id == found.score_id).values(units=units))
        change = {"assessment_id": found.id, "criterion_id": criterion, "units": units}
        c.execute(insert_into(ScoreChange.__table__).values(**change, at=func.current_timestamp()))
        c.execute(
            update(Assessment.__table__)
            .where(Assessment.id == found.id)
            .values(edit_version=Assessment.edit_version + 1, changed_at=func.current_timestamp())
        )
    return jsonify(base=request.form["value"])


@rooms.get("/overview/<int:cycle>")
def overview(cycle: int) -> str:
    own = Submission.cycle_id == cycle
    with engine.connect() as c:
        states = c.execute(select(Submission.status, func.count()).where(own).group_by(Submission.status)).all()
        totals = c.execute(
            select(func.count(distinct(Submission.city_id)), func.count(distinct(City.country)))
            .join(City, City.id == Submission.city_id)
            .where(own, Submission.submitted_at.is_not(None))
        ).all()
        day = func.date(SubmissionVersion.submitted_at)
        days = c.execute(
            select(day, func.count())
            .join(Submission, Submission.id == SubmissionVersion.submission_id)
            .where(own, SubmissionVersion.number == 1)
            .group_by(day)
            .order_by(day.desc())
            .limit(14)
        ).all()
        letters = c.execute(
            select(Notification.status, func.count())
            .where(Notification.cycle_id == cycle)
            .group_by(Notification.status)
        ).all()
        roles = c.execute(
            select(Membership.role, func.count()).where(Membership.cycle_id == cycle).group_by(Membership.role)
        ).all()
        readings = c.execute(
            select(func.count(), func.count(Assignment.released_at)).where(Assignment.cycle_id == cycle)
        ).all()
        progress = c.execute(
            select(User.name, func.count(Assignment.id), func.count(Assessment.id))
            .select_from(Membership)
            .join(User, User.id == Membership.user_id)
            .join(Assignment, Assignment.membership_id == Membership.id)
            .outerjoin(Assessment, and_(_of_member(Membership.id), Assessment.status == "submitted"))
            .where(Membership.cycle_id == cycle)
            .group_by(Membership.id, User.name)
        ).all()
    lists = [
        ("States", states), ("Totals", totals), ("Days", days), ("Letters", letters), ("Roles", roles),
        ("Readings", readings), ("Progress", progress),
    ]  # fmt: skip
    return render_template("rows.html", title="Overview", lists=lists)


def _scores(cycle: int, limit: int | None) -> list[tuple[Any, ...]]:
    with engine.connect() as c:
        valid = and_(Submission.cycle_id == cycle, Submission.status == SubmissionStatus.VALID)
        rows = c.execute(
            select(Submission.id, Submission.ref, Submission.pseudonym, City.name_en, Submission.title_en)
            .join(City, City.id == Submission.city_id)
            .where(valid)
            .order_by(City.name_en, Submission.id)
            .limit(limit)
        ).all()
        submitted = [Assessment.status == "submitted", Assessment.cycle_id == cycle]
        if limit is not None:
            submitted.append(Assessment.submission_id.in_([row.id for row in rows]))
        means: dict[int, list[Any]] = {}
        for submission_id, mean in c.execute(
            select(Assessment.submission_id, func.avg(Score.units))
            .join(Score)
            .where(*submitted)
            .group_by(Assessment.submission_id, Score.criterion_id)
            .order_by(Score.criterion_id)
        ):
            means.setdefault(submission_id, []).append(mean)
        result = c.scalar(
            select(Selection.result).where(Selection.cycle_id == cycle, Selection.stage == Stage.COMMITTEE)
        )
        places = {place["id"]: place for place in result["places"]}
        total = c.scalar(select(func.count()).select_from(Submission).where(valid))
    return [
        (*row[1:], places[row.pseudonym]["place"], places[row.pseudonym]["calibrated"], total, *means.get(row.id, []))
        for row in rows
    ]


@rooms.get("/scores/<int:cycle>")
def scores(cycle: int) -> str:
    return render_template("rows.html", title="Scores", lists=[("Scores", _scores(cycle, 50))])


@rooms.get("/scores.csv/<int:cycle>")
def scores_csv(cycle: int) -> Response:
    return csv_file(
        ["ref", "pseudonym", "city", "title", "place", "calibrated", "total", "means"], _scores(cycle, None)
    )

"""The bare view that saves one input of a submission: the same rows read, locked and written, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from awardapp.domain.answers import digest
from awardapp.models import Cycle, Delegate, InputSave, SignIn, Submission, User
from tests.bench.bare_database import engine

desk = Blueprint("desk", __name__)
insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name]


def person(c: Any, user_id: int) -> Any:
    """Who saves, with their sign-in and the cities they act for."""
    return c.execute(
        select(User.__table__, SignIn.__table__, Delegate.city_id)
        .join(SignIn, SignIn.user_id == User.id)
        .join(Delegate, Delegate.user_id == User.id)
        .where(User.id == user_id)
    ).all()


def locked(c: Any, ref: str) -> Any:
    """The submission with its cycle, locked until the end of the transaction."""
    cycle = [column for column in Cycle.__table__.columns if column.name not in ("id", "rules_json")]
    return c.execute(
        select(Submission.__table__, *(column.label(f"cycle_{column.name}") for column in cycle))
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .where(Submission.ref == ref)
        .with_for_update(of=Submission.__table__)
    ).one()


def note(c: Any, found: Any, name: str, text: str, user_id: int) -> None:
    """Who saved this input, and when."""
    said = {
        "number": found.edit_version + 1, "digest": digest(text), "saved_by": user_id, "saved_at": func.current_timestamp()
    }  # fmt: skip
    c.execute(
        insert(InputSave.__table__)
        .values(submission_id=found.id, name=name, **said)
        .on_conflict_do_update(index_elements=["submission_id", "name"], set_=said)
    )


@desk.post("/input/<int:user_id>/<ref>/<name>")
def save_input(user_id: int, ref: str, name: str) -> Any:
    section, _, language = name.rpartition("_")
    text = request.form["value"]
    with engine.begin() as c:
        person(c, user_id)
        found = locked(c, ref)
        texts = found.answers["sections"][section]
        if digest(texts[language]) != request.form["base"]:
            return jsonify(problem="changed meanwhile"), 409
        sections = {**found.answers["sections"], section: {**texts, language: text}}
        c.execute(
            update(Submission.__table__)
            .where(Submission.id == found.id)
            .values(
                answers={**found.answers, "sections": sections},
                edit_version=found.edit_version + 1,
                changed_at=func.current_timestamp(),
            )
        )
        note(c, found, name, text, user_id)
    return jsonify(digest=digest(text))

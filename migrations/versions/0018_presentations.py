"""Presentations of the shortlisted: sessions, slots, presenters, materials, questions.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
_LIVE = sa.text("removed_at IS NULL")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "presentation_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("materials_until", INSTANT, nullable=True, comment="exclusive: at this instant it is over"),
        sa.Column("edition", sa.Integer(), nullable=False, comment="of the timetable published last; 0: none yet"),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(edition = 0) = (published_at IS NULL)", name=op.f("ck_presentation_plans_published")),
        _key("presentation_plans", "cycle_id", "cycles.id"),
        _key("presentation_plans", "published_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_plans")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_presentation_plans_cycle_id")),
    )
    op.create_table(
        "presentation_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="in the order in which they were planned; kept for ever"
        ),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("talk_minutes", sa.Integer(), nullable=False),
        sa.Column("question_minutes", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False, comment="after each presentation but the last"),
        sa.Column("places", sa.Integer(), nullable=False, comment="how many presentations it has room for"),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("place_en", sa.String(), nullable=False),
        sa.Column("place_zh", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False, comment="where participants join; never on a public page"),
        sa.Column("public_link", sa.String(), nullable=False, comment="where the public watches"),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "talk_minutes > 0 AND question_minutes >= 0 AND break_minutes >= 0 AND places > 0",
            name=op.f("ck_presentation_sessions_measures"),
        ),
        _key("presentation_sessions", "created_by", "users.id"),
        _key("presentation_sessions", "cycle_id", "cycles.id"),
        _key("presentation_sessions", "theme_id", "themes.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_sessions")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_presentation_sessions_cycle_id_number")),
    )
    op.create_table(
        "presentations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "session_id", sa.Integer(), nullable=True, comment="place in the draft; participants read the timetable"
        ),
        sa.Column("position", sa.Integer(), nullable=True, comment="1 is the first of its session"),
        sa.Column("time_zone", sa.String(), nullable=True, comment="of the city, where the gazetteer was corrected"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("(session_id IS NULL) = (position IS NULL)", name=op.f("ck_presentations_placed")),
        _key("presentations", "cycle_id", "cycles.id"),
        _key("presentations", "session_id", "presentation_sessions.id"),
        _key("presentations", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentations")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_presentations_session_id_position")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_presentations_submission_id")),
    )
    op.create_index(op.f("ix_presentations_cycle_id"), "presentations", ["cycle_id"])
    op.create_table(
        "timetable_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("place_en", sa.String(), nullable=False),
        sa.Column("place_zh", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("public_link", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="raised by every published change, for calendars"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("dropped_at", INSTANT, nullable=True),
        _key("timetable_sessions", "cycle_id", "cycles.id"),
        _key("timetable_sessions", "session_id", "presentation_sessions.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_sessions")),
        sa.UniqueConstraint("session_id", name=op.f("uq_timetable_sessions_session_id")),
    )
    op.create_index(op.f("ix_timetable_sessions_cycle_id"), "timetable_sessions", ["cycle_id"])
    op.create_table(
        "timetable_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("talk_minutes", sa.Integer(), nullable=False),
        sa.Column("question_minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="raised by every published change, for calendars"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("dropped_at", INSTANT, nullable=True),
        _key("timetable_slots", "cycle_id", "cycles.id"),
        _key("timetable_slots", "presentation_id", "presentations.id"),
        _key("timetable_slots", "session_id", "presentation_sessions.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_slots")),
        sa.UniqueConstraint("presentation_id", name=op.f("uq_timetable_slots_presentation_id")),
    )
    op.create_index(op.f("ix_timetable_slots_cycle_id"), "timetable_slots", ["cycle_id"])
    op.create_table(
        "presenters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "user_id", sa.Integer(), nullable=True, comment="a delegate of the city; NULL: somebody without account"
        ),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.CheckConstraint("position IN (1, 2)", name=op.f("ck_presenters_two")),
        _key("presenters", "presentation_id", "presentations.id"),
        _key("presenters", "user_id", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presenters")),
        sa.UniqueConstraint("presentation_id", "position", name=op.f("uq_presenters_presentation_id_position")),
    )
    op.create_table(
        "presentation_materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(), nullable=True, comment="what is to be changed; shown to the city"),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (checked_at IS NULL)", name=op.f("ck_presentation_materials_checked")
        ),
        sa.CheckConstraint("state <> 'change' OR note IS NOT NULL", name=op.f("ck_presentation_materials_note")),
        _key("presentation_materials", "checked_by", "users.id"),
        _key("presentation_materials", "presentation_id", "presentations.id"),
        _key("presentation_materials", "sha256", "blobs.sha256"),
        _key("presentation_materials", "uploaded_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_materials")),
    )
    op.create_index(
        "uq_presentation_materials_live",
        "presentation_materials",
        ["presentation_id", "sha256"],
        unique=True,
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )
    op.create_table(
        "presentation_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column(
            "act", sa.String(length=32), nullable=False, comment="what the moderator did with the speaking clock"
        ),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _key("presentation_acts", "by", "users.id"),
        _key("presentation_acts", "presentation_id", "presentations.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_acts")),
    )
    op.create_index("ix_presentation_acts_of", "presentation_acts", ["presentation_id", "id"])
    op.create_table(
        "presentation_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False, comment="juror or audience; a city is never told"),
        sa.Column("put_by", sa.Integer(), nullable=False),
        sa.Column("put_at", INSTANT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="place in the queue"),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True, comment="answered, left out or taken back"),
        sa.CheckConstraint("source IN ('juror', 'audience')", name=op.f("ck_presentation_questions_source")),
        sa.CheckConstraint(
            "(state IN ('queued', 'asked')) = (ended_at IS NULL)", name=op.f("ck_presentation_questions_ended")
        ),
        _key("presentation_questions", "presentation_id", "presentations.id"),
        _key("presentation_questions", "put_by", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_questions")),
    )
    op.create_index("ix_presentation_questions_of", "presentation_questions", ["presentation_id", "position"])


def downgrade() -> None:
    for table in (
        "presentation_questions", "presentation_acts", "presentation_materials", "presenters", "timetable_slots",
        "timetable_sessions", "presentations", "presentation_sessions", "presentation_plans",
    ):  # fmt: skip
        op.drop_table(table)

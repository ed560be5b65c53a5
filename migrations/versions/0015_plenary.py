"""The plenary: sessions of the committee with agenda, attendance, turns on files, who was out of the room, votes and notes.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_OPEN_SESSION = sa.text("closed_at IS NULL")
_PRESENT = sa.text("left_at IS NULL")
_NOW = sa.text("ended_at IS NULL")


def _fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "plenary_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="first, second ... session of the cycle"),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column(
            "deputy_id", sa.Integer(), nullable=False, comment="holds the gavel where the chair is away or has a tie"
        ),
        sa.Column("clerk_id", sa.Integer(), nullable=True, comment="of the secretariat"),
        sa.Column("is_secret", sa.Boolean(), nullable=False, comment="of its votes only the counts are kept"),
        sa.Column("quorum", sa.String(), nullable=False),
        sa.Column("majority", sa.String(), nullable=False),
        sa.Column("pulse", sa.Integer(), nullable=False, comment="counts what every member's screen shows"),
        sa.Column("hands", sa.Integer(), nullable=False, comment="counts what only the leaders' screens show"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("chair_id <> deputy_id", name=op.f("ck_plenary_sessions_deputy")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_plenary_sessions_closed")),
        _fk("plenary_sessions", "cycle_id", "cycles"),
        _fk("plenary_sessions", "chair_id", "memberships"),
        _fk("plenary_sessions", "deputy_id", "memberships"),
        _fk("plenary_sessions", "clerk_id", "memberships"),
        _fk("plenary_sessions", "opened_by", "users"),
        _fk("plenary_sessions", "closed_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_sessions")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_plenary_sessions_cycle_id_number")),
    )
    op.create_index(
        "uq_plenary_sessions_open",
        "plenary_sessions",
        ["cycle_id"],
        unique=True,
        postgresql_where=_OPEN_SESSION,
        sqlite_where=_OPEN_SESSION,
    )
    op.create_table(
        "plenary_attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False, comment="room or remote"),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("how IN ('room', 'remote')", name=op.f("ck_plenary_attendances_how")),
        _fk("plenary_attendances", "session_id", "plenary_sessions"),
        _fk("plenary_attendances", "membership_id", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_attendances")),
    )
    op.create_index(
        "uq_plenary_attendances_present",
        "plenary_attendances",
        ["session_id", "membership_id"],
        unique=True,
        postgresql_where=_PRESENT,
        sqlite_where=_PRESENT,
    )
    op.create_table(
        "plenary_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="place in the agenda"),
        _fk("plenary_items", "session_id", "plenary_sessions"),
        _fk("plenary_items", "submission_id", "submissions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_items")),
        sa.UniqueConstraint("session_id", "submission_id", name=op.f("uq_plenary_items_session_id_submission_id")),
    )
    op.create_table(
        "plenary_turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("presided_id", sa.Integer(), nullable=True, comment="who held the gavel last; NULL for nobody"),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _fk("plenary_turns", "session_id", "plenary_sessions"),
        _fk("plenary_turns", "item_id", "plenary_items"),
        _fk("plenary_turns", "presided_id", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_turns")),
    )
    op.create_index(
        "uq_plenary_turns_now",
        "plenary_turns",
        ["session_id"],
        unique=True,
        postgresql_where=_NOW,
        sqlite_where=_NOW,
    )
    op.create_index("ix_plenary_turns_item", "plenary_turns", ["item_id"])
    op.create_table(
        "plenary_absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _fk("plenary_absences", "turn_id", "plenary_turns"),
        _fk("plenary_absences", "membership_id", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_absences")),
        sa.UniqueConstraint("turn_id", "membership_id", name=op.f("uq_plenary_absences_turn_id_membership_id")),
    )
    op.create_table(
        "plenary_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="first, second ... vote on the file"),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False, comment="of a question of the committee's own"),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("again_because", sa.String(), nullable=True, comment="why the same question is put once more"),
        sa.Column("presided_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column(
            "count",
            JSON_OR_JSONB,
            nullable=True,
            comment="as domain.plenary.Count has it; NULL while the vote is open",
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (count IS NULL)",
            name=op.f("ck_plenary_votes_closed"),
        ),
        _fk("plenary_votes", "session_id", "plenary_sessions"),
        _fk("plenary_votes", "item_id", "plenary_items"),
        _fk("plenary_votes", "presided_id", "memberships"),
        _fk("plenary_votes", "opened_by", "users"),
        _fk("plenary_votes", "closed_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_votes")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_plenary_votes_item_id_number")),
    )
    op.create_index(
        "uq_plenary_votes_open",
        "plenary_votes",
        ["session_id"],
        unique=True,
        postgresql_where=_OPEN_SESSION,
        sqlite_where=_OPEN_SESSION,
    )
    op.create_table(
        "plenary_ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(), nullable=True, comment="NULL once a secret vote is counted"),
        sa.Column("is_keyed_in", sa.Boolean(), nullable=False, comment="a hand raised, keyed in by the clerk"),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        _fk("plenary_ballots", "vote_id", "plenary_votes"),
        _fk("plenary_ballots", "membership_id", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_ballots")),
        sa.UniqueConstraint("vote_id", "membership_id", name=op.f("uq_plenary_ballots_vote_id_membership_id")),
    )
    op.create_table(
        "plenary_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        _fk("plenary_notes", "item_id", "plenary_items"),
        _fk("plenary_notes", "saved_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plenary_notes")),
    )
    op.create_index("ix_plenary_notes_item", "plenary_notes", ["item_id", "id"])


def downgrade() -> None:
    for table in ("notes", "ballots", "votes", "absences", "turns", "items", "attendances", "sessions"):
        op.drop_table(f"plenary_{table}")

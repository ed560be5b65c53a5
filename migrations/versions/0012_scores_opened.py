"""Scores are opened by an act of the chair; questions about the reading are answered in words that are kept.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cycles",
        sa.Column(
            "scores_opened_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="before it nobody sees an average, a place or another's marks",
        ),
    )
    # in plain SQL, the same on both databases: SQLite's way round would copy the table, to which others point
    op.execute(
        "ALTER TABLE cycles ADD COLUMN scores_opened_by INTEGER "
        "CONSTRAINT fk_cycles_scores_opened_by REFERENCES users (id)"
    )
    # A committee whose proposal was computed before there was this step has seen its scores then.
    op.execute(
        "UPDATE cycles SET"
        " scores_opened_at = (SELECT created_at FROM selections WHERE cycle_id = cycles.id AND stage = 'committee'),"
        " scores_opened_by = (SELECT created_by FROM selections WHERE cycle_id = cycles.id AND stage = 'committee')"
        " WHERE EXISTS (SELECT 1 FROM selections WHERE cycle_id = cycles.id AND stage = 'committee')"
    )
    op.create_table(
        "question_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False, comment="its kind and whom it is about, by pseudonym"),
        sa.Column("asked", sa.String(), nullable=False, comment="the question's figures as they stood, canonical JSON"),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_question_answers_words")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_question_answers_cycle_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_question_answers_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answers")),
    )
    op.create_index("ix_question_answers_cycle", "question_answers", ["cycle_id", "question"])


def downgrade() -> None:
    op.drop_table("question_answers")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("cycles", "scores_opened_by")
        op.drop_column("cycles", "scores_opened_at")
        return
    with op.batch_alter_table("cycles") as batch:
        batch.drop_column("scores_opened_by")
        batch.drop_column("scores_opened_at")

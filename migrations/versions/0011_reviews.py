"""The review screen: notes on passages, the discussion of a file, what happened to an assessment, parked files.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "assignments",
        sa.Column(
            "parked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="skipped by the member; it comes again after everything else",
        ),
    )
    op.add_column(
        "assessments",
        sa.Column(
            "first_submitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="from then on the member could see what others wrote, if the rules allow it",
        ),
    )
    op.execute("UPDATE assessments SET first_submitted_at = submitted_at")
    op.create_table(
        "assessment_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.String(),
            nullable=False,
            comment="comment or private_note (then text is what was stored), submitted, abstained, recused, restored",
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "what IN ('comment', 'private_note', 'submitted', 'abstained', 'recused', 'restored')",
            name=op.f("ck_assessment_events_what"),
        ),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_assessment_events_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_events")),
    )
    op.create_index(op.f("ix_assessment_events_assessment_id"), "assessment_events", ["assessment_id"])
    for text in ("comment", "private_note"):  # what stands there now is the first state that can be shown again
        op.execute(
            "INSERT INTO assessment_events (assessment_id, what, text, at) "
            f"SELECT id, '{text}', {text}, changed_at FROM assessments WHERE {text} <> '' ORDER BY id"
        )
    op.create_table(
        "passage_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False, comment="key of the text: title, summary, background ..."),
        sa.Column("language", sa.String(), nullable=False, comment="en or zh: in which of the two texts it stands"),
        sa.Column("start", sa.Integer(), nullable=False, comment="characters before the passage when it was noted"),
        sa.Column("quote", sa.String(), nullable=False, comment="the passage itself, by which it is found again"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_passage_notes_language")),
        sa.CheckConstraint("start >= 0", name=op.f("ck_passage_notes_start")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_passage_notes_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage_notes")),
    )
    op.create_index(op.f("ix_passage_notes_assessment_id"), "passage_notes", ["assessment_id"])
    op.create_table(
        "discussion_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False, comment="who wrote it"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_discussion_messages_text")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_discussion_messages_cycle_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_discussion_messages_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_discussion_messages_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_messages")),
    )
    op.create_index("ix_discussion_messages_submission", "discussion_messages", ["submission_id", "id"])
    op.create_index("ix_discussion_messages_cycle", "discussion_messages", ["cycle_id", "id"])
    op.create_table(
        "discussion_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("last_message_id", sa.Integer(), nullable=False, comment="everything up to it has been read"),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_discussion_reads_membership_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_discussion_reads_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_reads")),
        sa.UniqueConstraint(
            "membership_id", "submission_id", name=op.f("uq_discussion_reads_membership_id_submission_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("discussion_reads")
    op.drop_table("discussion_messages")
    op.drop_table("passage_notes")
    op.drop_table("assessment_events")
    op.drop_column("assessments", "first_submitted_at")
    op.drop_column("assignments", "parked_at")

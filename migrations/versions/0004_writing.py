"""Who last saved each input of a submission, and texts that somebody chose to replace.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "input_saves",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="name of the input, e.g. title_en"),
        sa.Column("number", sa.Integer(), nullable=False, comment="the submission's edit_version that this save made"),
        sa.Column("digest", sa.String(), nullable=False, comment="of the value stored, see domain.answers.digest"),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name=op.f("fk_input_saves_saved_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_input_saves_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "name", name=op.f("pk_input_saves")),
    )
    op.create_table(
        "replaced_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", JSON_OR_JSONB, nullable=True, comment="what stood in the input"),
        sa.Column("saved_by", sa.Integer(), nullable=True, comment="whose text it was, if known"),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["replaced_by"], ["users.id"], name=op.f("fk_replaced_texts_replaced_by")),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name=op.f("fk_replaced_texts_saved_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_replaced_texts_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replaced_texts")),
    )
    with op.batch_alter_table("replaced_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replaced_texts_submission_id"), ["submission_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("replaced_texts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replaced_texts_submission_id"))
    op.drop_table("replaced_texts")
    op.drop_table("input_saves")

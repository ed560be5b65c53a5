"""What the validity check knows of each file (texts compared, likenesses, who has it), and advice before the early date.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "examinations",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version that was examined"),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False, comment="figures of the city that do not fit together"),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_examinations_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_examinations"),
    )
    op.create_table(
        "likenesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("other_submission_id", sa.Integer(), nullable=True),
        sa.Column(
            "other_case_id", sa.Integer(), nullable=True, comment="a case of an earlier cycle without a file here"
        ),
        sa.Column("title", sa.Double(), nullable=False, comment="share of common parts, 0 to 1"),
        sa.Column("summary", sa.Double(), nullable=False, comment="share of common parts, 0 to 1"),
        sa.Column("same_city", sa.Boolean(), nullable=False),
        sa.Column("is_likely", sa.Boolean(), nullable=False, comment="likely the same initiative"),
        sa.CheckConstraint(
            "(other_submission_id IS NULL) <> (other_case_id IS NULL)", name=op.f("ck_likenesses_one_other")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_likenesses_submission_id"),
        sa.ForeignKeyConstraint(["other_submission_id"], ["submissions.id"], name="fk_likenesses_other_submission_id"),
        sa.ForeignKeyConstraint(["other_case_id"], ["case_studies.id"], name="fk_likenesses_other_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_likenesses"),
        sa.UniqueConstraint(
            "submission_id", "other_submission_id", name=op.f("uq_likenesses_submission_id_other_submission_id")
        ),
        sa.UniqueConstraint("submission_id", "other_case_id", name=op.f("uq_likenesses_submission_id_other_case_id")),
    )
    op.create_index("ix_likenesses_other_submission_id", "likenesses", ["other_submission_id"])
    op.create_table(
        "check_claims",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_check_claims_submission_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_check_claims_user_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_check_claims"),
    )
    op.create_table(
        "advice_requests",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version that was in when it was asked"),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_advice_requests_submission_id"),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_advice_requests_cycle_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name="fk_advice_requests_asked_by"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_advice_requests"),
    )
    op.create_index("ix_advice_requests_cycle", "advice_requests", ["cycle_id", "asked_at"])
    op.create_table(
        "advice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version that is advised on"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(), nullable=False, comment="en or zh: the language the advice is written in"),
        sa.Column("texts", JSON, nullable=False, comment='by key of the form\'s section or field, "" for the whole'),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'given') = (given_at IS NOT NULL)", name=op.f("ck_advice_given")),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_advice_language")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name="fk_advice_membership_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["advice_requests.submission_id"], name="fk_advice_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_advice"),
        sa.UniqueConstraint("submission_id", "membership_id", name=op.f("uq_advice_submission_id_membership_id")),
    )
    op.create_index("ix_advice_membership_id", "advice", ["membership_id"])


def downgrade() -> None:
    op.drop_table("advice")
    op.drop_table("advice_requests")
    op.drop_table("check_claims")
    op.drop_table("likenesses")
    op.drop_table("examinations")

"""Returned for correction with notes at the fields; late acceptances by two people, and their personal links.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "submission_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="number of the version that was sent back"),
        sa.Column("note", sa.String(), nullable=False, comment="to the city, about the whole file"),
        sa.Column(
            "notes",
            JSON,
            nullable=False,
            comment='by key of the form\'s field, or "files"; empty words open a field without a note',
        ),
        sa.Column("is_limited", sa.Boolean(), nullable=False, comment="only what has a note may be changed"),
        sa.Column("was_valid", sa.Boolean(), nullable=False, comment="it had passed the validity check before"),
        sa.Column("return_by", sa.DateTime(timezone=True), nullable=False, comment="exclusive"),
        sa.Column("returned_by", sa.Integer(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_version", sa.Integer(), nullable=True, comment="number of the version that came back"),
        sa.CheckConstraint(
            "answered_version IS NULL OR answered_version > version", name="ck_submission_returns_answered"
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_submission_returns_submission_id"),
        sa.ForeignKeyConstraint(["returned_by"], ["users.id"], name="fk_submission_returns_returned_by"),
        sa.PrimaryKeyConstraint("id", name="pk_submission_returns"),
    )
    op.create_index("ix_submission_returns_submission_id", "submission_returns", ["submission_id"])
    op.create_table(
        "late_acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column(
            "submission_id", sa.Integer(), nullable=True, comment="NULL: the city had begun none and may begin one"
        ),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False, comment="exclusive"),
        sa.Column("reason", sa.String(), nullable=False, comment="kept for the record; not sent to the city"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True, comment="the second person"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="ck_late_acceptances_two_people"),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'ended') OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="ck_late_acceptances_decided",
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name="fk_late_acceptances_cycle_id"),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name="fk_late_acceptances_city_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_late_acceptances_submission_id"),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name="fk_late_acceptances_proposed_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_late_acceptances_decided_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name="fk_late_acceptances_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_late_acceptances"),
    )
    op.create_index("ix_late_acceptances_cycle", "late_acceptances", ["cycle_id", "city_id"])
    op.create_index("ix_late_acceptances_submission_id", "late_acceptances", ["submission_id"])
    op.create_table(
        "late_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "until_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="exclusive; never later than the acceptance's own",
        ),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["acceptance_id"], ["late_acceptances.id"], name="fk_late_links_acceptance_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_late_links_user_id"),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name="fk_late_links_issued_by"),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name="fk_late_links_revoked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_late_links"),
    )
    op.create_index("ix_late_links_user", "late_links", ["user_id"])
    op.create_index(
        "uq_late_links_live",
        "late_links",
        ["acceptance_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        sqlite_where=sa.text("revoked_at IS NULL"),
    )
    op.add_column(
        "submissions",
        sa.Column(
            "is_late",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="the version that counts came in under a late acceptance",
        ),
    )
    # In plain SQL for the reason told in 0006.
    op.execute(
        "ALTER TABLE submission_versions ADD COLUMN late_acceptance_id INTEGER "
        "CONSTRAINT fk_submission_versions_late_acceptance_id REFERENCES late_acceptances (id)"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "COMMENT ON COLUMN submission_versions.late_acceptance_id IS "
            "'the decision under which it was handed in after the deadline'"
        )


def downgrade() -> None:
    op.execute("ALTER TABLE submission_versions DROP COLUMN late_acceptance_id")
    op.drop_column("submissions", "is_late")
    op.drop_table("late_links")
    op.drop_table("late_acceptances")
    op.drop_table("submission_returns")

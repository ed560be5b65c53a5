"""A lock of the shortlist is asked for by one person and confirmed by another, both for the same bytes.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lock_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=True, comment="true for the one open request, else NULL"),
        sa.Column("record_sha256", sa.String(), nullable=False, comment="of the record that would be sealed"),
        sa.Column("log_root", sa.String(), nullable=False, comment="hash of the last entry of the log before it"),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_id", sa.Integer(), nullable=True, comment="a member who may confirm beside the secretariat"),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (live IS NOT NULL)", name=op.f("ck_lock_requests_live")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_lock_requests_ended")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (ended_by IS NOT NULL AND ended_by <> asked_by)",
            name=op.f("ck_lock_requests_two_people"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_lock_requests_asked_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_lock_requests_cycle_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_lock_requests_ended_by")),
        sa.ForeignKeyConstraint(["named_id"], ["users.id"], name=op.f("fk_lock_requests_named_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_requests")),
        sa.UniqueConstraint("cycle_id", "live", name=op.f("uq_lock_requests_cycle_id_live")),
    )


def downgrade() -> None:
    op.drop_table("lock_requests")

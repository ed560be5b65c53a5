"""Drafts of an assignment, and the changes made to them by hand.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "assignment_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="of reading, from 1"),
        sa.Column("opens_round", sa.Boolean(), nullable=False, comment="the first draft of a later round"),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=True, comment="true for the one draft being worked on, else NULL"),
        sa.Column("inputs", sa.String(), nullable=False, comment="canonical JSON of everything it is computed from"),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("result_sha256", sa.String(), nullable=True, comment="of the pairs as they stand, changes included"),
        sa.Column("figures", JSON_OR_JSONB, nullable=False, comment="total, weakest panel, bounds; what blocks"),
        sa.Column("stage", sa.String(), nullable=False, comment="how far the computation is"),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)", name=op.f("ck_assignment_drafts_released")
        ),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_assignment_drafts_released_by")
        ),
        sa.CheckConstraint(
            "state NOT IN ('draft', 'released') OR result_sha256 IS NOT NULL", name=op.f("ck_assignment_drafts_result")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_assignment_drafts_created_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_assignment_drafts_cycle_id")),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name=op.f("fk_assignment_drafts_released_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_drafts")),
        sa.UniqueConstraint("cycle_id", "live", name=op.f("uq_assignment_drafts_cycle_id_live")),
    )
    op.create_table(
        "assignment_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON_OR_JSONB, nullable=False, comment="readings removed and added, by pseudonym"),
        sa.Column("figures", JSON_OR_JSONB, nullable=False, comment="total and weakest panel before and after"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_assignment_changes_changed_by")),
        sa.ForeignKeyConstraint(["draft_id"], ["assignment_drafts.id"], name=op.f("fk_assignment_changes_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_changes")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_assignment_changes_draft_id_number")),
    )
    with op.batch_alter_table("assignments") as table:
        table.add_column(sa.Column("draft_id", sa.Integer(), nullable=True, comment="the draft it came from"))
        table.add_column(sa.Column("affinity", sa.Integer(), nullable=True, comment="how well it fits, in millionths"))
        table.add_column(
            sa.Column(
                "by_hand",
                sa.Boolean(),
                server_default=sa.false(),
                nullable=False,
                comment="given by a person, not by the computation",
            )
        )
        table.create_foreign_key(op.f("fk_assignments_draft_id"), "assignment_drafts", ["draft_id"], ["id"])
        table.create_index("ix_assignments_draft", ["draft_id"])
    for name in ("load_least", "load_most"):
        op.add_column(
            "memberships", sa.Column(name, sa.Integer(), nullable=True, comment="own bound on the number of readings")
        )


def downgrade() -> None:
    for name in ("load_most", "load_least"):
        with op.batch_alter_table("memberships") as table:
            table.drop_column(name)
    with op.batch_alter_table("assignments") as table:
        table.drop_index("ix_assignments_draft")
        table.drop_constraint(op.f("fk_assignments_draft_id"), type_="foreignkey")
        table.drop_column("by_hand")
        table.drop_column("affinity")
        table.drop_column("draft_id")
    op.drop_table("assignment_changes")
    op.drop_table("assignment_drafts")

"""Announcements released together, what was rehearsed, full checks, and the refusal of what is no longer what was sealed.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "announcements",
        sa.Column(
            "refused_at", INSTANT, nullable=True, comment="when its publication was refused because it had changed"
        ),
    )
    op.add_column(
        "announcements", sa.Column("refused_because", JSON, nullable=True, comment="what had changed, as message ids")
    )
    op.create_table(
        "ceremonies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("embargo_until", INSTANT, nullable=True, comment="NULL: at once when released"),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_ceremonies_created_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_ceremonies_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremonies")),
    )
    op.create_index(op.f("ix_ceremonies_cycle_id"), "ceremonies", ["cycle_id"])
    op.create_table(
        "ceremony_parts",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("ceremony_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the order in which they are published"),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_ceremony_parts_announcement_id")
        ),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremonies.id"], name=op.f("fk_ceremony_parts_ceremony_id")),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_ceremony_parts")),
        sa.UniqueConstraint("ceremony_id", "position", name=op.f("uq_ceremony_parts_ceremony_id_position")),
    )
    op.create_table(
        "announcement_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False, comment="of what was checked"),
        sa.Column("faults", JSON, nullable=False, comment="what was found, [{msgid, params}]; empty when all is well"),
        sa.Column("letters", sa.Integer(), nullable=False, comment="how many letters were rendered"),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_announcement_checks_announcement_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_announcement_checks_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_checks")),
    )
    op.create_index("ix_announcement_checks_of", "announcement_checks", ["announcement_id", "id"])
    op.create_table(
        "announcement_rehearsals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("award_key", sa.String(), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False, comment="what was gone through with placeholder names"),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_announcement_rehearsals_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_announcement_rehearsals_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_rehearsals")),
    )
    op.create_index("ix_announcement_rehearsals_of", "announcement_rehearsals", ["cycle_id", "kind", "award_key", "id"])


def downgrade() -> None:
    for table in ("announcement_rehearsals", "announcement_checks", "ceremony_parts", "ceremonies"):
        op.drop_table(table)
    for name in ("refused_because", "refused_at"):
        op.drop_column("announcements", name)

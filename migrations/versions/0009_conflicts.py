"""Links between cities, suspected ties and their decision, people whom a city names, and the city a judge belongs to.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # in plain SQL, the same on both databases: SQLite's way round would copy the table, to which others point
    op.execute("ALTER TABLE users ADD COLUMN city_id INTEGER CONSTRAINT fk_users_city_id REFERENCES cities (id)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "COMMENT ON COLUMN users.city_id IS "
            "'the city a member or juror lives or works in; used to find conflicts of interest'"
        )
    op.create_table(
        "city_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("other_city_id", sa.Integer(), nullable=True, comment="the other city of a pair, the larger id"),
        sa.Column("network", sa.String(), nullable=True, comment="name of the network or alliance the city belongs to"),
        sa.Column("kind", sa.String(), nullable=False, comment="sister_city, network or alliance"),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(other_city_id IS NULL) <> (network IS NULL)", name=op.f("ck_city_links_one_object")),
        sa.CheckConstraint("other_city_id IS NULL OR other_city_id > city_id", name=op.f("ck_city_links_order")),
        sa.CheckConstraint("kind IN ('sister_city', 'network', 'alliance')", name=op.f("ck_city_links_kind")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_city_links_city_id")),
        sa.ForeignKeyConstraint(["other_city_id"], ["cities.id"], name=op.f("fk_city_links_other_city_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_city_links_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_links")),
    )
    for name, columns, only in (
        ("uq_city_links_pair", ["city_id", "other_city_id", "kind"], "ended_at IS NULL AND network IS NULL"),
        ("uq_city_links_network", ["city_id", "network", "kind"], "ended_at IS NULL AND other_city_id IS NULL"),
    ):
        op.create_index(
            name, "city_links", columns, unique=True, postgresql_where=sa.text(only), sqlite_where=sa.text(only)
        )
    op.create_index("ix_city_links_other", "city_links", ["other_city_id"])
    op.create_table(
        "named_conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="as in conflicts_of_interest"),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_named_conflicts_submission_id")),
        sa.ForeignKeyConstraint(["named_by"], ["users.id"], name=op.f("fk_named_conflicts_named_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_conflicts")),
    )
    op.create_index("ix_named_conflicts_submission", "named_conflicts", ["submission_id"])
    op.create_table(
        "suspicions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column(
            "words", sa.String(), nullable=False, comment="what was found: a city, a network, an employer, a name"
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=True, comment="confirmed or dismissed; NULL while it is open"),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('confirmed', 'dismissed')", name=op.f("ck_suspicions_decision")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL) = (reason IS NULL)",
            name=op.f("ck_suspicions_decided"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_suspicions_cycle_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_suspicions_membership_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_suspicions_submission_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_suspicions_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicions")),
        sa.UniqueConstraint(
            "membership_id",
            "submission_id",
            "ground",
            name=op.f("uq_suspicions_membership_id_submission_id_ground"),
        ),
    )
    op.create_index("ix_suspicions_cycle", "suspicions", ["cycle_id", "decision"])


def downgrade() -> None:
    op.drop_table("suspicions")
    op.drop_table("named_conflicts")
    op.drop_table("city_links")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("users", "city_id")
        return
    with op.batch_alter_table("users") as batch:
        batch.drop_column("city_id")

"""Ballots by each rule, drafts, receipts, reopening, paper.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)

OLD = sa.table("ballots", sa.column("id", sa.Integer), sa.column("ranking", JSON), sa.column("content", JSON))


def upgrade() -> None:
    with op.batch_alter_table("ballots") as batch:
        batch.add_column(sa.Column("content", JSON, nullable=True, comment=CONTENT))
        batch.add_column(sa.Column("nonce", sa.String(), nullable=True, comment=NONCE))
        batch.add_column(sa.Column("receipt_sha256", sa.String(), nullable=True, comment=RECEIPT))
        batch.add_column(sa.Column("paper_number", sa.String(), nullable=True, comment=PAPER))
    connection = op.get_bind()
    for row in connection.execute(sa.select(OLD.c.id, OLD.c.ranking)).all():
        content = {"ranking": [[one] for one in row.ranking]} if row.ranking else {}
        connection.execute(OLD.update().where(OLD.c.id == row.id).values(content=content))
    with op.batch_alter_table("ballots") as batch:
        batch.alter_column("content", existing_type=JSON, existing_comment=CONTENT, nullable=False)
        batch.drop_column("ranking")
        batch.create_check_constraint(op.f("ck_ballots_receipt"), RECEIPT_CHECK)
    op.create_table(
        "ballot_reopenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("receipt_sha256", sa.String(), nullable=True, comment="of the cast that was made void"),
        sa.Column("paper_number", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reopened_by", sa.Integer(), nullable=False),
        sa.Column("reopened_at", INSTANT, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_ballot_reopenings_reason")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_reopenings_ballot_id")),
        sa.ForeignKeyConstraint(["reopened_by"], ["users.id"], name=op.f("fk_ballot_reopenings_reopened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_reopenings")),
    )
    op.create_index(op.f("ix_ballot_reopenings_ballot_id"), "ballot_reopenings", ["ballot_id"])
    op.create_table(
        "juror_excuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=True, comment=LIVE),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("excused_by", sa.Integer(), nullable=False),
        sa.Column("excused_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_juror_excuses_reason")),
        sa.CheckConstraint("(live IS NULL) = (ended_at IS NOT NULL)", name=op.f("ck_juror_excuses_live")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_juror_excuses_cycle_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_juror_excuses_ended_by")),
        sa.ForeignKeyConstraint(["excused_by"], ["users.id"], name=op.f("fk_juror_excuses_excused_by")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_juror_excuses_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_juror_excuses")),
        sa.UniqueConstraint("membership_id", "live", name=op.f("uq_juror_excuses_membership_id_live")),
    )
    op.create_index(op.f("ix_juror_excuses_cycle_id"), "juror_excuses", ["cycle_id"])
    op.create_table(
        "paper_ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False, comment="what is printed or written on the paper"),
        sa.Column("state", sa.String(length=32), nullable=False, comment="open, cast or void"),
        sa.Column("live", sa.Boolean(), nullable=True, comment=PAPER_LIVE),
        sa.Column("turn", sa.Integer(), nullable=False, comment="how often both have begun to key it in"),
        sa.Column("differing", JSON, nullable=False, comment=DIFFERING),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('open', 'cast', 'void')", name=op.f("ck_paper_ballots_state")),
        sa.CheckConstraint("(state = 'void') = (live IS NULL)", name=op.f("ck_paper_ballots_live")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_paper_ballots_ended")),
        sa.CheckConstraint("number <> ''", name=op.f("ck_paper_ballots_number")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_paper_ballots_cycle_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_paper_ballots_membership_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_paper_ballots_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_ballots")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_paper_ballots_cycle_id_number")),
        sa.UniqueConstraint("membership_id", "live", name=op.f("uq_paper_ballots_membership_id_live")),
    )
    op.create_table(
        "paper_keyings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=True, comment=KEYED),
        sa.Column("keyed_by", sa.Integer(), nullable=False),
        sa.Column("keyed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["keyed_by"], ["users.id"], name=op.f("fk_paper_keyings_keyed_by")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper_ballots.id"], name=op.f("fk_paper_keyings_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_keyings")),
        sa.UniqueConstraint("paper_id", "turn", "keyed_by", name=op.f("uq_paper_keyings_paper_id_turn_keyed_by")),
    )


def downgrade() -> None:
    """Rankings go back to their old column; ballots of other shapes have no place in the earlier schema."""
    for table in ("paper_keyings", "paper_ballots", "juror_excuses", "ballot_reopenings"):
        op.drop_table(table)
    with op.batch_alter_table("ballots") as batch:
        batch.drop_constraint(op.f("ck_ballots_receipt"), type_="check")
        batch.add_column(sa.Column("ranking", JSON, nullable=True, comment="submission ids, best first"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(OLD.c.id, OLD.c.content)).all():
        ranking = [one for group in row.content.get("ranking", []) for one in group]
        connection.execute(OLD.update().where(OLD.c.id == row.id).values(ranking=ranking))
    with op.batch_alter_table("ballots") as batch:
        batch.alter_column("ranking", existing_type=JSON, nullable=False)
        for column in ("content", "nonce", "receipt_sha256", "paper_number"):
            batch.drop_column(column)


CONTENT = "what the ballot says, by submission id (domain.ballots.Content)"
NONCE = "random; without it nobody can try out contents against the receipt"
RECEIPT = "SHA-256 of the ballot as cast with its nonce"
PAPER = "number of the paper it was keyed in from"
RECEIPT_CHECK = "(receipt_sha256 IS NULL) = (nonce IS NULL) AND (receipt_sha256 IS NULL OR cast_at IS NOT NULL)"
LIVE = "true while it holds, else NULL"
PAPER_LIVE = "NULL once void: a juror votes on one paper at a time"
DIFFERING = "submission ids on which the last two keyings differ; 0 for the abstention"
KEYED = "NULL once both were compared"

"""Special awards by rules of their own; certified results of votes; decisions of bodies outside.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
KEPT = ("vote_results", "vote_certifications")
FORMER = {"public_vote": "vote_result", "media": "partner"}


def upgrade() -> None:
    _awards_by_rules()
    op.create_table(
        "vote_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("vote", sa.String(), nullable=False, comment="public_vote, media_ballot or recommendation"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 for the first; a correction is the next one"),
        sa.Column("content", JSON, nullable=False, comment="period, source, counts, digest of the document, a nonce"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the canonical JSON of content"),
        sa.Column("document_sha256", sa.String(), nullable=True),
        sa.Column("document_name", sa.String(), nullable=False, comment="as it was sent; never a path"),
        sa.Column("reason", sa.String(), nullable=False, comment="of a correction; empty for the first"),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "vote IN ('public_vote', 'media_ballot', 'recommendation')", name=op.f("ck_vote_results_vote")
        ),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_vote_results_reason")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_vote_results_cycle_id")),
        sa.ForeignKeyConstraint(["document_sha256"], ["blobs.sha256"], name=op.f("fk_vote_results_document_sha256")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_vote_results_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_results")),
        sa.UniqueConstraint("cycle_id", "vote", "number", name=op.f("uq_vote_results_cycle_id_vote_number")),
    )
    op.create_table(
        "vote_certifications",
        sa.Column("result_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the figures the second person was shown"),
        sa.Column("entered_by", sa.Integer(), nullable=False, comment="the first person, for the check below"),
        sa.Column("certified_by", sa.Integer(), nullable=False),
        sa.Column("certified_at", INSTANT, nullable=False),
        sa.CheckConstraint("certified_by <> entered_by", name=op.f("ck_vote_certifications_two_people")),
        sa.ForeignKeyConstraint(["result_id"], ["vote_results.id"], name=op.f("fk_vote_certifications_result_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_vote_certifications_entered_by")),
        sa.ForeignKeyConstraint(["certified_by"], ["users.id"], name=op.f("fk_vote_certifications_certified_by")),
        sa.PrimaryKeyConstraint("result_id", name=op.f("pk_vote_certifications")),
    )
    op.create_table(
        "partner_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("award_key", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("partner_en", sa.String(), nullable=False, comment="the body outside that decided"),
        sa.Column("partner_zh", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reason_en", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("document_name", sa.String(), nullable=False, comment="as it was sent; never a path"),
        sa.Column("sha256", sa.String(), nullable=False, comment="of all of the above"),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True, comment="who confirmed or sent it back"),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True, comment="NULL while it waits for the second person"),
        sa.CheckConstraint("(is_confirmed IS NULL) = (ended_at IS NULL)", name=op.f("ck_partner_decisions_ended")),
        sa.CheckConstraint(
            "is_confirmed IS NULL OR NOT is_confirmed OR (ended_by IS NOT NULL AND ended_by <> recorded_by)",
            name=op.f("ck_partner_decisions_two_people"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_partner_decisions_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_partner_decisions_submission_id")),
        sa.ForeignKeyConstraint(
            ["document_sha256"], ["blobs.sha256"], name=op.f("fk_partner_decisions_document_sha256")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_partner_decisions_recorded_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_partner_decisions_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_decisions")),
    )
    op.create_index("ix_partner_decisions_award", "partner_decisions", ["cycle_id", "award_key"])
    _only_added_to()


def _awards_by_rules() -> None:
    """Each award gets its whole rule; those that stand already get what the shipped rules say of their key."""
    with op.batch_alter_table("special_awards") as table:
        table.alter_column("places", existing_type=sa.Integer(), nullable=True, comment="NULL: without a limit")
        table.alter_column(
            "decided_by",
            existing_type=sa.String(),
            existing_nullable=False,
            comment="vote_result, jury, committee, secretariat, partner or rule",
        )
        for column in _columns():
            table.add_column(column)
    awards = sa.table(
        "special_awards",
        *(sa.column(name) for name in ("key", "decided_by", "vote", "candidates", "places", "independent")),
        sa.column("gives", JSON),
    )
    for before, after in FORMER.items():
        op.execute(awards.update().where(awards.c.decided_by == before).values(decided_by=after))
    rules: dict[str, dict[str, Any]] = {
        "popular_city": {"vote": "public_vote", "gives": ["trophy", "certificate"]},
        "public_recommended": {"vote": "recommendation"},
        "special_mention": {"candidates": "valid"},
        "medal_of_honor": {"independent": False, "places": None, "gives": ["medal", "certificate"]},
    }
    for key, values in rules.items():
        op.execute(awards.update().where(awards.c.key == key).values(**values))
    # A vote decides what a vote was said to decide, also under a key of one's own.
    op.execute(
        awards.update().where(awards.c.decided_by == "vote_result", awards.c.vote == "").values(vote="public_vote")
    )
    op.execute(awards.update().where(awards.c.decided_by != "vote_result").values(vote=""))
    with op.batch_alter_table("special_awards") as table:
        for column in _columns():
            table.alter_column(column.name, existing_type=column.type, existing_nullable=False, server_default=None)
        table.create_check_constraint(
            op.f("ck_special_awards_decided_by"),
            "decided_by IN ('vote_result', 'jury', 'committee', 'secretariat', 'partner', 'rule')",
        )
        table.create_check_constraint(
            op.f("ck_special_awards_candidates"), "candidates IN ('shortlisted', 'shortlisted_deserving', 'valid')"
        )
        table.create_check_constraint(op.f("ck_special_awards_tie_rule"), "tie_rule IN ('all', 'draw')")
        table.create_check_constraint(op.f("ck_special_awards_vote"), "(decided_by = 'vote_result') = (vote <> '')")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("description_en", sa.String(), nullable=False, server_default=""),
        sa.Column("description_zh", sa.String(), nullable=False, server_default=""),
        sa.Column(
            "vote", sa.String(), nullable=False, server_default="", comment="the count that decides; empty otherwise"
        ),
        sa.Column("candidates", sa.String(), nullable=False, server_default="shortlisted"),
        sa.Column(
            "independent",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
            comment="may go to one of the winners",
        ),
        sa.Column("tie_rule", sa.String(), nullable=False, server_default="all", comment="all or draw"),
        sa.Column(
            "gives", JSON, nullable=False, server_default='["certificate"]', comment="of medal, certificate, trophy"
        ),
        sa.Column(
            "announced_from", sa.String(), nullable=False, server_default="given", comment="given, winners or ceremony"
        ),
    ]


def _only_added_to() -> None:
    """Figures and their certificates are never changed: a correction is a row of its own."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_vote_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'results of votes can only be added to'; END $$"
        )
        for table in KEPT:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_vote_change()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_vote_change()"
            )
        return
    for table in KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'results of votes can only be added to'); END"
            )


def downgrade() -> None:
    for name in ("partner_decisions", "vote_certifications", "vote_results"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_vote_change()")
    op.execute("UPDATE special_awards SET places = 100 WHERE places IS NULL")
    with op.batch_alter_table("special_awards") as table:
        for name in ("decided_by", "candidates", "tie_rule", "vote"):
            table.drop_constraint(op.f(f"ck_special_awards_{name}"), type_="check")
    for before, after in FORMER.items():
        op.execute(f"UPDATE special_awards SET decided_by = '{before}' WHERE decided_by = '{after}'")
    with op.batch_alter_table("special_awards") as table:
        table.alter_column("places", existing_type=sa.Integer(), nullable=False, comment=None)
        table.alter_column(
            "decided_by",
            existing_type=sa.String(),
            existing_nullable=False,
            comment="public_vote, media, jury, secretariat or rule",
        )
        for column in _columns():
            table.drop_column(column.name)

"""The shortlist workbench: every move of a file by hand, for ever.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OUTCOMES = "('shortlisted', 'deserving', 'none')"


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("from_outcome", sa.String(), nullable=False, comment="shortlisted, deserving or none"),
        sa.Column("to_outcome", sa.String(), nullable=False),
        sa.Column(
            "proposed_outcome", sa.String(), nullable=False, comment="what the computed proposal said when it was moved"
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_by", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"from_outcome IN {OUTCOMES}", name=op.f("ck_moves_from_outcome")),
        sa.CheckConstraint(f"to_outcome IN {OUTCOMES}", name=op.f("ck_moves_to_outcome")),
        sa.CheckConstraint(f"proposed_outcome IN {OUTCOMES}", name=op.f("ck_moves_proposed_outcome")),
        sa.CheckConstraint("from_outcome <> to_outcome", name=op.f("ck_moves_moved")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_moves_reason")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_moves_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_moves_submission_id")),
        sa.ForeignKeyConstraint(["moved_by"], ["users.id"], name=op.f("fk_moves_moved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )
    op.create_index("ix_moves_cycle", "moves", ["cycle_id", "id"])
    op.create_index(op.f("ix_moves_submission_id"), "moves", ["submission_id"])
    _keep_what_was_moved()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_move_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'moves by hand can only be added to'; END $$"
        )
        op.execute(
            "CREATE TRIGGER moves_append_only BEFORE UPDATE OR DELETE ON moves "
            "FOR EACH ROW EXECUTE FUNCTION refuse_move_change()"
        )
        op.execute(
            "CREATE TRIGGER moves_no_truncate BEFORE TRUNCATE ON moves "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_move_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER moves_no_{verb.lower()} BEFORE {verb} ON moves "
            "BEGIN SELECT RAISE(ABORT, 'moves by hand can only be added to'); END"
        )


def _keep_what_was_moved() -> None:
    """The moves that a proposal's result tells of, from where the proposal put the file."""
    connection = op.get_bind()
    json = sa.JSON().with_variant(JSONB(), "postgresql")
    selections = sa.table(
        "selections",
        *(sa.column(name) for name in ("cycle_id", "stage", "created_by", "created_at")),
        sa.column("result", json),
    )
    submissions = sa.table("submissions", sa.column("id"), sa.column("cycle_id"), sa.column("pseudonym"))
    moves = sa.table(
        "moves",
        *(sa.column(name) for name in ("cycle_id", "submission_id", "from_outcome", "to_outcome", "proposed_outcome")),
        *(sa.column(name) for name in ("reason", "moved_by", "moved_at")),
    )
    for cycle_id, by, at, result in connection.execute(
        sa.select(selections.c.cycle_id, selections.c.created_by, selections.c.created_at, selections.c.result).where(
            selections.c.stage == "committee"
        )
    ).all():
        proposed = {place["id"]: place["outcome"] for place in result.get("places", [])}
        for name, move in sorted(result.get("moves", {}).items()):
            submission_id = connection.scalar(
                sa.select(submissions.c.id).where(submissions.c.cycle_id == cycle_id, submissions.c.pseudonym == name)
            )
            before = proposed.get(name, "none")
            if submission_id is None or before == move["to"] or not move["reason"]:
                continue
            connection.execute(
                moves.insert().values(
                    cycle_id=cycle_id,
                    submission_id=submission_id,
                    from_outcome=before,
                    to_outcome=move["to"],
                    proposed_outcome=before,
                    reason=move["reason"],
                    moved_by=by,
                    moved_at=at,
                )
            )


def downgrade() -> None:
    op.drop_table("moves")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_move_change()")

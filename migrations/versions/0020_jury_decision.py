"""The jury's decision: its meetings and their notes, moves by hand, every state of a citation, and a lock by two people.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
APPEND_ONLY = ("jury_moves", "citation_changes", "deliberation_notes")

FEWER = "why fewer are named than the rules allow (jury)"
RECEIPTS = "of the jury's ballots, sorted, with the winners"


def upgrade() -> None:
    with op.batch_alter_table("lock_requests", table_args=_lock_checks()) as batch:
        batch.add_column(sa.Column("stage", sa.String(length=32), nullable=False, server_default="committee"))
        batch.drop_constraint(op.f("uq_lock_requests_cycle_id_live"), type_="unique")
        batch.create_unique_constraint(op.f("uq_lock_requests_cycle_id_stage_live"), ["cycle_id", "stage", "live"])
    with op.batch_alter_table("lock_requests", table_args=_lock_checks()) as batch:
        batch.alter_column("stage", server_default=None)
    op.add_column("selections", sa.Column("fewer_reason", sa.String(), nullable=True, comment=FEWER))
    op.add_column("publications", sa.Column("receipts", JSON, nullable=True, comment=RECEIPTS))
    _moves_and_citations()
    _deliberations()
    _keep_what_was_moved()
    for table in APPEND_ONLY:
        _only_added_to(table)


def _lock_checks() -> tuple[sa.CheckConstraint, ...]:
    """What SQLite forgets when it writes the table anew."""
    return (
        sa.CheckConstraint("(state = 'open') = (live IS NOT NULL)", name=op.f("ck_lock_requests_live")),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_lock_requests_ended")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (ended_by IS NOT NULL AND ended_by <> asked_by)",
            name=op.f("ck_lock_requests_two_people"),
        ),
    )


def _selection_checks() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint("(locked_at IS NULL) = (locked_by IS NULL)", name=op.f("ck_selections_locked")),
        sa.CheckConstraint("(locked_at IS NULL) = (record_sha256 IS NULL)", name=op.f("ck_selections_recorded")),
    )


def _moves_and_citations() -> None:
    op.create_table(
        "jury_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("to_outcome", sa.String(), nullable=False),
        sa.Column("proposed_outcome", sa.String(), nullable=False, comment="what the count said when it was moved"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False, comment="chair or deputy"),
        sa.Column("moved_by", sa.Integer(), nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.CheckConstraint("to_outcome IN ('winner', 'none')", name=op.f("ck_jury_moves_to_outcome")),
        sa.CheckConstraint("proposed_outcome IN ('winner', 'none')", name=op.f("ck_jury_moves_proposed_outcome")),
        sa.CheckConstraint("office IN ('chair', 'deputy')", name=op.f("ck_jury_moves_office")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_jury_moves_reason")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_jury_moves_cycle_id")),
        sa.ForeignKeyConstraint(["moved_by"], ["users.id"], name=op.f("fk_jury_moves_moved_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_jury_moves_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_moves")),
    )
    op.create_index("ix_jury_moves_cycle", "jury_moves", ["cycle_id", "id"])
    op.create_table(
        "citation_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False, comment="the other language has to follow this text"),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_citation_changes_language")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_citation_changes_cycle_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name=op.f("fk_citation_changes_saved_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_citation_changes_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation_changes")),
    )
    op.create_index("ix_citation_changes_of", "citation_changes", ["cycle_id", "submission_id", "id"])


def _deliberations() -> None:
    op.create_table(
        "deliberations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="first, second ... meeting of the cycle"),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True, comment="decides on cities the chair has a tie with"),
        sa.Column("clerk_id", sa.Integer(), nullable=True, comment="of the secretariat"),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("deputy_id IS NULL OR chair_id <> deputy_id", name=op.f("ck_deliberations_deputy")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_deliberations_closed")),
        sa.ForeignKeyConstraint(["chair_id"], ["memberships.id"], name=op.f("fk_deliberations_chair_id")),
        sa.ForeignKeyConstraint(["clerk_id"], ["memberships.id"], name=op.f("fk_deliberations_clerk_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_deliberations_closed_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_deliberations_cycle_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["memberships.id"], name=op.f("fk_deliberations_deputy_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_deliberations_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberations")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_deliberations_cycle_id_number")),
    )
    _unique_where("uq_deliberations_open", "deliberations", ["cycle_id"], "closed_at IS NULL")
    op.create_table(
        "deliberation_attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deliberation_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False, comment="room or remote"),
        sa.Column("arrived_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.CheckConstraint("how IN ('room', 'remote')", name=op.f("ck_deliberation_attendances_how")),
        sa.ForeignKeyConstraint(
            ["deliberation_id"], ["deliberations.id"], name=op.f("fk_deliberation_attendances_deliberation_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_deliberation_attendances_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberation_attendances")),
    )
    _unique_where(
        "uq_deliberation_attendances_present",
        "deliberation_attendances",
        ["deliberation_id", "membership_id"],
        "left_at IS NULL",
    )
    op.create_table(
        "deliberation_absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deliberation_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True, comment="NULL: a tie with the city"),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True, comment="noted by mistake"),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_deliberation_absences_reason")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_deliberation_absences_undone")),
        sa.CheckConstraint(
            "undone_at IS NULL OR reason IS NOT NULL", name=op.f("ck_deliberation_absences_undone_by_hand")
        ),
        sa.ForeignKeyConstraint(
            ["deliberation_id"], ["deliberations.id"], name=op.f("fk_deliberation_absences_deliberation_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_deliberation_absences_membership_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name=op.f("fk_deliberation_absences_noted_by")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_deliberation_absences_submission_id")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_deliberation_absences_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberation_absences")),
    )
    _unique_where(
        "uq_deliberation_absences_noted",
        "deliberation_absences",
        ["deliberation_id", "submission_id", "membership_id"],
        "undone_at IS NULL",
    )
    op.create_table(
        "deliberation_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deliberation_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True, comment="NULL: on the meeting as a whole"),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["deliberation_id"], ["deliberations.id"], name=op.f("fk_deliberation_notes_deliberation_id")
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name=op.f("fk_deliberation_notes_saved_by")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_deliberation_notes_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberation_notes")),
    )
    op.create_index("ix_deliberation_notes_of", "deliberation_notes", ["deliberation_id", "submission_id", "id"])


def _unique_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, postgresql_where=where, sqlite_where=where)


def _keep_what_was_moved() -> None:
    """Moves of a jury that has counted already stand in the result of its count."""
    connection = op.get_bind()
    selections = sa.table(
        "selections",
        *(sa.column(name) for name in ("cycle_id", "stage", "created_by", "created_at")),
        sa.column("result", JSON),
    )
    submissions = sa.table("submissions", sa.column("id"), sa.column("cycle_id"), sa.column("pseudonym"))
    moves = sa.table(
        "jury_moves",
        *(
            sa.column(name)
            for name in (
                "cycle_id", "submission_id", "to_outcome", "proposed_outcome", "reason", "office", "moved_by", "moved_at",
            )
        ),
    )  # fmt: skip
    for row in connection.execute(sa.select(selections).where(selections.c.stage == "jury")).all():
        for name, move in sorted((row.result or {}).get("moves", {}).items()):
            number = connection.scalar(
                sa.select(submissions.c.id).where(
                    submissions.c.cycle_id == row.cycle_id, submissions.c.pseudonym == name
                )
            )
            if number is None:
                continue
            connection.execute(
                moves.insert().values(
                    cycle_id=row.cycle_id,
                    submission_id=number,
                    to_outcome=move["to"],
                    proposed_outcome="none" if move["to"] == "winner" else "winner",
                    reason=move["reason"],
                    office="chair",
                    moved_by=row.created_by,
                    moved_at=row.created_at,
                )
            )


def _only_added_to(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} can only be added to'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} can only be added to'); END"
        )


def downgrade() -> None:
    for table in (
        "deliberation_notes",
        "deliberation_absences",
        "deliberation_attendances",
        "deliberations",
        "citation_changes",
        "jury_moves",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION refuse_{table}_change()")
    with op.batch_alter_table("publications") as batch:
        batch.drop_column("receipts")
    with op.batch_alter_table("selections", table_args=_selection_checks()) as batch:
        batch.drop_column("fewer_reason")
    op.execute("DELETE FROM lock_requests WHERE stage <> 'committee'")
    with op.batch_alter_table("lock_requests", table_args=_lock_checks()) as batch:
        batch.drop_constraint(op.f("uq_lock_requests_cycle_id_stage_live"), type_="unique")
        batch.create_unique_constraint(op.f("uq_lock_requests_cycle_id_live"), ["cycle_id", "live"])
        batch.drop_column("stage")

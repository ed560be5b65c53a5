"""The city's desk: who invited and who ended a delegate, earlier entries, partner cities, Word forms brought back.

Columns that point to other tables are added in plain SQL, the same on both databases: SQLite's way round (copying the
table) is refused there once other tables point to the copied one.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

REFERENCES = (
    ("delegates", "invited_by", "users"),
    ("delegates", "ended_by", "users"),
    ("submissions", "based_on_id", "submissions"),
)
COMMENTS = {
    ("delegates", "invited_by"): "who asked this person to act for the city; NULL: they asked themselves",
    ("delegates", "end_reason"): "shown on the city''s page",
    ("submissions", "based_on_id"): "earlier entry of the same city from which the text was taken",
}


def upgrade() -> None:
    for table, column, target in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
        )
    op.add_column("delegates", sa.Column("end_reason", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for (table, column), words in COMMENTS.items():
            op.execute(f"COMMENT ON COLUMN {table}.{column} IS '{words}'")
    op.create_table(
        "submission_partners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="bars judges until the submission is handed in again without it",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_submission_partners_submission_id")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_submission_partners_city_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_partners")),
        sa.UniqueConstraint("submission_id", "city_id", name=op.f("uq_submission_partners_submission_id_city_id")),
    )
    op.create_table(
        "offline_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column(
            "content",
            JSON_OR_JSONB,
            nullable=False,
            comment="what was read: {values: {input: text}, base: {input: digest}, notes: {input: [message]}}",
        ),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_offline_forms_submission_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_offline_forms_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_forms")),
    )
    op.create_index("ix_offline_forms_submission", "offline_forms", ["submission_id"])


def downgrade() -> None:
    op.drop_table("offline_forms")
    op.drop_table("submission_partners")
    with op.batch_alter_table("submissions") as batch_op:
        batch_op.drop_column("based_on_id")
    with op.batch_alter_table("delegates") as batch_op:
        batch_op.drop_column("invited_by")
        batch_op.drop_column("ended_by")
        batch_op.drop_column("end_reason")

"""The committee's report: its texts, who writes which case, every earlier state of a text, and the documents built of it.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "committee_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("opening_en", sa.String(), nullable=False),
        sa.Column("opening_zh", sa.String(), nullable=False),
        sa.Column("closing_en", sa.String(), nullable=False),
        sa.Column("closing_zh", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_committee_reports_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_reports")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_committee_reports_cycle_id")),
    )
    op.create_table(
        "report_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("reasons_en", sa.String(), nullable=True, comment="NULL: the reason of the committee's decision"),
        sa.Column("reasons_zh", sa.String(), nullable=True, comment="NULL: the reason of the committee's decision"),
        sa.Column("sdgs", JSON, nullable=True, comment="numbers of goals chosen; NULL: those of the file"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_report_cases_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_report_cases_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_cases")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_report_cases_submission_id")),
    )
    op.create_index(op.f("ix_report_cases_cycle_id"), "report_cases", ["cycle_id"])
    op.create_table(
        "rapporteurs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_rapporteurs_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_rapporteurs_submission_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_rapporteurs_membership_id")),
        sa.ForeignKeyConstraint(["named_by"], ["users.id"], name=op.f("fk_rapporteurs_named_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rapporteurs")),
        sa.UniqueConstraint("submission_id", "membership_id", name=op.f("uq_rapporteurs_submission_id_membership_id")),
    )
    op.create_index(op.f("ix_rapporteurs_cycle_id"), "rapporteurs", ["cycle_id"])
    op.create_index(op.f("ix_rapporteurs_membership_id"), "rapporteurs", ["membership_id"])
    op.create_table(
        "report_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True, comment="NULL: opening and closing"),
        sa.Column("name", sa.String(), nullable=False, comment="opening_en, summary_zh, sdgs ..."),
        sa.Column("text", sa.String(), nullable=False, comment="what was stored; goals by number"),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_report_changes_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_report_changes_submission_id")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_report_changes_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_changes")),
    )
    op.create_index("ix_report_changes_of", "report_changes", ["cycle_id", "submission_id", "id"])
    op.create_table(
        "report_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False, comment="en, zh or both"),
        sa.Column("format", sa.String(), nullable=False, comment="pdf or docx"),
        sa.Column("content_sha256", sa.String(), nullable=False, comment="of the content it is built from"),
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", INSTANT, nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_report_files_built")
        ),
        sa.CheckConstraint("edition IN ('en', 'zh', 'both')", name=op.f("ck_report_files_edition")),
        sa.CheckConstraint("format IN ('pdf', 'docx')", name=op.f("ck_report_files_format")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_report_files_cycle_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_report_files_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_files")),
        sa.UniqueConstraint(
            "cycle_id", "edition", "format", "content_sha256",
            name=op.f("uq_report_files_cycle_id_edition_format_content_sha256"),
        ),
    )  # fmt: skip
    op.create_index("ix_report_files_status", "report_files", ["status", "not_before"])


def downgrade() -> None:
    for table in ("report_files", "report_changes", "rapporteurs", "report_cases", "committee_reports"):
        op.drop_table(table)

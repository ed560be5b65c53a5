"""What comes out of an announcement: certificates, press kits and pictures for sharing, outcomes and feedback of cities.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def _file_and_work():
    """Where a built file is kept, and the columns of every row that stands for work."""
    return [
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", INSTANT, nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
    ]


BUILT = "status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "code", sa.String(), nullable=False, comment="drawn at the seal; 28 characters, see domain.certificates"
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "award_key", sa.String(), nullable=False, comment="special award of this certificate; empty otherwise"
        ),
        sa.Column("award_en", sa.String(), nullable=False, comment="its name; empty otherwise"),
        sa.Column("award_zh", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("city_en", sa.String(), nullable=False),
        sa.Column("city_zh", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        *_file_and_work(),
        sa.CheckConstraint(BUILT, name=op.f("ck_certificates_built")),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_certificates_publication_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_certificates_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint("publication_id", "position", name=op.f("uq_certificates_publication_id_position")),
    )
    op.create_index("ix_certificates_status", "certificates", ["status", "not_before"])
    op.create_index("ix_certificates_submission", "certificates", ["submission_id"])
    op.create_table(
        "publication_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False, comment="of the content it is built from"),
        *_file_and_work(),
        sa.CheckConstraint(BUILT, name=op.f("ck_publication_files_built")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_publication_files_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_files")),
        sa.UniqueConstraint(
            "publication_id", "kind", "content_sha256",
            name=op.f("uq_publication_files_publication_id_kind_content_sha256"),
        ),
    )  # fmt: skip
    op.create_index("ix_publication_files_status", "publication_files", ["status", "not_before"])
    op.create_table(
        "city_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome", sa.String(), nullable=False,
            comment="shortlisted, deserving, winner, special or not_selected",
        ),
        sa.Column("award_key", sa.String(), nullable=False, comment="special award told of; empty otherwise"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_city_outcomes_publication_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_city_outcomes_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_outcomes")),
        sa.UniqueConstraint(
            "publication_id", "submission_id", "outcome", "award_key",
            name=op.f("uq_city_outcomes_publication_id_submission_id_outcome_award_key"),
        ),
    )  # fmt: skip
    op.create_index("ix_city_outcomes_submission", "city_outcomes", ["submission_id"])
    op.create_table(
        "feedbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "texts", JSON, nullable=False, comment="{strengths-<criterion>_en: text, advice-<criterion>_zh: ...}"
        ),
        sa.Column(
            "is_ready", sa.Boolean(), nullable=False, comment="can be approved as it stands, see domain.feedback"
        ),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_feedbacks_approved")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_feedbacks_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_feedbacks_submission_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_feedbacks_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedbacks")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_feedbacks_submission_id")),
    )
    op.create_index(op.f("ix_feedbacks_cycle_id"), "feedbacks", ["cycle_id"])
    op.create_table(
        "feedback_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feedback_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False, comment="what was stored"),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedbacks.id"], name=op.f("fk_feedback_changes_feedback_id")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_feedback_changes_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_changes")),
    )
    op.create_index(op.f("ix_feedback_changes_feedback_id"), "feedback_changes", ["feedback_id"])
    op.create_table(
        "opened_feedbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False, comment="the approved texts by criterion, as the city reads them"),
        sa.Column("opened_at", INSTANT, nullable=False, comment="of the text as it is now"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_opened_feedbacks_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_feedbacks")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_opened_feedbacks_submission_id")),
    )


def downgrade() -> None:
    for table in (
        "opened_feedbacks", "feedback_changes", "feedbacks", "city_outcomes", "publication_files", "certificates",
    ):  # fmt: skip
        op.drop_table(table)

"""Files on their way in, in pieces; the order of files; pictures made of files by the worker.

Files that were there before keep the order in which they came, and get their pictures from the worker's next sweep.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DRAWN = "('application/pdf', 'image/jpeg', 'image/png', 'image/webp')"


def upgrade() -> None:
    with op.batch_alter_table("attachments") as batch:
        batch.add_column(
            sa.Column(
                "position", sa.Integer(), nullable=False, server_default="0", comment="order in which files are shown"
            )
        )
    op.execute("UPDATE attachments SET position = id")
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "token", sa.String(), nullable=False, comment="names the upload in its address and in the staging area"
        ),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes the sender announced"),
        sa.Column("received", sa.Integer(), nullable=False, comment="bytes kept so far; the next piece begins here"),
        sa.Column(
            "mark", sa.String(), nullable=False, comment="the sender's word for this very file: its time of change"
        ),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("refusal", JSON_OR_JSONB, nullable=True, comment="why the file was not taken: {msgid, params}"),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False, comment="when something last arrived"),
        sa.CheckConstraint("size > 0 AND received >= 0 AND received <= size", name=op.f("ck_uploads_received")),
        sa.CheckConstraint("status <> 'taken' OR attachment_id IS NOT NULL", name=op.f("ck_uploads_taken")),
        sa.CheckConstraint("(status = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_uploads_refused")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_uploads_attachment_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_uploads_created_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_uploads_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("token", name=op.f("uq_uploads_token")),
    )
    op.create_index(
        "uq_uploads_arriving",
        "uploads",
        ["submission_id", "filename", "size", "mark"],
        unique=True,
        postgresql_where=sa.text("status = 'arriving'"),
        sqlite_where=sa.text("status = 'arriving'"),
    )
    op.create_index("ix_uploads_touched", "uploads", ["touched_at"])
    op.create_table(
        "upload_pieces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False, comment="the piece's first byte in the file"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_upload_pieces_size")),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_pieces_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_pieces")),
        sa.UniqueConstraint("upload_id", "start", name=op.f("uq_upload_pieces_upload_id_start")),
    )
    op.create_table(
        "previews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column(
            "pages", JSON_OR_JSONB, nullable=False, comment="pictures made: [{width, height}], the first page first"
        ),
        sa.Column("page_count", sa.Integer(), nullable=True, comment="of a document, drawn or not"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_previews_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_previews")),
        sa.UniqueConstraint("sha256", name=op.f("uq_previews_sha256")),
    )
    op.create_index("ix_previews_status", "previews", ["status", "not_before"])
    op.execute(
        "INSERT INTO previews (sha256, pages, status, attempts, created_at) "
        f"SELECT sha256, '[]', 'queued', 0, created_at FROM blobs WHERE media_type IN {DRAWN}"
    )


def downgrade() -> None:
    op.drop_table("previews")
    op.drop_table("upload_pieces")
    op.drop_table("uploads")
    with op.batch_alter_table("attachments") as batch:
        batch.drop_column("position")

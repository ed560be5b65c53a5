"""The outbox: drafts, approvals, attempts, bounces, reminders.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _words()
    with op.batch_alter_table("notifications") as batch:
        batch.add_column(
            sa.Column(
                "group_key", sa.String(), nullable=False, server_default="", comment="letters written for one cause"
            )
        )
        batch.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="2", comment="0 goes first"))
        batch.add_column(
            sa.Column(
                "mail_domain", sa.String(), nullable=False, server_default="", comment="of the address, for its rate"
            )
        )
        batch.add_column(sa.Column("expires_at", INSTANT, nullable=True, comment="after this it is dropped, not sent"))
        batch.add_column(
            sa.Column("publication_id", sa.Integer(), nullable=True, comment="the published result it tells of")
        )
        batch.add_column(sa.Column("words_id", sa.Integer(), nullable=True, comment="words of the secretariat's own"))
        batch.add_column(sa.Column("resend_of", sa.Integer(), nullable=True, comment="the letter this one repeats"))
        batch.add_column(sa.Column("to_email", sa.String(), nullable=True, comment="another address than the person's"))
        batch.add_column(
            sa.Column("sent_to", sa.String(), nullable=True, comment="the address the mail server took it for")
        )
        batch.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("approved_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("discarded_by", sa.Integer(), nullable=True, comment="NULL: dropped by the program"))
        batch.add_column(sa.Column("discarded_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("discard_reason", sa.String(), nullable=True))
        batch.add_column(
            sa.Column("dismissed_flag", sa.String(), nullable=True, comment="a contradiction looked at and let pass")
        )
        batch.add_column(sa.Column("dismissed_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("dismissed_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("dismiss_reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("bounced_at", INSTANT, nullable=True, comment="when a lasting failure came back"))
        for column, table in (
            ("publication_id", "publications"), ("words_id", "letter_words"), ("resend_of", "notifications"),
            ("approved_by", "users"), ("discarded_by", "users"), ("dismissed_by", "users"),
        ):  # fmt: skip
            batch.create_foreign_key(op.f(f"fk_notifications_{column}"), table, [column], ["id"])
        batch.create_index("ix_notifications_due", ["status", "urgency", "id"])
        batch.create_index("ix_notifications_group", ["cycle_id", "group_key"])
        batch.create_index("ix_notifications_recipient", ["recipient_id"])
    _fill()
    with op.batch_alter_table("notifications") as batch:
        for name in ("group_key", "urgency", "mail_domain"):
            batch.alter_column(name, server_default=None)
        batch.create_check_constraint(
            op.f("ck_notifications_embargo"),
            "kind NOT LIKE 'outcome%' OR (publication_id IS NOT NULL AND status <> 'draft')",
        )
        batch.create_check_constraint(
            op.f("ck_notifications_discarded"),
            "(status = 'discarded') = (discarded_at IS NOT NULL AND discard_reason IS NOT NULL)",
        )
    _more_tables()


def _words() -> None:
    op.create_table(
        "letter_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True, comment="the words that stood before"),
        sa.Column("subject_en", sa.String(), nullable=False),
        sa.Column("subject_zh", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False, comment="in place of the template's text; empty: that stays"),
        sa.Column("body_zh", sa.String(), nullable=False),
        sa.Column("added_en", sa.String(), nullable=False, comment="a paragraph after the text"),
        sa.Column("added_zh", sa.String(), nullable=False),
        sa.Column("template_sha256", sa.String(), nullable=False, comment="of the template as it was then"),
        sa.Column(
            "audience", sa.String(), nullable=True, comment="whom a letter of the secretariat's own was written to"
        ),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.CheckConstraint("(subject_en = '') = (subject_zh = '')", name=op.f("ck_letter_words_subject")),
        sa.CheckConstraint("(body_en = '') = (body_zh = '')", name=op.f("ck_letter_words_body")),
        sa.CheckConstraint("(added_en = '') = (added_zh = '')", name=op.f("ck_letter_words_added")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_letter_words_cycle_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["letter_words.id"], name=op.f("fk_letter_words_replaces_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_letter_words_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_words")),
    )
    op.create_index("ix_letter_words_group", "letter_words", ["cycle_id", "group_key"])


def _fill() -> None:
    """What the letters written so far belong to."""
    connection = op.get_bind()
    is_postgresql = connection.dialect.name == "postgresql"
    domain = "split_part(email, '@', 2)" if is_postgresql else "substr(email, instr(email, '@') + 1)"
    publication = (
        "CAST(context ->> 'publication_id' AS integer)"
        if is_postgresql
        else "json_extract(context, '$.publication_id')"
    )
    op.execute(
        "UPDATE notifications SET "
        "group_key = CASE WHEN submission_id IS NOT NULL THEN kind "
        "ELSE substr(cause, 1, length(cause) - length(CAST(recipient_id AS TEXT)) - 1) END, "
        f"mail_domain = (SELECT {domain} FROM users WHERE users.id = notifications.recipient_id)"
    )
    op.execute(f"UPDATE notifications SET publication_id = {publication} WHERE kind LIKE 'outcome%'")


def _more_tables() -> None:
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True, comment="NULL: begun, and nothing was noted since"),
        sa.Column("answer", sa.String(), nullable=True, comment="the mail server's words"),
        sa.Column("worker", sa.String(), nullable=False, comment="host and process"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_delivery_attempts_ended")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name=op.f("fk_delivery_attempts_notification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
    )
    op.create_index("ix_delivery_attempts_letter", "delivery_attempts", ["notification_id", "number"])
    op.create_table(
        "mail_rates",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("slot", INSTANT, nullable=False, comment="the minute that is counted"),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_rates")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the report; the same one counts once"),
        sa.Column("notification_id", sa.Integer(), nullable=True, comment="NULL: about none of our letters"),
        sa.Column("address", sa.String(), nullable=False, comment="lower case"),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=False, comment="RFC 3463, e.g. 5.1.1"),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True, comment="when somebody made sure that the address is right"),
        sa.ForeignKeyConstraint(["notification_id"], ["notifications.id"], name=op.f("fk_bounces_notification_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"], name=op.f("fk_bounces_imported_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_bounces_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bounces_sha256")),
    )
    op.create_index("ix_bounces_address", "bounces", ["address"])
    op.create_index("ix_bounces_letter", "bounces", ["notification_id"])
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("hours_before", sa.Integer(), nullable=False),
        sa.Column("goes_at_once", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.CheckConstraint("hours_before BETWEEN 1 AND 672", name=op.f("ck_reminders_hours_before")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_reminders_cycle_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_reminders_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("cycle_id", "kind", "hours_before", name=op.f("uq_reminders_cycle_id_kind_hours_before")),
    )
    op.create_table(
        "letter_opt_outs",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_letter_opt_outs_user_id")),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_letter_opt_outs")),
    )


def downgrade() -> None:
    for table in ("letter_opt_outs", "reminders", "bounces", "mail_rates", "delivery_attempts"):
        op.drop_table(table)
    op.execute("DELETE FROM notifications WHERE status IN ('draft', 'discarded')")
    with op.batch_alter_table("notifications") as batch:
        for name in ("embargo", "discarded"):
            batch.drop_constraint(op.f(f"ck_notifications_{name}"), type_="check")
        for name in ("due", "group", "recipient"):
            batch.drop_index(f"ix_notifications_{name}")
        for column in ("publication_id", "words_id", "resend_of", "approved_by", "discarded_by", "dismissed_by"):
            batch.drop_constraint(op.f(f"fk_notifications_{column}"), type_="foreignkey")
        for column in (
            "group_key", "urgency", "mail_domain", "expires_at", "publication_id", "words_id", "resend_of", "to_email",
            "sent_to", "approved_by", "approved_at", "discarded_by", "discarded_at", "discard_reason", "dismissed_flag",
            "dismissed_by", "dismissed_at", "dismiss_reason", "bounced_at",
        ):  # fmt: skip
            batch.drop_column(column)
    op.drop_table("letter_words")

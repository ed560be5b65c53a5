"""Second factors of organisers, and the freeze.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "sign_ins",
        sa.Column(
            "factor",
            sa.String(),
            server_default="password",
            nullable=False,
            comment="what was shown beside the password: password (nothing), totp, recovery; or passkey",
        ),
    )
    op.create_table(
        "freezes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=True, comment="true for the one freeze that holds, else NULL"),
        sa.Column("reason_en", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=True, comment="NULL: the operator, from the command line"),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.Column("writing", sa.Integer(), nullable=False, comment="how many people were writing at that moment"),
        sa.Column("lift_asked_by", sa.Integer(), nullable=True),
        sa.Column("lift_asked_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True, comment="NULL once lifted: the operator"),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.CheckConstraint("(live IS NOT NULL) = (lifted_at IS NULL)", name=op.f("ck_freezes_live")),
        sa.CheckConstraint("(lift_asked_by IS NULL) = (lift_asked_at IS NULL)", name=op.f("ck_freezes_asked")),
        sa.CheckConstraint(
            "lifted_by IS NULL OR (lifted_at IS NOT NULL AND lift_asked_by IS NOT NULL AND lift_asked_by <> lifted_by)",
            name=op.f("ck_freezes_two_people"),
        ),
        sa.ForeignKeyConstraint(["frozen_by"], ["users.id"], name=op.f("fk_freezes_frozen_by")),
        sa.ForeignKeyConstraint(["lift_asked_by"], ["users.id"], name=op.f("fk_freezes_lift_asked_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["users.id"], name=op.f("fk_freezes_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
        sa.UniqueConstraint("live", name=op.f("uq_freezes_live")),
    )
    op.create_table(
        "totp_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False, comment="a code of it was shown; else being set up"),
        sa.Column("secret", sa.String(), nullable=False, comment="encrypted with a key derived from the secret key"),
        sa.Column("last_step", sa.Integer(), nullable=True, comment="the step of 30 s whose code was used last"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totp_secrets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_secrets")),
        sa.UniqueConstraint("user_id", "is_confirmed", name=op.f("uq_totp_secrets_user_id_is_confirmed")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="what the person calls it"),
        sa.Column("credential_id", sa.String(), nullable=False, comment="base64url"),
        sa.Column("public_key", sa.String(), nullable=False, comment="COSE key, base64url"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(), nullable=False, comment="hints of the browser, separated by spaces"),
        sa.Column("is_synced", sa.Boolean(), nullable=False, comment="kept by a password manager, not by one device"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False, comment="base64url"),
        sa.Column("purpose", sa.String(), nullable=False, comment="register, sign_in, second or fresh"),
        sa.Column("user_id", sa.Integer(), nullable=True, comment="NULL: whoever signs in with it"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('register', 'sign_in', 'second', 'fresh')", name=op.f("ck_passkey_challenges_purpose")
        ),
        sa.CheckConstraint("(purpose = 'sign_in') = (user_id IS NULL)", name=op.f("ck_passkey_challenges_user")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkey_challenges_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenges")),
        sa.UniqueConstraint("challenge", name=op.f("uq_passkey_challenges_challenge")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_codes_user_id_code_hash")),
    )
    op.create_table(
        "half_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, comment="wrong codes so far"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_half_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_half_sign_ins_token_hash")),
    )
    op.create_table(
        "factor_resets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False, comment="whose secretariat decides"),
        sa.Column("live", sa.Boolean(), nullable=True, comment="true while it waits for the second person, else NULL"),
        sa.Column("reason", sa.String(), nullable=False, comment="how they know who asks"),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(live IS NOT NULL) = (ended_at IS NULL)", name=op.f("ck_factor_resets_live")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR (ended_at IS NOT NULL AND confirmed_by <> asked_by AND confirmed_by <> user_id)",
            name=op.f("ck_factor_resets_two_people"),
        ),
        sa.CheckConstraint("asked_by <> user_id", name=op.f("ck_factor_resets_not_oneself")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_factor_resets_asked_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_factor_resets_confirmed_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_factor_resets_cycle_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_factor_resets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_resets")),
        sa.UniqueConstraint("user_id", "live", name=op.f("uq_factor_resets_user_id_live")),
    )


def downgrade() -> None:
    for table in (
        "factor_resets",
        "half_sign_ins",
        "recovery_codes",
        "passkey_challenges",
        "passkeys",
        "totp_secrets",
        "freezes",
    ):
        op.drop_table(table)
    with op.batch_alter_table("sign_ins") as batch_op:
        batch_op.drop_column("factor")

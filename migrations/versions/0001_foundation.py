"""All tables of the foundation.

Rules for every migration:
- old and new code must both work on the schema in between: add first, backfill, then require; drop one release later;
- a new required column comes in two steps; a CREATE INDEX on a large table is its own migration;
- downgrade() works; tests/test_migrations.py goes up, down and up again on both databases.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "cities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=False, comment="ISO 3166-1 alpha-2 of the country or region"),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(country) = 2", name=op.f("ck_cities_country")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cities")),
        sa.UniqueConstraint("name_en", "country", name=op.f("uq_cities_name_en_country")),
    )
    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False, comment="part of addresses, e.g. 6"),
        sa.Column("number", sa.Integer(), nullable=True, comment="6 for the 6th; NULL for a demonstration"),
        sa.Column(
            "year", sa.Integer(), nullable=False, comment="the cycle's year; the ceremony may fall in a later one"
        ),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("early_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "deadline_at", sa.DateTime(timezone=True), nullable=True, comment="exclusive: at this instant it is over"
        ),
        sa.Column("committee_from", sa.Date(), nullable=True),
        sa.Column("committee_to", sa.Date(), nullable=True),
        sa.Column("shortlist_on", sa.Date(), nullable=True),
        sa.Column("ceremony_on", sa.Date(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("valid", sa.Integer(), nullable=True),
        sa.Column("cities", sa.Integer(), nullable=True),
        sa.Column("countries", sa.Integer(), nullable=True),
        sa.Column("committee_size", sa.Integer(), nullable=True),
        sa.Column("jury_size", sa.Integer(), nullable=True),
        sa.Column("sources", JSON_OR_JSONB, nullable=False),
        sa.Column(
            "is_archive", sa.Boolean(), nullable=False, comment="held before this system; known from publications"
        ),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False, comment="invented; shown as such everywhere"),
        sa.Column("rules_json", JSON_OR_JSONB, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("form", JSON_OR_JSONB, nullable=False, comment="narrative sections, see domain.forms"),
        sa.Column(
            "tie_seed", sa.String(), nullable=True, comment="secret seed of public draws; its hash is published first"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("number", name=op.f("uq_cycles_number")),
        sa.UniqueConstraint("slug", name=op.f("uq_cycles_slug")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "periodic_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_periodic_runs_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_runs")),
        sa.UniqueConstraint("name", "slot", name=op.f("uq_periodic_runs_name_slot")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False, comment="lower case"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False, comment="language of letters and pages: en or zh"),
        sa.Column(
            "country", sa.String(), nullable=True, comment="ISO 3166-1 alpha-2; used to find conflicts of interest"
        ),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True, comment="when the address was proven"),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('en', 'zh')", name=op.f("ck_users_language")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("award_key", sa.String(), nullable=False, comment="special award announced; empty otherwise"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("statement_en", sa.String(), nullable=False),
        sa.Column("statement_zh", sa.String(), nullable=False),
        sa.Column("embargo_until", sa.DateTime(timezone=True), nullable=True, comment="NULL: at once when released"),
        sa.Column("snapshot", JSON_OR_JSONB, nullable=True),
        sa.Column("snapshot_sha256", sa.String(), nullable=True),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name=op.f("ck_announcements_published")
        ),
        sa.CheckConstraint("status = 'draft' OR snapshot_sha256 IS NOT NULL", name=op.f("ck_announcements_sealed")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_announcements_created_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_announcements_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("cycle_id", "kind", "award_key", name=op.f("uq_announcements_cycle_id_kind_award_key")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="consecutive: a gap is a deletion"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False, comment="noun.verb, e.g. submission.accept_as_valid"),
        sa.Column("object", sa.String(), nullable=False, comment="kind:id, e.g. submission:17"),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", JSON_OR_JSONB, nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_entries_actor_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_audit_entries_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entries_hash")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entries_cycle", ["cycle_id", "id"], unique=False)

    op.create_table(
        "criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_zh", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False, comment="whole number; shares are weight / sum of weights"),
        sa.Column("levels", JSON_OR_JSONB, nullable=False, comment="[{mark, en, zh}], lowest first"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_criteria_weight")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_criteria_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_criteria_cycle_id_key")),
    )
    op.create_table(
        "delegates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(), nullable=True, comment="post held in the city's administration"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="NULL: asked to act for a city that has delegates or files; waits for one of them",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_delegates_city_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_delegates_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegates")),
    )
    with op.batch_alter_table("delegates", schema=None) as batch_op:
        batch_op.create_index("ix_delegates_user", ["user_id"], unique=False)
        batch_op.create_index(
            "uq_delegates_live",
            ["city_id", "user_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("is_chair", sa.Boolean(), nullable=False),
        sa.Column(
            "pseudonym", sa.String(), nullable=False, comment="stands for the person in the published record, e.g. M04"
        ),
        sa.Column(
            "themes", sa.String(), nullable=False, comment="keys of the themes of expertise, separated by spaces"
        ),
        sa.Column("languages", sa.String(), nullable=False, comment="languages read, separated by spaces"),
        sa.Column(
            "conflicts_declared_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="a member who has not declared sees no file",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_memberships_cycle_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("cycle_id", "pseudonym", name=op.f("uq_memberships_cycle_id_pseudonym")),
        sa.UniqueConstraint("user_id", "cycle_id", "role", name=op.f("uq_memberships_user_id_cycle_id_role")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index("ix_memberships_cycle_role", ["cycle_id", "role"], unique=False)

    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False, comment="invitation or password_reset"),
        sa.Column("details", JSON_OR_JSONB, nullable=False, comment="the city asked for at registration"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'password_reset')", name=op.f("ck_one_time_links_purpose")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
    )
    with op.batch_alter_table("one_time_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_links_user_id"), ["user_id"], unique=False)

    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("award_key", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("statement_en", sa.String(), nullable=False),
        sa.Column("statement_zh", sa.String(), nullable=False),
        sa.Column("record_sha256", sa.String(), nullable=True),
        sa.Column(
            "record",
            sa.String(),
            nullable=True,
            comment="the published record, canonical JSON, if the rules publish it",
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_publications_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("cycle_id", "kind", "award_key", name=op.f("uq_publications_cycle_id_kind_award_key")),
    )
    op.create_table(
        "rules_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON_OR_JSONB, nullable=False, comment="rules, criteria, themes, dates as they stood"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_rules_versions_changed_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_rules_versions_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_versions")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_rules_versions_cycle_id_number")),
    )
    op.create_table(
        "selections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("result", JSON_OR_JSONB, nullable=False, comment="ranks and scores as computed, by pseudonym"),
        sa.Column("record_sha256", sa.String(), nullable=True, comment="digest of the record written at the lock"),
        sa.Column("record", sa.String(), nullable=True, comment="the record itself, canonical JSON"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(locked_at IS NULL) = (locked_by IS NULL)", name=op.f("ck_selections_locked")),
        sa.CheckConstraint("(locked_at IS NULL) = (record_sha256 IS NULL)", name=op.f("ck_selections_recorded")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_selections_created_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_selections_cycle_id")),
        sa.ForeignKeyConstraint(["locked_by"], ["users.id"], name=op.f("fk_selections_locked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("cycle_id", "stage", name=op.f("uq_selections_cycle_id_stage")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_user_id"), ["user_id"], unique=False)

    op.create_table(
        "special_awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False, comment="public_vote, media, jury, secretariat or rule"),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_special_awards_places")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_special_awards_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_awards")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_special_awards_cycle_id_key")),
    )
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_themes_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_themes_cycle_id_key")),
    )
    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("ranking", JSON_OR_JSONB, nullable=False, comment="submission ids, best first"),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_ballots_cycle_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_ballots_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("cycle_id", "membership_id", name=op.f("uq_ballots_cycle_id_membership_id")),
    )
    op.create_table(
        "conflicts_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(), nullable=True, comment="ISO 3166-1 alpha-2, for a tie to a whole country"),
        sa.Column(
            "kind", sa.String(), nullable=False, comment="nationality, employment, advice, family, financial or other"
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(city_id IS NULL) <> (country IS NULL)", name=op.f("ck_conflicts_of_interest_one_object")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_conflicts_of_interest_city_id")),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_conflicts_of_interest_declared_by")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_conflicts_of_interest_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts_of_interest")),
    )
    with op.batch_alter_table("conflicts_of_interest", schema=None) as batch_op:
        batch_op.create_index("ix_conflicts_membership", ["membership_id"], unique=False)

    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["announcement_id"], ["announcements.id"], name=op.f("fk_releases_announcement_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_releases_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint(
            "announcement_id",
            "user_id",
            "snapshot_sha256",
            name=op.f("uq_releases_announcement_id_user_id_snapshot_sha256"),
        ),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False, comment="public reference, speakable, e.g. GA7-KM4T"),
        sa.Column(
            "pseudonym",
            sa.String(),
            nullable=False,
            comment="stands for the submission in the published record, e.g. S017",
        ),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column(
            "answers",
            JSON_OR_JSONB,
            nullable=False,
            comment="working text: {section key: {en, zh}}; city data under city_data; sdgs, innovation_type",
        ),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_position", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column(
            "edit_version",
            sa.Integer(),
            nullable=False,
            comment="counts saves; a form states the one it was filled from",
        ),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="number of the last version handed in; 0 before the first"
        ),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column(
            "return_by", sa.DateTime(timezone=True), nullable=True, comment="date given when returned for changes"
        ),
        sa.Column("return_note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND submitted_by IS NOT NULL AND version >= 1)",
            name=op.f("ck_submissions_submitted"),
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_submissions_city_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_submissions_created_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_submissions_cycle_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_submissions_submitted_by")),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_submissions_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("cycle_id", "pseudonym", name=op.f("uq_submissions_cycle_id_pseudonym")),
        sa.UniqueConstraint("ref", name=op.f("uq_submissions_ref")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index("ix_submissions_city", ["city_id"], unique=False)
        batch_op.create_index("ix_submissions_cycle_city", ["cycle_id", "submitted_at", "city_id"], unique=False)
        batch_op.create_index("ix_submissions_cycle_status", ["cycle_id", "status", "id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="place in the member's own reading order, drawn from a seed",
        ),
        sa.Column("reasons", JSON_OR_JSONB, nullable=False, comment="parts of the affinity, for explaining"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_assignments_cycle_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["memberships.id"], name=op.f("fk_assignments_membership_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_assignments_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("submission_id", "membership_id", name=op.f("uq_assignments_submission_id_membership_id")),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index("ix_assignments_cycle", ["cycle_id", "membership_id", "released_at"], unique=False)
        batch_op.create_index("ix_assignments_member_position", ["membership_id", "position"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("caption_en", sa.String(), nullable=False),
        sa.Column("caption_zh", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_attachments_sha256")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_attachments_submission_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_attachments_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "case_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False, comment="stable public id, e.g. GA6-xianning"),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(), nullable=False, comment="copy of the city's, for filtering"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.Column("title_zh", sa.String(), nullable=True),
        sa.Column("title_notes", JSON_OR_JSONB, nullable=False, comment="where a title comes from, by language"),
        sa.Column("summary_en", sa.String(), nullable=True),
        sa.Column("summary_zh", sa.String(), nullable=True),
        sa.Column("theme_key", sa.String(), nullable=True),
        sa.Column("theme_en", sa.String(), nullable=True),
        sa.Column("theme_zh", sa.String(), nullable=True),
        sa.Column("sdgs", JSON_OR_JSONB, nullable=False),
        sa.Column("city_data", JSON_OR_JSONB, nullable=False),
        sa.Column("sections", JSON_OR_JSONB, nullable=False, comment="[{key, heading_en, heading_zh, en, zh}]"),
        sa.Column("citations", JSON_OR_JSONB, nullable=False, comment="[{by, en, zh}]"),
        sa.Column(
            "files",
            JSON_OR_JSONB,
            nullable=False,
            comment="[{sha256, filename, media_type, size, caption_en, caption_zh}]",
        ),
        sa.Column("sources", JSON_OR_JSONB, nullable=False),
        sa.Column("is_shortlisted", sa.Boolean(), nullable=False),
        sa.Column("is_winner", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False, comment="words and Han bigrams, see domain.casebank"),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name=op.f("ck_case_studies_published")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_case_studies_city_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_case_studies_cycle_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_case_studies_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_studies")),
        sa.UniqueConstraint("ref", name=op.f("uq_case_studies_ref")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_case_studies_submission_id")),
    )
    with op.batch_alter_table("case_studies", schema=None) as batch_op:
        batch_op.create_index("ix_case_studies_country", ["country"], unique=False)
        batch_op.create_index("ix_case_studies_cycle", ["cycle_id", "status", "id"], unique=False)
        batch_op.create_index("ix_case_studies_public", ["status", "changed_at", "edit_version"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column(
            "award_key", sa.String(), nullable=False, comment="key of the special award; empty for committee and jury"
        ),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason_en", sa.String(), nullable=False, comment="reason (committee) or citation (jury)"),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("moved_by_hand", sa.Boolean(), nullable=False, comment="differs from the computed proposal"),
        sa.Column("move_reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(stage = 'special') = (award_key <> '')", name=op.f("ck_decisions_award")),
        sa.CheckConstraint("NOT moved_by_hand OR move_reason IS NOT NULL", name=op.f("ck_decisions_moved")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_decisions_cycle_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_decisions_decided_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_decisions_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "cycle_id",
            "stage",
            "award_key",
            "submission_id",
            name=op.f("uq_decisions_cycle_id_stage_award_key_submission_id"),
        ),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index("ix_decisions_submission", ["submission_id"], unique=False)

    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.String(), nullable=False, comment="folder under templates/email, e.g. submission_received"
        ),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column(
            "cause", sa.String(), nullable=False, comment="what brought it about; one letter per cause and recipient"
        ),
        sa.Column("context", JSON_OR_JSONB, nullable=False, comment="plain values the templates need"),
        sa.Column("message_id", sa.String(), nullable=True, comment="set when accepted by the mail server"),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_notifications_cycle_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_notifications_recipient_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_notifications_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("cause", name=op.f("uq_notifications_cause")),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index("ix_notifications_cycle", ["cycle_id", "kind"], unique=False)
        batch_op.create_index("ix_notifications_status", ["status", "not_before"], unique=False)
        batch_op.create_index("ix_notifications_submission", ["submission_id"], unique=False)

    op.create_table(
        "published_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("award_key", sa.String(), nullable=False, comment="special award of this line; empty otherwise"),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("reason_en", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_published_outcomes_city_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_published_outcomes_publication_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_published_outcomes_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_outcomes")),
        sa.UniqueConstraint(
            "publication_id", "submission_id", name=op.f("uq_published_outcomes_publication_id_submission_id")
        ),
    )
    with op.batch_alter_table("published_outcomes", schema=None) as batch_op:
        batch_op.create_index("ix_published_outcomes_submission", ["submission_id"], unique=False)

    op.create_table(
        "submission_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(),
            nullable=False,
            comment="started, submitted, returned, accepted, rejected, withdrawn, ...",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True, comment="shown to the city"),
        sa.Column("details", JSON_OR_JSONB, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_submission_events_actor_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_submission_events_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_events")),
    )
    with op.batch_alter_table("submission_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_events_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "submission_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON_OR_JSONB, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False, comment="of the canonical JSON of content"),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_submission_versions_submission_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_submission_versions_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_versions")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_submission_versions_submission_id_number")),
    )
    with op.batch_alter_table("submission_versions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_submission_versions_received", ["submission_id", "number", "submitted_at"], unique=False
        )

    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, comment="draft, submitted, abstained or recused"),
        sa.Column("comment", sa.String(), nullable=False, comment="for the committee"),
        sa.Column("private_note", sa.String(), nullable=False, comment="for the member alone"),
        sa.Column("reason", sa.String(), nullable=True, comment="why abstained or recused"),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status <> 'submitted' OR submitted_at IS NOT NULL", name=op.f("ck_assessments_submitted")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'abstained', 'recused')", name=op.f("ck_assessments_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('abstained', 'recused') OR reason IS NOT NULL", name=op.f("ck_assessments_reason")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_assessments_cycle_id")),
        sa.ForeignKeyConstraint(
            ["submission_id", "membership_id"],
            ["assignments.submission_id", "assignments.membership_id"],
            name=op.f("fk_assessments_submission_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("submission_id", "membership_id", name=op.f("uq_assessments_submission_id_membership_id")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index("ix_assessments_cycle_status", ["cycle_id", "status"], unique=False)
        batch_op.create_index("ix_assessments_membership", ["membership_id", "status"], unique=False)

    op.create_table(
        "bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_study_id", sa.Integer(), nullable=False),
        sa.Column(
            "content_sha256",
            sa.String(),
            nullable=False,
            comment="of the content it is built from; the same content is built once",
        ),
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True, comment="not to be tried earlier"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True, comment="after this a claim is stale"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_bundles_built")
        ),
        sa.ForeignKeyConstraint(["case_study_id"], ["case_studies.id"], name=op.f("fk_bundles_case_study_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_bundles_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
        sa.UniqueConstraint("case_study_id", "content_sha256", name=op.f("uq_bundles_case_study_id_content_sha256")),
    )
    with op.batch_alter_table("bundles", schema=None) as batch_op:
        batch_op.create_index("ix_bundles_status", ["status", "not_before"], unique=False)

    op.create_table(
        "case_awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_study_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False, comment="guangzhou_award or a special award's key"),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True, comment="year of the ceremony"),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("sources", JSON_OR_JSONB, nullable=False),
        sa.ForeignKeyConstraint(["case_study_id"], ["case_studies.id"], name=op.f("fk_case_awards_case_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_awards")),
        sa.UniqueConstraint("case_study_id", "key", name=op.f("uq_case_awards_case_study_id_key")),
    )
    with op.batch_alter_table("case_awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_awards_case_study_id"), ["case_study_id"], unique=False)

    op.create_table(
        "score_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True, comment="NULL when the score was cleared"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_score_changes_assessment_id")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_score_changes_criterion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_changes")),
    )
    with op.batch_alter_table("score_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_changes_assessment_id"), ["assessment_id"], unique=False)

    op.create_table(
        "scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_scores_units")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_scores_assessment_id")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_scores_criterion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint("assessment_id", "criterion_id", name=op.f("uq_scores_assessment_id_criterion_id")),
    )


def downgrade() -> None:
    op.drop_table("scores")
    with op.batch_alter_table("score_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_changes_assessment_id"))

    op.drop_table("score_changes")
    with op.batch_alter_table("case_awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_awards_case_study_id"))

    op.drop_table("case_awards")
    with op.batch_alter_table("bundles", schema=None) as batch_op:
        batch_op.drop_index("ix_bundles_status")

    op.drop_table("bundles")
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_index("ix_assessments_membership")
        batch_op.drop_index("ix_assessments_cycle_status")

    op.drop_table("assessments")
    with op.batch_alter_table("submission_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_versions_received")

    op.drop_table("submission_versions")
    with op.batch_alter_table("submission_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_events_submission_id"))

    op.drop_table("submission_events")
    with op.batch_alter_table("published_outcomes", schema=None) as batch_op:
        batch_op.drop_index("ix_published_outcomes_submission")

    op.drop_table("published_outcomes")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index("ix_notifications_submission")
        batch_op.drop_index("ix_notifications_status")
        batch_op.drop_index("ix_notifications_cycle")

    op.drop_table("notifications")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index("ix_decisions_submission")

    op.drop_table("decisions")
    with op.batch_alter_table("case_studies", schema=None) as batch_op:
        batch_op.drop_index("ix_case_studies_public")
        batch_op.drop_index("ix_case_studies_cycle")
        batch_op.drop_index("ix_case_studies_country")

    op.drop_table("case_studies")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachments_submission_id"))

    op.drop_table("attachments")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index("ix_assignments_member_position")
        batch_op.drop_index("ix_assignments_cycle")

    op.drop_table("assignments")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index("ix_submissions_cycle_status")
        batch_op.drop_index("ix_submissions_cycle_city")
        batch_op.drop_index("ix_submissions_city")

    op.drop_table("submissions")
    op.drop_table("releases")
    with op.batch_alter_table("conflicts_of_interest", schema=None) as batch_op:
        batch_op.drop_index("ix_conflicts_membership")

    op.drop_table("conflicts_of_interest")
    op.drop_table("ballots")
    op.drop_table("themes")
    op.drop_table("special_awards")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_user_id"))

    op.drop_table("sign_ins")
    op.drop_table("selections")
    op.drop_table("rules_versions")
    op.drop_table("publications")
    with op.batch_alter_table("one_time_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_links_user_id"))

    op.drop_table("one_time_links")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index("ix_memberships_cycle_role")

    op.drop_table("memberships")
    with op.batch_alter_table("delegates", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_delegates_live", postgresql_where=sa.text("ended_at IS NULL"), sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_delegates_user")

    op.drop_table("delegates")
    op.drop_table("criteria")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_cycle")

    op.drop_table("audit_entries")
    op.drop_table("announcements")
    op.drop_table("users")
    op.drop_table("periodic_runs")
    op.drop_table("heartbeats")
    op.drop_table("cycles")
    op.drop_table("cities")
    op.drop_table("blobs")

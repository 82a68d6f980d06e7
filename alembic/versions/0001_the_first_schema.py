"""the first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REF = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", REF, nullable=False),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "audit_head",
        sa.Column("chain", REF, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "consent_text",
        sa.Column(
            "purpose",
            sa.Enum(
                "publication", "photos", "next_invitation", name="purpose", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("version", REF, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "version", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", REF, nullable=False),
        sa.Column("key", REF, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("market_id", REF, nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_index(op.f("ix_idempotency_market_id"), "idempotency", ["market_id"], unique=False)
    op.create_table(
        "market",
        sa.Column("id", REF, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("postcode", sa.String(length=300), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "draft",
                "collecting",
                "matching",
                "day",
                "follow_up",
                "closed",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "reciprocity",
            sa.Enum("none", "wanted", "required", name="reciprocity", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "within_kind",
            sa.Enum("none", "nonprofits", "all", name="within_kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("max_agreements", sa.Integer(), nullable=True),
        sa.Column("max_pairs_between", sa.Integer(), nullable=True),
        sa.Column("max_distance_km", sa.Double(), nullable=True),
        sa.Column("break_rounds", JSON, nullable=False),
        sa.Column(
            "history",
            sa.Enum("ignore", "prefer", "avoid", name="history", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("earlier_agreements", JSON, nullable=False),
        sa.Column("concepts", JSON, nullable=False),
        sa.Column("has_scores", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_agreements >= 0", name=op.f("ck_market_max_agreements_not_negative")),
        sa.CheckConstraint("max_distance_km >= 0", name=op.f("ck_market_max_distance_km_not_negative")),
        sa.CheckConstraint("max_pairs_between >= 0", name=op.f("ck_market_max_pairs_between_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market")),
    )
    op.create_table(
        "token",
        sa.Column("id", REF, nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "organiser",
                "broker",
                "notary",
                "helper",
                "moderator",
                "participant",
                "screen",
                "public",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("market_ids", JSON, nullable=True),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("issued_by", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_secret_sha256"), "token", ["secret_sha256"], unique=True)
    op.create_table(
        "agreement",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "drafted",
                "submitted",
                "returned",
                "certified",
                "void",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("place", sa.String(length=300), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("contact_organisation_id", REF, nullable=True),
        sa.Column("contacted_organisation_id", REF, nullable=True),
        sa.Column("contact_by", sa.Date(), nullable=True),
        sa.Column("fulfil_by", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("replaces_id", REF, nullable=True),
        sa.Column("created_by", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("certified_by", REF, nullable=True),
        sa.Column("certified_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'certified' OR (number IS NOT NULL AND certified_at IS NOT NULL)",
            name=op.f("ck_agreement_certified_has_number"),
        ),
        sa.CheckConstraint("from_on IS NULL OR to_on IS NULL OR from_on <= to_on", name=op.f("ck_agreement_days_in_order")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_agreement_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_market_id_agreement_number"), "agreement", ["market_id", "number"], unique=True)
    op.create_index(op.f("ix_agreement_market_id_agreement_status"), "agreement", ["market_id", "status"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("chain", REF, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", REF, nullable=False),
        sa.Column("on_behalf_of", REF, nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=700), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("written_as", REF, nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain"], ["audit_head.chain"], name=op.f("fk_audit_entry_chain")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit_entry")),
    )
    op.create_index(
        op.f("ix_audit_entry_chain_audit_entry_subject_kind_audit_entry_subject_id"),
        "audit_entry",
        ["chain", "subject_kind", "subject_id"],
        unique=False,
    )
    op.create_table(
        "category",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("code", REF, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hands",
                "know_how",
                "goods",
                "space_logistics",
                "programme",
                "access",
                "open",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("neighbours", JSON, nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_category_market_id")),
        sa.PrimaryKeyConstraint("market_id", "code", name=op.f("pk_category")),
    )
    op.create_table(
        "mail_text",
        sa.Column("market_id", REF, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "staff_login",
                "participant_entry",
                "entry_received",
                "invitation",
                "entry_returned",
                "place_free",
                "confirmation_missing",
                "reminder",
                "proposals_published",
                "staff_invitation",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_mail_text_market_id")),
        sa.PrimaryKeyConstraint("market_id", "kind", name=op.f("pk_mail_text")),
    )
    op.create_table(
        "membership",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("account_id", REF, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "organiser",
                "broker",
                "notary",
                "helper",
                "moderator",
                "participant",
                "screen",
                "public",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_membership_market_id")),
        sa.PrimaryKeyConstraint("market_id", "account_id", "role", name=op.f("pk_membership")),
    )
    op.create_table(
        "organisation",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("company", "nonprofit", name="kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("owner", sa.String(length=300), nullable=True),
        sa.Column("postcode", sa.String(length=300), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("max_agreements", sa.Integer(), nullable=True),
        sa.Column("competitors", sa.String(length=300), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.Column("excludes", JSON, nullable=False),
        sa.Column("representatives", sa.Integer(), nullable=False),
        sa.Column("absent_rounds", JSON, nullable=False),
        sa.Column("table", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column(
            "standing",
            sa.Enum(
                "submitted",
                "approved",
                "returned",
                "waiting",
                "withdrawn",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("assistance", sa.Text(), nullable=True),
        sa.Column(
            "attendance",
            sa.Enum("unknown", "coming", "cancelled", name="attendance", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("attending", sa.Integer(), nullable=True),
        sa.Column("nonprofit_seen_at", INSTANT, nullable=True),
        sa.Column("nonprofit_seen_by", REF, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("agreed >= 0", name=op.f("ck_organisation_agreed_not_negative")),
        sa.CheckConstraint("attending >= 0", name=op.f("ck_organisation_attending_not_negative")),
        sa.CheckConstraint("max_agreements >= 0", name=op.f("ck_organisation_max_agreements_not_negative")),
        sa.CheckConstraint(
            "max_agreements IS NULL OR agreed <= max_agreements", name=op.f("ck_organisation_agreed_within_maximum")
        ),
        sa.CheckConstraint("representatives >= 1", name=op.f("ck_organisation_representatives_at_least_one")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_organisation_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_organisation")),
    )
    op.create_index(
        op.f("ix_organisation_market_id_organisation_standing"), "organisation", ["market_id", "standing"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("email", sa.String(length=300), nullable=True),
        sa.Column("phone", sa.String(length=300), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_person_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_market_id_person_email"), "person", ["market_id", "email"], unique=False)
    op.create_table(
        "profile",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("town", sa.String(length=300), nullable=True),
        sa.Column("venue", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("begins", sa.String(length=5), nullable=True),
        sa.Column("ends", sa.String(length=5), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column(
            "trading",
            sa.Enum("free", "rounds", "rounds_then_free", name="trading", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("rounds", sa.Integer(), nullable=True),
        sa.Column("round_minutes", sa.Integer(), nullable=True),
        sa.Column("tables", sa.Integer(), nullable=True),
        sa.Column("entry_deadline", sa.Date(), nullable=True),
        sa.Column("hall_places", sa.Integer(), nullable=True),
        sa.Column("has_waiting_list", sa.Boolean(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum("all", "participants", "nobody", name="visibility", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("organiser_name", sa.String(length=300), nullable=True),
        sa.Column("organiser_email", sa.String(length=300), nullable=True),
        sa.Column("organiser_phone", sa.String(length=300), nullable=True),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("retention_days", JSON, nullable=False),
        sa.Column("copied_from", REF, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("hall_places >= 0", name=op.f("ck_profile_hall_places_not_negative")),
        sa.CheckConstraint("round_minutes >= 1", name=op.f("ck_profile_round_minutes_at_least_one")),
        sa.CheckConstraint("rounds >= 1", name=op.f("ck_profile_rounds_at_least_one")),
        sa.CheckConstraint("tables >= 1", name=op.f("ck_profile_tables_at_least_one")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_profile_market_id")),
        sa.PrimaryKeyConstraint("market_id", name=op.f("pk_profile")),
    )
    op.create_table(
        "run",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "done",
                "refused",
                "failed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.String(length=30), nullable=True),
        sa.Column("author", REF, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("versions", JSON, nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("input", sa.Text(), nullable=True),
        sa.Column("summary", JSON, nullable=True),
        sa.Column("plan", JSON, nullable=True),
        sa.Column("failure", JSON, nullable=True),
        sa.Column("adjustments", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("adjustments >= 0", name=op.f("ck_run_adjustments_not_negative")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_run_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_market_id_run_created_at_run_id"), "run", ["market_id", "created_at", "id"], unique=False)
    op.create_index(
        "uq_run_published",
        "run",
        ["market_id"],
        unique=True,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_table(
        "upload",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("corrections", JSON, nullable=False),
        sa.Column("created_by", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_upload_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_upload")),
    )
    op.create_table(
        "agreement_party",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("agreement_id", REF, nullable=False),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id", "agreement_id"],
            ["agreement.market_id", "agreement.id"],
            name=op.f("fk_agreement_party_market_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_agreement_party_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_agreement_party_market_id")),
        sa.PrimaryKeyConstraint("market_id", "agreement_id", "organisation_id", name=op.f("pk_agreement_party")),
    )
    op.create_index(
        op.f("ix_agreement_party_market_id_agreement_party_organisation_id"),
        "agreement_party",
        ["market_id", "organisation_id"],
        unique=False,
    )
    op.create_table(
        "audit_detail",
        sa.Column("chain", REF, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain", "number"], ["audit_entry.chain", "audit_entry.number"], name=op.f("fk_audit_detail_chain_number")
        ),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit_detail")),
    )
    op.create_table(
        "check_in",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column(
            "status",
            sa.Enum("present", "absent", "left", name="status", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_check_in_people_not_negative")),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_check_in_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_check_in_market_id")),
        sa.PrimaryKeyConstraint("market_id", "organisation_id", name=op.f("pk_check_in")),
    )
    op.create_table(
        "consent",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("person_id", REF, nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "publication", "photos", "next_invitation", name="purpose", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("text_version", REF, nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["market_id", "person_id"], ["person.market_id", "person.id"], name=op.f("fk_consent_market_id_person_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_consent_market_id")),
        sa.ForeignKeyConstraint(
            ["purpose", "text_version"],
            ["consent_text.purpose", "consent_text.version"],
            name=op.f("fk_consent_purpose_text_version"),
        ),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_market_id_consent_person_id"), "consent", ["market_id", "person_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column(
            "side", sa.Enum("offer", "need", name="side", native_enum=False, create_constraint=True, length=30), nullable=False
        ),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("category", REF, nullable=True),
        sa.Column("impact_fields", JSON, nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("postcode", sa.String(length=300), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "submitted",
                "approved",
                "returned",
                "waiting",
                "withdrawn",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("agreed <= capacity", name=op.f("ck_entry_agreed_within_capacity")),
        sa.CheckConstraint("agreed >= 0", name=op.f("ck_entry_agreed_not_negative")),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_entry_capacity_not_negative")),
        sa.CheckConstraint("from_on IS NULL OR to_on IS NULL OR from_on <= to_on", name=op.f("ck_entry_days_in_order")),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_entry_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_entry_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_market_id_entry_organisation_id"), "entry", ["market_id", "organisation_id"], unique=False)
    op.create_index(op.f("ix_entry_market_id_entry_side_entry_id"), "entry", ["market_id", "side", "id"], unique=False)
    op.create_index(op.f("ix_entry_market_id_entry_standing"), "entry", ["market_id", "standing"], unique=False)
    op.create_table(
        "link",
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("staff_login", "participant_entry", name="purpose", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("account_id", REF, nullable=True),
        sa.Column("market_id", REF, nullable=True),
        sa.Column("person_id", REF, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_link_one_holder")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_account_id")),
        sa.ForeignKeyConstraint(
            ["market_id", "person_id"], ["person.market_id", "person.id"], name=op.f("fk_link_market_id_person_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_link_market_id")),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_link")),
    )
    op.create_table(
        "login",
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", REF, nullable=True),
        sa.Column("market_id", REF, nullable=True),
        sa.Column("person_id", REF, nullable=True),
        sa.Column("form_secret", sa.String(length=64), nullable=False),
        sa.Column("is_by_link", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("(account_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_login_one_holder")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_account_id")),
        sa.ForeignKeyConstraint(
            ["market_id", "person_id"], ["person.market_id", "person.id"], name=op.f("fk_login_market_id_person_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_login_market_id")),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_login")),
    )
    op.create_index(op.f("ix_login_account_id"), "login", ["account_id"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", REF, nullable=False),
        sa.Column("market_id", REF, nullable=True),
        sa.Column("person_id", REF, nullable=True),
        sa.Column("account_id", REF, nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("recipient", sa.String(length=300), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "held",
                "released",
                "sent",
                "failed",
                "discarded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=300), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("try_after", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("bounced_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_message_account_id")),
        sa.ForeignKeyConstraint(
            ["market_id", "person_id"], ["person.market_id", "person.id"], name=op.f("fk_outbox_message_market_id_person_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_outbox_message_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(
        op.f("ix_outbox_message_market_id_outbox_message_status"), "outbox_message", ["market_id", "status"], unique=False
    )
    op.create_index(op.f("ix_outbox_message_status"), "outbox_message", ["status"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("run_id", REF, nullable=False),
        sa.Column("offer_id", REF, nullable=False),
        sa.Column("need_id", REF, nullable=False),
        sa.Column("giver_id", REF, nullable=False),
        sa.Column("taker_id", REF, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("return_offer_id", REF, nullable=True),
        sa.Column("return_need_id", REF, nullable=True),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["market_id", "run_id"], ["run.market_id", "run.id"], name=op.f("fk_pairing_market_id_run_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_pairing_market_id")),
        sa.PrimaryKeyConstraint("market_id", "run_id", "offer_id", "need_id", name=op.f("pk_pairing")),
    )
    op.create_table(
        "representation",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column("person_id", REF, nullable=False),
        sa.Column("is_contact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_representation_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "person_id"], ["person.market_id", "person.id"], name=op.f("fk_representation_market_id_person_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_representation_market_id")),
        sa.PrimaryKeyConstraint("market_id", "organisation_id", "person_id", name=op.f("pk_representation")),
    )
    op.create_index(
        op.f("ix_representation_market_id_representation_person_id"), "representation", ["market_id", "person_id"], unique=False
    )
    op.create_table(
        "timetable",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("run_id", REF, nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("adjustments", sa.Integer(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("author", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rounds >= 1 AND tables >= 1", name=op.f("ck_timetable_has_room")),
        sa.ForeignKeyConstraint(["market_id", "run_id"], ["run.market_id", "run.id"], name=op.f("fk_timetable_market_id_run_id")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_timetable_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_timetable")),
    )
    op.create_index(
        op.f("ix_timetable_market_id_timetable_created_at_timetable_id"),
        "timetable",
        ["market_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_timetable_published",
        "timetable",
        ["market_id"],
        unique=True,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_table(
        "wish",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column("target", REF, nullable=False),
        sa.Column(
            "level",
            sa.Enum("must_meet", "like", "no_thanks", name="level", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_wish_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_wish_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_wish")),
    )
    op.create_index(
        op.f("ix_wish_market_id_wish_organisation_id_wish_target_wish_level"),
        "wish",
        ["market_id", "organisation_id", "target", "level"],
        unique=True,
    )
    op.create_table(
        "agreement_service",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("agreement_id", REF, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "side", sa.Enum("service", "return", name="side", native_enum=False, create_constraint=True, length=30), nullable=False
        ),
        sa.Column("giver_id", REF, nullable=False),
        sa.Column("taker_id", REF, nullable=False),
        sa.Column("offer_id", REF, nullable=True),
        sa.Column("need_id", REF, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("value_euros", sa.Double(), nullable=True),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_agreement_service_hours_not_negative")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_agreement_service_people_not_negative")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_agreement_service_quantity_not_negative")),
        sa.CheckConstraint("value_euros >= 0", name=op.f("ck_agreement_service_value_euros_not_negative")),
        sa.ForeignKeyConstraint(
            ["market_id", "agreement_id"],
            ["agreement.market_id", "agreement.id"],
            name=op.f("fk_agreement_service_market_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "giver_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_agreement_service_market_id_giver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "need_id"], ["entry.market_id", "entry.id"], name=op.f("fk_agreement_service_market_id_need_id")
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "offer_id"], ["entry.market_id", "entry.id"], name=op.f("fk_agreement_service_market_id_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "taker_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_agreement_service_market_id_taker_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_agreement_service_market_id")),
        sa.PrimaryKeyConstraint("market_id", "agreement_id", "position", name=op.f("pk_agreement_service")),
    )
    op.create_table(
        "conversation",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("timetable_id", REF, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("table", sa.Integer(), nullable=False),
        sa.Column("first_id", REF, nullable=False),
        sa.Column("second_id", REF, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id", "timetable_id"],
            ["timetable.market_id", "timetable.id"],
            name=op.f("fk_conversation_market_id_timetable_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_conversation_market_id")),
        sa.PrimaryKeyConstraint("market_id", "timetable_id", "round", "table", name=op.f("pk_conversation")),
    )
    op.create_table(
        "pair",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("offer_id", REF, nullable=False),
        sa.Column("need_id", REF, nullable=False),
        sa.Column(
            "status",
            sa.Enum("pinned", "forbidden", name="status", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("exception", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("exception IS NULL OR status = 'pinned'", name=op.f("ck_pair_exception_is_pinned")),
        sa.ForeignKeyConstraint(["market_id", "need_id"], ["entry.market_id", "entry.id"], name=op.f("fk_pair_market_id_need_id")),
        sa.ForeignKeyConstraint(
            ["market_id", "offer_id"], ["entry.market_id", "entry.id"], name=op.f("fk_pair_market_id_offer_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_pair_market_id")),
        sa.PrimaryKeyConstraint("market_id", "offer_id", "need_id", name=op.f("pk_pair")),
    )
    op.create_table(
        "score",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("offer_id", REF, nullable=False),
        sa.Column("need_id", REF, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 1000", name=op.f("ck_score_points_in_range")),
        sa.ForeignKeyConstraint(["market_id", "need_id"], ["entry.market_id", "entry.id"], name=op.f("fk_score_market_id_need_id")),
        sa.ForeignKeyConstraint(
            ["market_id", "offer_id"], ["entry.market_id", "entry.id"], name=op.f("fk_score_market_id_offer_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_score_market_id")),
        sa.PrimaryKeyConstraint("market_id", "offer_id", "need_id", name=op.f("pk_score")),
    )


def downgrade() -> None:
    op.drop_table("score")
    op.drop_table("pair")
    op.drop_table("conversation")
    op.drop_table("agreement_service")
    op.drop_index(op.f("ix_wish_market_id_wish_organisation_id_wish_target_wish_level"), table_name="wish")
    op.drop_table("wish")
    op.drop_index(
        "uq_timetable_published",
        table_name="timetable",
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_timetable_market_id_timetable_created_at_timetable_id"), table_name="timetable")
    op.drop_table("timetable")
    op.drop_index(op.f("ix_representation_market_id_representation_person_id"), table_name="representation")
    op.drop_table("representation")
    op.drop_table("pairing")
    op.drop_index(op.f("ix_outbox_message_status"), table_name="outbox_message")
    op.drop_index(op.f("ix_outbox_message_market_id_outbox_message_status"), table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_index(op.f("ix_login_account_id"), table_name="login")
    op.drop_table("login")
    op.drop_table("link")
    op.drop_index(op.f("ix_entry_market_id_entry_standing"), table_name="entry")
    op.drop_index(op.f("ix_entry_market_id_entry_side_entry_id"), table_name="entry")
    op.drop_index(op.f("ix_entry_market_id_entry_organisation_id"), table_name="entry")
    op.drop_table("entry")
    op.drop_index(op.f("ix_consent_market_id_consent_person_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_table("check_in")
    op.drop_table("audit_detail")
    op.drop_index(op.f("ix_agreement_party_market_id_agreement_party_organisation_id"), table_name="agreement_party")
    op.drop_table("agreement_party")
    op.drop_table("upload")
    op.drop_index(
        "uq_run_published",
        table_name="run",
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_run_market_id_run_created_at_run_id"), table_name="run")
    op.drop_table("run")
    op.drop_table("profile")
    op.drop_index(op.f("ix_person_market_id_person_email"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_organisation_market_id_organisation_standing"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("membership")
    op.drop_table("mail_text")
    op.drop_table("category")
    op.drop_index(op.f("ix_audit_entry_chain_audit_entry_subject_kind_audit_entry_subject_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_agreement_market_id_agreement_status"), table_name="agreement")
    op.drop_index(op.f("ix_agreement_market_id_agreement_number"), table_name="agreement")
    op.drop_table("agreement")
    op.drop_index(op.f("ix_token_secret_sha256"), table_name="token")
    op.drop_table("token")
    op.drop_table("market")
    op.drop_index(op.f("ix_idempotency_market_id"), table_name="idempotency")
    op.drop_index(op.f("ix_idempotency_created_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("consent_text")
    op.drop_table("audit_head")
    op.drop_table("account")

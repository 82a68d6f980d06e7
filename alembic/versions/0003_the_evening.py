"""The evening: clock, stations, notes, changes of the plan; mails of new kinds may have texts of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REF = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
KINDS_BEFORE = (
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
)


def upgrade() -> None:
    op.create_table(
        "evening",
        sa.Column("market_id", REF, nullable=False),
        sa.Column(
            "stage",
            sa.Enum("before", "round", "free", "closed", name="stage", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=True),
        sa.Column("lasts_s", sa.Integer(), nullable=True),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column("figures", JSON, nullable=True),
        sa.Column("figures_sha256", sa.String(length=64), nullable=True),
        sa.Column("figures_at", INSTANT, nullable=True),
        sa.Column("figures_by", REF, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("goal >= 0", name=op.f("ck_evening_goal_not_negative")),
        sa.CheckConstraint("lasts_s >= 0", name=op.f("ck_evening_lasts_s_not_negative")),
        sa.CheckConstraint("round >= 0", name=op.f("ck_evening_round_not_negative")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_evening_market_id")),
        sa.PrimaryKeyConstraint("market_id", name=op.f("pk_evening")),
    )
    op.create_table(
        "plan_change",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", REF, nullable=False),
        sa.Column("timetable_id", REF, nullable=True),
        sa.Column("causes", JSON, nullable=False),
        sa.Column("pairs", JSON, nullable=False),
        sa.Column("talks", JSON, nullable=False),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("solve_ms", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("solve_ms >= 0", name=op.f("ck_plan_change_solve_ms_not_negative")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_plan_change_market_id")),
        sa.PrimaryKeyConstraint("market_id", "number", name=op.f("pk_plan_change")),
    )
    op.create_table(
        "station",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
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
        sa.Column("staffed_by", sa.String(length=300), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=True),
        sa.Column("form_secret", sa.String(length=64), nullable=True),
        sa.Column("first_number", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=True),
        sa.Column("created_by", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(first_number IS NULL) = (last_number IS NULL)", name=op.f("ck_station_range_has_two_ends")),
        sa.CheckConstraint("first_number >= 1 AND first_number <= last_number", name=op.f("ck_station_range_in_order")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_station_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_station")),
    )
    op.create_index(op.f("ix_station_secret_sha256"), "station", ["secret_sha256"], unique=True)
    op.create_table(
        "hall_note",
        sa.Column("market_id", REF, nullable=False),
        sa.Column("id", REF, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("note", "help", "refusal", "introduction", name="kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("organisation_id", REF, nullable=False),
        sa.Column("partner_id", REF, nullable=True),
        sa.Column("offer_id", REF, nullable=True),
        sa.Column("need_id", REF, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("author", REF, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", REF, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id", "organisation_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_hall_note_market_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["market_id", "partner_id"],
            ["organisation.market_id", "organisation.id"],
            name=op.f("fk_hall_note_market_id_partner_id"),
        ),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_hall_note_market_id")),
        sa.PrimaryKeyConstraint("market_id", "id", name=op.f("pk_hall_note")),
    )
    op.create_index(
        op.f("ix_hall_note_market_id_hall_note_created_at_hall_note_id"),
        "hall_note",
        ["market_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_hall_note_market_id_hall_note_organisation_id"), "hall_note", ["market_id", "organisation_id"], unique=False
    )
    op.add_column("agreement", sa.Column("taken_by", REF, nullable=True))
    op.add_column("agreement", sa.Column("taken_at", INSTANT, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_mail_text_kind"), "mail_text", type_="check")
        op.alter_column("mail_text", "kind", type_=sa.String(60), existing_type=sa.String(30), existing_nullable=False)
    else:  # nothing refers to the table and no trigger stands on it, so it may be made anew; that leaves the check behind
        with op.batch_alter_table("mail_text", recreate="always") as table:
            table.alter_column("kind", type_=sa.String(60), existing_type=sa.String(30), existing_nullable=False)


def downgrade() -> None:
    op.execute(
        sa.text("DELETE FROM mail_text WHERE kind NOT IN :kinds").bindparams(sa.bindparam("kinds", KINDS_BEFORE, expanding=True))
    )
    before = ", ".join(f"'{kind}'" for kind in KINDS_BEFORE)
    with op.batch_alter_table("mail_text") as table:
        table.alter_column("kind", type_=sa.String(30), existing_type=sa.String(60), existing_nullable=False)
        table.create_check_constraint("kind", f"kind IN ({before})")
    op.drop_column("agreement", "taken_at")
    op.drop_column("agreement", "taken_by")
    op.drop_index(op.f("ix_hall_note_market_id_hall_note_organisation_id"), table_name="hall_note")
    op.drop_index(op.f("ix_hall_note_market_id_hall_note_created_at_hall_note_id"), table_name="hall_note")
    op.drop_table("hall_note")
    op.drop_index(op.f("ix_station_secret_sha256"), table_name="station")
    op.drop_table("station")
    op.drop_table("plan_change")
    op.drop_table("evening")

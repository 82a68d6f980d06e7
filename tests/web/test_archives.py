"""The archive of a market: another installation, on the other database too, gets all of it, and nothing of the first one's own."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from market_content import encode, hash_tables, make_content
from marktplatz.db.base import Base
from marktplatz.db.engine import Database
from marktplatz.db.models import (
    Account,
    Agreement,
    AgreementParty,
    AgreementService,
    AuditDetail,
    AuditEntry,
    CheckIn,
    Consent,
    ConsentText,
    ConversationRecord,
    Evening,
    HallNote,
    Link,
    MailText,
    Membership,
    OutboxMessage,
    PairingRecord,
    Person,
    PlanChange,
    Run,
    TimetableRecord,
)
from marktplatz.exchange.archive import read_archive, write_archive
from marktplatz.settings import Settings
from marktplatz.usecases.archiving.tables import ARCHIVED, LEFT_OUT, part_of
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import (
    AgreementStatus,
    CheckInStatus,
    ConsentPurpose,
    LinkPurpose,
    MessageKind,
    MessageStatus,
    NoteKind,
    Phase,
    Role,
    RunStatus,
    ServiceSide,
    Stage,
)
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World

EXPORT = "/api/v1/markets/m1/exports/archive.zip"
IMPORT = "/api/v1/imports"
AT = datetime(2027, 3, 11, 18, 30, 1, 123456, tzinfo=UTC)
Change = Callable[[dict[str, bytes]], object]
KEEPSAKES = ("audit_head", "audit_entry", "audit_detail")
"""Parts to which an import adds its own entry."""


@pytest.fixture
def other_world(database: Database, request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[World]:
    """A second installation, on the other kind of database."""
    server = request.getfixturevalue("postgresql_server")
    url = server.make_url() if database.is_sqlite else request.getfixturevalue("sqlite_templates").make_url()
    other = Database(url)
    app = create_app(Settings(base_url="http://testserver", trusted_hosts=("testserver",)), database=other, clock=clock)
    with TestClient(app) as running:
        yield World(app, other, clock, running)
    other.dispose()
    if not other.is_sqlite:
        server.drop(url)


def fill(world: World) -> None:
    """A market with a row in every table, its own and those of the installation."""
    world.make_market()
    content = make_content(2, scores=[{"offer": "c0-0", "need": "n0-0", "points": 5}])
    content["market"]["categories"] = [{"code": "h", "label": "Hände", "kind": "hands", "neighbours": []}]
    assert world.as_owner().post("/api/v1/markets/m1/imports?name=m.json", content=encode(content)).status_code == 200
    with world.database.write("m1") as session:
        person = session.scalars(select(Person).order_by(Person.id)).first()
        assert person is not None
        of = {"market_id": "m1"}
        account = Account(id="acc", email="geheim@staff.example", name="Geheim", is_owner=False, created_at=AT)
        session.add_all([account, ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Fotos ja.")])
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="2", text="Niemand hat dem zugestimmt."))
        session.add(Evening(market_id="m1", stage=Stage.FREE, goal=40, opened_at=AT))
        session.add(HallNote(market_id="m1", id="h1", kind=NoteKind.HELP, organisation_id="c0", author="account:x", created_at=AT))
        change = {"causes": [{"code": "absent", "organisation": "c0"}], "pairs": [], "talks": []}
        session.add(PlanChange(market_id="m1", number=1, run_id="r1", is_proven=True, solve_ms=3, at=AT, **change))
        session.add(MailText(market_id="m1", kind=MessageKind.REMINDER, subject="Bald", body="Bald ist es so weit: {link}"))
        session.flush()
        session.add_all(
            [
                Membership(account_id="acc", role=Role.NOTARY, **of),
                Link(secret_sha256="0" * 64, purpose=LinkPurpose.PARTICIPANT_ENTRY, person_id=person.id, created_at=AT, **of),
                OutboxMessage(id="x", person_id=person.id, kind="k", body="Brief", status=MessageStatus.HELD, created_at=AT, **of),
                Consent(id="v1", person_id=person.id, purpose=ConsentPurpose.PHOTOS, text_version="1", given_at=AT, **of),
                CheckIn(organisation_id="c0", status=CheckInStatus.PRESENT, people=2, changed_at=AT, version=3, **of),
                Run(
                    id="r1",
                    status=RunStatus.DONE,
                    author="account:acc",
                    parameters={"stay_bonus": 0},
                    versions={"marktplatz": "1"},
                    input_sha256="a" * 64,
                    input='{"format": "marktplatz/1"}\n',
                    plan={"status": "optimal", "bound": {"served": 4, "points": 1}, "x": None},
                    created_at=AT,
                    published_at=AT,
                    **of,
                ),
            ]
        )
        agreement = Agreement(
            id="g1",
            number=7,
            status=AgreementStatus.CERTIFIED,
            scope="Zwei\nWände",
            from_on=datetime(2027, 4, 1, tzinfo=UTC).date(),
            created_by="account:acc",
            created_at=AT,
            certified_by="account:acc",
            certified_at=AT,
            **of,
        )
        agreement.parties = [AgreementParty(organisation_id=key, position=place) for place, key in enumerate(("c0", "n0"))]
        sides = {"side": ServiceSide.SERVICE, "giver_id": "c0", "taker_id": "n0", "offer_id": "c0-0", "need_id": "n0-0"}
        agreement.services = [AgreementService(position=0, text="Streichen", hours=2.5, value_euros=0.1, **sides)]
        session.add(agreement)
        session.flush()
        pair = {"offer_id": "c0-0", "need_id": "n0-0", "giver_id": "c0", "taker_id": "n0", "return_offer_id": "weg"}
        session.add(PairingRecord(run_id="r1", points=5, reasons=[{"code": "given", "points": 5, "text": "„ja“"}], **pair, **of))
        session.add(
            TimetableRecord(id="t1", run_id="r1", rounds=2, tables=3, result={"met": [1, 1]}, author="x", created_at=AT, **of)
        )
        session.flush()
        session.add(ConversationRecord(timetable_id="t1", round=1, table=2, first_id="c0", second_id="n0", points=5, **of))
        number = session.scalar(select(func.max(AuditEntry.number)).where(AuditEntry.chain == "m1"))
        session.delete(session.get_one(AuditDetail, ("m1", number)))  # erased
        session.execute(update(Base.metadata.tables["organisation"]).values(agreed=1))
    world.move("m1", Phase.FOLLOW_UP)


def export(world: World, url: str = EXPORT) -> bytes:
    answer = world.as_owner().get(url)
    assert answer.status_code == 200
    return answer.content


def take_in(world: World, archive: bytes, **params: str) -> Any:
    return world.as_owner().post(IMPORT, params=params, content=archive, headers={"Content-Type": "application/zip"})


def parts_of(archive: bytes) -> dict[str, bytes]:
    return dict(read_archive(archive).parts)


def lines_of(archive: bytes, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in parts_of(archive)[part_of(table)].splitlines()]


def test_every_table_is_either_archived_or_left_out_on_purpose() -> None:
    assert {*ARCHIVED} | LEFT_OUT == Base.metadata.tables.keys()
    assert not LEFT_OUT & {*ARCHIVED}


@pytest.mark.postgresql
def test_another_installation_gets_everything_and_can_hand_it_on(world: World, other_world: World) -> None:
    fill(world)
    archive = export(world)
    assert [table for table in ARCHIVED if not lines_of(archive, table)] == []
    answer = take_in(other_world, archive)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/markets/m1")
    assert (answer.json()["id"], answer.json()["archived_id"]) == ("m1", "m1")
    assert other_world.database.is_sqlite is not world.database.is_sqlite
    handed_on = export(other_world)
    before, after = parts_of(archive), parts_of(handed_on)
    assert before.keys() == after.keys()
    grown = {part_of(table) for table in KEEPSAKES}
    assert [name for name in before if before[name] != after[name] and name not in grown] == []
    for table in ("audit_entry", "audit_detail"):
        old, new = lines_of(archive, table), lines_of(handed_on, table)
        assert new[: len(old)] == old
        assert len(new) == len(old) + 1
    assert lines_of(handed_on, "audit_entry")[-1]["action"] == "import_archive"
    with other_world.database.read() as session:
        assert list(find_breaks(session)) == []
    assert other_world.as_owner().get("/api/v1/markets/m1").json()["phase"] == "follow_up"


def test_nothing_of_the_installation_is_in_an_archive(world: World) -> None:
    fill(world)
    raw = b"".join(parts_of(export(world)).values())
    for secret in (b"geheim", b"Geheim", b"0" * 64 + b'"}', b"Brief", b"Niemand hat dem zugestimmt", b"secret"):
        assert secret not in raw


@pytest.mark.postgresql
def test_under_another_id_the_audit_still_verifies_and_so_it_does_when_it_comes_home(world: World, other_world: World) -> None:
    fill(world)
    assert take_in(world, export(world), market="kopie").json()["id"] == "kopie"
    again = export(world, "/api/v1/markets/kopie/exports/archive.zip")
    assert {entry["written_as"] for entry in lines_of(again, "audit_entry")} == {"m1", None}
    assert take_in(other_world, again, market="m1").status_code == 201
    for place in (world, other_world):
        with place.database.read() as session:
            assert list(find_breaks(session)) == []
    home = export(other_world)
    assert [entry["written_as"] for entry in lines_of(home, "audit_entry")].count("kopie") == 1
    assert parts_of(home)["market.json"] == parts_of(export(world))["market.json"]


def test_a_taken_id_is_refused_and_only_the_owner_may(world: World) -> None:
    fill(world)
    archive = export(world)
    before = hash_tables(world.database)
    owner = world.as_owner()
    answer = owner.post(IMPORT, content=archive)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "market_exists")
    assert owner.post(IMPORT, params={"market": "installation"}, content=archive).status_code == 409
    assert owner.post(IMPORT, params={"market": " "}, content=archive).status_code == 422
    assert world.client().post(IMPORT, content=archive).status_code == 401
    assert world.as_token(Role.ORGANISER).post(IMPORT, params={"market": "m2"}, content=archive).status_code == 403
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Base.metadata.tables["market"])) == 1
    assert before != hash_tables(world.database)  # the tokens that asked; all else:
    assert parts_of(export(world)) == parts_of(archive)


@pytest.mark.postgresql
def test_a_consent_to_other_words_is_not_taken_over(world: World, other_world: World) -> None:
    fill(world)
    with other_world.database.write() as session:
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Fotos und Filme."))
    answer = take_in(other_world, export(world))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "consent_text_differs")


@pytest.mark.postgresql
def test_a_run_that_was_under_way_has_ended(world: World, other_world: World) -> None:
    fill(world)
    with world.database.write("m1") as session:
        session.get_one(Run, ("m1", "r1")).status = RunStatus.RUNNING
    take_in(other_world, export(world))
    assert [run["status"] for run in lines_of(export(other_world), "run")] == ["cancelled"]


def with_row(table: str, **changes: Any) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        first, *rest = parts[part_of(table)].splitlines(keepends=True)
        row = json.loads(first) | changes
        kept = {key: value for key, value in row.items() if value != "gone"}
        parts[part_of(table)] = b"".join([json.dumps(kept).encode(), b"\n", *rest])

    return change


def without(table: str) -> Change:
    return lambda parts: parts.update({part_of(table): b""})


BROKEN = [
    pytest.param(with_row("organisation", name="Anders"), "archive_inconsistent", id="rows and market file differ"),
    pytest.param(with_row("organisation", kind="firma"), "archive_value_unfit", id="unknown word"),
    pytest.param(with_row("organisation", agreed=True), "archive_value_unfit", id="true is no number"),
    pytest.param(with_row("organisation", agreed=2**40), "archive_value_unfit", id="too large"),
    pytest.param(with_row("organisation", agreed=-1), "archive_inconsistent", id="rule of the database"),
    pytest.param(with_row("organisation", id="gone"), "archive_value_unfit", id="missing"),
    pytest.param(with_row("organisation", surplus=1), "archive_value_unfit", id="unknown column"),
    pytest.param(with_row("agreement", scope="a\x00b"), "archive_value_unfit", id="control character"),
    pytest.param(with_row("agreement", place="x" * 301), "archive_value_unfit", id="too long"),
    pytest.param(with_row("agreement", created_at="2027-03-11"), "archive_value_unfit", id="no zone"),
    pytest.param(with_row("run", plan={"x": "\x00"}), "archive_value_unfit", id="inside JSON"),
    pytest.param(with_row("agreement_party", organisation_id="c9"), "archive_inconsistent", id="reference into nothing"),
    pytest.param(with_row("audit_entry", actor="somebody"), "archive_audit_broken", id="forged entry"),
    pytest.param(with_row("audit_detail", details="{}"), "archive_audit_broken", id="forged details"),
    pytest.param(with_row("audit_head", length=1), "archive_audit_broken", id="cut chain"),
    pytest.param(without("audit_head"), "archive_inconsistent", id="no head"),
    pytest.param(without("market"), "archive_inconsistent", id="no market"),
    pytest.param(lambda parts: parts.pop("about.json"), "archive_part_missing", id="missing part"),
    pytest.param(lambda parts: parts.update({"more.txt": b""}), "archive_part_strange", id="strange part"),
    pytest.param(lambda parts: parts.update({part_of("wish"): b"[1]\n"}), "archive_value_unfit", id="no object"),
    pytest.param(lambda parts: parts.update({part_of("wish"): b'{"id": NaN}\n'}), "archive_row_unreadable", id="no JSON"),
    pytest.param(lambda parts: parts.update({"market.json": b"{}"}), "no_organisations_list", id="no market file"),
]


@pytest.mark.parametrize(("change", "code"), BROKEN)
def test_what_does_not_fit_together_is_refused_as_a_whole(world: World, change: Change, code: str) -> None:
    fill(world)
    parts = parts_of(export(world))
    change(parts)
    owner = world.as_owner()
    before = hash_tables(world.database)
    answer = owner.post(IMPORT, params={"market": "neu"}, content=write_archive(parts))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert hash_tables(world.database) == before


def test_an_archive_of_before_a_column_was_there_is_read(world: World) -> None:
    fill(world)
    parts = parts_of(export(world))
    for table, column in (("pairing", "is_by_hand"), ("agreement", "void_reason")):
        with_row(table, **{column: "gone"})(parts)
    assert take_in(world, write_archive(parts), market="alt").status_code == 201


def test_something_else_than_an_archive_is_told_to_be_none(world: World) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("Organisationen.csv", "Id;Art\n")
    owner = world.as_owner()
    codes = [owner.post(IMPORT, content=body).json()["errors"][0]["code"] for body in (b"x", stream.getvalue(), b"")]
    assert codes == ["not_a_zip", "archive_no_manifest", "empty_file"]

"""Erasing a person: nothing of them is left in any table, nor in the database's file; all else stays, and the audit holds."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from marktplatz.db.base import Base
from marktplatz.db.engine import Database
from marktplatz.db.models import (
    AuditDetail,
    AuditEntry,
    Consent,
    ConsentText,
    EntryRecord,
    IdempotencyRecord,
    Link,
    Login,
    OrganisationRecord,
    Person,
    Run,
)
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.links import make_link
from marktplatz.usecases.outbox import write_to_person
from marktplatz.vocabulary import ConsentPurpose, MessageKind, Role, RunStatus
from service_fixtures import World

MARKET = "/api/v1/markets/m1"
CANARIES = ("Kanariä Vögel", "kanari@vogel.example", "0221 7654321")
EARLIER = ("kanari.alt@vogel.example", "0221 1234567")
"""What the person had before, and the audit still knows."""


def contact(name: str | None = None, email: str | None = None, phone: str | None = None) -> dict[str, str | None]:
    return {"name": name, "email": email, "phone": phone}


def plant(world: World) -> str:
    """A person with a past, in every table that holds something about persons; and another one."""
    world.make_market()
    owner = world.as_owner()
    sent: dict[str, Any] = {"kind": "company", "name": "Bank", "id": "bank", "contact": contact(CANARIES[0], *EARLIER)}
    assert owner.post(f"{MARKET}/organisations", json=sent, headers={"Idempotency-Key": "k"}).status_code == 201
    now = {"contact": contact(*CANARIES)}
    assert owner.patch(f"{MARKET}/organisations/bank", json=now, headers={"If-Match": "*"}).status_code == 200
    other = {"kind": "nonprofit", "name": "Verein", "id": "verein", "contact": contact("Frau Bleibt", "bleibt@verein.example")}
    assert owner.post(f"{MARKET}/organisations", json=other).status_code == 201
    with world.database.write("m1") as session:
        person = session.scalars(select(Person).where(Person.email == CANARIES[1])).one()
        of_person = {"market_id": "m1", "person_id": person.id}
        message = write_to_person(session, world.clock.now, MessageKind.INVITATION, person, "Markt", "de")
        make_link(session, world.clock.now, message)
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Ja."))
        session.flush()
        consent = {"purpose": ConsentPurpose.PHOTOS, "text_version": "1", "given_at": world.clock.now}
        session.add(Consent(id="c", **of_person, **consent))
        run = {"author": "system", "parameters": {}, "versions": {}, "input_sha256": "0" * 64, "created_at": world.clock.now}
        session.add(Run(market_id="m1", id="r", status=RunStatus.DONE, input=f'"{CANARIES[0]}"', **run))
        person_id = person.id
    world.as_person("m1", person_id)
    return person_id


def find_in_tables(database: Database, words: tuple[str, ...]) -> list[str]:
    """In every column of every row, also in JSON and in bytes."""
    found = []
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                text = repr(tuple(row)) + "".join(value.decode() for value in row if isinstance(value, bytes))
                text += text.encode().decode("unicode_escape", "replace")
                found += [f"{table.name}: {word}" for word in words if word in text]
    return found


def test_nothing_of_a_person_is_left_and_the_rest_stays(world: World) -> None:
    person = plant(world)
    before = {found.partition(":")[0] for found in find_in_tables(world.database, CANARIES + EARLIER)}
    assert before == {"person", "outbox_message", "audit_detail", "idempotency", "run"}
    organiser = world.as_token(Role.ORGANISER, "m1")
    assert organiser.delete(f"{MARKET}/persons/{person}").json() == {"mentions": []}
    assert find_in_tables(world.database, CANARIES + EARLIER) == []
    with world.database.read() as session:
        for emptied in (Consent, Link, Login):
            assert session.scalars(select(emptied)).all() == []
        assert list(find_breaks(session)) == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.chain == "m1").order_by(AuditEntry.number)).all()
        kept = session.scalars(select(AuditDetail.details).where(AuditDetail.chain == "m1")).all()
        assert session.scalars(select(Person.name)).all() == ["Frau Bleibt"]
        assert len(session.scalars(select(OrganisationRecord)).all()) == 2
        assert session.scalars(select(IdempotencyRecord.body)).all() == [None]
    assert actions[-4:] == ["add_organisation", "change_organisation", "add_organisation", "erase_person"]
    assert any("Frau Bleibt" in details for details in kept)
    assert organiser.delete(f"{MARKET}/persons/{person}").status_code == 404


def test_a_repeated_request_is_then_told_that_its_answer_is_gone(world: World) -> None:
    person = plant(world)
    owner = world.as_owner()
    sent = {"kind": "company", "name": "Neu"}
    owner.post(f"{MARKET}/organisations", json=sent, headers={"Idempotency-Key": "n"})
    owner.delete(f"{MARKET}/persons/{person}")
    again = owner.post(f"{MARKET}/organisations", json=sent, headers={"Idempotency-Key": "n"})
    assert again.json()["errors"][0]["code"] == "answer_erased"


def test_nothing_is_left_in_the_file_either(world: World) -> None:
    if not world.database.is_sqlite:
        assert world.database.scrub() is None  # PostgreSQL's own vacuum
        return
    path = Path(str(world.database.url.database))
    files = (path, path.with_name(path.name + "-wal"))
    person = plant(world)
    words = [word.encode() for word in (*CANARIES, *EARLIER)] + [rb"Kanari\u00e4"]
    there = b"".join(file.read_bytes() for file in files if file.exists())
    assert all(word in there for word in words)
    world.as_owner().delete(f"{MARKET}/persons/{person}")
    left = b"".join(file.read_bytes() for file in files if file.exists())
    assert [word for word in words if word in left] == []
    assert b"Frau Bleibt" in left


def test_everything_about_a_person_is_shown_to_them_and_what_others_wrote_is_named(world: World) -> None:
    person = plant(world)
    with world.database.write("m1") as session:
        fields = {"side": "offer", "organisation_id": "verein", "title": "x", "impact_fields": [], "capacity": 1}
        times = {"created_at": world.clock.now, "updated_at": world.clock.now}
        session.add(EntryRecord(market_id="m1", id="a", text="Bitte bei KANARIÄ VÖGEL melden.", **fields, **times))
    stored = world.as_person("m1", person).get(f"{MARKET}/persons/{person}").json()
    assert stored["person"]["email"] == CANARIES[1]
    assert [row["id"] for row in stored["organisations"]] == ["bank"]
    assert [len(stored[part]) for part in ("consents", "links", "logins", "messages")] == [1, 1, 2, 1]
    assert {word for change in stored["changes"] for word in change["words"]} == set(CANARIES + EARLIER)
    written = {"table": "entry", "key": "a", "column": "text"}
    assert stored["mentions"] == [{"table": "run", "key": "r", "column": "input"}, written]
    assert "Frau Bleibt" not in str(stored)
    assert world.as_owner().delete(f"{MARKET}/persons/{person}").json()["mentions"] == [written]


@pytest.mark.parametrize("name", ["Li", "Anna"])
def test_a_short_name_takes_no_other_words_with_it(world: World, name: str) -> None:
    world.make_market()
    owner = world.as_owner()
    for key, person in (("a", name), ("b", f"{name}bella Linde")):
        owner.post(f"{MARKET}/organisations", json={"id": key, "kind": "company", "name": key, "contact": contact(person)})
    with world.database.read() as session:
        wanted = session.scalars(select(Person.id).where(Person.name == name)).one()
    owner.delete(f"{MARKET}/persons/{wanted}")
    with world.database.read() as session:
        details = session.scalars(select(AuditDetail.details).where(AuditDetail.chain == "m1")).all()
    assert [f"{name}bella" in text for text in details].count(True) == 1

"""What pages share is worked out once for a state, by readers alone, and is never older than the state that is read."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.engine import Database
from marktplatz.db.models import MarketRecord
from marktplatz.db.shared import shared
from marktplatz.market import Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.markets import create_market
from service_fixtures import FakeClock

reads: list[str] = []


@shared
def find_name(session: Session, market_id: str) -> str | None:
    reads.append(market_id)
    return session.scalar(select(MarketRecord.name).where(MarketRecord.id == market_id))


@pytest.fixture(autouse=True)
def counted() -> Iterator[None]:
    reads.clear()
    yield
    reads.clear()


def make(database: Database, clock: FakeClock, *markets: str) -> None:
    for each in markets:
        with database.write() as session:
            create_market(session, clock.now, SYSTEM, Policy(name=f"Halle {each}"), each)


def look(database: Database, market_id: str = "m1") -> str | None:
    with database.read() as session:
        return find_name(session, market_id)


def rename(database: Database, title: str) -> None:
    with database.write("m1") as session:
        session.get_one(MarketRecord, "m1").name = title


def test_two_readers_of_one_state_read_once(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1")
    assert [look(database), look(database)] == ["Halle m1", "Halle m1"]
    assert reads == ["m1"]


def test_each_market_has_its_own(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1", "m2")
    assert [look(database, "m1"), look(database, "m2"), look(database, "m1")] == ["Halle m1", "Halle m2", "Halle m1"]
    assert reads == ["m1", "m2"]


def test_after_a_write_it_is_read_anew(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1")
    look(database)
    rename(database, "Stadthalle")
    assert look(database) == "Stadthalle"


def test_what_another_process_wrote_is_seen(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1", "m2")
    look(database)
    other = Database(database.url.render_as_string(hide_password=False))
    with other.write("m1") as session:
        session.get_one(MarketRecord, "m1").name = "Stadthalle"
        record_change(session, clock.now, SYSTEM, "edit_market", Subject("market", "m1"), chain="m1")
    other.dispose()
    assert look(database) == "Stadthalle"


def test_who_writes_shares_nothing_that_may_be_taken_back(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1")
    look(database)
    with suppress(RuntimeError), database.write("m1") as session:
        session.get_one(MarketRecord, "m1").name = "Nie"
        session.flush()
        assert find_name(session, "m1") == "Nie"
        raise RuntimeError
    assert look(database) == "Halle m1"


def test_a_reader_who_began_before_a_write_leaves_nothing_old_to_those_who_come_after(database: Database, clock: FakeClock) -> None:
    make(database, clock, "m1")
    with database.read() as session:
        session.scalar(select(MarketRecord.id))
        rename(database, "Stadthalle")
        assert find_name(session, "m1") == "Halle m1"
    assert look(database) == "Stadthalle"

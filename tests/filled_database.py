"""A market in a database: one bank with one offer, written by the use cases."""

from datetime import UTC, datetime

from marktplatz.db.engine import Database
from marktplatz.market import Entry, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import EntrySide, OrganisationKind

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def fill(database: Database) -> None:
    with database.write() as session:
        create_market(session, NOW, SYSTEM, Policy(), "m1")
    with database.write("m1") as session:
        add_organisation(session, NOW, SYSTEM, "m1", Organisation(id="bank", kind=OrganisationKind.COMPANY))
        add_entry(session, NOW, SYSTEM, "m1", EntrySide.OFFER, Entry(id="paint", organisation="bank", title="Streichen"))

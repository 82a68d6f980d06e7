"""A market in which many fight for few offers, as records that were made at once, and what became of it."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from factories import make_nonprofit, make_offer, make_organisation
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, AgreementParty, AgreementService, EntryRecord, MarketRecord, OrganisationRecord, Token
from marktplatz.market import Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.records import ORGANISATION_FIELDS, entry_fields, fields_of
from marktplatz.vocabulary import AgreementStatus, EntrySide, Phase, Role, ServiceSide
from marktplatz.web.identity import hash_secret

NOW = datetime(2027, 3, 11, 18, 0, tzinfo=UTC)


def build_arena(database: Database, *, offers: int, rivals: int, capacity: int = 1, is_drafted: bool = True) -> None:
    """The bank has offers; the agreement a{i}-{k} gives offer i to rival k and waits at the notary's desk."""
    with database.write() as session:
        create_market(session, NOW, SYSTEM, Policy(), "m1")
        for role in (Role.BROKER, Role.NOTARY):
            fields = {"scopes": ["*"], "issued_by": "system", "created_at": NOW}
            session.add(Token(id=role.value, secret_sha256=hash_secret(role.value), name=role.value, role=role, **fields))
    with database.write("m1") as session:
        session.get_one(MarketRecord, "m1").phase = Phase.DAY
        for value in (make_organisation("bank"), *(make_nonprofit(f"c{k}") for k in range(rivals))):
            kept = fields_of(value, ORGANISATION_FIELDS)
            session.add(OrganisationRecord(market_id="m1", id=value.id, agreed=0, created_at=NOW, updated_at=NOW, **kept))
        session.flush()
        for i in range(offers):
            kept = {**entry_fields(make_offer(f"o{i}", capacity=capacity)), "organisation_id": "bank", "side": EntrySide.OFFER}
            session.add(EntryRecord(market_id="m1", id=f"o{i}", agreed=0, created_at=NOW, updated_at=NOW, **kept))
        session.flush()
        if is_drafted:
            session.add_all(_make_agreement(i, k) for i in range(offers) for k in range(rivals))


def _make_agreement(i: int, k: int) -> Agreement:
    service = {
        "side": ServiceSide.SERVICE,
        "giver_id": "bank",
        "taker_id": f"c{k}",
        "offer_id": f"o{i}",
        "text": "Hilfe",
        "hours": 2,
    }
    return Agreement(
        market_id="m1",
        id=f"a{i}-{k}",
        status=AgreementStatus.SUBMITTED,
        created_by="system",
        created_at=NOW,
        parties=[AgreementParty(organisation_id=party, position=n) for n, party in enumerate(("bank", f"c{k}"))],
        services=[AgreementService(position=0, **service)],
    )


def drop_checks(database: Database) -> None:
    """On PostgreSQL; SQLite's are ignored by whoever opens it (`Guards`)."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE entry DROP CONSTRAINT ck_entry_agreed_within_capacity"))


def count_sold(database: Database) -> Counter[str]:
    """Certificates by offer."""
    wanted = (
        select(AgreementService.offer_id, func.count())
        .join(Agreement, (Agreement.market_id == AgreementService.market_id) & (Agreement.id == AgreementService.agreement_id))
        .where(Agreement.status == AgreementStatus.CERTIFIED)
        .group_by(AgreementService.offer_id)
    )
    with database.read() as session:
        return Counter({offer: sold for offer, sold in session.execute(wanted) if offer is not None})


def find_disagreements(database: Database) -> list[str]:
    """Offers whose counter is not the number of their certificates, and numbers that are not 1, 2, 3 …"""
    sold = count_sold(database)
    with database.read() as session:
        wrong = [entry.id for entry in session.scalars(select(EntryRecord)) if entry.agreed != sold[entry.id]]
        numbers = sorted(n for n in session.scalars(select(Agreement.number)) if n is not None)
    return wrong + [str(n) for place, n in enumerate(numbers, 1) if n != place]

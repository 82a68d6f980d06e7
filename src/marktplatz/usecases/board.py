"""The board: what a market has brought so far, for a wall that everybody sees. No names and texts but of those who agreed to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from marktplatz.db.models import (
    Agreement,
    AgreementService,
    AuditHead,
    CategoryRecord,
    Consent,
    EntryRecord,
    OrganisationRecord,
    Representation,
)
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.records import organisation_value
from marktplatz.vocabulary import AgreementStatus, ConsentPurpose, Phase, ServiceSide
from marktplatz.wording.board import name_of_unpublished

SHOWN_LATEST: Final = 10
_FIGURES: Final = ("services", "hours", "quantity", "value_euros")
_Line: TypeAlias = Row[ServiceSide, str, int, float | None, float | None, float | None]


@dataclass(frozen=True)
class Figures:
    """Hours are those of all people together; things, hours and euros are never added up."""

    services: int = 0
    hours: float = 0
    quantity: float = 0
    value_euros: float = 0


@dataclass(frozen=True)
class CategoryFigures:
    """`code` null: services that name no entry of a category."""

    code: str | None
    label: str | None
    figures: Figures


@dataclass(frozen=True)
class Latest:
    """`text` is a sentence without names, and `parties` empty, unless all parties agreed to be published."""

    number: int
    certified_at: datetime
    text: str
    parties: tuple[str, ...]


@dataclass(frozen=True)
class BoardState:
    """Counts certified agreements only; hours, things and euros are kept apart, and so are both sides.

    The latest are named only where all their parties agreed to be published. `version` never goes back in a market; it is also the
    id of the event that brings this state. `time` is the server's.
    """

    market: str
    phase: Phase
    agreements: int
    organisations: int
    sides: dict[ServiceSide, Figures]
    categories: tuple[CategoryFigures, ...]
    latest: tuple[Latest, ...]
    version: int = field(compare=False)
    time: datetime = field(compare=False)


def read_board(session: Session, now: datetime, market_id: str, language: str) -> BoardState:
    """One state of the database; a constant number of queries."""
    market = get_market(session, market_id)
    certified = (Agreement.market_id == market_id) & (Agreement.status == AgreementStatus.CERTIFIED)
    active = select(func.count()).where(OrganisationRecord.market_id == market_id, OrganisationRecord.agreed > 0)
    rows = _read_figures(session, market_id)
    return BoardState(
        market=market.name,
        phase=market.phase,
        agreements=session.scalar(select(func.count()).where(certified)) or 0,
        organisations=session.scalar(active) or 0,
        sides={side: _sum(row for row in rows if row.side is side) for side in ServiceSide},
        categories=_by_category(session, market_id, rows),
        latest=_find_latest(session, market_id, language),
        version=session.scalar(select(AuditHead.length).where(AuditHead.chain == market_id)) or 0,
        time=now,
    )


def _read_figures(session: Session, market_id: str) -> Sequence[_Line]:
    """Sums by side and category; the category is the offer's, or the need's where the service names no offer."""
    offer, need, service = aliased(EntryRecord), aliased(EntryRecord), AgreementService
    category = func.coalesce(offer.category, need.category)
    wanted = (
        select(
            service.side,
            category.label("category"),
            func.count().label("services"),
            func.sum(service.hours * func.coalesce(service.people, 1)).label("hours"),
            func.sum(service.quantity).label("quantity"),
            func.sum(service.value_euros).label("value_euros"),
        )
        .join(Agreement, (Agreement.market_id == service.market_id) & (Agreement.id == service.agreement_id))
        .outerjoin(offer, (offer.market_id == service.market_id) & (offer.id == service.offer_id))
        .outerjoin(need, (need.market_id == service.market_id) & (need.id == service.need_id))
        .where(service.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
        .group_by(service.side, category)
    )
    return session.execute(wanted).all()


def _sum(rows: Iterable[_Line]) -> Figures:
    found = list(rows)
    return Figures(**{name: sum(getattr(row, name) or 0 for row in found) for name in _FIGURES})


def _by_category(session: Session, market_id: str, rows: Iterable[_Line]) -> tuple[CategoryFigures, ...]:
    """In the market's own order, what belongs to none at the end."""
    found: dict[str | None, list[_Line]] = defaultdict(list)
    for row in rows:
        found[row.category].append(row)
    wanted = select(CategoryRecord).where(CategoryRecord.market_id == market_id).order_by(CategoryRecord.position)
    labels: dict[str | None, str | None] = {category.code: category.label for category in session.scalars(wanted)}
    codes = [*labels, *sorted(code for code in found if code is not None and code not in labels), None]
    return tuple(CategoryFigures(code, labels.get(code), _sum(found[code])) for code in codes if code in found)


def _find_latest(session: Session, market_id: str, language: str) -> tuple[Latest, ...]:
    wanted = (
        select(Agreement)
        .where(Agreement.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
        .order_by(Agreement.certified_at.desc(), Agreement.number.desc())
        .limit(SHOWN_LATEST)
        .options(selectinload(Agreement.parties), selectinload(Agreement.services))
    )
    agreements = list(session.scalars(wanted))
    involved = {party.organisation_id for agreement in agreements for party in agreement.parties}
    names = _find_published_names(session, market_id, involved)
    return tuple(_show(agreement, names, language) for agreement in agreements)


def _show(agreement: Agreement, names: dict[str, str], language: str) -> Latest:
    parties = [party.organisation_id for party in agreement.parties]
    number, certified_at = agreement.number, agreement.certified_at
    assert number is not None and certified_at is not None  # noqa: S101, PT018 a certified agreement has both, the table checks it
    if not names.keys() >= set(parties):
        return Latest(number, certified_at, name_of_unpublished(language), ())
    return Latest(number, certified_at, agreement.services[0].text, tuple(names[party] for party in parties))


def _find_published_names(session: Session, market_id: str, organisations: set[str]) -> dict[str, str]:
    """Names of those whose persons consented to publication; one who took it back outweighs another who gave it."""
    wanted = (
        select(OrganisationRecord, Consent)
        .join(Representation, (Representation.market_id == Consent.market_id) & (Representation.person_id == Consent.person_id))
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == Representation.market_id) & (OrganisationRecord.id == Representation.organisation_id),
        )
        .where(Consent.market_id == market_id, Consent.purpose == ConsentPurpose.PUBLICATION)
        .where(OrganisationRecord.id.in_(organisations))
        .order_by(OrganisationRecord.id, Consent.given_at, Consent.id)
    )
    stands: dict[str, dict[str, bool]] = defaultdict(dict)
    names = {}
    for organisation, consent in session.execute(wanted):
        names[organisation.id] = organisation_value(organisation, None).label
        stands[organisation.id][consent.person_id] = consent.withdrawn_at is None
    return {organisation: name for organisation, name in names.items() if all(stands[organisation].values())}

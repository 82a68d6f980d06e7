"""Records to values and back: a market as the core knows it from the database. Columns are named as the values' fields."""

from collections.abc import Container, Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.models import (
    CategoryRecord,
    EntryRecord,
    MarketRecord,
    OrganisationRecord,
    PairRecord,
    Person,
    Representation,
    ScoreRecord,
    WishRecord,
)
from marktplatz.market import (
    Category,
    Contact,
    EarlierAgreement,
    Entry,
    Market,
    MarketConcept,
    Organisation,
    PairRule,
    Policy,
    Score,
    Value,
    Wish,
)
from marktplatz.vocabulary import Attendance, Criterion, EntrySide, Standing

V = TypeVar("V", bound=Value)

ORGANISATION_FIELDS: Final = tuple(name for name in Organisation.model_fields if name not in ("id", "contact"))
ENTRY_FIELDS: Final = tuple(name for name in Entry.model_fields if name not in ("id", "organisation"))
POLICY_FIELDS: Final = tuple(name for name in Policy.model_fields if name != "categories")


def _value(kind: type[V], record: Base | Row[Any], names: Iterable[str], **more: Any) -> V:
    """Lists become tuples again; what is in the database was validated before it came there."""
    fields = {name: getattr(record, name) for name in names}
    given: Any = {name: tuple(field) if isinstance(field, list) else field for name, field in fields.items()}
    return cast(V, kind.model_construct(None, **given, **more))


def policy_value(record: MarketRecord, categories: Iterable[CategoryRecord]) -> Policy:
    policy = _value(Policy, record, POLICY_FIELDS, categories=tuple(category_value(category) for category in categories))
    weights = {Criterion(name): weight for name, weight in record.weights.items()}
    return policy.model_copy(update={"weights": weights})


def category_value(record: CategoryRecord) -> Category:
    return _value(Category, record, ("code", "label", "kind", "neighbours"))


def organisation_value(record: OrganisationRecord | Row[Any], contact: Person | None) -> Organisation:
    return _value(Organisation, record, ("id", *ORGANISATION_FIELDS), contact=contact_value(contact))


def contact_value(person: Person | Row[Any] | None) -> Contact | None:
    return None if person is None else Contact.model_construct(name=person.name, email=person.email, phone=person.phone)


def entry_value(record: EntryRecord | Row[Any]) -> Entry:
    return _value(Entry, record, ("id", *ENTRY_FIELDS), organisation=record.organisation_id)


def wish_value(record: WishRecord) -> Wish:
    return Wish.model_construct(organisation=record.organisation_id, target=record.target, level=record.level)


def pair_value(record: PairRecord) -> PairRule:
    offer, need = record.offer_id, record.need_id
    return PairRule.model_construct(offer=offer, need=need, status=record.status, exception=record.exception)


def fields_of(value: Value, names: Iterable[str]) -> dict[str, Any]:
    """A value's fields as a record's columns take them; tuples become lists."""
    fields = {name: getattr(value, name) for name in names}
    return {name: list(field) if isinstance(field, tuple) else field for name, field in fields.items()}


def entry_fields(value: Entry) -> dict[str, Any]:
    """Null capacity means one, and the database keeps what it means."""
    return fields_of(value, ENTRY_FIELDS) | {"capacity": value.places}


def policy_fields(value: Policy) -> dict[str, Any]:
    return fields_of(value, POLICY_FIELDS) | {"weights": {criterion.value: weight for criterion, weight in value.weights.items()}}


def _select_columns(record: type[Base], names: Iterable[str]) -> Select[Any]:
    """All of a market's, in the order of their ids."""
    of_market = record.market_id == bindparam("market")  # type: ignore[attr-defined]
    return select(*(getattr(record, name) for name in names)).where(of_market).order_by(record.id)  # type: ignore[attr-defined]


_OF_ORGANISATION: Final = _select_columns(OrganisationRecord, ("id", *ORGANISATION_FIELDS, "standing", "attendance"))
_OF_ENTRY: Final = _select_columns(EntryRecord, ("id", "organisation_id", *ENTRY_FIELDS, "side", "standing"))


class Extent(Enum):
    """How much of a market is loaded: all that there is; what nobody withdrew; what is approved; or that as far as it is coming,
    which is what is matched.
    """

    ALL = auto()
    KEPT = auto()
    APPROVED = auto()
    READY = auto()


def load_market(session: Session, market_id: str, extent: Extent, *, with_contacts: bool = True) -> Market:
    """The market as a value, its lists sorted by id: a constant number of queries, whatever its size."""
    record = session.get_one(MarketRecord, market_id)
    of_market = _Rows(session, market_id)
    organisations = [row for row in of_market.columns(_OF_ORGANISATION) if _is_in(row, extent)]
    inside = {row.id for row in organisations}
    entries = [row for row in of_market.columns(_OF_ENTRY) if _is_in(row, extent) and row.organisation_id in inside]
    inside |= {row.id for row in entries}
    contacts = load_contacts(session, market_id) if with_contacts else {}
    return Market(
        market=policy_value(record, of_market.all(CategoryRecord, CategoryRecord.position)),
        organisations=tuple(organisation_value(row, contacts.get(row.id)) for row in organisations),
        offers=tuple(entry_value(row) for row in entries if row.side is EntrySide.OFFER),
        needs=tuple(entry_value(row) for row in entries if row.side is EntrySide.NEED),
        wishes=tuple(
            wish_value(row)
            for row in of_market.all(WishRecord, WishRecord.organisation_id, WishRecord.target, WishRecord.level)
            if row.organisation_id in inside and row.target in inside
        ),
        pairs=tuple(
            pair_value(row)
            for row in of_market.all(PairRecord, PairRecord.offer_id, PairRecord.need_id)
            if row.offer_id in inside and row.need_id in inside
        ),
        scores=_load_scores(of_market, inside) if record.has_scores else None,
        earlier_agreements=tuple(EarlierAgreement(keys=(one, other)) for one, other in _keys(record.earlier_agreements)),
        concepts=tuple(MarketConcept(id=row["id"], words=tuple(row["words"])) for row in record.concepts),
    )


def with_contacts(session: Session, market_id: str, market: Market) -> Market:
    """A market that was loaded without its contacts, as if it had been loaded with them."""
    rows = session.execute(_select_contacts(market_id, Person.name, Person.email, Person.phone))
    contacts = {row.organisation_id: contact_value(row) for row in rows}
    organisations = tuple(each.model_copy(update={"contact": contacts.get(each.id)}) for each in market.organisations)
    return market.model_copy(update={"organisations": organisations})


def load_contacts(session: Session, market_id: str, organisation_ids: Iterable[str] | None = None) -> dict[str, Person]:
    """The contact person by organisation."""
    wanted = _select_contacts(market_id, Person)
    if organisation_ids is not None:
        wanted = wanted.where(Representation.organisation_id.in_(tuple(organisation_ids)))
    return {organisation_id: person for organisation_id, person in session.execute(wanted)}  # noqa: C416 a Result has keys()


def _select_contacts(market_id: str, *columns: Any) -> Select[Any]:
    return (
        select(Representation.organisation_id, *columns)
        .join(Person, (Person.market_id == Representation.market_id) & (Person.id == Representation.person_id))
        .where(Representation.market_id == market_id, Representation.is_contact)
    )


def _is_in(row: Row[Any], extent: Extent) -> bool:
    if extent is Extent.READY:
        is_coming = getattr(row, "attendance", None) is not Attendance.CANCELLED
        return row.standing is Standing.APPROVED and is_coming
    if extent is Extent.APPROVED:
        return row.standing is Standing.APPROVED
    return extent is Extent.ALL or row.standing is not Standing.WITHDRAWN


def _load_scores(of_market: "_Rows", inside: Container[str]) -> tuple[Score, ...]:
    rows = of_market.all(ScoreRecord, ScoreRecord.offer_id, ScoreRecord.need_id)
    return tuple(
        Score.model_construct(offer=row.offer_id, need=row.need_id, points=row.points)
        for row in rows
        if row.offer_id in inside and row.need_id in inside
    )


def _keys(agreements: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    return ((agreement["keys"][0], agreement["keys"][1]) for agreement in agreements)


R = TypeVar("R", bound=Base)


class _Rows:
    def __init__(self, session: Session, market_id: str) -> None:
        self._session, self._market_id = session, market_id

    def all(self, record: type[R], *order: Any) -> list[R]:
        wanted = select(record).where(record.market_id == self._market_id).order_by(*order)  # type: ignore[attr-defined]
        return list(self._session.scalars(wanted))

    def columns(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        """Rows without a record each, for a market's long lists: about half the time."""
        return self._session.execute(wanted, {"market": self._market_id}).all()

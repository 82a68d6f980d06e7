"""The rules of the service that a file cannot know: what is agreed stays possible, what is used stays there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from marktplatz.errors import Finding, Place, Severity
from marktplatz.exchange.import_changes import MarketChanges
from marktplatz.market import Contact, Entry, Market, Organisation, PairRule
from marktplatz.usecases.identifiers import can_be_asked_for
from marktplatz.vocabulary import PairStatus


@dataclass(frozen=True, slots=True)
class InUse:
    """How many certified agreements an organisation or entry has, by its id, and which entries an agreement names."""

    agreed: Mapping[str, int]
    named: frozenset[str]


NOTHING_IN_USE = InUse({}, frozenset())


def as_kept(sent: Market) -> Market:
    """The same market in the words of the database, so that what means the same is no change."""
    lists = {
        "organisations": tuple(map(_organisation_as_kept, sent.organisations)),
        "offers": tuple(map(_entry_as_kept, sent.offers)),
        "needs": tuple(map(_entry_as_kept, sent.needs)),
        "pairs": tuple(map(_pair_as_kept, sent.pairs)),
    }
    return Market.model_construct(sent.model_fields_set, **{name: getattr(sent, name) for name in Market.model_fields} | lists)


def _organisation_as_kept(organisation: Organisation) -> Organisation:
    """A contact of empty texts is the same as one of nothing."""
    contact = organisation.contact
    if contact is None or any((contact.name, contact.email, contact.phone)):
        return organisation
    return organisation.model_copy(update={"contact": Contact.model_construct(contact.model_fields_set)})


def _entry_as_kept(entry: Entry) -> Entry:
    return entry if entry.capacity is not None else entry.model_copy(update={"capacity": entry.places})


def _pair_as_kept(pair: PairRule) -> PairRule:
    """An exception makes a pinned pair possible and means nothing for any other."""
    return pair if pair.exception is None or pair.status is PairStatus.PINNED else pair.model_copy(update={"exception": None})


def find_broken_rules(stored: Market, merged: Market, changes: MarketChanges, in_use: InUse) -> Iterator[Finding]:
    """Every error of the market as it would be, in the rows of the lists that were sent."""
    for finding in changes.errors:
        # A stored entry, not a sent one, lost its category: by categories that take the place of the usual ones.
        if finding.code == "unknown_category" and finding.place.row is None and finding.place.sheet in ("offers", "needs"):
            yield Finding("category_in_use", Place(sheet="categories"), {"code": finding.params["code"]})
        else:
            yield finding
    for list_key in ("organisations", "offers", "needs"):
        for new in changes.by_list[list_key].new:
            if not can_be_asked_for(new.key[0]):
                yield Finding("id_of_dots", Place(sheet=list_key, row=new.row, field="id"), {"id": new.key[0]})
    for changed in changes.organisations.changed:
        yield from _find_maximum_below(merged, merged.organisation_by_id[changed.key[0]], changed.row, in_use)
    yield from _find_market_maximum_below(stored, merged, changes, in_use)
    for list_key in ("offers", "needs"):
        for changed in changes.by_list[list_key].changed:
            entry = merged.entry_by_id[changed.key[0]]
            place = Place(sheet=list_key, row=changed.row)
            yield from _find_entry_in_use(stored.entry_by_id[entry.id], entry, place, in_use)
    yield from _find_double_pairs(merged, changes)


def find_doubts(changes: MarketChanges) -> Iterator[Finding]:
    """Warnings about what was sent; what has stood there before is not told again."""
    rows = {key: {entry.row for entry in (*told.new, *told.changed, *told.unchanged)} for key, told in changes.by_list.items()}
    for finding in changes.findings:
        if finding.severity is Severity.WARNING and finding.place.row in rows.get(finding.place.sheet or "", ()):
            yield finding


def _find_maximum_below(merged: Market, organisation: Organisation, row: int, in_use: InUse) -> Iterator[Finding]:
    """Whoever gives up their own maximum has the market's."""
    agreed, own = in_use.agreed.get(organisation.id, 0), organisation.max_agreements
    limit = merged.market.max_agreements if own is None else own
    if limit is not None and limit < agreed:
        params: dict[str, str | int] = {"agreed": agreed, "limit": limit}
        yield Finding("maximum_below_agreed", Place(sheet="organisations", row=row, field="max_agreements"), params)


def _find_market_maximum_below(stored: Market, merged: Market, changes: MarketChanges, in_use: InUse) -> Iterator[Finding]:
    """The market's maximum, where it is changed, leaves room for what those without their own have agreed."""
    limit = merged.market.max_agreements
    if limit is None or limit == stored.market.max_agreements:
        return
    told = {changed.key[0] for changed in changes.organisations.changed}
    for organisation in merged.organisations:
        agreed = in_use.agreed.get(organisation.id, 0)
        if organisation.max_agreements is None and limit < agreed and organisation.id not in told:
            params: dict[str, str | int] = {"organisation": organisation.id, "agreed": agreed, "limit": limit}
            yield Finding("market_maximum_below_agreed", Place(sheet="market", field="max_agreements"), params)


def _find_entry_in_use(before: Entry, after: Entry, place: Place, in_use: InUse) -> Iterator[Finding]:
    agreed = in_use.agreed.get(after.id, 0)
    if after.places < agreed:
        yield Finding("capacity_below_agreed", replace(place, field="capacity"), {"agreed": agreed, "limit": after.places})
    if after.organisation != before.organisation and after.id in in_use.named:
        yield Finding(
            "agreed_entry_stays", replace(place, field="organisation"), {"id": after.id, "organisation": before.organisation}
        )


def _find_double_pairs(merged: Market, changes: MarketChanges) -> Iterator[Finding]:
    """The same pair cannot be pinned and forbidden; a line that stands twice says no more than once."""
    said: dict[tuple[str, str], PairRule] = {}
    row_by_key = {entry.key: entry.row for entry in (*changes.pairs.new, *changes.pairs.changed, *changes.pairs.unchanged)}
    for pair in merged.pairs:
        key = (pair.offer, pair.need)
        if said.setdefault(key, pair) != pair:
            yield Finding(
                "pair_said_twice", Place(sheet="pairs", row=row_by_key.get(key), field="status"), {"offer": key[0], "need": key[1]}
            )

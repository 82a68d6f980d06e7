"""The rules that no certified agreement may break; each with its name, one function each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, OrganisationRecord, PairRecord, WishRecord
from marktplatz.errors import Finding, Place
from marktplatz.usecases.drafts import Draft, load_entries
from marktplatz.usecases.markets import get_market
from marktplatz.vocabulary import PairStatus, Rule, WishLevel


@dataclass(frozen=True)
class Deal:
    """An agreement with all that its rules are about, as it is now; the caller holds the market's lock."""

    draft: Draft
    organisations: dict[str, OrganisationRecord]
    entries: dict[str, EntryRecord]
    no_thanks: list[WishRecord]
    forbidden: list[PairRecord]
    market_maximum: int | None


def gather_deal(session: Session, market_id: str, draft: Draft) -> Deal:
    parties = select(OrganisationRecord).where(OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(draft.parties))
    wishes = select(WishRecord).where(
        WishRecord.market_id == market_id,
        WishRecord.level == WishLevel.NO_THANKS,
        WishRecord.organisation_id.in_(draft.parties),
    )
    pairs = [(service.offer, service.need) for service in draft.services if service.offer and service.need]
    forbidden = select(PairRecord).where(
        PairRecord.market_id == market_id,
        PairRecord.status == PairStatus.FORBIDDEN,
        tuple_(PairRecord.offer_id, PairRecord.need_id).in_(pairs),
    )
    found = session.scalars(parties.order_by(OrganisationRecord.id).execution_options(populate_existing=True))
    return Deal(
        draft=draft,
        organisations={organisation.id: organisation for organisation in found},
        entries=load_entries(session, market_id, draft),
        no_thanks=list(session.scalars(wishes.order_by(WishRecord.organisation_id, WishRecord.target))),
        forbidden=list(session.scalars(forbidden.order_by(PairRecord.offer_id, PairRecord.need_id))),
        market_maximum=get_market(session, market_id).max_agreements,
    )


def find_broken_rules(deal: Deal) -> Iterator[Finding]:
    """In the order in which a refusal names them."""
    yield from _find_forbidden(deal)
    yield from _find_no_thanks(deal)
    yield from _find_same_organisation(deal)
    yield from _find_same_owner(deal)
    yield from _find_used_up(deal)
    yield from _find_over_maximum(deal)


def _find_forbidden(deal: Deal) -> Iterator[Finding]:
    for pair in deal.forbidden:
        named = {"rule": Rule.FORBIDDEN.value, "offer": pair.offer_id, "need": pair.need_id}
        yield Finding("agreement_breaks_forbidden", params=named)


def _find_no_thanks(deal: Deal) -> Iterator[Finding]:
    """A party on another party, or on an entry that the agreement names."""
    for wish in deal.no_thanks:
        if wish.target in deal.draft.parties or wish.target in deal.entries:
            named = {"rule": Rule.NO_THANKS.value, "organisation": wish.organisation_id, "target": wish.target}
            yield Finding("agreement_breaks_no_thanks", params=named)


def _find_same_organisation(deal: Deal) -> Iterator[Finding]:
    for position, service in enumerate(deal.draft.services):
        if service.giver == service.taker:
            place = Place(field=f"/services/{position}/taker")
            named = {"rule": Rule.SAME_ORGANISATION.value, "organisation": service.giver}
            yield Finding("agreement_breaks_same_organisation", place, named)


def _find_same_owner(deal: Deal) -> Iterator[Finding]:
    owners = {party: (deal.organisations[party].owner or "").strip() for party in deal.draft.parties}
    for one, other in combinations(deal.draft.parties, 2):
        if owners[one] and owners[one] == owners[other]:
            named = {"rule": Rule.SAME_OWNER.value, "organisation": one, "other": other}
            yield Finding("agreement_breaks_same_owner", params=named)


def _find_used_up(deal: Deal) -> Iterator[Finding]:
    for entry in deal.entries.values():
        if entry.agreed + 1 > entry.capacity:
            named: dict[str, str | int] = {"rule": Rule.CAPACITY.value, "entry": entry.id, "limit": entry.capacity}
            yield Finding("agreement_breaks_capacity", params=named)


def _find_over_maximum(deal: Deal) -> Iterator[Finding]:
    for organisation in deal.organisations.values():
        limit = deal.market_maximum if organisation.max_agreements is None else organisation.max_agreements
        if limit is not None and organisation.agreed + 1 > limit:
            named: dict[str, str | int] = {"rule": Rule.MAX_AGREEMENTS.value, "organisation": organisation.id, "limit": limit}
            yield Finding("agreement_breaks_max_agreements", params=named)

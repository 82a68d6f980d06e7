"""The rules that no certified agreement may break; each with its name, one function each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from marktplatz.db.models import PairRecord, WishRecord
from marktplatz.errors import Finding, Place
from marktplatz.usecases.drafts import Draft, look_at_involved
from marktplatz.usecases.involved import Involved
from marktplatz.vocabulary import PairStatus, Rule, WishLevel

_NO_THANKS: Final = (
    select(WishRecord.organisation_id, WishRecord.target)
    .where(
        WishRecord.market_id == bindparam("market"),
        WishRecord.level == WishLevel.NO_THANKS,
        WishRecord.organisation_id.in_(bindparam("parties", expanding=True)),
        WishRecord.target.in_(bindparam("targets", expanding=True)),
    )
    .order_by(WishRecord.organisation_id, WishRecord.target)
)
_FORBIDDEN: Final = (
    select(PairRecord.offer_id, PairRecord.need_id)
    .where(
        PairRecord.market_id == bindparam("market"),
        PairRecord.status == PairStatus.FORBIDDEN,
        tuple_(PairRecord.offer_id, PairRecord.need_id).in_(bindparam("pairs", expanding=True)),
    )
    .order_by(PairRecord.offer_id, PairRecord.need_id)
)


@dataclass(frozen=True)
class Deal:
    """An agreement with all that its rules are about, as it is now; the caller holds the market's lock.

    `no_thanks` are organisation and target, `forbidden` offer and need.
    """

    draft: Draft
    involved: Involved
    no_thanks: Sequence[tuple[str, str]]
    forbidden: Sequence[tuple[str, str]]


def gather_deal(session: Session, market_id: str, draft: Draft) -> Deal:
    """Four queries, whatever the size of the market or of the agreement."""
    involved = look_at_involved(session, market_id, draft)
    parties = list(involved.parties)
    pairs = [(service.offer, service.need) for service in draft.services if service.offer and service.need]
    wishes = {"market": market_id, "parties": parties, "targets": [*parties, *involved.entries]}
    no_thanks = session.execute(_NO_THANKS, wishes).all() if parties else []
    forbidden = session.execute(_FORBIDDEN, {"market": market_id, "pairs": pairs}).all() if pairs else []
    return Deal(draft, involved, no_thanks, forbidden)


def find_broken_rules(deal: Deal) -> Iterator[Finding]:
    """In the order in which a refusal names them."""
    yield from _find_forbidden(deal)
    yield from _find_no_thanks(deal)
    yield from _find_same_organisation(deal)
    yield from _find_same_owner(deal)
    yield from _find_used_up(deal)
    yield from _find_over_maximum(deal)


def _find_forbidden(deal: Deal) -> Iterator[Finding]:
    for offer, need in deal.forbidden:
        named = {"rule": Rule.FORBIDDEN.value, "offer": offer, "need": need}
        yield Finding("agreement_breaks_forbidden", params=named)


def _find_no_thanks(deal: Deal) -> Iterator[Finding]:
    """A party on another party, or on an entry that the agreement names."""
    for organisation, target in deal.no_thanks:
        named = {"rule": Rule.NO_THANKS.value, "organisation": organisation, "target": target}
        yield Finding("agreement_breaks_no_thanks", params=named)


def _find_same_organisation(deal: Deal) -> Iterator[Finding]:
    for position, service in enumerate(deal.draft.services):
        if service.giver == service.taker:
            place = Place(field=f"/services/{position}/taker")
            named = {"rule": Rule.SAME_ORGANISATION.value, "organisation": service.giver}
            yield Finding("agreement_breaks_same_organisation", place, named)


def _find_same_owner(deal: Deal) -> Iterator[Finding]:
    owners = {party: (deal.involved.parties[party].owner or "").strip() for party in deal.draft.parties}
    for one, other in combinations(deal.draft.parties, 2):
        if owners[one] and owners[one] == owners[other]:
            named = {"rule": Rule.SAME_OWNER.value, "organisation": one, "other": other}
            yield Finding("agreement_breaks_same_owner", params=named)


def _find_used_up(deal: Deal) -> Iterator[Finding]:
    for entry in deal.involved.entries.values():
        if entry.agreed + 1 > entry.capacity:
            named: dict[str, str | int] = {"rule": Rule.CAPACITY.value, "entry": entry.id, "limit": entry.capacity}
            yield Finding("agreement_breaks_capacity", params=named)


def _find_over_maximum(deal: Deal) -> Iterator[Finding]:
    for party in deal.involved.parties.values():
        if party.maximum is not None and party.agreed + 1 > party.maximum:
            named: dict[str, str | int] = {
                "rule": Rule.MAX_AGREEMENTS.value,
                "organisation": party.id,
                "limit": party.maximum,
            }
            yield Finding("agreement_breaks_max_agreements", params=named)

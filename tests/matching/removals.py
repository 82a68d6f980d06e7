"""For every reason why an organisation is in no pair: the same market without what the reason names."""

from dataclasses import replace
from typing import Any

from factories import make_need, make_offer, make_rule
from marktplatz.market import Entry, Market, Organisation, Score
from marktplatz.matching.unpaired import ObstacleReason
from marktplatz.vocabulary import OrganisationKind, WithinKind

EVERYTHING = 10_000


def remove(market: Market, who: str, reason: ObstacleReason) -> Market:
    """Take away exactly one thing that stands in the way of `who`."""
    removal = {
        "no_entry": _give_entries,
        "no_counterpart": _give_counterparts,
        "own_capacity": lambda market, who, reason: change(market, _own(market, who, reason).id, capacity=1),
        "own_maximum": lambda market, who, _: change(market, who, max_agreements=1),
        "partners_taken": _raise_limits,
        "lost_tie": lambda market, _, __: market,
        "no_thanks": _drop_wishes,
        "forbidden": _drop_rule,
        "same_owner": lambda market, who, _: change(market, who, owner=None),
        "max_pairs_between": lambda market, _, __: change_policy(market, max_pairs_between=1),
        "time": lambda market, who, reason: change(market, _own(market, who, reason).id, from_on=None, to_on=None),
        "distance": lambda market, who, reason: change(market, _own(market, who, reason).id, remote=True),
        "category": lambda market, who, reason: change(market, _own(market, who, reason).id, category=None),
        "no_return": _add_return,
        "values": lambda market, who, _: change(market, who, values=(), excludes=()),
        "competitors": lambda market, who, _: change(market, who, competitors=None),
        "within_kind": _allow_within_kind,
        "not_listed": _list_pair,
    }[reason.code]
    return removal(market, who, reason)


def change(market: Market, id_: str, **changes: Any) -> Market:
    """The same market with one organisation, offer or need changed."""
    return market.model_copy(
        update={
            name: tuple(m.model_copy(update=changes) if m.id == id_ else m for m in getattr(market, name))
            for name in ("organisations", "offers", "needs")
        }
    )


def change_policy(market: Market, **changes: Any) -> Market:
    return market.model_copy(update={"market": market.market.model_copy(update=changes)})


def with_limits(reason: ObstacleReason, limits: tuple[str, ...], more: int) -> ObstacleReason:
    return replace(reason, limits=limits, more=more)


def _entries(market: Market, reason: ObstacleReason) -> list[Entry]:
    return [market.entry_by_id[id_] for id_ in (reason.offer, reason.need) if id_ is not None]


def _own(market: Market, who: str, reason: ObstacleReason) -> Entry:
    (own,) = [entry for entry in _entries(market, reason) if entry.organisation == who]
    return own


def _partners(market: Market, who: str, reason: ObstacleReason) -> Entry:
    (other,) = [entry for entry in _entries(market, reason) if entry.organisation != who]
    return other


def _give_entries(market: Market, who: str, _: ObstacleReason) -> Market:
    return _add_entries(market, offers=[make_offer("new offer", who)], needs=[make_need("new need", who)])


def _give_counterparts(market: Market, who: str, _: ObstacleReason) -> Market:
    kinds = {organisation.id: organisation.kind for organisation in market.organisations}
    partner = next(id_ for id_, kind in kinds.items() if kind is not kinds[who])
    return _add_entries(market, offers=[make_offer("new offer", partner)], needs=[make_need("new need", partner)])


def _add_entries(market: Market, offers: list[Entry], needs: list[Entry]) -> Market:
    return market.model_copy(update={"offers": (*market.offers, *offers), "needs": (*market.needs, *needs)})


def _raise_limits(market: Market, who: str, reason: ObstacleReason) -> Market:
    entry = _partners(market, who, reason)
    partner = market.organisation_by_id[entry.organisation]
    if "capacity" in reason.limits:
        market = change(market, entry.id, capacity=entry.places + reason.more)
    if "max_agreements" in reason.limits:
        market = change(market, partner.id, max_agreements=_maximum_of(market, partner) + reason.more)
    return market


def _maximum_of(market: Market, organisation: Organisation) -> int:
    maximum = market.market.max_agreements if organisation.max_agreements is None else organisation.max_agreements
    return EVERYTHING if maximum is None else maximum


def _drop_wishes(market: Market, who: str, reason: ObstacleReason) -> Market:
    """The wishes that stand between these two entries, on either side."""
    (partner,) = reason.organisations
    entries = {entry.id for entry in _entries(market, reason)}
    kept = [
        wish
        for wish in market.wishes
        if wish.organisation not in (who, partner) or wish.target not in {who, partner, *entries} or wish.level != "no_thanks"
    ]
    return market.model_copy(update={"wishes": tuple(kept)})


def _drop_rule(market: Market, _: str, reason: ObstacleReason) -> Market:
    kept = tuple(r for r in market.pairs if (r.offer, r.need, r.status) != (reason.offer, reason.need, "forbidden"))
    return market.model_copy(update={"pairs": kept})


def _add_return(market: Market, _: str, reason: ObstacleReason) -> Market:
    """Something to give back that nobody else can have: without a place for a pairing of its own, forbidden with all others."""
    giver, taker = (market.entry_by_id[str(id_)].organisation for id_ in (reason.offer, reason.need))
    open_for_all: dict[str, Any] = {"title": "", "capacity": 0, "remote": True}
    rules = [make_rule("return", need.id) for need in market.needs] + [make_rule(offer.id, "returned") for offer in market.offers]
    return _add_entries(
        market.model_copy(update={"pairs": (*market.pairs, *rules)}),
        offers=[make_offer("return", taker, **open_for_all)],
        needs=[make_need("returned", giver, **open_for_all)],
    )


def _allow_within_kind(market: Market, who: str, _: ObstacleReason) -> Market:
    """The organisation as one of the other kind; the market's rule stays for all others."""
    kind = market.organisation_by_id[who].kind
    if market.market.within_kind is WithinKind.ALL:
        raise AssertionError("within_kind is no reason in a market that allows it")
    other = OrganisationKind.NONPROFIT if kind is OrganisationKind.COMPANY else OrganisationKind.COMPANY
    return change(market, who, kind=other)


def _list_pair(market: Market, _: str, reason: ObstacleReason) -> Market:
    """The pair in the score table, worth as much as can be."""
    score = Score(offer=str(reason.offer), need=str(reason.need), points=1000)
    return market.model_copy(update={"scores": (*(market.scores or ()), score)})

"""One factory function a record, with readable defaults: `make_market()` alone is a bank that paints a club's walls."""

from collections.abc import Iterable, Mapping
from typing import Any

from marktplatz.market import Category, Entry, Market, Organisation, PairRule, Policy, Score, Wish
from marktplatz.vocabulary import CategoryKind, OrganisationKind, PairStatus, Reciprocity, WishLevel, WithinKind

Key = tuple[str, str]


def make_organisation(name: str = "bank", kind: str = "company", **changes: Any) -> Organisation:
    """A company, or a nonprofit; the name is the id."""
    return Organisation(id=name, kind=OrganisationKind(kind), name=name.title(), **changes)


def make_nonprofit(name: str = "club", **changes: Any) -> Organisation:
    return make_organisation(name, "nonprofit", **changes)


def make_offer(name: str = "paint", organisation: str = "bank", **changes: Any) -> Entry:
    return Entry(**{"id": name, "organisation": organisation, "title": "Wände streichen"} | changes)


def make_need(name: str = "walls", organisation: str = "club", **changes: Any) -> Entry:
    return Entry(**{"id": name, "organisation": organisation, "title": "Anstrich für die Wände"} | changes)


def make_category(code: str, kind: str) -> Category:
    return Category(code=code, label=code.title(), kind=CategoryKind(kind))


def make_wish(organisation: str, target: str, level: str = "no_thanks") -> Wish:
    return Wish(organisation=organisation, target=target, level=WishLevel(level))


def make_rule(offer: str = "paint", need: str = "walls", status: str = "forbidden") -> PairRule:
    return PairRule(offer=offer, need=need, status=PairStatus(status))


def make_policy(*, reciprocity: str = "wanted", within_kind: str = "nonprofits", **changes: Any) -> Policy:
    return Policy(reciprocity=Reciprocity(reciprocity), within_kind=WithinKind(within_kind), **changes)


def make_scores(points: Mapping[Key, int]) -> tuple[Score, ...]:
    return tuple(Score(offer=offer, need=need, points=worth) for (offer, need), worth in points.items())


def make_market(
    *,
    organisations: Iterable[Organisation] | None = None,
    offers: Iterable[Entry] | None = None,
    needs: Iterable[Entry] | None = None,
    wishes: Iterable[Wish] = (),
    pairs: Iterable[PairRule] = (),
    scores: Mapping[Key, int] | None = None,
    **policy: Any,
) -> Market:
    """A market; what is not given is the bank, the club, the one offer and the one need. Other keywords are the policy's."""
    return Market(
        market=make_policy(**policy),
        organisations=tuple([make_organisation(), make_nonprofit()] if organisations is None else organisations),
        offers=tuple([make_offer()] if offers is None else offers),
        needs=tuple([make_need()] if needs is None else needs),
        wishes=tuple(wishes),
        pairs=tuple(pairs),
        scores=None if scores is None else make_scores(scores),
    )


def make_scored_market(points: Mapping[Key, int], **changes: Any) -> Market:
    """A market from its score table: offers are named after companies, needs after nonprofits: "c1.a" is an offer of c1."""
    offers = list(dict.fromkeys(offer for offer, _ in points))
    needs = list(dict.fromkeys(need for _, need in points))
    owners = list(dict.fromkeys(entry.split(".")[0] for entry in (*offers, *needs)))
    parts: dict[str, Any] = {
        "organisations": [make_organisation(owner, "company" if owner.startswith("c") else "nonprofit") for owner in owners],
        "offers": [make_offer(offer, offer.split(".")[0]) for offer in offers],
        "needs": [make_need(need, need.split(".")[0]) for need in needs],
        "scores": points,
    }
    return make_market(**parts | changes)

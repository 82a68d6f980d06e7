"""What the contract's words ask for, by trying every plan; shares no code with the package and reads plain values only.

A market is anything with the attributes of `strategies.Market`; a plan is a frozenset of (offer id, need id).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

EXCLUDING = ("forbidden", "no_thanks", "same_organisation", "same_owner")
RULES = ("not_eligible", *EXCLUDING, "capacity", "max_agreements", "max_pairs_between")

Key = tuple[str, str]
Plan = frozenset[Key]


@dataclass(frozen=True)
class Optimum:
    """The best (served, total), the least symmetric difference to the previous plan, and all plans that reach all three."""

    served: int
    total: int
    least_change: int
    plans: frozenset[Plan]


def points_of(market) -> dict[Key, int]:
    return {(pair.offer, pair.need): pair.points for pair in market.pairs}


def ends_of(market, key: Key) -> tuple[str, str]:
    return market.offers[key[0]], market.needs[key[1]]


def exclusion_of(market, key: Key) -> str | None:
    """The first rule that shuts a listed pair out, None for an eligible one."""
    giver, taker = ends_of(market, key)
    broken = {
        "forbidden": key in market.forbidden,
        "no_thanks": key in market.no_thanks,
        "same_organisation": giver == taker,
        "same_owner": key in market.same_owner,
    }
    return next((rule for rule in EXCLUDING if broken[rule]), None)


def overfull(market, rule: str, keys: Iterable[Key]) -> dict:
    """What a set of pairs uses beyond one rule's limit: entry, organisation or two organisations -> (uses, limit)."""
    uses: Counter = Counter()
    for key in keys:
        uses.update(_counters(market, rule, key))
    over = {}
    for counter, count in uses.items():
        limit = _limit(market, rule, counter)
        if limit is not None and count > limit:
            over[counter] = (count, limit)
    return over


def _counters(market, rule: str, key: Key) -> list:
    ends = ends_of(market, key)
    return {"capacity": list(key), "max_agreements": list(ends), "max_pairs_between": [frozenset(ends)]}[rule]


def _limit(market, rule: str, counter) -> int | None:
    if rule == "capacity":
        return market.capacity.get(counter, 1)
    return market.max_agreements.get(counter) if rule == "max_agreements" else market.max_pairs_between


def refusals(market) -> list[tuple]:
    """(rule, whom it concerns) of every refusal; each pin falls to its first rule and then burdens no later one."""
    listed = set(points_of(market))
    refused = [("not_eligible", pin) for pin in market.pinned if pin not in listed]
    holding = [pin for pin in market.pinned if pin in listed]
    for pin in list(holding):
        rule = exclusion_of(market, pin)
        if rule is not None:
            refused.append((rule, pin))
            holding.remove(pin)
    for rule in ("capacity", "max_agreements", "max_pairs_between"):
        over = overfull(market, rule, holding)
        refused += [(rule, counter) for counter in over]
        holding = [pin for pin in holding if not any(counter in over for counter in _counters(market, rule, pin))]
    return refused


def served_by(market, plan: Iterable[Key]) -> int:
    return len(set(chain.from_iterable(ends_of(market, key) for key in plan)))


def worth_of(market, plan: Iterable[Key]) -> int:
    points = points_of(market)
    return sum(points[key] for key in plan)


def idle_pairs(market, plan: Plan) -> list[Key]:
    """Pairs of 0 points, not pinned, without which just as many organisations would be served."""
    points, served = points_of(market), served_by(market, plan)
    return [key for key in plan if points[key] == 0 and key not in market.pinned and served_by(market, plan - {key}) == served]


def plans(market) -> Iterator[Plan]:
    """Every plan that keeps all hard rules and holds all pins; the pins must be possible."""
    free = [key for key in points_of(market) if key not in market.pinned and exclusion_of(market, key) is None]
    left: dict = {}
    for key in (*free, *market.pinned):
        for counter in _all_counters(market, key):
            left[counter] = _limit(market, *counter)
    for key in market.pinned:
        _use(market, left, key, 1)
    yield from _extend(market, free, left, list(market.pinned))


def _extend(market, free: list[Key], left: dict, taken: list[Key]) -> Iterator[Plan]:
    if not free:
        yield frozenset(taken)
        return
    key, rest = free[0], free[1:]
    yield from _extend(market, rest, left, taken)
    if all(left[counter] is None or left[counter] > 0 for counter in _all_counters(market, key)):
        _use(market, left, key, 1)
        yield from _extend(market, rest, left, [*taken, key])
        _use(market, left, key, -1)


def _all_counters(market, key: Key) -> list[tuple]:
    return [(rule, counter) for rule in RULES[-3:] for counter in _counters(market, rule, key)]


def _use(market, left: dict, key: Key, units: int) -> None:
    for counter in _all_counters(market, key):
        if left[counter] is not None:
            left[counter] -= units


def find_optimum(market, previous: Iterable[Key] = (), stay_bonus: int = 0) -> Optimum:
    """Among all plans without an idle pair: most served, then most points plus bonuses, then least change."""
    before = frozenset(previous)
    ranked: dict[tuple, set[Plan]] = {}
    for plan in plans(market):
        if idle_pairs(market, plan):
            continue
        total = worth_of(market, plan) + stay_bonus * len(plan & before)
        ranked.setdefault((served_by(market, plan), total, -len(plan ^ before)), set()).add(plan)
    best = max(ranked)
    return Optimum(best[0], best[1], -best[2], frozenset(ranked[best]))


def faults(market, chosen: list[Key], served: int, points: int, bound: tuple[int, int]) -> set[str]:
    """Names of what is wrong with a list of listed pairs and its totals; doubled pairs are not_eligible."""
    if len(set(chosen)) != len(chosen):
        return {"not_eligible"}
    plan = frozenset(chosen)
    found = {rule for key in plan if (rule := exclusion_of(market, key)) is not None}
    found |= {rule for rule in RULES[-3:] if overfull(market, rule, plan)}
    truth = served_by(market, plan), worth_of(market, plan)
    if not set(market.pinned) <= plan:
        found.add("unpinned")
    if idle_pairs(market, plan):
        found.add("idle")
    if truth != (served, points):
        found.add("total")
    if bound < truth:
        found.add("bound")
    return found

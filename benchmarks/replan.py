"""Measure `replan` warm against `solve` from scratch: times, equality, changed pairs. Run: replan.py [EVENTS] [N...]."""

import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median
from time import perf_counter, process_time

import numpy as np
from instances import make_instance

from marktplatz.errors import Conflict
from marktplatz.matching import Problem, solve
from marktplatz.matching.changes import (
    CapacityChanged,
    Change,
    MaximumChanged,
    OrganisationAbsent,
    OrganisationArrives,
    PairAgreed,
    PairPinned,
    PairRefused,
    PairReleased,
)
from marktplatz.matching.replan import LivePlan, replan

COLUMNS = (
    "market",
    "n",
    "pairs",
    "start s",
    "median ms",
    "p99 ms",
    "max ms",
    "median ms if the plan changes",
    "pairs changed then",
    "scratch ms",
    "equal value",
    "equal symmetric difference",
)


def ease_maxima(problem: Problem) -> Problem:
    """Everybody has time for ten conversations: what the entries can hold decides."""
    return replace(problem, max_agreements=np.full(len(problem.organisations), 10))


def thin_out_needs(problem: Problem) -> Problem:
    """Two of three needs are withdrawn: the offers have plenty to choose from, and most stay alone."""
    return replace(problem, need_capacity=np.where(np.arange(len(problem.needs)) % 3, 0, problem.need_capacity))


def thin_out_offers(problem: Problem) -> Problem:
    """Every second offer is withdrawn: needs are plenty, offers scarce, as in most halls."""
    return replace(problem, offer_capacity=np.where(np.arange(len(problem.offers)) % 2, 0, problem.offer_capacity))


MARKETS: dict[str, Callable[[Problem], Problem]] = {
    "balanced": lambda problem: problem,
    "ample maxima": ease_maxima,
    "half of the offers": thin_out_offers,
    "a third of the needs": thin_out_needs,
}


def draw_change(plan: LivePlan, random: Random, absent: list[str], decided: list[tuple[str, str]]) -> Change:
    """Any kind of event; who has left and which pairs were decided on so far is kept up here."""
    problem = plan.problem
    kind = random.random()
    if kind < 0.25 and absent:
        return OrganisationArrives(absent.pop(random.randrange(len(absent))))
    if kind < 0.5:
        organisation = random.choice(problem.organisations)
        if organisation not in absent:
            absent.append(organisation)
        return OrganisationAbsent(organisation)
    if kind < 0.6 and decided:
        return PairReleased(*decided.pop(random.randrange(len(decided))))
    if kind < 0.65:
        return CapacityChanged(random.choice((*problem.offers, *problem.needs)), random.randrange(4))
    if kind < 0.7:
        return MaximumChanged(random.choice(problem.organisations), random.randrange(5))
    line = random.randrange(len(problem.points)) if kind < 0.75 else int(random.choice(plan.assignment.chosen))
    ends = problem.pair(line).offer, problem.pair(line).need
    decided.append(ends)
    return (PairPinned if kind < 0.75 else PairAgreed if kind < 0.875 else PairRefused)(*ends)


def keys_of(plan: LivePlan) -> set[tuple[str, str]]:
    return {(pair.offer, pair.need) for pair in plan.assignment.pairs(plan.problem)}


def live(problem: Problem, events: int, look: Callable[[LivePlan, Change], bool]) -> None:
    """The same events every time; `look` re-plans and says whether the event could be."""
    random, absent, decided = Random(len(problem.offers)), list[str](), list[tuple[str, str]]()  # noqa: S311 no secret
    plan = LivePlan.start(problem)
    done = 0
    while done < events:
        done += look(plan, draw_change(plan, random, absent, decided))


def time_events(problem: Problem, events: int) -> list[tuple[float, int]]:
    """Milliseconds of processor time and changed pairs of every event; nothing else runs in between."""
    warm = list[tuple[float, int]]()

    def look(plan: LivePlan, change: Change) -> bool:
        started = process_time()
        try:
            after = replan(plan, change)
        except Conflict:
            return False
        warm.append(((process_time() - started) * 1000, len(after.changes)))
        return True

    live(problem, events, look)
    return warm


def compare_events(problem: Problem, events: int) -> list[tuple[float, bool, bool]]:
    """The same events again, each beside `solve` from scratch: its milliseconds, same value, same symmetric difference."""
    scratch = list[tuple[float, bool, bool]]()

    def look(plan: LivePlan, change: Change) -> bool:
        before = keys_of(plan)
        try:
            after = replan(plan, change).assignment
        except Conflict:
            return False
        started = process_time()
        fresh = solve(plan.problem, previous=before)
        took = (process_time() - started) * 1000
        pairs = {(pair.offer, pair.need) for pair in fresh.pairs(plan.problem)}
        is_same_value = (fresh.served, fresh.points) == (after.served, after.points)
        scratch.append((took, is_same_value, len(pairs ^ before) == len(keys_of(plan) ^ before)))
        return True

    live(problem, events, look)
    return scratch


def measure(market: str, n: int, events: int) -> list[str]:
    """Processor time, since on a shared machine a millisecond by the clock says little; the start by the clock."""
    problem = MARKETS[market](make_instance(n))
    started = perf_counter()
    LivePlan.start(problem)
    start_s = perf_counter() - started
    warm, scratch = time_events(problem, events), compare_events(problem, events)
    times = sorted(ms for ms, _ in warm)
    moving = [(ms, pairs) for ms, pairs in warm if pairs] or [(0.0, 0)]
    figures = [median(times), times[int(0.99 * len(times))], times[-1], median(ms for ms, _ in moving)]
    return [
        market,
        f"{n:,}",
        f"{len(problem.points):,}",
        f"{start_s:.2f}",
        *(f"{figure:.2f}" for figure in figures),
        f"{median(pairs for _, pairs in moving):.0f}",
        f"{median(ms for ms, _, _ in scratch):.0f}",
        f"{sum(value for _, value, _ in scratch)} of {events}",
        f"{sum(difference for _, _, difference in scratch)} of {events}",
    ]


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    sizes = [int(size) for size in sys.argv[2:]] or [300, 1000, 3000]
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for market in MARKETS:
        for n in sizes:
            print("| " + " | ".join(measure(market, n, events)) + " |", flush=True)


if __name__ == "__main__":
    main()

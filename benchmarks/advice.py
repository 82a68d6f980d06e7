"""Measure the engine's advice on an invented market of 300 organisations: coach and radar, part by part. Run: advice.py [SEEDS].

By the clock and in processor time, since a shared machine's clock says little. `scarce`: only every fourth of the offers is there.
"""

import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter, process_time
from typing import Any

from instances_text import make_text_market

from marktplatz.market import Market
from marktplatz.matching.advice.coach import Coach
from marktplatz.matching.advice.counts import count_balances, find_lonely
from marktplatz.matching.advice.doubts import find_doubtful_entries
from marktplatz.matching.advice.duplicates import find_duplicate_entries, find_duplicate_organisations
from marktplatz.matching.advice.missing import find_missing
from marktplatz.matching.gather import gather
from marktplatz.matching.solve import solve
from marktplatz.usecases.radar import scan_market
from marktplatz.vocabulary import EntrySide, WithinKind

ORGANISATIONS, ENTRIES, ASKED = 300, 900, 100
COLUMNS = ("market", "what", "clock ms, median", "clock ms, max", "processor ms, median", "processor ms, max", "found")


def make_market(seed: int, offers_kept: int, within_kind: WithinKind) -> Market:
    """900 entries of 300 organisations; of the offers one in `offers_kept` stays."""
    drawn = make_text_market(ENTRIES // 2, ENTRIES // 2, seed=seed, within_kind=within_kind)
    organisations = drawn.organisations[:ORGANISATIONS]
    ids = [organisation.id for organisation in organisations]
    owner = {organisation.id: ids[at % len(ids)] for at, organisation in enumerate(drawn.organisations)}
    offers, needs = (
        tuple(entry.model_copy(update={"organisation": owner[entry.organisation]}) for entry in entries)
        for entries in (drawn.offers[::offers_kept], drawn.needs)
    )
    there = {*ids, *(entry.id for entry in (*offers, *needs))}
    return Market(
        market=drawn.market,
        organisations=organisations,
        offers=offers,
        needs=needs,
        wishes=tuple(wish for wish in drawn.wishes if wish.organisation in ids and wish.target in there),
        pairs=tuple(rule for rule in drawn.pairs if {rule.offer, rule.need} <= there),
    )


def list_deeds(market: Market) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is measured; the coach's single advices are warm, everything else is done anew."""
    yield "coach: read the market", lambda: Coach(market)
    yield "gather (the score table)", lambda: gather(market)
    gathered = gather(market)
    yield "solve, for comparison", lambda: solve(gathered.problem).served
    for by in ("category", "month", "district"):
        yield f"counts by {by}", lambda by=by: count_balances(gathered, by)
    yield "what is missing", lambda: find_missing(gathered)
    yield "lonely entries", lambda: find_lonely(gathered)
    yield "doubtful entries", lambda: find_doubtful_entries(market)
    yield "duplicate organisations", lambda: find_duplicate_organisations(market)
    yield "duplicate entries", lambda: find_duplicate_entries(market)
    yield "the whole radar", lambda: scan_market(market)


def measure(deed: Callable[[], Any]) -> tuple[float, float, int]:
    clock, processor = perf_counter(), process_time()
    found = deed()
    size = len(found) if isinstance(found, tuple) else 0
    return 1000 * (perf_counter() - clock), 1000 * (process_time() - processor), size


def measure_coach(market: Market) -> list[tuple[float, float, int]]:
    coach = Coach(market)
    asked = [(EntrySide.OFFER, entry) for entry in market.offers[:ASKED]] + [
        (EntrySide.NEED, entry) for entry in market.needs[:ASKED]
    ]
    for side, entry in asked[:1] + asked[-1:]:
        coach.advise(side, entry)
    return [measure(lambda side=side, entry=entry: coach.advise(side, entry).variants) for side, entry in asked]


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for within_kind in (WithinKind.NONPROFITS, WithinKind.NONE):
        for name, offers_kept in (("ample", 1), ("scarce", 4)):
            times: dict[str, list[tuple[float, float, int]]] = {}
            for seed in range(seeds):
                market = make_market(seed, offers_kept, within_kind)
                for what, deed in list_deeds(market):
                    times.setdefault(what, []).append(measure(deed))
                times.setdefault("coach: advice on one entry", []).extend(measure_coach(market))
            for what, rows in times.items():
                clock, processor, found = zip(*rows, strict=True)
                figures = [median(clock), max(clock), median(processor), max(processor)]
                told = " | ".join(
                    [f"{name}, {within_kind}", what, *(f"{figure:.1f}" for figure in figures), f"{median(found):.0f}"]
                )
                print(f"| {told} |", flush=True)


if __name__ == "__main__":
    main()

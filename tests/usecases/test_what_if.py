"""Every figure of a what-if is what an independent solve of the changed market gives; nothing is written."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from market_content import encode, make_content
from marktplatz.db.models import AuditEntry, Run
from marktplatz.errors import NotFound
from marktplatz.exchange.reading import read_sent_market_bytes
from marktplatz.market import Market
from marktplatz.matching.gather import gather
from marktplatz.matching.solve import solve
from marktplatz.usecases.compare import compare_plans
from marktplatz.usecases.propose import name_solver, propose_pairings
from marktplatz.usecases.what_if import NEWCOMER, Newcomer, WhatIf, change_market, think
from marktplatz.vocabulary import Criterion, EntrySide, OrganisationKind, Reciprocity, WithinKind
from service_fixtures import World
from workbench_world import bench_market, plant_run

THOUGHTS: dict[str, WhatIf] = {
    "a weight": WhatIf({"weights": {Criterion.CONTENT: 100, Criterion.EASE: 600}}),
    "a maximum for all": WhatIf({"max_agreements": 1}),
    "a return is a must": WhatIf({"reciprocity": Reciprocity.REQUIRED}),
    "all with all": WhatIf({"within_kind": WithinKind.ALL}),
    "not so far": WhatIf({"max_distance_km": 3}),
    "nobody alike": WhatIf({"within_kind": WithinKind.NONE, "max_agreements": 2}),
    "somebody new": WhatIf(newcomer=Newcomer(OrganisationKind.COMPANY, EntrySide.OFFER, "Wände streichen")),
}


def rebuilt(market: Market, /, **changes: Any) -> Market:
    """By way of a file, so that nothing that was looked up in the first market is taken over."""
    raw = market.model_copy(update=changes).model_dump_json(by_alias=True)
    return Market.model_validate_json(raw, by_alias=True)


@pytest.mark.parametrize("what_if", THOUGHTS.values(), ids=THOUGHTS)
@pytest.mark.parametrize("size", [6, 14])
def test_figures_are_those_of_the_changed_market_solved_cold(what_if: WhatIf, size: int) -> None:
    market = read_sent_market_bytes("market.json", encode(make_content(size))).market
    plan = propose_pairings(gather(market), solver=name_solver())
    changed = change_market(market, what_if)
    previous = [(pairing.offer, pairing.need) for pairing in plan.pairings]
    thought = propose_pairings(gather(changed), solver=name_solver(), previous=previous)
    comparison = compare_plans(plan, thought, market=changed, market_before=market)
    extra: dict[str, Any] = {}
    if what_if.newcomer is not None:
        extra = {
            "organisations": (*market.organisations, what_if.newcomer.organisation),
            "offers": (*market.offers, what_if.newcomer.entry),
        }
    by_hand = rebuilt(market, market=market.market.model_copy(update=dict(what_if.policy)), **extra)
    cold = solve(gather(by_hand).problem)
    assert comparison.served_difference == cold.served - sum(part[0] for part in (plan.served.companies, plan.served.nonprofits))
    assert comparison.points_after == cold.points
    assert comparison.points_difference == cold.points - plan.total_points


@pytest.mark.parametrize("size", [6, 12])
def test_whoever_is_missing_takes_everything_along(size: int) -> None:
    market = read_sent_market_bytes("market.json", encode(make_content(size))).market
    for gone in (market.organisations[0].id, market.organisations[-1].id):
        changed = change_market(market, WhatIf(absent=(gone,)))
        assert gone not in changed.organisation_by_id
        assert all(entry.organisation != gone for entry in changed.entry_by_id.values())
        left = {entry.id for entry in market.entry_by_id.values() if entry.organisation != gone}
        by_hand = rebuilt(
            market,
            organisations=tuple(each for each in market.organisations if each.id != gone),
            offers=tuple(each for each in market.offers if each.id in left),
            needs=tuple(each for each in market.needs if each.id in left),
            wishes=tuple(
                each
                for each in market.wishes
                if each.organisation != gone and each.target in left | set(changed.organisation_by_id)
            ),
            pairs=tuple(each for each in market.pairs if {each.offer, each.need} <= left),
        )
        one, other = solve(gather(changed).problem), solve(gather(by_hand).problem)
        assert (one.served, one.points) == (other.served, other.points)


def test_a_maximum_of_one_organisation_counts_for_it_alone() -> None:
    market = bench_market()
    changed = change_market(market, WhatIf(maxima={"bank": 0}))
    assert {each.id: each.max_agreements for each in changed.organisations}["bank"] == 0
    problem = gather(market).problem
    limits = problem.max_agreements.copy()
    limits[problem.organisations.index("bank")] = 0
    cold = solve(replace(problem, max_agreements=limits))
    found = solve(gather(changed).problem)
    assert (found.served, found.points) == (cold.served, cold.points)


def test_strangers_are_not_thought_about() -> None:
    with pytest.raises(NotFound):
        change_market(bench_market(), WhatIf(absent=("nobody",)))


def test_thinking_writes_nothing(world: World) -> None:
    run_id = plant_run(world, bench_market())
    with world.database.read() as session:
        before = session.scalar(select(func.count()).select_from(AuditEntry)), session.scalar(select(func.count()).select_from(Run))
        thought = think(session, session.get_one(Run, ("m1", run_id)), THOUGHTS["somebody new"])
        assert NEWCOMER in thought.market.organisation_by_id
        assert NEWCOMER not in thought.before.organisation_by_id
        after = session.scalar(select(func.count()).select_from(AuditEntry)), session.scalar(select(func.count()).select_from(Run))
    assert before == after

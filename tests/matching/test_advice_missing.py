"""What is missing is what an independent cold solve of the market with the newcomers in it says."""

from typing import Any

import numpy as np
import pytest
from advice_markets import draw_market

from factories import make_category, make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.market import Entry, Market, Organisation, PairRule, Score
from marktplatz.matching.advice.missing import find_missing
from marktplatz.matching.advice.served import Served, find_most_served
from marktplatz.matching.gather import gather
from marktplatz.matching.problem import Pair, Problem
from marktplatz.matching.solve import solve
from marktplatz.vocabulary import CategoryKind, EntrySide, OrganisationKind, PairStatus, WithinKind

POINTS = 300
"""What a newcomer's pair is worth in the cold solve; being served comes first, so any number does."""


def everybody(problem: Problem) -> np.ndarray:
    return np.ones(len(problem.organisations), dtype=np.bool_)


def list_scores(market: Market) -> tuple[Score, ...]:
    """The points that the market's own pairs have, as a table of its own."""
    problem = gather(market).problem
    pairs = map(problem.pair, range(len(problem.points)))
    return tuple(Score(offer=pair.offer, need=pair.need, points=pair.points) for pair in pairs)


def with_newcomers(market: Market, side: EntrySide, kind: OrganisationKind, category: str, count: int) -> Market:
    """So many newcomers, each with one entry of the category, and each with a partner of its own, so that all are served anyway."""
    parts: dict[str, list[Any]] = {"organisations": [], "offers": [], "needs": [], "pairs": []}
    scores = list(list_scores(market))
    own, other = ("offers", "needs") if side is EntrySide.OFFER else ("needs", "offers")
    owners = market.organisation_by_id
    for number in range(count):
        newcomer, partner = f"z{number} new", f"z{number} partner"
        opposite = OrganisationKind.NONPROFIT if kind is OrganisationKind.COMPANY else OrganisationKind.COMPANY
        parts["organisations"] += [Organisation(id=newcomer, kind=kind, max_agreements=2), Organisation(id=partner, kind=opposite)]
        parts[own].append(Entry(id=f"{newcomer} entry", organisation=newcomer, category=category))
        parts["offers"].append(Entry(id=f"{newcomer} gift", organisation=newcomer))
        parts["needs"].append(Entry(id=f"{partner} wish", organisation=partner))
        parts["pairs"].append(PairRule(offer=f"{newcomer} gift", need=f"{partner} wish", status=PairStatus.PINNED))
        scores.append(Score(offer=f"{newcomer} gift", need=f"{partner} wish", points=1))
        for entry in getattr(market, other):
            if entry.category == category and owners[entry.organisation].kind is not kind:
                pair = (f"{newcomer} entry", entry.id) if side is EntrySide.OFFER else (entry.id, f"{newcomer} entry")
                scores.append(Score(offer=pair[0], need=pair[1], points=POINTS))
    lists = {name: (*getattr(market, name), *added) for name, added in parts.items()}
    return Market(**dict(market) | lists | {"scores": tuple(scores)})


def count_served(market: Market, newcomers: int = 0) -> int:
    assignment = solve(gather(market).problem)
    assert assignment.status == "optimal"
    return assignment.served - 2 * newcomers


def without_pins(market: Market) -> Market:
    return Market(**dict(market) | {"pairs": tuple(rule for rule in market.pairs if rule.status is PairStatus.FORBIDDEN)})


def count_gains(market: Market, side: EntrySide, kind: OrganisationKind, category: str) -> list[int]:
    before = count_served(market)
    return [count_served(with_newcomers(market, side, kind, category, count), count) - before for count in (1, 2, 5)]


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_is_that_of_a_cold_solve_with_the_newcomers(seed: int) -> None:
    market = without_pins(draw_market(seed, 11, 9, max_agreements=[None, 1][seed % 2], max_pairs_between=[1, None, 2][seed % 3]))
    told = {(each.side, each.kind, each.category): each for each in find_missing(gather(market))}
    codes = [category.code for category in market.market.categories if category.kind is not CategoryKind.OPEN]
    for key in [(side, kind, code) for side in EntrySide for kind in OrganisationKind for code in codes]:
        found = told.get(key)
        figures = [found.with_one, found.with_two, found.with_five] if found else [Served(0, 0)] * 3
        assert [served.organisations for served in figures] == count_gains(market, *key), key


@pytest.mark.parametrize("within_kind", WithinKind)
def test_the_most_that_can_be_served_is_what_the_solver_serves(within_kind: WithinKind) -> None:
    for seed in range(40):
        market = without_pins(draw_market(seed, 14, 10, within_kind=within_kind, max_agreements=[1, 2, None][seed % 3]))
        problem = gather(market).problem
        assignment = solve(problem)
        found = find_most_served(problem, everybody(problem))
        assert found.organisations == assignment.served
        ends = np.unique(np.concatenate([problem.giving[assignment.chosen], problem.taking[assignment.chosen]]))
        assert found.companies >= int(problem.is_company[ends].sum())
        if within_kind is WithinKind.NONE:
            assert found.companies == int(problem.is_company[ends].sum())


def test_pins_serve_and_use_up_what_they_use() -> None:
    problem = Problem.from_pairs(
        companies=["c"],
        nonprofits=["n", "m"],
        offers={"a": "c"},
        needs={"x": "n", "y": "m"},
        pairs=[Pair("a", "x", 1), Pair("a", "y", 1)],
        pinned=[("a", "x")],
    )
    assert find_most_served(problem, everybody(problem)) == Served(2, 1)


def test_two_more_with_marketing_help_serve_two_more() -> None:
    nonprofits = [make_nonprofit(f"club{number}") for number in range(4)]
    needs = [make_need(f"flyer{number}", f"club{number}", category="marketing") for number in range(4)]
    market = make_market(
        organisations=[make_organisation(), *nonprofits],
        offers=[make_offer(category="hands")],
        needs=needs,
        categories=(make_category("marketing", "know_how"), make_category("hands", "hands")),
    )
    first = find_missing(gather(market))[0]
    assert (first.side, first.kind, first.category) == (EntrySide.OFFER, OrganisationKind.COMPANY, "marketing")
    figures = (first.with_one, first.with_two, first.with_five)
    assert [(served.organisations, served.nonprofits) for served in figures] == [(1, 1), (2, 2), (4, 4)]


def test_an_offer_that_becomes_free_for_others_counts_too() -> None:
    """The only painter is with the club already; a newcomer for the club sets the painter free for the school."""
    market = make_market(
        organisations=[make_organisation(), make_nonprofit("club"), make_nonprofit("school")],
        offers=[make_offer()],
        needs=[make_need(category="hands"), make_need("fence", "school", category="goods")],
        scores={("paint", "walls"): 900, ("paint", "fence"): 100},
    )
    told = {(each.side, each.kind, each.category): each for each in find_missing(gather(market))}
    assert told[EntrySide.OFFER, OrganisationKind.COMPANY, "hands"].with_one == Served(1, 0)


def test_where_nothing_is_missing_nothing_is_told() -> None:
    assert find_missing(gather(make_market())) == ()
    assert find_missing(gather(make_market(organisations=[], offers=[], needs=[]))) == ()

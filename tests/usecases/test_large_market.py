"""A market that is too large to keep all its pairs: the plan and the list of scores say so."""

from functools import cache

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation
from marktplatz.market import Market
from marktplatz.matching.gather import FULL_UP_TO, gather
from marktplatz.plan import Solver
from marktplatz.usecases.propose import propose_pairings
from marktplatz.usecases.score import list_scores
from marktplatz.vocabulary import PlanStatus

FITTING, ALL = 60, 1_450


@cache
def make_large_market() -> Market:
    """60 companies with one fitting offer each, 60 nonprofits with one fitting need, and many entries that fit nothing."""
    kinds = ["hands" if number < FITTING else None for number in range(ALL)]
    return make_market(
        organisations=[
            make(f"{side}{i}") for side, make in (("c", make_organisation), ("n", make_nonprofit)) for i in range(FITTING)
        ],
        offers=[make_offer(f"a{i:04}", f"c{i % FITTING}", category=kind or "goods") for i, kind in enumerate(kinds)],
        needs=[make_need(f"b{i:04}", f"n{i % FITTING}", category=kind or "know_how") for i, kind in enumerate(kinds)],
    )


def test_the_plan_of_a_market_above_the_limit_says_what_it_chose_among() -> None:
    market = make_large_market()
    assert len(market.offers) * len(market.needs) > FULL_UP_TO
    plan = propose_pairings(gather(market), solver=Solver(name="test", version="1", wall_ms=0), language="en")
    assert plan.status is PlanStatus.OPTIMAL
    assert plan.served.companies == plan.served.nonprofits == (FITTING, FITTING)
    assert plan.table_cut is not None
    assert plan.table_cut.kept == 50
    assert f"{plan.table_cut.left_out} further possible pairs" in plan.table_cut.text
    assert all(sum(reason.points for reason in pairing.reasons) == pairing.points for pairing in plan.pairings)


def test_the_list_of_scores_says_how_many_pairs_it_leaves_out() -> None:
    scored = list_scores(gather(make_large_market()))
    assert scored.table_cut is not None
    assert len(list(scored.pairs)) + scored.table_cut.left_out == FITTING * FITTING

"""A market as its day has made it: absent, settled, refused and wanted pairs; it always has a solution that keeps every rule."""

from hypothesis import given
from hypothesis import strategies as st
from strategies import Market, markets

from marktplatz.matching import Pair, Problem, find_violations, solve
from marktplatz.matching.day import Settled, problem_of_day
from marktplatz.vocabulary import PlanStatus


def make_problem(**changes: object) -> Problem:
    return Problem.from_pairs(
        companies=["bank", "shop"],
        nonprofits=["choir", "club"],
        offers={"paint": "bank", "flyer": "shop"},
        needs={"walls": "club", "posters": "choir"},
        pairs=[
            Pair("paint", "walls", 700),
            Pair("paint", "posters", 100),
            Pair("flyer", "posters", 400),
            Pair("flyer", "walls", 300),
        ],
        **changes,  # type: ignore[arg-type]
    )


def pairs_of(problem: Problem) -> set[tuple[str, str]]:
    return {(pair.offer, pair.need) for pair in solve(problem).pairs(problem)}


def test_who_is_absent_is_in_no_pair_but_for_what_is_settled() -> None:
    day = problem_of_day(make_problem(), absent=["bank"])
    assert pairs_of(day) == {("flyer", "posters")}
    settled = problem_of_day(make_problem(), absent=["bank"], settled=[Settled(("bank", "choir"), ("paint", "posters"))])
    assert pairs_of(settled) == {("paint", "posters"), ("flyer", "walls")}


def test_a_deal_that_names_an_entry_alone_uses_it_up() -> None:
    day = problem_of_day(make_problem(), settled=[Settled(("bank", "choir"), None, ("paint",))])
    assert pairs_of(day) == {("flyer", "posters")}


def test_a_deal_counts_once_for_each_of_its_parties() -> None:
    problem = make_problem(max_agreements={"bank": 1, "shop": 1})
    deal = Settled(("bank", "club", "shop"), ("paint", "walls"))
    day = problem_of_day(problem, settled=[deal])
    assert pairs_of(day) == {("paint", "walls")}


def test_a_refused_pair_is_out_although_it_was_wanted_or_settled() -> None:
    refused = ("paint", "walls")
    day = problem_of_day(make_problem(), forbidden=[refused], wanted=[refused], settled=[Settled(("bank", "club"), refused)])
    assert refused not in pairs_of(day)
    assert "paint" not in {offer for offer, _ in pairs_of(day)}


def test_what_was_made_by_hand_stays_while_both_are_there() -> None:
    wanted = [("paint", "posters")]
    assert ("paint", "posters") in pairs_of(problem_of_day(make_problem(), wanted=wanted))
    assert ("paint", "posters") not in pairs_of(problem_of_day(make_problem(), wanted=wanted, absent=["choir"]))


def test_nobody_unknown_does_any_harm() -> None:
    day = problem_of_day(
        make_problem(),
        absent=["gone"],
        forbidden=[("x", "y")],
        wanted=[("walls", "paint")],
        settled=[Settled(("a",), ("b", "c"), ("d",))],
    )
    assert pairs_of(day) == pairs_of(make_problem())


@given(market=markets(), draw=st.data())
def test_whatever_happens_there_is_a_plan_that_keeps_every_rule(market: Market, draw: st.DataObject) -> None:
    problem = market.problem()
    keys = st.lists(st.tuples(st.sampled_from(problem.offers or ("-",)), st.sampled_from(problem.needs or ("-",))), max_size=4)
    some = st.lists(st.sampled_from(problem.organisations or ("-",)), max_size=3)
    entries = st.lists(st.sampled_from((*problem.offers, *problem.needs, "-")), max_size=2)
    deals = st.builds(Settled, some.map(tuple), st.none() | keys.map(lambda found: found[0] if found else None), entries.map(tuple))
    day = problem_of_day(
        problem,
        absent=draw.draw(some),
        forbidden=draw.draw(keys),
        settled=draw.draw(st.lists(deals, max_size=4)),
        wanted=draw.draw(keys),
    )
    assignment = solve(day)
    assert assignment.status is PlanStatus.OPTIMAL
    assert find_violations(day, assignment) == []

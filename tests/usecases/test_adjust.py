"""A plan adjusted by hand is a plan file like any other, or is refused with every obstacle by name."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from example_markets import EXAMPLE_FILES, EXAMPLES, load_example
from factories import Key, make_market, make_need, make_offer, make_rule, make_scored_market
from marktplatz.errors import Conflict, Severity
from marktplatz.exchange.writing import content_sha256
from marktplatz.matching.gather import Gathered, gather
from marktplatz.plan import Plan, Solver
from marktplatz.usecases.adjust import assemble_plan
from marktplatz.usecases.propose import propose_pairings
from marktplatz.vocabulary import PlanStatus
from marktplatz.wording.findings import finding_sentence

FILES = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
SMALL = EXAMPLES / "small.json"
PAIR = ("paint", "walls")


@cache
def gather_example(path: Path) -> Gathered:
    return gather(load_example(path))


@cache
def propose_example(path: Path) -> Plan:
    return propose_pairings(gather_example(path), solver=Solver(name="test", version="1", wall_ms=0))


def pairs_of(plan: Plan) -> list[Key]:
    return [(pairing.offer, pairing.need) for pairing in plan.pairings]


def find_droppable(path: Path) -> Key:
    """A pairing that is not pinned and the only one of an organisation."""
    market, plan = load_example(path), propose_example(path)
    pinned = {(rule.offer, rule.need) for rule in market.pairs}
    busy = Counter(market.entry_by_id[entry].organisation for pair in pairs_of(plan) for entry in pair)
    return next(
        pair
        for pair in pairs_of(plan)
        if pair not in pinned and any(busy[market.entry_by_id[entry].organisation] == 1 for entry in pair)
    )


@FILES
def test_the_solvers_own_pairs_give_the_solvers_plan_again(path: Path) -> None:
    solved = propose_example(path)
    plan = assemble_plan(gather_example(path), pairs_of(solved), bound=solved.bound)
    same: dict[str, Any] = {"solver": solved.solver, "unpaired": solved.unpaired}
    assert plan.model_copy(update=same) == solved
    assert [each.organisation for each in plan.unpaired] == [each.organisation for each in solved.unpaired]
    assert plan.solver.name == "by hand"


@FILES
@pytest.mark.parametrize("language", ["de", "en"])
def test_without_one_of_its_pairs_a_plan_is_feasible_and_says_who_could_join(path: Path, language: str) -> None:
    solved = propose_example(path)
    kept = [pair for pair in pairs_of(solved) if pair != find_droppable(path)]
    plan = assemble_plan(gather_example(path), kept, bound=solved.bound, language=language)
    assert (plan.status, plan.bound, pairs_of(plan)) == (PlanStatus.FEASIBLE, solved.bound, kept)
    assert plan.total_points == sum(pairing.points for pairing in plan.pairings) < solved.total_points
    assert {each.organisation for each in solved.unpaired} < {each.organisation for each in plan.unpaired}
    codes = {reason.code for each in plan.unpaired for reason in each.reasons}
    assert "could_join" in codes
    assert codes.isdisjoint({"not_proven", "lost_tie", "partners_taken"})
    texts = [reason.text for which in (plan.pairings, plan.unpaired) for each in which for reason in each.reasons]
    assert all(text.endswith(".") and "{" not in text for text in texts)


def test_only_a_bound_that_is_known_proves_a_plan() -> None:
    solved = propose_example(SMALL)
    known = assemble_plan(gather_example(SMALL), pairs_of(solved), bound=solved.bound)
    unknown = assemble_plan(gather_example(SMALL), pairs_of(solved))
    assert (known.status, unknown.status) == (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)
    assert unknown.bound.points > known.bound.points


def test_a_market_gathered_without_contacts_keeps_the_hash_of_the_whole() -> None:
    solved = propose_example(SMALL)
    plan = assemble_plan(gather_example(SMALL), pairs_of(solved), bound=solved.bound, input_sha256="1" * 64)
    assert (plan.status, plan.input_sha256) == (PlanStatus.OPTIMAL, "1" * 64)
    assert assemble_plan(gather_example(SMALL), pairs_of(solved)).input_sha256 == content_sha256(load_example(SMALL))


def test_every_obstacle_is_told_by_name() -> None:
    apart = {"offers": [make_offer(category="hands")], "needs": [make_need(category="goods")]}
    with pytest.raises(Conflict) as caught:
        assemble_plan(gather(make_market(**apart, pairs=[make_rule()], max_agreements=0)), [PAIR])
    found = caught.value.findings
    assert [(finding.code, finding.severity) for finding in found] == [
        ("barred_by_category", Severity.ERROR),
        ("exception_possible", Severity.WARNING),
        ("breaks_forbidden", Severity.ERROR),
        ("breaks_max_agreements", Severity.ERROR),
        ("breaks_max_agreements", Severity.ERROR),
    ]
    sentences = [finding_sentence(finding) for finding in found]
    assert sentences[0] == "Wände streichen (paint) + Anstrich für die Wände (walls): Die Bereiche passen nicht zueinander."
    assert sentences[3] == "Bank wäre in 1 Paaren; höchstens 0 sind erlaubt."


def test_a_missing_pin_is_told_by_name() -> None:
    with pytest.raises(Conflict) as caught:
        assemble_plan(gather(make_market(pairs=[make_rule(status="pinned")])), [])
    assert [finding.code for finding in caught.value.findings] == ["breaks_unpinned"]


def test_a_pair_put_in_by_hand_for_no_points_stays() -> None:
    market = make_scored_market({("c1.a", "n1.a"): 700, ("c1.b", "n1.b"): 0}, max_pairs_between=2)
    plan = assemble_plan(gather(market), [("c1.a", "n1.a"), ("c1.b", "n1.b")])
    assert (plan.status, len(plan.pairings), plan.total_points) == (PlanStatus.FEASIBLE, 2, 700)


def test_the_same_pairs_in_any_order_give_the_same_bytes() -> None:
    pairs = pairs_of(propose_example(SMALL))
    plans = [assemble_plan(gather_example(SMALL), order).model_dump_json() for order in (pairs, pairs[::-1], pairs * 2)]
    assert len(set(plans)) == 1

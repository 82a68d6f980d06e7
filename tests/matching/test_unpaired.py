"""Why an organisation is in no pair: every reason in a tiny market, and without what it names the organisation is in one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from removals import EVERYTHING, remove, with_limits

from factories import (
    make_market,
    make_need,
    make_nonprofit,
    make_offer,
    make_organisation,
    make_rule,
    make_scored_market,
    make_wish,
)
from marktplatz.market import Market
from marktplatz.matching import solve
from marktplatz.matching.gather import gather
from marktplatz.matching.solve import could_serve
from marktplatz.matching.unpaired import ObstacleReason, explain_unpaired
from marktplatz.vocabulary import Barrier, PlanStatus, UnpairedReason
from marktplatz.wording.by_hand import LEFT_OVER_SENTENCES
from marktplatz.wording.reasons import UNPAIRED_SENTENCES

APRIL, JUNE = date(2027, 4, 1), date(2027, 6, 1)
COLOGNE, BERLIN = "50668", "10115"

BOTH_WAYS: Mapping[str, Any] = {
    "reciprocity": "required",
    "offers": [make_offer("paint", "bank"), make_offer("dance", "club")],
    "needs": [make_need("walls", "club"), make_need("party", "bank")],
}
CHOIR_FIRST: Mapping[str, Any] = {
    "organisations": [make_organisation(), make_nonprofit(), make_nonprofit("choir")],
    "pairs": [make_rule("paint", "hall", "pinned")],
}
"""The choir has the bank's paint for certain."""


@dataclass(frozen=True)
class Case:
    """A market, who stays alone in it, and the codes of why."""

    market: Market
    who: str
    codes: tuple[str, ...]
    limits: tuple[str, ...] = ()
    more: int = 0
    id: str = field(default="", kw_only=True)


CASES = [
    Case(make_market(organisations=[make_organisation(), make_nonprofit(), make_nonprofit("choir")]), "choir", ("no_entry",)),
    Case(make_market(needs=[]), "bank", ("no_counterpart",)),
    Case(make_market(needs=[make_need(capacity=0)]), "club", ("own_capacity",)),
    Case(make_market(offers=[make_offer(capacity=0)]), "bank", ("own_capacity",)),
    Case(make_market(organisations=[make_organisation(), make_nonprofit(max_agreements=0)]), "club", ("own_maximum",)),
    Case(make_market(max_agreements=0), "bank", ("own_maximum", "partners_taken"), ("max_agreements",), 1),
    Case(make_market(offers=[make_offer(capacity=0)]), "club", ("partners_taken",), ("capacity",), 1),
    Case(make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 800}), "n2", ("partners_taken",), ("capacity",), 1),
    Case(
        make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 800, ("c1.a", "n3.g"): 700, ("c1.a", "n4.g"): 600}),
        "n4",
        ("partners_taken",),
        ("capacity",),
        3,
        id="three others come first",
    ),
    Case(
        make_scored_market({("c1.a", "n1.g"): 900, ("c1.b", "n2.g"): 800}, max_agreements=1),
        "n2",
        ("partners_taken",),
        ("max_agreements",),
        1,
    ),
    Case(
        make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 800}, max_agreements=1),
        "n2",
        ("partners_taken",),
        ("capacity", "max_agreements"),
        1,
    ),
    Case(
        make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 800, ("c1.a", "n3.g"): 700}, max_agreements=1),
        "n3",
        ("partners_taken",),
        ("capacity", "max_agreements"),
        2,
        id="two others come first",
    ),
    Case(make_market(wishes=[make_wish("club", "bank")]), "club", ("no_thanks",)),
    Case(make_market(wishes=[make_wish("bank", "club")]), "club", ("no_thanks",)),
    Case(make_market(wishes=[make_wish("club", "paint")]), "club", ("no_thanks",)),
    Case(make_market(wishes=[make_wish("bank", "walls"), make_wish("club", "bank")]), "bank", ("no_thanks",)),
    Case(make_market(pairs=[make_rule()]), "club", ("forbidden",)),
    Case(make_market(pairs=[make_rule()], wishes=[make_wish("club", "bank")]), "club", ("no_thanks", "forbidden")),
    Case(make_market(offers=[make_offer(to_on=APRIL)], needs=[make_need(from_on=JUNE)]), "club", ("time",)),
    Case(
        make_market(max_distance_km=50.0, offers=[make_offer(postcode=COLOGNE)], needs=[make_need(postcode=BERLIN)]),
        "club",
        ("distance",),
    ),
    Case(make_market(offers=[make_offer(category="hands")], needs=[make_need(category="goods")]), "bank", ("category",)),
    Case(
        make_market(
            offers=[make_offer(to_on=APRIL, category="hands")],
            needs=[make_need(from_on=JUNE, category="goods", capacity=0)],
        ),
        "club",
        ("own_capacity", "time", "category"),
    ),
    Case(make_market(reciprocity="required"), "club", ("no_return",)),
    Case(
        make_market(reciprocity="required", offers=[make_offer(to_on=APRIL)], needs=[make_need(from_on=JUNE)]),
        "club",
        ("time", "no_return"),
    ),
    Case(make_market(**BOTH_WAYS, wishes=[make_wish("club", "bank")]), "club", ("no_thanks",), id="a wish in both ways"),
    Case(make_market(**BOTH_WAYS, pairs=[make_rule("paint", "walls")]), "club", ("forbidden",), id="forbidden, so no way back"),
    Case(
        make_market(**BOTH_WAYS, organisations=[make_organisation(competitors="x"), make_nonprofit(competitors="x")]),
        "club",
        ("competitors",),
        id="competitors in both ways",
    ),
    Case(
        make_market(
            reciprocity="required",
            max_distance_km=50.0,
            offers=[make_offer("paint", "bank"), make_offer("dance", "club", postcode=BERLIN)],
            needs=[make_need("walls", "club"), make_need("party", "bank", postcode=COLOGNE, capacity=0)],
        ),
        "club",
        ("no_return",),
        id="the dance would be near, but is taken",
    ),
    Case(make_market(organisations=[make_organisation(values=("x",)), make_nonprofit(excludes=("x",))]), "club", ("values",)),
    Case(make_market(organisations=[make_organisation(values=("x",)), make_nonprofit(excludes=("x",))]), "bank", ("values",)),
    Case(make_market(organisations=[make_organisation(owner="x"), make_nonprofit(owner="x")]), "club", ("same_owner",)),
    Case(make_market(max_pairs_between=0), "club", ("max_pairs_between",)),
    Case(make_market(organisations=[make_organisation("bank"), make_organisation("club")]), "club", ("within_kind",)),
    Case(make_market(organisations=[make_nonprofit("bank"), make_nonprofit("club")], within_kind="none"), "club", ("within_kind",)),
    Case(make_market(scores={}), "club", ("not_listed",)),
    Case(make_market(scores={}, pairs=[make_rule()]), "club", ("forbidden", "not_listed")),
    Case(
        make_market(
            **CHOIR_FIRST, offers=[make_offer(to_on=APRIL)], needs=[make_need("walls", from_on=JUNE), make_need("hall", "choir")]
        ),
        "club",
        ("time", "partners_taken"),
        ("capacity",),
        1,
        id="too late and taken",
    ),
    Case(
        make_market(**CHOIR_FIRST, needs=[make_need("walls"), make_need("hall", "choir")], wishes=[make_wish("bank", "club")]),
        "club",
        ("no_thanks", "partners_taken"),
        ("capacity",),
        1,
        id="unwanted and taken",
    ),
]


def name_case(case: Case) -> str:
    return case.id or "+".join((case.who, *case.codes, *case.limits))


def explain(market: Market) -> dict[str, tuple[ObstacleReason, ...]]:
    gathered = gather(market)
    return explain_unpaired(gathered, solve(gathered.problem))


def could_be_in_a_plan(market: Market, who: str) -> bool:
    problem = gather(market).problem
    return could_serve(problem, problem.organisations.index(who))


def without(market: Market, who: str, reasons: tuple[ObstacleReason, ...]) -> Market:
    for reason in reasons:
        market = remove(market, who, reason)
    return market


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_the_reasons_are_what_stands_in_the_way(case: Case) -> None:
    reasons = explain(case.market)[case.who]
    assert tuple(reason.code for reason in reasons) == case.codes
    assert (reasons[-1].limits, reasons[-1].more) == (case.limits, case.more)


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_without_what_they_name_the_organisation_is_in_an_optimal_plan(case: Case) -> None:
    assert could_be_in_a_plan(without(case.market, case.who, explain(case.market)[case.who]), case.who)


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_without_only_some_of_it_the_organisation_stays_alone(case: Case) -> None:
    reasons = explain(case.market)[case.who]
    for size in range(len(reasons)):
        for some in combinations(reasons, size):
            assert not could_be_in_a_plan(without(case.market, case.who, some), case.who)


TAKEN = [case for case in CASES if case.limits]


@pytest.mark.parametrize("case", TAKEN, ids=name_case)
def test_limits_are_raised_no_higher_and_no_more_of_them_than_needed(case: Case) -> None:
    *others, taken = explain(case.market)[case.who]
    market = without(case.market, case.who, tuple(others))
    less = [with_limits(taken, taken.limits, taken.more - 1)]
    if len(taken.limits) > 1:
        less += [with_limits(taken, (limit,), EVERYTHING - 1) for limit in taken.limits]
    for reason in less:
        assert not could_be_in_a_plan(remove(market, case.who, reason), case.who)


def test_who_lost_a_tie_could_be_in_another_optimal_plan() -> None:
    market = make_scored_market({("c1.a", f"n{i}.g"): 500 for i in range(3)})
    reasons = explain(market)
    assert len(reasons) == 2
    for who, (reason,) in reasons.items():
        assert reason.code == "lost_tie"
        assert could_be_in_a_plan(market, who)


def test_without_proof_nobody_is_told_more_than_that() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 500, ("c1.a", "n2.g"): 400})
    gathered = gather(market)
    cut_short = replace(solve(gathered.problem), status=PlanStatus.FEASIBLE)
    assert explain_unpaired(gathered, cut_short) == {"n2": (ObstacleReason("not_proven", 0),)}


def test_every_reason_that_can_be_worded_is_tested_here() -> None:
    tested = {code for case in CASES for code in case.codes} | {"lost_tie", "not_proven"}
    assert tested == {str(code) for code in UNPAIRED_SENTENCES} - set(LEFT_OVER_SENTENCES)
    assert {*UnpairedReason, *Barrier} <= tested | set(LEFT_OVER_SENTENCES)


def test_who_is_in_a_pair_needs_no_reason() -> None:
    assert explain(make_market()) == {}


def test_a_reason_names_the_pair_and_the_partner_that_are_meant() -> None:
    market = make_market(
        organisations=[make_organisation(), make_organisation("shop"), make_nonprofit()],
        offers=[make_offer("paint", "bank", to_on=APRIL), make_offer("flyer", "shop", to_on=APRIL, category="goods")],
        needs=[make_need("walls", from_on=JUNE, category="hands")],
    )
    (reason,) = explain(market)["club"]
    assert (reason.code, reason.offer, reason.need, reason.organisations) == ("time", "paint", "walls", ("bank",))
    assert reason.count == 2


def test_of_two_obstacles_the_one_that_people_can_change_is_named() -> None:
    offers = [make_offer("paint", "bank", to_on=APRIL), make_offer("flyer", "bank", category="goods")]
    needs = [make_need("walls", from_on=JUNE, category="hands")]
    assert [reason.code for reason in explain(make_market(offers=offers, needs=needs))["club"]] == ["time"]


def test_an_equally_valuable_pair_elsewhere_does_not_count_as_taken() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 500, ("c1.a", "n2.g"): 500, ("c2.a", "n1.g"): 1})
    assert explain(market) == {}


def test_organisations_are_explained_in_the_order_of_their_ids() -> None:
    assert list(explain(make_scored_market({(f"c{i}.a", "n0.g"): 100 * i for i in (3, 1, 4, 2)}))) == ["c1", "c2", "c3"]

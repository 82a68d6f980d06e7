"""A plan says what, why, and why not (contract section 3)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from example_markets import EXAMPLE_FILES, EXAMPLES, TOWN, load_example, shuffle
from factories import (
    Key,
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
from marktplatz.matching.gather import gather
from marktplatz.plan import Plan, Solver
from marktplatz.usecases.propose import propose_pairings
from marktplatz.vocabulary import OrganisationKind, PlanStatus

SOLVER = Solver(name="test", version="1", wall_ms=0)
FILES = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
TIE = {("c1.a", f"n{i}.g"): 500 for i in range(4)}


def propose(market: Market, **changes: Any) -> Plan:
    return propose_pairings(gather(market), solver=SOLVER, **changes)


@cache
def propose_example(path: Path, language: str = "de") -> Plan:
    return propose(load_example(path), language=language)


def pairs_of(plan: Plan) -> list[Key]:
    return [(pairing.offer, pairing.need) for pairing in plan.pairings]


def to_json(plan: Plan) -> dict[str, Any]:
    return json.loads(plan.model_dump_json(by_alias=True, exclude_none=True))


@FILES
def test_the_numbers_of_a_plan_agree_with_its_pairings(path: Path) -> None:
    market = load_example(path)
    plan = propose_example(path)
    owner = {entry.id: entry.organisation for entry in (*market.offers, *market.needs)}
    paired = {owner[entry] for pair in pairs_of(plan) for entry in pair}
    for kind, served in (("company", plan.served.companies), ("nonprofit", plan.served.nonprofits)):
        of_kind = {organisation.id for organisation in market.organisations if organisation.kind is OrganisationKind(kind)}
        assert served == (len(of_kind & paired), len(of_kind))
    assert plan.status is PlanStatus.OPTIMAL
    assert plan.total_points == sum(pairing.points for pairing in plan.pairings)
    assert (plan.bound.served, plan.bound.points) == (len(paired), plan.total_points)
    assert pairs_of(plan) == sorted(set(pairs_of(plan)))
    assert [unpaired.organisation for unpaired in plan.unpaired] == sorted({o.id for o in market.organisations} - paired)


@FILES
def test_the_reasons_of_a_pair_add_up_to_its_points_and_everything_is_said(path: Path) -> None:
    plan = propose_example(path)
    for pairing in plan.pairings:
        assert sum(reason.points for reason in pairing.reasons) == pairing.points
    texts = [reason.text for which in (plan.pairings, plan.unpaired) for each in which for reason in each.reasons]
    assert all(text.endswith(".") and "{" not in text for text in texts)


@FILES
def test_english_is_english_and_decides_nothing(path: Path) -> None:
    german, english = propose_example(path), propose_example(path, "en")

    def texts(plan: Plan) -> list[str]:
        return [reason.text for which in (plan.pairings, plan.unpaired) for each in which for reason in each.reasons]

    assert pairs_of(german) == pairs_of(english)
    assert len(texts(german)) == len(texts(english)) > 0
    assert [text for text, other in zip(texts(german), texts(english), strict=True) if text == other] == []


@FILES
def test_the_same_content_gives_the_same_bytes_in_any_order(path: Path) -> None:
    again = propose(shuffle(load_example(path), 7))
    assert again.model_dump_json(by_alias=True) == propose_example(path).model_dump_json(by_alias=True)


def test_equal_plans_are_chosen_between_by_content_not_by_order() -> None:
    market = make_scored_market(TIE)
    backwards = market.model_copy(
        update={name: getattr(market, name)[::-1] for name in ("organisations", "offers", "needs", "scores")}
    )
    assert propose(backwards) == propose(market)


def test_a_plan_in_json_has_the_contracts_names() -> None:
    market = make_market(
        offers=[make_offer("paint", "bank"), make_offer("dance", "club")],
        needs=[make_need("walls", "club"), make_need("party", "bank")],
        scores={("paint", "walls"): 700, ("dance", "party"): 10},
    )
    (pairing,) = to_json(propose(market))["pairings"]
    assert pairing == {
        "offer": "paint",
        "need": "walls",
        "points": 700,
        "reasons": [{"code": "given", "points": 700, "text": "Punkte aus der mitgegebenen Punktetabelle."}],
        "return": {"offer": "dance", "need": "party"},
    }


def test_a_plan_in_json_has_every_key_even_where_nothing_is_to_be_said() -> None:
    document = to_json(propose(make_market(organisations=[], offers=[], needs=[])))
    assert document.pop("input_sha256").isalnum()
    assert document == {
        "format": "marktplatz-plan/1",
        "status": "optimal",
        "refusals": [],
        "served": {"companies": [0, 0], "nonprofits": [0, 0]},
        "total_points": 0,
        "bound": {"served": 0, "points": 0},
        "pairings": [],
        "unpaired": [],
        "solver": {"name": "test", "version": "1", "wall_ms": 0},
    }


def test_a_plan_can_be_read_back_from_its_json() -> None:
    plan = propose_example(TOWN)
    assert Plan.model_validate_json(plan.model_dump_json(by_alias=True)) == plan


def test_a_pairing_without_a_return_has_no_such_key() -> None:
    (pairing,) = to_json(propose(make_market()))["pairings"]
    assert "return" not in pairing


def test_the_hash_is_over_the_content() -> None:
    market = load_example(EXAMPLES / "small.json")
    other = market.model_copy(update={"offers": market.offers[:-1]})
    hashes = [propose(each).input_sha256 for each in (market, shuffle(market, 1), other)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_an_unpaired_organisation_is_told_what_stands_in_the_way() -> None:
    document = to_json(propose(make_market(wishes=[make_wish("club", "paint")])))
    assert document["unpaired"][1] == {
        "organisation": "club",
        "reasons": [
            {
                "code": "no_thanks",
                "count": 1,
                "text": "Ein „Nein danke“ steht zwischen Club und Bank („Wände streichen“).",
                "offer": "paint",
                "need": "walls",
                "organisations": ["bank"],
                "limits": [],
                "more": 0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("others", "german", "english"), [(1, "einem weiteren Platz", "one more place"), (3, "3 weiteren", "3 more")]
)
def test_how_many_more_places_are_needed_is_said(others: int, german: str, english: str) -> None:
    market = make_scored_market({("c1.a", f"n{i}.g"): 900 - i for i in range(others + 1)})
    for language, words in (("de", german), ("en", english)):
        (reason,) = propose(market, language=language).unpaired[-1].reasons
        assert (reason.limits, reason.more) == (("capacity",), others)
        assert words in reason.text


PIN = make_rule(status="pinned")
SECOND = {
    "offers": [make_offer("paint"), make_offer("plan")],
    "needs": [make_need("walls"), make_need("roof")],
    "pairs": [PIN, make_rule("plan", "roof", "pinned")],
}
REFUSED: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "not_eligible": ({"offers": [make_offer(category="hands")], "needs": [make_need(category="goods")]}, ("paint", "walls")),
    "forbidden": ({"pairs": [PIN, make_rule()], "wishes": [make_wish("club", "bank")]}, ("paint", "walls")),
    "no_thanks": ({"wishes": [make_wish("club", "paint")]}, ("paint", "walls")),
    "same_organisation": ({"needs": [make_need(organisation="bank")]}, ("paint", "walls")),
    "same_owner": ({"organisations": [make_organisation(owner="x"), make_nonprofit(owner="x")]}, ("paint", "walls")),
    "capacity": ({"offers": [make_offer(capacity=0)]}, ("paint",)),
    "max_agreements": ({"organisations": [make_organisation(max_agreements=0), make_nonprofit()]}, ("paint", "walls")),
    "max_pairs_between": (SECOND, ("paint", "plan", "roof", "walls")),
}


@pytest.mark.parametrize("rule", REFUSED)
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_pin_that_breaks_a_rule_is_refused_with_the_first_rule(rule: str, language: str) -> None:
    changes, entries = REFUSED[rule]
    plan = propose(make_market(**{"pairs": [PIN]} | changes), language=language)
    (refusal,) = plan.refusals
    assert (plan.status, refusal.rule, refusal.entries) == (PlanStatus.REFUSED, rule, entries)
    assert refusal.text.endswith(".")
    assert "{" not in refusal.text


def test_a_refused_plan_proposes_nothing_and_explains_nothing_else() -> None:
    plan = propose(make_market(pairs=[PIN], wishes=[make_wish("club", "bank")]))
    assert (plan.pairings, plan.unpaired, plan.total_points) == ((), (), 0)
    assert (plan.served.companies, plan.served.nonprofits) == ((0, 1), (0, 1))


def test_a_pin_is_kept_even_if_it_costs_points() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 1}, pairs=[make_rule("c1.a", "n2.g", "pinned")])
    assert pairs_of(propose(market)) == [("c1.a", "n2.g")]


@pytest.mark.parametrize("kept", TIE)
def test_among_equal_plans_the_previous_one_is_kept(kept: Key) -> None:
    assert pairs_of(propose(make_scored_market(TIE), previous=[kept, ("gone", "n1.g")])) == [kept]


def test_a_previous_plan_alone_costs_no_points() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 890})
    plan = propose(market, previous=[("c1.a", "n2.g")])
    assert pairs_of(plan) == [("c1.a", "n1.g")]
    assert plan.stability is None
    assert "stability" not in to_json(plan)


@pytest.mark.parametrize(("bonus", "need", "given_up"), [(5, "n1.g", 0), (50, "n2.g", 10)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_stay_bonus_trades_points_and_the_plan_says_so(bonus: int, need: str, given_up: int, language: str) -> None:
    market = make_scored_market({("c1.a", "n1.g"): 900, ("c1.a", "n2.g"): 890})
    plan = propose(market, previous=[("c1.a", "n2.g")], stay_bonus=bonus, language=language)
    assert pairs_of(plan) == [("c1.a", need)]
    assert plan.stability is not None
    assert (plan.stability.stay_bonus, plan.stability.points_given_up) == (bonus, given_up)
    assert str(given_up) in plan.stability.text
    assert plan.bound.points == 900


def test_a_stay_bonus_never_costs_an_organisation_its_partner() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 100, ("c2.a", "n1.g"): 100, ("c1.a", "n2.g"): 0})
    plan = propose(market, previous=[("c1.a", "n1.g")], stay_bonus=100_000)
    assert pairs_of(plan) == [("c1.a", "n2.g"), ("c2.a", "n1.g")]

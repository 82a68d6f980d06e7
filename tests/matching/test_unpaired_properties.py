"""In any small market every organisation without a pair has reasons: together they suffice, none is superfluous."""

from collections.abc import Callable
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from removals import remove
from strategies import COARSE, examples

from factories import make_market, make_need, make_offer, make_organisation, make_rule, make_wish
from marktplatz.market import Market
from marktplatz.matching import solve
from marktplatz.matching.gather import gather
from marktplatz.matching.solve import could_serve
from marktplatz.matching.unpaired import ObstacleReason, explain_unpaired
from marktplatz.vocabulary import Criterion, PlanStatus

DAYS = st.sampled_from([None, date(2027, 4, 1), date(2027, 6, 1)])
LIMITS = st.sampled_from([None, None, 0, 1, 2])
NOT_REMOVABLE = {"no_entry", "no_counterpart"}
"""What these name is nothing: something would have to come, and who knows what it would be worth."""

ONLY_WISHES_COUNT = {criterion: 0 for criterion in Criterion if criterion is not Criterion.WISHES}
"""With these weights a pair is worth the same before and after its obstacle is gone; else nobody could foretell what is best."""


def explain(market: Market) -> dict[str, tuple[ObstacleReason, ...]]:
    gathered = gather(market)
    assignment = solve(gathered.problem)
    assume(assignment.status is PlanStatus.OPTIMAL)  # not refused because of pins
    return explain_unpaired(gathered, assignment)


def could_be_in_a_plan(market: Market, who: str) -> bool:
    problem = gather(market).problem
    return could_serve(problem, problem.organisations.index(who))


@st.composite
def markets(draw: st.DrawFn, make_rest: Callable[[st.DrawFn, list[str], list[str]], dict[str, Any]], **own: Any) -> Market:
    """2 to 5 organisations with 4 offers and 4 needs at most; `own` are further fields of organisations, drawn for each."""
    names = [f"{draw(st.sampled_from('cn'))}{i}" for i in range(draw(st.integers(2, 5)))]
    organisations = [
        make_organisation(
            name,
            "company" if name[0] == "c" else "nonprofit",
            max_agreements=draw(LIMITS),
            owner=draw(st.sampled_from([None, None, None, "x"])),
            **{key: draw(values) for key, values in own.items()},
        )
        for name in names
    ]
    owners = st.lists(st.sampled_from(names), min_size=1, max_size=4)
    givers, takers = draw(owners), draw(owners)
    offers, needs = [f"a{i}" for i in range(len(givers))], [f"b{i}" for i in range(len(takers))]
    rest = make_rest(draw, offers, needs)
    details = rest.pop("details", st.just({}))
    some_pair = st.tuples(st.sampled_from(offers), st.sampled_from(needs))
    levels = st.sampled_from(["no_thanks", "no_thanks", "like", "must_meet"])
    wish = st.builds(make_wish, st.sampled_from(names), st.sampled_from([*names, *offers, *needs]), levels)
    statuses = st.sampled_from(["forbidden", "forbidden", "pinned"])
    rules = st.builds(lambda pair, status: make_rule(*pair, status), some_pair, statuses)
    return make_market(
        organisations=organisations,
        offers=[make_offer(a, by, title="", capacity=draw(LIMITS), **draw(details)) for a, by in zip(offers, givers, strict=True)],
        needs=[make_need(b, by, title="", capacity=draw(LIMITS), **draw(details)) for b, by in zip(needs, takers, strict=True)],
        wishes=draw(st.lists(wish, max_size=3)),
        pairs=draw(st.lists(rules, max_size=2)),
        max_pairs_between=draw(st.sampled_from([1, 1, 1, 0, 2, None])),
        max_agreements=draw(LIMITS),
        **rest,
    )


def draw_scores(draw: st.DrawFn, offers: list[str], needs: list[str]) -> dict[str, Any]:
    """A score table with some of the pairs."""
    pairs = [(offer, need) for offer in offers for need in needs]
    listed = draw(st.lists(st.sampled_from(pairs), unique=True))
    return {"scores": {pair: draw(COARSE) for pair in listed}}


def draw_policy(draw: st.DrawFn, _: list[str], __: list[str]) -> dict[str, Any]:
    """Rules by which the engine finds eligible pairs, and entries that they tell apart."""
    return {
        "reciprocity": draw(st.sampled_from(["wanted", "wanted", "required", "none"])),
        "within_kind": draw(st.sampled_from(["none", "nonprofits", "all"])),
        "weights": ONLY_WISHES_COUNT,
        "max_distance_km": draw(st.sampled_from([None, 50.0])),
        "details": st.fixed_dictionaries(
            {
                "category": st.sampled_from([None, "hands", "goods"]),
                "postcode": st.sampled_from([None, "50668", "10115"]),
                "from_on": DAYS,
            }
        ).map(lambda entry: entry | {"to_on": entry["from_on"]}),
    }


SCORED = markets(draw_scores)
COMPUTED = markets(
    draw_policy,
    competitors=st.sampled_from([None, None, None, "y"]),
    values=st.sampled_from([(), (), ("v",)]),
    excludes=st.sampled_from([(), (), ("v",)]),
)
BOTH = pytest.mark.parametrize("drawn", [SCORED, COMPUTED], ids=["given scores", "computed scores"])


@BOTH
@examples(50)
@given(data=st.data())
def test_exactly_the_organisations_without_a_pair_have_reasons(drawn: st.SearchStrategy[Market], data: st.DataObject) -> None:
    market = data.draw(drawn)
    gathered = gather(market)
    assignment = solve(gathered.problem)
    assume(assignment.status is PlanStatus.OPTIMAL)
    pairs = assignment.pairs(gathered.problem)
    paired = {market.entry_by_id[entry].organisation for pair in pairs for entry in (pair.offer, pair.need)}
    explained = explain_unpaired(gathered, assignment)
    assert list(explained) == sorted({organisation.id for organisation in market.organisations} - paired)
    assert all(explained.values())


@BOTH
@examples(100)
@given(data=st.data())
def test_reasons_suffice_and_none_is_superfluous(drawn: st.SearchStrategy[Market], data: st.DataObject) -> None:
    market = data.draw(drawn)
    for who, reasons in explain(market).items():
        codes = [reason.code for reason in reasons]
        event("+".join(codes))
        if NOT_REMOVABLE & set(codes):
            assert len(codes) == 1
            continue
        for size in range(len(reasons) + 1):
            for some in combinations(reasons, size):
                changed = market
                for reason in some:
                    changed = remove(changed, who, reason)
                expected = size == len(reasons) or codes == ["lost_tie"]
                assert could_be_in_a_plan(changed, who) == expected, (who, [reason.code for reason in some])


@examples(60)
@given(SCORED)
def test_who_has_nothing_or_no_counterpart_really_has_none(market: Market) -> None:
    for who, reasons in explain(market).items():
        offers = {entry.organisation for entry in market.offers}
        needs = {entry.organisation for entry in market.needs}
        has_entry = who in offers | needs
        has_counterpart = (who in offers and bool(needs - {who})) or (who in needs and bool(offers - {who}))
        codes = {reason.code for reason in reasons}
        assert ("no_entry" in codes) == (not has_entry)
        assert ("no_counterpart" in codes) == (has_entry and not has_counterpart)

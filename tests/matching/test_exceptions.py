"""A written exception lifts category, time and distance for a pinned pair, and nothing else."""

from datetime import date
from typing import Any

import pytest

from factories import make_market, make_need, make_nonprofit, make_offer, make_organisation, make_rule, make_wish
from marktplatz.errors import Severity
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market, find_contradictions
from marktplatz.matching import solve
from marktplatz.matching.explain import explain_pair
from marktplatz.matching.gather import Gathered, gather
from marktplatz.vocabulary import Barrier, Criterion, PairNote, PairStatus, PlanStatus, Rule
from marktplatz.wording.reasons import pair_sentence

COLOGNE, BONN = "50668", "53111"
REASON = "Beide kennen\n sich."
APART: dict[str, dict[str, Any]] = {
    Barrier.CATEGORY: {"offers": [make_offer(category="hands")], "needs": [make_need(category="goods")]},
    Barrier.TIME: {"offers": [make_offer(to_on=date(2027, 4, 1))], "needs": [make_need(from_on=date(2027, 4, 5))]},
    Barrier.DISTANCE: {"offers": [make_offer(postcode=COLOGNE)], "needs": [make_need(postcode=BONN)], "max_distance_km": 5},
}
FITTING: dict[str, dict[str, Any]] = {
    Barrier.CATEGORY: APART[Barrier.CATEGORY] | {"needs": [make_need(category="hands")]},
    Barrier.TIME: APART[Barrier.TIME] | {"needs": [make_need(from_on=date(2027, 4, 1))]},
    Barrier.DISTANCE: APART[Barrier.DISTANCE] | {"max_distance_km": None},
}
PART = {Barrier.CATEGORY: Criterion.KIND, Barrier.TIME: Criterion.TIME, Barrier.DISTANCE: Criterion.PLACE}
LIFTED = pytest.mark.parametrize("barrier", APART)


def make_exception(reason: str | None = REASON, status: str = "pinned") -> Any:
    return make_rule(status=status).model_copy(update={"exception": reason})


def with_exception(market: Market, reason: str | None = REASON) -> Market:
    return market.model_copy(update={"pairs": (*market.pairs, make_exception(reason))})


def parts_of(gathered: Gathered) -> dict[str, int]:
    return dict(zip(gathered.scores.criteria, gathered.scores.parts[0].tolist(), strict=True))


@LIFTED
def test_an_exception_makes_a_pinned_pair_possible_that_its_barrier_ruled_out(barrier: str) -> None:
    market = make_market(**APART[barrier])
    assert solve(gather(with_exception(market, None)).problem).refusals[0].rule is Rule.NOT_ELIGIBLE
    assert solve(gather(with_exception(market, " \n")).problem).refusals[0].rule is Rule.NOT_ELIGIBLE
    assignment = solve(gather(with_exception(market)).problem)
    assert (assignment.status, assignment.served) == (PlanStatus.OPTIMAL, 2)


@LIFTED
def test_what_is_lifted_gives_no_points_and_all_else_what_it_would_give(barrier: Barrier) -> None:
    excepted, fitting = (
        parts_of(gather(with_exception(make_market(**APART[barrier])))),
        parts_of(gather(make_market(**FITTING[barrier]))),
    )
    assert excepted.pop(PART[barrier]) == 0
    assert fitting.pop(PART[barrier]) > 0
    assert excepted == fitting


@LIFTED
def test_an_excepted_pair_says_so_with_the_reason_and_its_parts_still_add_up(barrier: Barrier) -> None:
    gathered = gather(with_exception(make_market(**APART[barrier])))
    *parts, note = explain_pair(gathered, 0)
    assert sum(part.points for part in parts) == gathered.problem.points[0]
    assert all(isinstance(part.criterion, Criterion) for part in parts)
    assert (note.criterion, note.points) == (PairNote.EXCEPTION, 0)
    assert dict(note.params) == {barrier: 1, "reason": "Beide kennen sich."}
    assert pair_sentence(note.criterion, note.params).endswith("): „Beide kennen sich.“.")
    assert pair_sentence(note.criterion, note.params, "en").startswith("Exception made by the organisers (")


def test_several_barriers_are_lifted_at_once() -> None:
    offers = [make_offer(category="hands", to_on=date(2027, 4, 1), postcode=COLOGNE)]
    needs = [make_need(category="goods", from_on=date(2027, 4, 5), postcode=BONN)]
    gathered = gather(with_exception(make_market(offers=offers, needs=needs, max_distance_km=5)))
    assert [parts_of(gathered)[part] for part in PART.values()] == [0, 0, 0]
    assert set(explain_pair(gathered, 0)[-1].params) == {*PART, "reason"}


def test_a_pair_that_is_possible_anyway_is_no_exception() -> None:
    plain, excused = gather(make_market()), gather(with_exception(make_market()))
    assert parts_of(plain) == parts_of(excused)
    assert [reason.criterion for reason in explain_pair(excused, 0)] == [reason.criterion for reason in explain_pair(plain, 0)]


@pytest.mark.parametrize(
    "stays",
    [
        {"organisations": [make_organisation(), make_organisation("club")]},
        {"organisations": [make_organisation(competitors="x"), make_nonprofit(competitors="x")]},
        {"organisations": [make_organisation(excludes=("a",)), make_nonprofit(values=("a",))]},
        {"reciprocity": "required"},
    ],
    ids=["within_kind", "competitors", "values", "no_return"],
)
def test_no_other_barrier_gives_way(stays: dict[str, Any]) -> None:
    market = with_exception(make_market(**APART[Barrier.CATEGORY] | stays))
    assert solve(gather(market).problem).refusals[0].rule is Rule.NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("stays", "rule"),
    [
        ({"pairs": [make_rule()]}, Rule.FORBIDDEN),
        ({"wishes": [make_wish("club", "bank")]}, Rule.NO_THANKS),
        ({"organisations": [make_organisation(owner="x"), make_nonprofit(owner="x")]}, Rule.SAME_OWNER),
        ({"max_agreements": 0}, Rule.MAX_AGREEMENTS),
    ],
)
def test_no_hard_rule_gives_way(stays: dict[str, Any], rule: Rule) -> None:
    market = with_exception(make_market(**APART[Barrier.CATEGORY] | stays))
    assert [refusal.rule for refusal in solve(gather(market).problem).refusals][:1] == [rule]


def test_an_exception_has_a_return_like_any_pair() -> None:
    market = make_market(
        reciprocity="required",
        offers=[make_offer(category="hands"), make_offer("dance", "club")],
        needs=[make_need(category="goods"), make_need("party", "bank")],
    )
    problem = gather(with_exception(market)).problem
    assert [problem.pair(row).offer for row in range(len(problem.points))] == ["dance", "paint"]
    assert len(gather(market).problem.points) == 0


def test_other_pairs_keep_their_points_and_the_table_its_order() -> None:
    offers = [make_offer(name, category="hands") for name in ("a", "paint", "z")]
    needs = [make_need("o", category="hands"), make_need(category="goods"), make_need("x", category="hands")]
    market = make_market(offers=offers, needs=needs)
    plain, excused = gather(market), gather(with_exception(market))
    before = {plain.problem.pair(row) for row in range(len(plain.problem.points))}
    after = [excused.problem.pair(row) for row in range(len(excused.problem.points))]
    assert [(pair.offer, pair.need) for pair in after if pair not in before] == [("paint", "walls")]
    assert before < set(after)


def test_with_a_given_score_table_an_exception_changes_nothing() -> None:
    market = make_market(**APART[Barrier.CATEGORY], scores={("paint", "walls"): 5})
    assert parts_of(gather(with_exception(market))) == {Criterion.GIVEN: 5}
    assert len(explain_pair(gather(with_exception(market)), 0)) == 1
    unlisted = make_market(**APART[Barrier.CATEGORY], scores={})
    assert solve(gather(with_exception(unlisted)).problem).refusals[0].rule is Rule.NOT_ELIGIBLE


def test_an_exception_without_a_pin_is_a_warning_and_does_nothing() -> None:
    market = make_market(**APART[Barrier.CATEGORY], pairs=[make_exception(status="forbidden")])
    (found,) = find_contradictions(market)
    assert (found.code, found.severity, found.place.row, found.place.field) == (
        "exception_without_pin",
        Severity.WARNING,
        1,
        "exception",
    )
    assert len(gather(market).problem.points) == 0
    assert list(find_contradictions(with_exception(make_market()))) == []


def test_a_market_without_exceptions_keeps_its_hash() -> None:
    rule = make_rule(status=PairStatus.PINNED)
    plain = make_market(pairs=[rule])
    assert content_sha256(plain) == content_sha256(make_market(pairs=[make_exception(None)]))
    assert content_sha256(plain) != content_sha256(make_market(pairs=[make_exception()]))
    raw = plain.model_dump_json(by_alias=True, exclude_none=True)
    assert '"pairs":[{"offer":"paint","need":"walls","status":"pinned"}]' in raw

"""A timetable keeps the market's rules (contract section 4)."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from example_markets import EXAMPLE_FILES, TOWN, load_example, shuffle
from factories import Key, make_market, make_need, make_nonprofit, make_offer, make_organisation, make_scored_market
from marktplatz.errors import InvalidInput
from marktplatz.market import Market
from marktplatz.matching.gather import gather
from marktplatz.plan import Solver, TimetablePlan
from marktplatz.usecases.propose import propose_pairings
from marktplatz.usecases.schedule import schedule_conversations

FILES = pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
ROUNDS, TABLES = 6, 12


def pairings_of(market: Market) -> list[Key]:
    plan = propose_pairings(gather(market), solver=Solver(name="test", version="1", wall_ms=0))
    return [(pairing.offer, pairing.need) for pairing in plan.pairings]


def find_values(market: Market) -> dict[frozenset[str], int]:
    """The points of the best eligible pair between any two organisations, in either direction."""
    problem = gather(market).problem
    values: dict[frozenset[str], int] = {}
    for row in np.flatnonzero(problem.eligible).tolist():
        pair = problem.pair(row)
        ends = frozenset(market.entry_by_id[entry].organisation for entry in (pair.offer, pair.need))
        values[ends] = max(values.get(ends, 0), pair.points)
    return values


def check_rules(market: Market, timetable: TimetablePlan) -> None:
    values = find_values(market)
    organisations = market.organisation_by_id
    at_once = Counter((each.round, who) for each in timetable.conversations for who in each.organisations)
    assert all(count <= organisations[who].representatives for (_, who), count in at_once.items())
    places = [(each.round, each.table) for each in timetable.conversations]
    assert len(places) == len(set(places))
    couples = [frozenset(each.organisations) for each in timetable.conversations]
    assert len(couples) == len(set(couples))
    for each in timetable.conversations:
        assert 1 <= each.round <= timetable.rounds
        assert 1 <= each.table <= timetable.tables
        assert each.round not in market.market.break_rounds
        assert each.points == values[frozenset(each.organisations)]
        for who in each.organisations:
            assert each.round not in organisations[who].absent_rounds
            assert organisations[who].table in (None, each.table)


@FILES
def test_the_rules_of_a_market_are_kept_and_the_numbers_add_up(path: Path) -> None:
    market = load_example(path)
    pairings = pairings_of(market)
    timetable = schedule_conversations(gather(market), pairings, rounds=ROUNDS, tables=TABLES)
    check_rules(market, timetable)
    couples = {frozenset(each.organisations) for each in timetable.conversations}
    owner = {entry.id: entry.organisation for entry in (*market.offers, *market.needs)}
    met = sum(frozenset((owner[offer], owner[need])) in couples for offer, need in pairings)
    assert timetable.met_pairings == (met, len(pairings))
    assert timetable.served == (len(frozenset().union(*couples)), len(market.organisations))
    assert timetable.total_points == sum(each.points for each in timetable.conversations)
    reached = (timetable.met_pairings[0], timetable.served[0], timetable.total_points)
    assert reached <= (timetable.bound.met_pairings, timetable.bound.served, timetable.bound.points)
    assert timetable.conversations


def test_the_town_has_what_makes_a_timetable_hard() -> None:
    market = load_example(TOWN)
    assert market.market.break_rounds
    assert any(organisation.absent_rounds for organisation in market.organisations)
    assert any(organisation.table for organisation in market.organisations)
    assert any(organisation.representatives > 1 for organisation in market.organisations)


def test_the_order_of_a_markets_lists_does_not_matter() -> None:
    market = load_example(TOWN)
    pairings = pairings_of(market)
    one = schedule_conversations(gather(market), pairings, rounds=ROUNDS, tables=TABLES)
    assert schedule_conversations(gather(shuffle(market, 3)), pairings[::-1], rounds=ROUNDS, tables=TABLES) == one


def test_a_timetable_in_json_has_the_contracts_names() -> None:
    gathered = gather(make_market(scores={("paint", "walls"): 812}))
    timetable = schedule_conversations(gathered, [("paint", "walls")], rounds=9, tables=40)
    assert json.loads(timetable.model_dump_json(by_alias=True, exclude_none=True)) == {
        "format": "marktplatz-timetable/1",
        "rounds": 9,
        "tables": 40,
        "conversations": [{"round": 1, "table": 1, "organisations": ["bank", "club"], "points": 812}],
        "met_pairings": [1, 1],
        "served": [2, 2],
        "total_points": 812,
        "bound": {"met_pairings": 1, "served": 2, "points": 812},
    }


@pytest.mark.parametrize(
    ("bank", "policy", "expected"),
    [
        ({}, {}, (1, None)),
        ({"absent_rounds": (1,)}, {}, (2, None)),
        ({}, {"break_rounds": (1,)}, (2, None)),
        ({"table": 3}, {}, (1, 3)),
        ({"absent_rounds": (1,), "table": 2}, {"break_rounds": (2,)}, (3, 2)),
        ({"absent_rounds": (1,)}, {"break_rounds": (2, 3)}, None),
    ],
)
def test_absences_breaks_and_fixed_tables_decide_when_and_where(bank: Any, policy: Any, expected: Any) -> None:
    market = make_market(organisations=[make_organisation(**bank), make_nonprofit()], **policy)
    timetable = schedule_conversations(gather(market), [("paint", "walls")], rounds=3, tables=3)
    if expected is None:
        assert timetable.conversations == ()
        assert timetable.met_pairings == (0, 1)
    else:
        (conversation,) = timetable.conversations
        assert conversation.round == expected[0]
        assert expected[1] in (None, conversation.table)


@pytest.mark.parametrize(("representatives", "talks"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_an_organisation_talks_as_often_at_once_as_it_has_representatives(representatives: int, talks: int) -> None:
    people = [make_organisation("c1", representatives=representatives), *(make_nonprofit(f"n{i}") for i in range(3))]
    market = make_scored_market({("c1.a", f"n{i}.g"): 500 for i in range(3)}, organisations=people)
    assert len(schedule_conversations(gather(market), [], rounds=1, tables=9).conversations) == talks


def test_pairings_of_the_plan_come_before_more_people_and_more_points() -> None:
    market = make_scored_market({("c1.a", "n1.g"): 1, ("c1.b", "n2.g"): 1000})
    timetable = schedule_conversations(gather(market), [("c1.a", "n1.g")], rounds=1, tables=9)
    assert [each.organisations for each in timetable.conversations] == [("c1", "n1")]


def test_without_an_eligible_pair_there_is_no_conversation() -> None:
    market = make_market(offers=[make_offer(category="hands")], needs=[make_need(category="goods")])
    assert schedule_conversations(gather(market), [], rounds=3, tables=3).conversations == ()


def test_a_pairing_of_another_market_is_an_error_of_the_input() -> None:
    with pytest.raises(InvalidInput) as caught:
        schedule_conversations(gather(make_market()), [("paint", "elsewhere")], rounds=3, tables=3)
    assert [finding.code for finding in caught.value.findings] == ["unknown_pairing"]

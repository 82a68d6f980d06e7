"""Zones of tables: which tables belong to which category, and what a conversation is about."""

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import Field

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Identifier, Line, Policy, Value
from marktplatz.matching.gather import Gathered
from marktplatz.matching.rounds.values import Conversation, Timetable
from marktplatz.matching.rounds.zones import TableZone, seat_in_zones
from marktplatz.vocabulary import CategoryKind

Couple = tuple[str, str]
TableNumber = Annotated[int, Field(ge=1, le=10_000)]


class Zone(Value):
    """The tables from `first` to `last`, for conversations of a category; `name` is on signs and timetables."""

    name: Line
    category: Identifier
    first: TableNumber
    last: TableNumber


def check_zones(zones: Sequence[Zone], policy: Policy) -> None:
    """InvalidInput for zones of categories that the market has not, and for those that end before they begin."""
    known = {category.code for category in policy.categories} or {kind.value for kind in CategoryKind}
    faults = []
    for number, zone in enumerate(zones):
        if zone.category not in known:
            faults.append(Finding("zone_without_category", Place(field=f"zones.{number}.category")))
        if zone.last < zone.first:
            faults.append(Finding("zone_ends_before_it_begins", Place(field=f"zones.{number}.last")))
    if faults:
        raise InvalidInput(*faults)


def lay_into_zones(
    gathered: Gathered,
    timetable: Timetable,
    zones: Sequence[Zone],
    pairings: Sequence[tuple[str, str]],
    settled: Collection[Couple] = (),
) -> Sequence[Conversation]:
    """The timetable's conversations, in the zones of what they are about as far as these are free; fixed tables are kept."""
    market, problem = gathered.scene.market, gathered.problem
    has_table = {each.id for each in market.organisations if each.table is not None}
    is_company = dict(zip(problem.organisations, problem.is_company.tolist(), strict=True))
    couples = [each.organisations for each in timetable.conversations]
    bound = {who for who in couples if has_table & set(who)}
    return seat_in_zones(
        timetable.conversations,
        [TableZone(zone.category, zone.first, zone.last) for zone in zones],
        tables=timetable.tables,
        topics=find_topics(gathered, pairings, couples),
        sitters={who: who[1] if is_company[who[1]] and not is_company[who[0]] else who[0] for who in couples},
        settled=bound | set(settled),
    )


def find_topics(gathered: Gathered, pairings: Sequence[tuple[str, str]], couples: Collection[Couple]) -> dict[Couple, set[str]]:
    """The categories that two organisations talk about: those of the plan's pairings between them, else of their best pair."""
    entries, problem, wanted = gathered.scene.market.entry_by_id, gathered.problem, set(couples)
    topics: dict[Couple, set[str]] = {}
    for offer, need in pairings:
        who = _sort(entries[offer].organisation, entries[need].organisation)
        if who in wanted:
            topics.setdefault(who, set()).update(_categories(gathered, offer, need))
    ids, best = problem.organisations, dict[Couple, tuple[int, int, int]]()
    eligible = problem.eligible
    columns = (problem.giving, problem.taking, problem.points, problem.pair_offer, problem.pair_need)
    for giver, taker, points, offer_row, need_row in zip(*(each[eligible].tolist() for each in columns), strict=True):
        who = _sort(ids[giver], ids[taker])
        if who in wanted and who not in topics and (who not in best or best[who][0] < points):
            best[who] = (points, offer_row, need_row)
    return topics | {
        who: _categories(gathered, problem.offers[offer], problem.needs[need]) for who, (_, offer, need) in best.items()
    }


def _categories(gathered: Gathered, offer: str, need: str) -> set[str]:
    entries = gathered.scene.market.entry_by_id
    return {code for code in (entries[offer].category, entries[need].category) if code is not None}


def _sort(one: str, other: str) -> Couple:
    return (one, other) if one <= other else (other, one)

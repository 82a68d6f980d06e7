"""Tables for conversations whose rounds are settled, in the zone of what they are about as far as that is free."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from marktplatz.matching.problem import IntArray
from marktplatz.matching.rounds.values import Conversation

Couple = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TableZone:
    """Tables that belong to a category, from the first to the last; a table may belong to several."""

    category: str
    first: int
    last: int


def seat_in_zones(
    conversations: Sequence[Conversation],
    zones: Sequence[TableZone],
    *,
    tables: int,
    topics: Mapping[Couple, Collection[str]],
    sitters: Mapping[Couple, str],
    settled: Collection[Couple] = (),
) -> tuple[Conversation, ...]:
    """The same conversations in the same rounds; none is lost.

    In each round the tables are handed out so that as many conversations as possible are in a zone of their `topics`, as few as
    possible in somebody else's, and then as many `sitters` as possible stay where they sat. `settled` ones keep their table.
    """
    if not zones:
        return tuple(conversations)
    kinds = _Kinds(zones, tables)
    usual: dict[str, set[int]] = {}
    seated: list[Conversation] = []
    for number in sorted({each.round for each in conversations}):
        talks = sorted(each for each in conversations if each.round == number)
        staying = [each for each in talks if each.organisations in settled]
        moving = [each for each in talks if each.organisations not in settled]
        taken = {each.table for each in staying}
        free = [table for table in range(1, tables + 1) if table not in taken]
        placed = _hand_out(moving, free, kinds, topics, sitters, usual)
        for sitter in {sitters[each.organisations] for each in placed}:
            usual[sitter] = {each.table for each in placed if sitters[each.organisations] == sitter}
        seated += [*staying, *placed]
    return tuple(sorted(seated))


class _Kinds:
    """What a table is to a conversation: 0 in its zone, 1 in no zone, 2 in somebody else's; without a zone of its own one less."""

    def __init__(self, zones: Sequence[TableZone], tables: int) -> None:
        self._zones: dict[str, set[int]] = {}
        for zone in zones:
            self._zones.setdefault(zone.category, set()).update(range(zone.first, min(zone.last, tables) + 1))
        self._any = {table for each in self._zones.values() for table in each}

    def of(self, topics: Collection[str], tables: Sequence[int]) -> list[int]:
        own = {table for topic in topics for table in self._zones.get(topic, ())}
        if not own:
            return [int(table in self._any) for table in tables]
        return [0 if table in own else 1 + (table in self._any) for table in tables]


def _hand_out(
    talks: Sequence[Conversation],
    free: Sequence[int],
    kinds: _Kinds,
    topics: Mapping[Couple, Collection[str]],
    sitters: Mapping[Couple, str],
    usual: Mapping[str, Collection[int]],
) -> list[Conversation]:
    """An exact assignment; one cost after the other, the lower table where nothing else tells."""
    if not talks:
        return []
    stay = len(free) * len(talks) + 1
    zone = stay * len(talks) + stay
    cost: IntArray = np.empty((len(talks), len(free)), dtype=np.int64)
    for row, talk in enumerate(talks):
        home = usual.get(sitters[talk.organisations]) or {talk.table}
        for column, kind in enumerate(kinds.of(topics.get(talk.organisations, ()), free)):
            cost[row, column] = zone * kind + stay * (free[column] not in home) + column
    _, columns = linear_sum_assignment(cost)
    return [replace(talk, table=free[column]) for talk, column in zip(talks, columns.tolist(), strict=True)]

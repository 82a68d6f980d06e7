"""Tables for conversations whose rounds are settled: companies sit, nonprofits walk; a fixed table is kept."""

from collections import defaultdict

import numpy as np

from marktplatz.matching.problem import IntArray
from marktplatz.matching.rounds.hall import UNHELD, Hall


def seat_talks(hall: Hall, round_of: IntArray) -> dict[int, int]:
    """A table for every held talk, by talk.

    Talks of an organisation with a fixed table are there. Every other talk has a sitter: the company, or else the first of the two.
    Sitters with the most talks get tables of their own while there are enough; the others stay where they last sat if they can.
    """
    held = np.flatnonzero(round_of != UNHELD)
    fixed = find_fixed_tables(hall, held)
    sitter = _find_sitters(hall, held)
    by_round: dict[int, list[int]] = defaultdict(list)
    for talk in held.tolist():
        by_round[int(round_of[talk])].append(talk)
    homes = _hand_out_homes(hall, by_round, sitter, set(fixed.values()))
    tables: dict[int, int] = {}
    last: dict[int, int] = {}
    for round_ in sorted(by_round):
        _seat_round(hall.tables, by_round[round_], fixed, sitter, homes, last, tables)
    return tables


def find_fixed_tables(hall: Hall, talks: IntArray) -> dict[int, int]:
    """The table where a talk has to be, for the talks of organisations with a fixed table."""
    first, second = hall.first[talks], hall.second[talks]
    table = np.where(hall.has_fixed_table[first], hall.fixed_table[first], hall.fixed_table[second])
    bound = hall.has_fixed_table[first] | hall.has_fixed_table[second]
    return dict(zip(talks[bound].tolist(), table[bound].tolist(), strict=True))


def _find_sitters(hall: Hall, talks: IntArray) -> dict[int, int]:
    first, second = hall.first[talks], hall.second[talks]
    sits = np.where(hall.is_company[second] & ~hall.is_company[first], second, first)
    return dict(zip(talks.tolist(), sits.tolist(), strict=True))


def _hand_out_homes(hall: Hall, by_round: dict[int, list[int]], sitter: dict[int, int], reserved: set[int]) -> dict[int, list[int]]:
    """Tables of one's own: as many as a sitter needs at once, for those with the most talks first."""
    total: dict[int, int] = defaultdict(int)
    at_once: dict[int, int] = defaultdict(int)
    for talks in by_round.values():
        now: dict[int, int] = defaultdict(int)
        for talk in talks:
            now[sitter[talk]] += 1
        for organisation, count in now.items():
            total[organisation] += count
            at_once[organisation] = max(at_once[organisation], count)
    wanted = sum(at_once.values())
    free = [table for table in range(1, min(hall.tables, wanted + len(reserved)) + 1) if table not in reserved]
    homes: dict[int, list[int]] = {}
    for organisation in sorted(total, key=lambda o: (-total[o], o)):
        homes[organisation], free = free[: at_once[organisation]], free[at_once[organisation] :]
    return homes


def _seat_round(
    tables: int,
    talks: list[int],
    fixed: dict[int, int],
    sitter: dict[int, int],
    homes: dict[int, list[int]],
    last: dict[int, int],
    seated: dict[int, int],
) -> None:
    taken = set()
    waiting = []
    for talk in talks:
        if talk in fixed:
            seated[talk] = fixed[talk]
            taken.add(fixed[talk])
        else:
            waiting.append(talk)
    homeless = []
    for talk in waiting:
        home = next((table for table in homes[sitter[talk]] if table not in taken), None)
        if home is None:
            homeless.append(talk)
        else:
            seated[talk] = home
            taken.add(home)
    moving = []
    for talk in homeless:
        place = last.get(sitter[talk])
        if place is None or place in taken:
            moving.append(talk)
        else:
            seated[talk] = place
            taken.add(place)
    free = (table for table in range(1, tables + 1) if table not in taken)
    for talk, table in zip(moving, free, strict=False):
        seated[talk] = last[sitter[talk]] = table


def reseat_talks(hall: Hall, round_of: IntArray, tables_before: dict[int, int], moved: set[int]) -> dict[int, int]:
    """Tables after some talks changed their round: everybody else keeps the table, unless somebody with a fixed one needs it."""
    held = np.flatnonzero(round_of != UNHELD)
    fixed, sitter = find_fixed_tables(hall, held), _find_sitters(hall, held)
    usual: dict[int, int] = {sitter[talk]: table for talk, table in sorted(tables_before.items()) if talk in sitter}
    tables: dict[int, int] = {}
    for round_ in sorted({int(round_of[talk]) for talk in moved}):
        talks = np.flatnonzero(round_of == round_).tolist()
        tables |= _reseat_round(talks, fixed, tables_before, moved, {talk: usual.get(sitter[talk]) for talk in talks})
    return {talk: tables.get(talk, tables_before.get(talk, 0)) for talk in held.tolist()}


def _reseat_round(
    talks: list[int], fixed: dict[int, int], before: dict[int, int], moved: set[int], usual: dict[int, int | None]
) -> dict[int, int]:
    tables = {talk: fixed[talk] for talk in talks if talk in fixed}
    taken = set(tables.values())
    for talk in sorted(set(talks) - set(tables), key=lambda talk: (talk in moved, talk)):
        wishes = [before[talk]] if talk in before else []
        place = usual[talk]
        wishes += [] if place is None else [place]
        table = next((wish for wish in wishes if wish not in taken), None)
        if table is None:
            table = next(number for number in range(1, len(talks) + len(taken) + 1) if number not in taken)
        tables[talk] = table
        taken.add(table)
    return tables

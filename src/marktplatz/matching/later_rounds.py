"""The rounds that are still to come, planned anew while the evening runs: what was and what goes on is given, few talks move."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from marktplatz.matching.problem import BoolArray, IntArray, Problem
from marktplatz.matching.rounds.colouring import can_colour, colour_talks
from marktplatz.matching.rounds.hall import UNHELD, Hall, build_hall
from marktplatz.matching.rounds.ledger import Ledger
from marktplatz.matching.rounds.relaxation import find_points_bound, most_at_once
from marktplatz.matching.rounds.seating import reseat_talks
from marktplatz.matching.rounds.selection import Demand, select_talks
from marktplatz.matching.rounds.sides import find_sides
from marktplatz.matching.rounds.values import Attendance, Conversation, Timetable, TimetableBound
from marktplatz.vocabulary import MAX_POINTS

_FEW_MOVES: Final = 6
"""Of talks of third parties, so that a pairing meets; only for somebody who would be alone all evening may more move."""
_MOST_TRIES: Final = 20
"""So many talks are tried to be fitted in by moving others, where no flow tells which; each try takes some milliseconds."""


def replan_rounds(
    problem: Problem,
    timetable: Timetable,
    *,
    frozen: int,
    pairings: Sequence[tuple[str, str]] = (),
    attendance: Mapping[str, Attendance] | None = None,
    break_rounds: Collection[int] = (),
) -> Timetable:
    r"""Plan the rounds after `frozen` anew, for the market as it is now; the others stay as they are, whatever they are.

    Over the talks x of the later rounds, of two who have not met before, in this order:

    .. math:: \operatorname{lexmax} \Big(\sum_{op} m_{op} x_{op},\; |\{o \notin S : \textstyle\sum_p x_{op} \ge 1\}|,\;
        |x \cap x'|,\; \sum_{op} w_{op} x_{op}\Big)

    as in `plan_timetable`, with S who had a conversation in the frozen rounds and x' the talks of the later rounds that are still
    possible: in a hall, points are no reason to send people elsewhere. A talk that stays keeps its round and table, unless one that
    comes needs the room; for a pairing a few talks of third parties move, for somebody who is alone as many as it takes.

    The choice is **exact** where `plan_timetable` is: every possible talk could be held in every later round, and the talks join
    two sides. One minimum-cost flow chooses, alternating paths find the rounds, or König's colouring else. Otherwise
    what was stays, and what is missing is fitted in, pairings and those who are alone first.

    Parameters
    ----------
    problem : Problem
        The market as it is now; its capacities and maxima mean nothing for conversations.
    timetable : Timetable
        Its later conversations may break the rules by now; what does goes.
    frozen : int
        The last round that stays as it is; 0 for none.
    pairings, attendance, break_rounds
        As for `plan_timetable`; somebody without representatives is not there.

    Returns
    -------
    Timetable
        The totals count all rounds. `bound` holds among the timetables with these frozen rounds that keep what can stay.

    Examples
    --------
    >>> from marktplatz.matching.problem import Pair
    >>> from marktplatz.matching.timetable import plan_timetable
    >>> problem = Problem.from_pairs(
    ...     companies=["bank", "shop"], nonprofits=["choir", "club"],
    ...     offers={"paint": "bank", "flyer": "shop"}, needs={"walls": "club", "posters": "choir"},
    ...     pairs=[Pair("paint", "walls", 700), Pair("paint", "posters", 100), Pair("flyer", "posters", 400)])
    >>> timetable = plan_timetable(problem, rounds=2, tables=2)
    >>> [(c.round, c.organisations) for c in timetable.conversations]
    [(1, ('bank', 'choir')), (2, ('bank', 'club')), (2, ('choir', 'shop'))]
    >>> after = replan_rounds(problem, timetable, frozen=1, attendance={"shop": Attendance(0)})
    >>> [(c.round, c.organisations) for c in after.conversations], after.is_optimal
    ([(1, ('bank', 'choir')), (2, ('bank', 'club'))], True)
    """
    past = tuple(talk for talk in timetable.conversations if talk.round <= frozen)
    shut = {*break_rounds, *range(1, frozen + 1)}
    if shut >= set(range(1, timetable.rounds + 1)):
        return _add_up(problem, timetable, past, (), pairings)
    shape = {"rounds": timetable.rounds, "tables": timetable.tables}
    hall = build_hall(problem, **shape, pairings=pairings, attendance=attendance, break_rounds=shut)
    hall = _leave_out_met(hall, problem, past)
    served = _served_before(problem, past)
    before, tables = _read_later(problem, hall, timetable, frozen)
    side = find_sides(hall)
    chosen = None
    if side is not None and hall.is_uniform:
        chosen = _choose(hall, side, served, before != UNHELD)
        after = _follow(hall, before, chosen, served)
    else:
        after = _fit_in(hall, before, served)
    moved = set(np.flatnonzero((after != before) & (after != UNHELD)).tolist())
    seats = reseat_talks(hall, after, tables, moved)
    reached = _add_up(problem, timetable, past, _name_talks(problem, hall, after, seats), pairings)
    if chosen is None:
        return replace(reached, bound=_loose_bound(hall, reached, past, served))
    return replace(reached, bound=_max(_bound(problem, hall, timetable, past, pairings, chosen), reached))


def _max(bound: TimetableBound, reached: Timetable) -> TimetableBound:
    """Talks that nobody had to move for may come on top of what the flow chose."""
    found = (reached.met_pairings[0], reached.served[0], reached.points)
    return max(bound, TimetableBound(*found), key=lambda each: (each.met_pairings, each.served, each.points))


def _leave_out_met(hall: Hall, problem: Problem, past: Sequence[Conversation]) -> Hall:
    position = {id_: index for index, id_ in enumerate(problem.organisations)}
    met = {tuple(sorted(position.get(id_, -1) for id_ in talk.organisations)) for talk in past}
    kept = np.array([both not in met for both in zip(hall.first.tolist(), hall.second.tolist(), strict=True)], dtype=np.bool_)
    fields = {name: getattr(hall, name)[kept] for name in ("first", "second", "points", "meets", "allowed")}
    return replace(hall, **fields)


def _served_before(problem: Problem, past: Sequence[Conversation]) -> BoolArray:
    talking = {id_ for talk in past for id_ in talk.organisations}
    return np.array([id_ in talking for id_ in problem.organisations], dtype=np.bool_)


def _read_later(problem: Problem, hall: Hall, timetable: Timetable, frozen: int) -> tuple[IntArray, dict[int, int]]:
    """The rounds and tables of the later talks that may still be, by talk; of an overbooked one, the last ones go."""
    position = {id_: index for index, id_ in enumerate(problem.organisations)}
    talk_at = {both: talk for talk, both in enumerate(zip(hall.first.tolist(), hall.second.tolist(), strict=True))}
    round_at = {number: index for index, number in enumerate(hall.rounds.tolist())}
    allowed, room, seat = hall.allowed.tolist(), hall.room.tolist(), hall.seat.tolist()
    fixed = [table if has else None for table, has in zip(hall.fixed_table.tolist(), hall.has_fixed_table.tolist(), strict=True)]
    round_of = np.full(len(hall.first), UNHELD, dtype=np.int64)
    tables: dict[int, int] = {}
    for each in timetable.conversations:
        one, other = sorted(position.get(id_, -1) for id_ in each.organisations)
        talk, round_ = talk_at.get((one, other)), round_at.get(each.round)
        if each.round <= frozen or talk is None or round_ is None or not allowed[talk][round_]:
            continue
        is_at_home = {fixed[one], fixed[other]} - {None} <= {each.table}
        seats = {seat[one], seat[other]}
        if is_at_home and all(room[each_seat][round_] > 0 for each_seat in seats):
            for each_seat in seats:
                room[each_seat][round_] -= 1
            round_of[talk], tables[talk] = round_, each.table
    return round_of, tables


def _choose(hall: Hall, side: BoolArray, served: BoolArray, held: BoolArray) -> IntArray:
    """The best talks; one flow, in which each aim outweighs all that come after it."""
    stay = 1 + min(int(hall.points.sum()), MAX_POINTS * hall.tables * len(hall.rounds))
    serve = 1 + stay * (int(held.sum()) + 1)
    meet = 1 + serve * (hall.organisations + 1)
    return select_talks(
        hall,
        side,
        Demand(
            talks=np.arange(len(hall.first)),
            worth=hall.points + stay * held + meet * hall.meets,
            bonus=serve * ~served,
            organisation_room=(hall.present * hall.seat_capacity[:, None]).sum(axis=1),
            seat_room=hall.room.sum(axis=1),
            most=int(most_at_once(hall, side).sum()),
        ),
    )


def _follow(hall: Hall, before: IntArray, chosen: IntArray, served: BoolArray) -> IntArray:
    """Rounds for the chosen talks: those that stay keep theirs, those that come are fitted in with few moves.

    Only for a pairing that meets, or for somebody who is alone, may anybody else's talk move, and for the former only a few.
    """
    stays = np.zeros(len(before), dtype=np.bool_)
    stays[chosen] = True
    kept = np.where(stays, before, UNHELD)
    ledger = _open_ledger(hall, kept)
    alone = ~(served | hall.served(kept != UNHELD))
    for talk in _by_worth(hall, chosen[kept[chosen] == UNHELD]):
        ends = [int(hall.first[talk]), int(hall.second[talk])]
        is_alone = bool(np.any(alone[ends]))
        is_urgent = is_alone or bool(hall.meets[talk] > 0)
        if ledger.place_nearby(talk) or (is_urgent and ledger.place(talk, None if is_alone else _FEW_MOVES)):
            alone[ends] = False
        elif is_alone and can_colour(hall, chosen):
            after = np.full(len(before), UNHELD, dtype=np.int64)
            after[chosen] = colour_talks(hall, chosen)
            return after
    _fill(hall, ledger)
    return _close_ledger(hall, ledger)


def _fit_in(hall: Hall, before: IntArray, served: BoolArray) -> IntArray:
    """What is held stays; pairings, those who are alone and those with empty rounds get what there is room for, in this order."""
    ledger = _open_ledger(hall, before)
    alone = ~(served | hall.served(before != UNHELD))
    tries = _MOST_TRIES
    urgent = np.flatnonzero((before == UNHELD) & ((hall.meets > 0) | alone[hall.first] | alone[hall.second]))
    for talk in _by_worth(hall, urgent):
        ends = [int(hall.first[talk]), int(hall.second[talk])]
        if hall.meets[talk] > 0 or np.any(alone[ends]):
            is_placed = ledger.place_nearby(talk)
            if not is_placed and tries:
                tries -= 1
                is_placed = ledger.place(talk, None if np.any(alone[ends]) else _FEW_MOVES)
            if is_placed:
                alone[ends] = False
    _fill(hall, ledger)
    return _close_ledger(hall, ledger)


def _fill(hall: Hall, ledger: Ledger) -> None:
    """Hold every talk for which both have a round left in which a table is free, the best first; nobody moves."""
    rounds = np.arange(len(hall.rounds))
    room, most = hall.room.copy(), np.full(len(rounds), hall.tables)
    for talk, round_ in ledger.round_of.items():
        _book(hall, room, most, talk, round_)
    unheld = np.setdiff1d(np.arange(len(hall.first)), np.fromiter(ledger.round_of, dtype=np.int64, count=len(ledger.round_of)))
    open_ = unheld[
        (room[hall.first_seat[unheld]].any(axis=1)) & (room[hall.second_seat[unheld]].any(axis=1)) & (hall.points[unheld] > 0)
    ]
    for talk in _by_worth(hall, open_):
        seats = [int(hall.first_seat[talk]), int(hall.second_seat[talk])]
        free = hall.allowed[talk] & (room[seats] > 0).all(axis=0) & (most > 0)
        if free.any():
            round_ = int(np.argmax(free))
            ledger.enter([talk], [round_])
            _book(hall, room, most, talk, round_)


def _book(hall: Hall, room: IntArray, most: IntArray, talk: int, round_: int) -> None:
    for seat in {int(hall.first_seat[talk]), int(hall.second_seat[talk])}:
        room[seat, round_] -= 1
    most[round_] -= 1


def _by_worth(hall: Hall, talks: IntArray) -> Iterable[int]:
    ordered: list[int] = talks[np.argsort(-hall.worth[talks], kind="stable")].tolist()
    return ordered


def _open_ledger(hall: Hall, round_of: IntArray) -> Ledger:
    rounds = range(len(hall.rounds))
    ledger = Ledger(hall, rounds, hall.room, np.full(len(rounds), hall.tables))
    held = np.flatnonzero(round_of != UNHELD)
    ledger.enter(held.tolist(), round_of[held].tolist())
    return ledger


def _close_ledger(hall: Hall, ledger: Ledger) -> IntArray:
    round_of = np.full(len(hall.first), UNHELD, dtype=np.int64)
    for talk, round_ in ledger.round_of.items():
        round_of[talk] = round_
    return round_of


def _name_talks(problem: Problem, hall: Hall, round_of: IntArray, tables: Mapping[int, int]) -> tuple[Conversation, ...]:
    names, held = problem.organisations, np.flatnonzero(round_of != UNHELD)
    columns = (held, hall.rounds[round_of[held]], hall.first[held], hall.second[held], hall.points[held])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        Conversation(number, tables[talk], (names[one], names[other]), points) for talk, number, one, other, points in rows
    )


def _add_up(
    problem: Problem,
    timetable: Timetable,
    past: Sequence[Conversation],
    later: Sequence[Conversation],
    pairings: Sequence[tuple[str, str]],
) -> Timetable:
    talks = tuple(sorted((*past, *later)))
    offer_at = {id_: index for index, id_ in enumerate(problem.offers)}
    need_at = {id_: index for index, id_ in enumerate(problem.needs)}
    meeting = {frozenset(talk.organisations) for talk in talks}
    giver, taker = problem.offer_organisation, problem.need_organisation
    ends = [
        frozenset((problem.organisations[giver[offer_at[o]]], problem.organisations[taker[need_at[n]]])) for o, n in set(pairings)
    ]
    met, points = sum(both in meeting for both in ends), sum(talk.points for talk in talks)
    served = {id_ for talk in talks for id_ in talk.organisations} & set(problem.organisations)
    return Timetable(
        rounds=timetable.rounds,
        tables=timetable.tables,
        conversations=talks,
        met_pairings=(met, len(ends)),
        served=(len(served), len(problem.organisations)),
        points=points,
        bound=TimetableBound(met, len(served), points),
    )


def _bound(
    problem: Problem,
    hall: Hall,
    timetable: Timetable,
    past: Sequence[Conversation],
    pairings: Sequence[tuple[str, str]],
    chosen: IntArray,
) -> TimetableBound:
    """What the flow chose, whether or not all of it found its round."""
    names = problem.organisations
    later = [
        Conversation(0, 0, (names[one], names[other]), points)
        for one, other, points in zip(
            hall.first[chosen].tolist(), hall.second[chosen].tolist(), hall.points[chosen].tolist(), strict=True
        )
    ]
    reached = _add_up(problem, timetable, past, later, pairings)
    return TimetableBound(reached.met_pairings[0], reached.served[0], reached.points)


def _loose_bound(hall: Hall, reached: Timetable, past: Sequence[Conversation], served: BoolArray) -> TimetableBound:
    """Each aim by itself, which is quick."""
    possible = int((hall.served(np.arange(len(hall.first))) | served).sum())
    points = sum(talk.points for talk in past) + find_points_bound(hall)
    met = min(reached.met_pairings[1], reached.met_pairings[0] + int(hall.meets.sum()))
    return TimetableBound(met, max(possible, reached.served[0]), max(points, reached.points))

"""The timetable: who talks with whom in which round at which table; reads as a table of contents of `rounds`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from marktplatz.errors import Conflict, Finding, InvalidInput
from marktplatz.matching.problem import BoolArray, IntArray, Problem
from marktplatz.matching.rounds.colouring import can_colour, colour_talks
from marktplatz.matching.rounds.exchange import exchange_rounds
from marktplatz.matching.rounds.hall import UNHELD, Hall, build_hall
from marktplatz.matching.rounds.ledger import Ledger
from marktplatz.matching.rounds.prices import find_prices
from marktplatz.matching.rounds.relaxation import find_bound, relax
from marktplatz.matching.rounds.search import search_rounds
from marktplatz.matching.rounds.seating import reseat_talks, seat_talks
from marktplatz.matching.rounds.share import Share
from marktplatz.matching.rounds.sides import find_sides
from marktplatz.matching.rounds.values import Attendance, Conversation, Timetable, TimetableBound
from marktplatz.matching.verify_timetable import find_timetable_violations

__all__ = ["Attendance", "Conversation", "Timetable", "TimetableBound", "insert_conversation", "plan_timetable"]


def plan_timetable(
    problem: Problem,
    *,
    rounds: int,
    tables: int,
    pairings: Sequence[tuple[str, str]] = (),
    attendance: Mapping[str, Attendance] | None = None,
    break_rounds: Collection[int] = (),
) -> Timetable:
    r"""Plan conversations so that pairings meet, then everybody talks with somebody, then points are highest.

    Over sets of conversations x (organisations o and p in round r), in this order:

    .. math:: \operatorname{lexmax} \Big(\sum_{op} m_{op} x_{op},\; |\{o : \textstyle\sum_p x_{op} \ge 1\}|,\;
        \sum_{op} w_{op} x_{op}\Big), \qquad x_{op} = \sum_r x_{opr} \le 1,\; \sum_p x_{opr} \le c_{or},\; \sum_{op} x_{opr} \le T

    with the pairings :math:`m_{op}` between two organisations, :math:`w_{op}` the highest points of an eligible pair between them
    in either direction, and :math:`c_{or}` the representatives of o, 0 in rounds when o is absent, at most 1 where o has a fixed
    table. Organisations with one fixed table share its one conversation per round. A conversation of 0 points that serves nobody
    new and lets no pairing meet stays out.

    **Exact** where every possible conversation could be held in every round and the possible conversations join two sides
    (companies and nonprofits, say): one minimum-cost flow chooses, König's edge colouring finds the rounds. Otherwise (absences,
    odd circles among nonprofits) the problem is NP-hard: flows by round that follow a linear relaxation's prices, then two rounds
    at a time filled anew as long as it pays; `bound` tells what is at most lost.

    Parameters
    ----------
    problem : Problem
    rounds : int, 1 to 10 000
    tables : int, at least 1
    pairings : sequence of (offer id, need id)
        The plan's pairings; a double one counts once.
    attendance : mapping of organisation id to Attendance
        Who is not named has one representative, all the time, at any table.
    break_rounds : collection of int
        Rounds in which nobody talks, from 1; numbers beyond `rounds` mean nothing, as in `Attendance.absent_rounds`.

    Returns
    -------
    Timetable
        The same for the same content, in whatever order it comes.

    Raises
    ------
    InvalidInput
        timetable_size, unknown_pairing, unknown_organisation, negative_representatives, table_out_of_range.

    References
    ----------
    D. König (1916), "Über Graphen und ihre Anwendung auf Determinantentheorie und Mengenlehre", Math. Annalen 77. H. N. Gabow
    and O. Kariv (1978), "Algorithms for edge coloring bipartite graphs", STOC. S. Even, A. Itai and A. Shamir (1976), "On the
    complexity of timetable and multicommodity flow problems", SIAM J. Comput. 5, for the hardness with absences.

    Examples
    --------
    >>> from marktplatz.matching.problem import Pair
    >>> problem = Problem.from_pairs(
    ...     companies=["bank", "shop"], nonprofits=["choir", "club"],
    ...     offers={"paint": "bank", "flyer": "shop"}, needs={"walls": "club", "posters": "choir"},
    ...     pairs=[Pair("paint", "walls", 700), Pair("paint", "posters", 100), Pair("flyer", "posters", 400)])
    >>> timetable = plan_timetable(problem, rounds=2, tables=2, pairings=[("flyer", "posters")])
    >>> for conversation in timetable.conversations:
    ...     print(conversation.round, conversation.table, *conversation.organisations, conversation.points)
    1 1 bank choir 100
    2 1 bank club 700
    2 2 choir shop 400
    >>> timetable.met_pairings, timetable.served, timetable.points, timetable.is_optimal
    ((1, 1), (4, 4), 1200, True)
    """
    hall = build_hall(problem, rounds=rounds, tables=tables, pairings=pairings, attendance=attendance, break_rounds=break_rounds)
    side = find_sides(hall)
    relaxed = None if side is None else relax(hall, side)
    bound = find_bound(hall, side, relaxed)
    if relaxed is not None and hall.is_uniform:
        round_of = _colour(hall, _drop_idle(hall, relaxed))
    else:
        prices = find_prices(hall, bound.met_pairings)
        bound = replace(bound, points=min(bound.points, max(prices.bound, 0)))
        goal = _value(hall, bound)
        round_of = exchange_rounds(hall, search_rounds(hall, side, goal, prices), prices, goal)
        needed = _drop_idle(hall, np.flatnonzero(round_of != UNHELD))
        round_of = np.where(np.isin(np.arange(len(round_of)), needed), round_of, UNHELD)
    return _report(problem, hall, (rounds, tables), round_of, seat_talks(hall, round_of), bound)


def insert_conversation(
    problem: Problem,
    timetable: Timetable,
    organisations: tuple[str, str],
    *,
    pairings: Sequence[tuple[str, str]] = (),
    attendance: Mapping[str, Attendance] | None = None,
    break_rounds: Collection[int] = (),
) -> Timetable:
    """Add one conversation to a timetable and move few others; none is dropped.

    Looks for a round where both are free, then for alternating paths of two rounds along which conversations swap, with a third
    round for those that can't; only if that finds nothing are all conversations spread anew.

    Parameters
    ----------
    problem : Problem
        The market as it is now.
    timetable : Timetable
        Must keep the rules for this market.
    organisations : two organisation ids, in any order
    pairings, attendance, break_rounds
        As for `plan_timetable`; the totals and the bound are counted anew with them.

    Returns
    -------
    Timetable

    Raises
    ------
    InvalidInput
        unknown_organisation, and as `plan_timetable`.
    Conflict
        timetable_outdated (it breaks a rule by now), already_talking, no_conversation_possible (no eligible pair, never there
        together, or fixed at different tables), no_room (found; proven where `plan_timetable` is exact).

    Examples
    --------
    >>> from marktplatz.matching.problem import Pair
    >>> from dataclasses import replace
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["choir", "club"],
    ...     offers={"paint": "bank"}, needs={"walls": "club", "posters": "choir"},
    ...     pairs=[Pair("paint", "walls", 700), Pair("paint", "posters", 0)])
    >>> timetable = replace(plan_timetable(problem, rounds=1, tables=1), rounds=2)
    >>> [(c.round, c.organisations) for c in insert_conversation(problem, timetable, ("choir", "bank")).conversations]
    [(1, ('bank', 'club')), (2, ('bank', 'choir'))]
    """
    shape = (timetable.rounds, timetable.tables)
    hall = build_hall(
        problem, rounds=shape[0], tables=shape[1], pairings=pairings, attendance=attendance, break_rounds=break_rounds
    )
    if find_timetable_violations(problem, timetable, attendance=attendance, break_rounds=break_rounds):
        raise Conflict(Finding("timetable_outdated"))
    talk = _find_talk(problem, hall, timetable, organisations)
    round_of, tables_before = _read(problem, hall, timetable)
    side = find_sides(hall)
    changed = _make_room(hall, side, round_of, talk)
    if changed is None:
        raise Conflict(Finding("no_room", params={"first": organisations[0], "second": organisations[1]}))
    moved = set(np.flatnonzero(changed != round_of).tolist())
    seated = reseat_talks(hall, changed, tables_before, moved)
    return _report(problem, hall, shape, changed, seated, find_bound(hall, side))


def _colour(hall: Hall, chosen: IntArray) -> IntArray:
    round_of = np.full(len(hall.first), UNHELD, dtype=np.int64)
    round_of[chosen] = colour_talks(hall, chosen)
    return round_of


def _drop_idle(hall: Hall, chosen: IntArray) -> IntArray:
    """Leave out talks without points and pairings whose organisations talk with somebody else anyway."""
    count = np.bincount(np.concatenate([hall.first[chosen], hall.second[chosen]]), minlength=hall.organisations)
    kept = np.ones(len(chosen), dtype=np.bool_)
    for position in np.flatnonzero(hall.worth[chosen] == 0).tolist():
        ends = [hall.first[chosen[position]], hall.second[chosen[position]]]
        if all(count[end] > 1 for end in ends):
            kept[position] = False
            count[ends] -= 1
    return chosen[kept]


def _value(hall: Hall, bound: TimetableBound) -> int:
    return hall.meet_worth * bound.met_pairings + hall.served_worth * bound.served + bound.points


def _report(
    problem: Problem, hall: Hall, shape: tuple[int, int], round_of: IntArray, tables: Mapping[int, int], bound: TimetableBound
) -> Timetable:
    held = np.flatnonzero(round_of != UNHELD)
    names = problem.organisations
    rows = zip(
        held.tolist(),
        hall.rounds[round_of[held]].tolist(),
        hall.first[held].tolist(),
        hall.second[held].tolist(),
        hall.points[held].tolist(),
        strict=True,
    )
    conversations = sorted(
        Conversation(round_, tables[talk], (names[first], names[second]), points) for talk, round_, first, second, points in rows
    )
    return Timetable(
        rounds=shape[0],
        tables=shape[1],
        conversations=tuple(conversations),
        met_pairings=(int(hall.meets[held].sum()), hall.pairings),
        served=(int(hall.served(held).sum()), len(names)),
        points=int(hall.points[held].sum()),
        bound=bound,
    )


def _find_talk(problem: Problem, hall: Hall, timetable: Timetable, organisations: tuple[str, str]) -> int:
    unknown = [id_ for id_ in organisations if id_ not in problem.organisations]
    if unknown:
        raise InvalidInput(*[Finding("unknown_organisation", params={"id": id_}) for id_ in unknown])
    both = tuple(sorted(organisations))
    params = {"first": organisations[0], "second": organisations[1]}
    if any(conversation.organisations == both for conversation in timetable.conversations):
        raise Conflict(Finding("already_talking", params=params))
    first, second = (problem.organisations.index(id_) for id_ in both)
    found = np.flatnonzero((hall.first == first) & (hall.second == second))
    if not found.size:
        raise Conflict(Finding("no_conversation_possible", params=params))
    return int(found[0])


def _read(problem: Problem, hall: Hall, timetable: Timetable) -> tuple[IntArray, dict[int, int]]:
    """The rounds and tables of a timetable that keeps the rules, by talk."""
    position = {id_: index for index, id_ in enumerate(problem.organisations)}
    talks = {both: talk for talk, both in enumerate(zip(hall.first.tolist(), hall.second.tolist(), strict=True))}
    round_index = {number: index for index, number in enumerate(hall.rounds.tolist())}
    round_of = np.full(len(hall.first), UNHELD, dtype=np.int64)
    tables = {}
    for conversation in timetable.conversations:
        first, second = conversation.organisations
        talk = talks[position[first], position[second]]
        round_of[talk] = round_index[conversation.round]
        tables[talk] = conversation.table
    return round_of, tables


def _make_room(hall: Hall, side: BoolArray | None, round_of: IntArray, talk: int) -> IntArray | None:
    rounds = np.arange(len(hall.rounds))
    ledger = Ledger(hall, rounds.tolist(), hall.room, np.full(len(rounds), hall.tables))
    held = np.flatnonzero(round_of != UNHELD)
    ledger.enter(held.tolist(), round_of[held].tolist())
    moves = ledger.find_moves(talk)
    if moves is not None:
        changed = round_of.copy()
        changed[list(moves)] = list(moves.values())
        return changed
    wanted = np.sort(np.append(held, talk))
    if side is None:
        return None
    if hall.is_uniform:
        return _colour(hall, wanted) if can_colour(hall, wanted) else None
    share = Share(hall, np.full(len(hall.first), UNHELD, dtype=np.int64), rounds, side)
    left = share.spread(wanted)
    if len(left):
        left = share.squeeze(left)
    return None if len(left) else share.round_of

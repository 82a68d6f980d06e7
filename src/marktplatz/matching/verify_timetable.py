"""Does a timetable keep the rules? Written independently of the planner, with which it shares values only."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from marktplatz.matching.problem import Problem
from marktplatz.matching.rounds.values import Attendance, Conversation, Timetable


class TimetableRule(StrEnum):
    """The rules of a timetable, one name each."""

    UNKNOWN_ORGANISATION = "unknown_organisation"
    NOT_ELIGIBLE = "not_eligible"
    WRONG_POINTS = "wrong_points"
    NO_SUCH_ROUND = "no_such_round"
    NO_SUCH_TABLE = "no_such_table"
    BREAK_ROUND = "break_round"
    ABSENT = "absent"
    REPRESENTATIVES = "representatives"
    TABLE_TAKEN = "table_taken"
    MEET_TWICE = "meet_twice"
    FIXED_TABLE = "fixed_table"
    ORDER = "order"
    TOTALS = "totals"


@dataclass(frozen=True, slots=True)
class TimetableViolation:
    """A broken rule and whom it concerns; round and table where they are to the point."""

    rule: TimetableRule
    organisations: tuple[str, ...] = ()
    round: int | None = None
    table: int | None = None


def find_timetable_violations(
    problem: Problem,
    timetable: Timetable,
    *,
    attendance: Mapping[str, Attendance] | None = None,
    break_rounds: Collection[int] = (),
    pairings: Sequence[tuple[str, str]] | None = None,
) -> list[TimetableViolation]:
    """Every rule that a timetable breaks, for the market as it is now.

    Parameters
    ----------
    problem : Problem
    timetable : Timetable
    attendance : mapping of organisation id to Attendance
        Who is not named has one representative, all the time, at any table.
    break_rounds : collection of int
        Round numbers, from 1.
    pairings : sequence of (offer id, need id), optional
        The plan's pairings; with them `met_pairings` is counted again.

    Returns
    -------
    list of TimetableViolation
        Empty if all is well.

    Examples
    --------
    >>> from marktplatz.matching.problem import Pair
    >>> from marktplatz.matching.rounds.values import TimetableBound
    >>> problem = Problem.from_pairs(
    ...     companies=["bank"], nonprofits=["club"], offers={"paint": "bank"}, needs={"walls": "club"},
    ...     pairs=[Pair("paint", "walls", 700)])
    >>> timetable = Timetable(1, 1, (Conversation(1, 1, ("bank", "club"), 700),), (0, 0), (2, 2), 700, TimetableBound(0, 2, 700))
    >>> find_timetable_violations(problem, timetable)
    []
    >>> [violation.rule.value for violation in find_timetable_violations(problem, timetable, break_rounds=[1])]
    ['break_round']
    """
    attendance = attendance or {}
    best = _best_points(problem)
    violations: list[TimetableViolation] = []
    for conversation in timetable.conversations:
        violations += _check_alone(conversation, problem, timetable, best)
        violations += _check_presence(conversation, attendance, break_rounds)
    violations += _check_together(timetable, attendance)
    violations += _check_totals(problem, timetable, pairings)
    return violations


def _best_points(problem: Problem) -> dict[frozenset[str], int]:
    best: dict[frozenset[str], int] = {}
    for offer, need, points, exclusion in zip(
        problem.pair_offer.tolist(), problem.pair_need.tolist(), problem.points.tolist(), problem.exclusions.tolist(), strict=True
    ):
        giver = problem.organisations[problem.offer_organisation[offer]]
        taker = problem.organisations[problem.need_organisation[need]]
        if exclusion == 0 and giver != taker:
            both = frozenset((giver, taker))
            best[both] = max(points, best.get(both, 0))
    return best


def _check_alone(
    conversation: Conversation, problem: Problem, timetable: Timetable, best: Mapping[frozenset[str], int]
) -> Iterator[TimetableViolation]:
    both = conversation.organisations
    if not set(both) <= set(problem.organisations):
        yield TimetableViolation(TimetableRule.UNKNOWN_ORGANISATION, both)
    elif frozenset(both) not in best:
        yield TimetableViolation(TimetableRule.NOT_ELIGIBLE, both)
    elif best[frozenset(both)] != conversation.points:
        yield TimetableViolation(TimetableRule.WRONG_POINTS, both)
    if not 1 <= conversation.round <= timetable.rounds:
        yield TimetableViolation(TimetableRule.NO_SUCH_ROUND, both, conversation.round)
    if not 1 <= conversation.table <= timetable.tables:
        yield TimetableViolation(TimetableRule.NO_SUCH_TABLE, both, conversation.round, conversation.table)


def _check_presence(
    conversation: Conversation, attendance: Mapping[str, Attendance], break_rounds: Collection[int]
) -> Iterator[TimetableViolation]:
    if conversation.round in break_rounds:
        yield TimetableViolation(TimetableRule.BREAK_ROUND, conversation.organisations, conversation.round)
    for organisation in conversation.organisations:
        there = attendance.get(organisation, Attendance())
        if conversation.round in there.absent_rounds:
            yield TimetableViolation(TimetableRule.ABSENT, (organisation,), conversation.round)
        if there.table is not None and there.table != conversation.table:
            yield TimetableViolation(TimetableRule.FIXED_TABLE, (organisation,), conversation.round, conversation.table)


def _check_together(timetable: Timetable, attendance: Mapping[str, Attendance]) -> Iterator[TimetableViolation]:
    at_table: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    talking: defaultdict[tuple[int, str], int] = defaultdict(int)
    meetings: defaultdict[frozenset[str], int] = defaultdict(int)
    for conversation in timetable.conversations:
        at_table[conversation.round, conversation.table] += conversation.organisations
        meetings[frozenset(conversation.organisations)] += 1
        for organisation in conversation.organisations:
            talking[conversation.round, organisation] += 1
    for (round_, table), organisations in at_table.items():
        if len(organisations) > 2:
            yield TimetableViolation(TimetableRule.TABLE_TAKEN, tuple(organisations), round_, table)
    for (round_, organisation), count in talking.items():
        if count > attendance.get(organisation, Attendance()).representatives:
            yield TimetableViolation(TimetableRule.REPRESENTATIVES, (organisation,), round_)
    for both, count in meetings.items():
        if count > 1:
            yield TimetableViolation(TimetableRule.MEET_TWICE, tuple(sorted(both)))


def _check_totals(
    problem: Problem, timetable: Timetable, pairings: Sequence[tuple[str, str]] | None
) -> Iterator[TimetableViolation]:
    order = [(conversation.round, conversation.table) for conversation in timetable.conversations]
    if order != sorted(order) or any(list(c.organisations) != sorted(c.organisations) for c in timetable.conversations):
        yield TimetableViolation(TimetableRule.ORDER)
    served = {organisation for conversation in timetable.conversations for organisation in conversation.organisations}
    points = sum(conversation.points for conversation in timetable.conversations)
    right = timetable.served == (len(served), len(problem.organisations)) and timetable.points == points
    if pairings is not None:
        giver = {
            offer: problem.organisations[index] for offer, index in zip(problem.offers, problem.offer_organisation, strict=True)
        }
        taker = {need: problem.organisations[index] for need, index in zip(problem.needs, problem.need_organisation, strict=True)}
        meetings = {frozenset(conversation.organisations) for conversation in timetable.conversations}
        met = sum(frozenset((giver[offer], taker[need])) in meetings for offer, need in set(pairings))
        right = right and timetable.met_pairings == (met, len(set(pairings)))
    if not right:
        yield TimetableViolation(TimetableRule.TOTALS)

"""The values of a timetable: Attendance, Conversation, Timetable and its bound. No planning and no checking here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attendance:
    """How an organisation takes part: how many people, in which rounds not at all, at which table always."""

    representatives: int = 1
    absent_rounds: frozenset[int] = frozenset()
    table: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Conversation:
    """Two organisations at one table in one round; rounds and tables count from 1, the organisations are sorted."""

    round: int
    table: int
    organisations: tuple[str, str]
    points: int


@dataclass(frozen=True, slots=True)
class TimetableBound:
    """What no timetable exceeds in this order: pairings that meet; then organisations served; then points."""

    met_pairings: int
    served: int
    points: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The conversations sorted by round and table, what they reach, and what nobody could exceed.

    Attributes
    ----------
    rounds, tables : int
        As asked for; a round or a table may stay empty.
    conversations : tuple of Conversation
    met_pairings : tuple of int
        Pairings of the plan whose organisations talk, and all pairings of the plan.
    served : tuple of int
        Organisations with at least one conversation, and all organisations.
    points : int
        Sum of the conversations' points.
    bound : TimetableBound
        `bound.served` holds among timetables with `bound.met_pairings`, `bound.points` among those that reach both.
        Equal to what is reached means: proven best.
    """

    rounds: int
    tables: int
    conversations: tuple[Conversation, ...]
    met_pairings: tuple[int, int]
    served: tuple[int, int]
    points: int
    bound: TimetableBound

    @property
    def is_optimal(self) -> bool:
        """Whether the bound is reached, so that no timetable is better."""
        return (self.met_pairings[0], self.served[0], self.points) == (
            self.bound.met_pairings,
            self.bound.served,
            self.bound.points,
        )

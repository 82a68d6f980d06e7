"""What a warm process is asked for, and what it answers; the market, where it does not know it yet, comes beside it."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from marktplatz.market import Value
from marktplatz.matching.day import Settled
from marktplatz.plan import Pairing, Plan, PlanBound, Served, TimetablePlan, Unpaired
from marktplatz.usecases.solving.jobs import Key, Propose
from marktplatz.vocabulary import PlanStatus

MOST_MARKETS: Final = 4
"""That a process keeps."""

TalkRow = tuple[int, int, str, str, int]
"""Round, table, the two organisations, points."""


class KnownRounds(Value):
    """The timetable that people have; rounds up to `frozen` stay as they are."""

    rounds: int
    tables: int
    frozen: int
    talks: tuple[TalkRow, ...]


class Load(Value):
    """Score a market, so that what is asked about it later is answered at once."""

    job: Literal["load"] = "load"


class Replan(Value):
    """The plan of the day: the best pairs with these facts, close to the `previous` ones, and the rounds that are still to come."""

    job: Literal["replan"] = "replan"
    away: tuple[str, ...] = ()
    forbidden: tuple[Key, ...] = ()
    wanted: tuple[Key, ...] = ()
    settled: tuple[Settled, ...] = ()
    concerned: tuple[str, ...] = ()
    """Organisations and entries that the change is about."""
    previous: tuple[Key, ...] = ()
    rounds: KnownRounds | None = None
    time_limit_s: Annotated[float, Field(gt=0)] | None = None
    language: str = "de"


WarmJob = Load | Replan | Propose


class WarmRequest(Value):
    """A line; the market's bytes follow if there are any, else the process knows the market by this name."""

    market: str
    market_bytes: int = 0
    job: Annotated[WarmJob, Field(discriminator="job")]


class CameIn(Value):
    """`why`: cause, fills, or rearranged."""

    pairing: Pairing
    giver: str
    taker: str
    why: str


class WentOut(Value):
    """`why`: cause, gives_way, or rearranged."""

    offer: str
    need: str
    why: str


class Replanned(Value):
    """The new plan as it differs from the previous one, checked.

    `returns` are what the takers of the new plan's pairs could give back; `alone` has reasons for those who are newly so.
    """

    status: PlanStatus
    served: Served
    total_points: int
    bound: PlanBound
    came: tuple[CameIn, ...] = ()
    went: tuple[WentOut, ...] = ()
    returns: tuple[tuple[Key, Key], ...] = ()
    alone: tuple[Unpaired, ...] = ()
    timetable: TimetablePlan | None = None
    solve_ms: int = 0


class WarmAnswer(Value):
    """`failed` is for the log; a process that failed at one job goes on with the next."""

    replanned: Replanned | None = None
    plan: Plan | None = None
    failed: str | None = None


WARM_REQUEST: Final = TypeAdapter(WarmRequest)
WARM_ANSWER: Final = TypeAdapter(WarmAnswer)

"""What a solving process is asked for; the market comes beside it."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from marktplatz.market import Value
from marktplatz.plan import PlannedConversation
from marktplatz.usecases.zones import Zone

Key = tuple[str, str]


class Propose(Value):
    """Find the best pairs. `input_sha256`: the hash of the whole market, since the one that is sent lacks its contacts."""

    job: Literal["propose"] = "propose"
    previous: tuple[Key, ...] = ()
    stay_bonus: Annotated[int, Field(ge=0)] = 0
    time_limit_s: Annotated[float, Field(gt=0)] | None = None
    language: str = "de"
    input_sha256: str | None = None


class Schedule(Value):
    """Plan rounds and tables for a plan's pairings; with `previous` close to that, where `kept` conversations do not move and
    those between `left_out` do not come back.
    """

    job: Literal["schedule"] = "schedule"
    pairings: tuple[Key, ...]
    rounds: int
    tables: int
    zones: tuple[Zone, ...] = ()
    previous: tuple[PlannedConversation, ...] | None = None
    kept: tuple[Key, ...] = ()
    left_out: tuple[Key, ...] = ()


Job = Annotated[Propose | Schedule, Field(discriminator="job")]


class Request(Value):
    """The line that goes before the market's bytes."""

    job: Job
    market_bytes: int
    memory_bytes: int
    cpu_s: int


REQUEST: Final = TypeAdapter(Request)

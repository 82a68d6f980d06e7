"""The values of a plan file and a timetable file (contract sections 3 and 4): what others read, in its own words."""

from typing import Literal

from pydantic import Field

from marktplatz.market import Identifier, Points, Value
from marktplatz.vocabulary import PLAN_FORMAT, TIMETABLE_FORMAT, PlanStatus, Rule


class PlanRefusal(Value):
    rule: Rule
    entries: tuple[str, ...]
    organisations: tuple[str, ...] = ()
    text: str = ""


class Served(Value):
    """Of each kind: how many organisations are in a pair, and how many there are."""

    companies: tuple[int, int]
    nonprofits: tuple[int, int]


class PlanBound(Value):
    served: int
    points: int


class PairingReason(Value):
    code: str
    points: int
    text: str = ""


class SuggestedReturn(Value):
    offer: Identifier
    need: Identifier


class Pairing(Value):
    offer: Identifier
    need: Identifier
    points: Points
    reasons: tuple[PairingReason, ...] = ()
    suggested_return: SuggestedReturn | None = Field(default=None, alias="return")


class UnpairedReasonOut(Value):
    """`offer`, `need`, `organisations` and `limits` name what is in the way, as far as the code needs it; `more`: by how much
    each of the limits would have to be higher.
    """

    code: str
    count: int
    text: str = ""
    offer: str | None = None
    need: str | None = None
    organisations: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    more: int = 0


class Unpaired(Value):
    organisation: Identifier
    reasons: tuple[UnpairedReasonOut, ...]


class Solver(Value):
    name: str
    version: str
    wall_ms: int


class Stability(Value):
    """Only where a stay-bonus traded points for stability: what a kept pair was worth, and what all of it cost."""

    stay_bonus: int
    points_given_up: int
    text: str = ""


class TableCut(Value):
    """Only where a market is so large that each entry chose among its best pairs: how many each kept, how many stayed outside."""

    kept: int
    left_out: int
    text: str = ""


class Plan(Value):
    format: Literal["marktplatz-plan/1"] = PLAN_FORMAT
    status: PlanStatus
    input_sha256: str
    refusals: tuple[PlanRefusal, ...] = ()
    served: Served
    total_points: int
    bound: PlanBound
    stability: Stability | None = None
    table_cut: TableCut | None = None
    pairings: tuple[Pairing, ...] = ()
    unpaired: tuple[Unpaired, ...] = ()
    solver: Solver


class PlannedConversation(Value):
    round: int
    table: int
    organisations: tuple[str, str]
    points: Points


class TimetableBoundOut(Value):
    met_pairings: int
    served: int
    points: int


class TimetablePlan(Value):
    format: Literal["marktplatz-timetable/1"] = TIMETABLE_FORMAT
    rounds: int
    tables: int
    conversations: tuple[PlannedConversation, ...]
    met_pairings: tuple[int, int]
    served: tuple[int, int]
    total_points: int
    bound: TimetableBoundOut

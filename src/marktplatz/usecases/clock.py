"""The clock of the evening as everybody sees it: worked out from what was begun, nothing is written when a round is over."""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.db.models import Evening, MarketRecord, Profile
from marktplatz.usecases.evening import CHANGE_MINUTES
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile, instant_of
from marktplatz.vocabulary import Stage, Trading

CHANGE: Final = timedelta(minutes=CHANGE_MINUTES)
AHEAD: Final = timedelta(hours=6)
"""What is further away is no countdown."""


class Step(StrEnum):
    """What comes next in the evening."""

    OPEN = "open"
    ROUND = "round"
    FREE = "free"
    CLOSE = "close"


class Moment(StrEnum):
    """WAITING: open, and the first round has not begun. OVER: its time is up, what comes next has not begun."""

    BEFORE = "before"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ClockState:
    """All instants are the server's, and so is `time`, by which a device finds out how far its own clock is off.

    `ends_at` is None where the stage has no end and while the clock stands; then `left_s` says what is left. `next_step` is due at
    `due_at`, where that is known; `next_round` is its number. `version` 0: nobody has touched the clock yet.
    """

    stage: Stage
    round: int
    rounds: int | None
    is_break: bool
    begun_at: datetime | None
    ends_at: datetime | None
    paused_at: datetime | None
    left_s: int | None
    opened_at: datetime | None
    closed_at: datetime | None
    next_step: Step | None
    next_round: int | None
    next_is_break: bool
    due_at: datetime | None
    version: int
    time: datetime = field(compare=False)

    def moment(self, now: datetime) -> Moment:
        """What a viewer sees at an instant; the script of the pages works it out alike."""
        if self.stage is Stage.CLOSED:
            return Moment.CLOSED
        if self.stage is Stage.BEFORE:
            return Moment.BEFORE if self.opened_at is None else Moment.WAITING
        if self.paused_at is not None:
            return Moment.PAUSED
        return Moment.RUNNING if self.ends_at is None or now < self.ends_at else Moment.OVER

    def seconds_left(self, now: datetime) -> int | None:
        """What a clock counts down, to the end or to what is due; None: it shows the time of day."""
        moment = self.moment(now)
        if moment is Moment.PAUSED:
            return self.left_s
        aim = self.ends_at if moment is Moment.RUNNING else self.due_at
        if moment is Moment.CLOSED or aim is None or aim - now > AHEAD or (moment is Moment.BEFORE and aim <= now):
            return None
        return max(0, math.ceil((aim - now).total_seconds()))

    def is_overdue(self, now: datetime) -> bool:
        """Should what comes next have begun by now? Before the first gong nobody is late yet."""
        return self.opened_at is not None and self.due_at is not None and self.due_at <= now


def read_clock(session: Session, now: datetime, market_id: str) -> ClockState:
    return tell_clock(session.get(Evening, market_id), get_market(session, market_id), get_profile(session, market_id), now)


def tell_clock(evening: Evening | None, market: MarketRecord, profile: Profile, now: datetime) -> ClockState:
    """The state by what was written; one that nobody has touched stands before the opening."""
    evening = evening or Evening(market_id=market.id, stage=Stage.BEFORE, round=0, version=0)
    ends_at, left_s = _end_of(evening)
    step, number = _next_step(evening, profile)
    return ClockState(
        stage=evening.stage,
        round=evening.round,
        rounds=profile.rounds if profile.trading is not Trading.FREE else None,
        is_break=evening.stage is Stage.ROUND and evening.round in market.break_rounds,
        begun_at=evening.begun_at,
        ends_at=ends_at,
        paused_at=evening.paused_at,
        left_s=left_s,
        opened_at=evening.opened_at,
        closed_at=evening.closed_at,
        next_step=step,
        next_round=number,
        next_is_break=_is_break(number, market.break_rounds),
        due_at=_due_at(evening, market, profile, step, ends_at),
        version=evening.version,
        time=now,
    )


def _end_of(evening: Evening) -> tuple[datetime | None, int | None]:
    """When the stage ends; while the clock stands, how many seconds are left instead."""
    if evening.begun_at is None or evening.lasts_s is None or evening.stage not in (Stage.ROUND, Stage.FREE):
        return None, None
    ends_at = evening.begun_at + timedelta(seconds=evening.lasts_s)
    if evening.paused_at is None:
        return ends_at, None
    return None, max(0, round((ends_at - evening.paused_at).total_seconds()))


def _next_step(evening: Evening, profile: Profile) -> tuple[Step | None, int | None]:
    if evening.stage is Stage.CLOSED:
        return None, None
    if evening.opened_at is None:
        return Step.OPEN, None
    if evening.stage is Stage.FREE:
        return Step.CLOSE, None
    if profile.trading is Trading.FREE:
        return Step.FREE, None
    if profile.rounds is None or evening.round < profile.rounds:
        return Step.ROUND, evening.round + 1
    return (Step.FREE if profile.trading is Trading.ROUNDS_THEN_FREE else Step.CLOSE), None


def _due_at(
    evening: Evening, market: MarketRecord, profile: Profile, step: Step | None, ends_at: datetime | None
) -> datetime | None:
    """People need a minute between two rounds; nothing is due while the clock stands."""
    if step is Step.OPEN:
        return instant_of(market.date, profile.begins, profile.timezone)
    since = ends_at if evening.stage is not Stage.BEFORE else evening.opened_at
    if since is None or step is None:
        return None
    return since + CHANGE if step is Step.ROUND else since


def _is_break(number: int | None, breaks: Collection[int]) -> bool:
    return number is not None and number in breaks

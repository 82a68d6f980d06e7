"""What the moderator does with the clock: open, start and end rounds, let it stand, give a minute, trade freely, close."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import AuditDetail, AuditEntry, Evening, MarketRecord, Profile
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile, instant_of
from marktplatz.vocabulary import Role, Stage, Trading

LONGEST_FREE: Final = timedelta(hours=8)
"""Free trading counts down to the planned end, where that lies so near that it can be meant."""
MINUTE_S: Final = 60


class Deed(StrEnum):
    OPEN = "open"
    START_ROUND = "start-round"
    END_ROUND = "end-round"
    SKIP_ROUND = "skip-round"
    PAUSE = "pause"
    RESUME = "resume"
    ADD_MINUTE = "add-minute"
    FREE = "free"
    CLOSE = "close"
    REOPEN = "reopen"


def turn_clock(session: Session, now: datetime, actor: Actor, market_id: str, deed: Deed, version: int) -> Evening:
    """One deed on the clock as it was seen (`version`, 0 before anybody touched it); Conflict if somebody was quicker."""
    actor.must_be(Role.ORGANISER, Role.MODERATOR)
    evening = session.get(Evening, market_id)
    check_seen(evening, version)
    if evening is None:
        evening = Evening(market_id=market_id, stage=Stage.BEFORE, round=0, version=1)
    before = tell_evening(evening)
    _DEEDS[deed](_Turn(session, now, evening))
    session.add(evening)
    record_evening(session, now, actor, deed.value.replace("-", "_"), evening, before)
    return evening


def check_seen(evening: Evening | None, version: int) -> None:
    if version != (evening.version if evening is not None else 0):
        raise Conflict(Finding("clock_changed"))


def tell_evening(evening: Evening) -> dict[str, Any]:
    return {
        "stage": evening.stage,
        "round": evening.round,
        "begun_at": evening.begun_at,
        "lasts_s": evening.lasts_s,
        "paused_at": evening.paused_at,
        "goal": evening.goal,
        "figures_sha256": evening.figures_sha256,
    }


def record_evening(session: Session, now: datetime, actor: Actor, action: str, evening: Evening, before: dict[str, Any]) -> None:
    session.flush()
    subject = Subject("evening", evening.market_id)
    record_change(session, now, actor, action, subject, chain=evening.market_id, before=before, after=tell_evening(evening))


class _Turn:
    """A deed's hands: the evening, the instant, and the market's plans where they are asked for."""

    def __init__(self, session: Session, now: datetime, evening: Evening) -> None:
        self.session, self.now, self.evening = session, now, evening

    @property
    def market(self) -> MarketRecord:
        return get_market(self.session, self.evening.market_id)

    @property
    def profile(self) -> Profile:
        return get_profile(self.session, self.evening.market_id)

    @property
    def elapsed_s(self) -> int:
        """Whole seconds of the stage that went by; a clock that stands lets none go by."""
        begun_at = self.evening.begun_at or self.now
        return max(0, int(((self.evening.paused_at or self.now) - begun_at).total_seconds()))

    @property
    def is_over(self) -> bool:
        return self.evening.lasts_s is not None and self.elapsed_s >= self.evening.lasts_s

    @property
    def round_runs(self) -> bool:
        return self.evening.stage is Stage.ROUND and not self.is_over

    def begin(self, stage: Stage, lasts_s: int | None) -> None:
        evening = self.evening
        evening.stage, evening.begun_at, evening.lasts_s, evening.paused_at = stage, self.now, lasts_s, None

    def must_be_between_rounds(self) -> None:
        _refuse("market_not_open", unless=self.evening.opened_at is not None)
        _refuse("rounds_are_over", unless=self.evening.stage in (Stage.BEFORE, Stage.ROUND))
        _refuse("round_is_running", unless=not self.round_runs)
        _refuse("market_without_rounds", unless=self.profile.trading is not Trading.FREE)
        _refuse("rounds_are_over", unless=self.profile.rounds is None or self.evening.round < self.profile.rounds)


def _refuse(code: str, *, unless: bool) -> None:
    if not unless:
        raise Conflict(Finding(code))


def _open(turn: _Turn) -> None:
    """In free trading the gong starts it at once; else the first round is started by hand, when people sit."""
    _refuse("market_is_open", unless=turn.evening.opened_at is None)
    turn.evening.opened_at = turn.now
    if turn.profile.trading is Trading.FREE:
        _trade_freely(turn)


def _start_round(turn: _Turn) -> None:
    turn.must_be_between_rounds()
    minutes = turn.profile.round_minutes
    if minutes is None:
        raise Conflict(Finding("round_minutes_open"))
    turn.begin(Stage.ROUND, minutes * MINUTE_S)
    turn.evening.round += 1


def _end_round(turn: _Turn) -> None:
    _refuse("no_round_is_running", unless=turn.round_runs)
    elapsed_s = turn.elapsed_s
    turn.evening.begun_at = turn.now - timedelta(seconds=elapsed_s)
    turn.evening.lasts_s, turn.evening.paused_at = elapsed_s, None


def _skip_round(turn: _Turn) -> None:
    """The next round does not take place: it counts as over."""
    turn.must_be_between_rounds()
    turn.begin(Stage.ROUND, 0)
    turn.evening.round += 1


def _pause(turn: _Turn) -> None:
    runs = turn.evening.stage in (Stage.ROUND, Stage.FREE) and not turn.is_over
    _refuse("clock_is_not_running", unless=runs and turn.evening.paused_at is None)
    turn.evening.paused_at = turn.now


def _resume(turn: _Turn) -> None:
    evening = turn.evening
    if evening.paused_at is None or evening.begun_at is None or evening.stage is Stage.CLOSED:
        raise Conflict(Finding("clock_is_not_paused"))
    evening.begun_at += turn.now - evening.paused_at
    evening.paused_at = None


def _add_minute(turn: _Turn) -> None:
    """Also when the time is just over: then from now on."""
    evening = turn.evening
    if evening.stage not in (Stage.ROUND, Stage.FREE) or evening.lasts_s is None:
        raise Conflict(Finding("clock_is_not_running"))
    evening.lasts_s = max(evening.lasts_s, turn.elapsed_s) + MINUTE_S


def _trade_freely(turn: _Turn) -> None:
    _refuse("market_not_open", unless=turn.evening.opened_at is not None)
    _refuse("trading_is_free", unless=turn.evening.stage in (Stage.BEFORE, Stage.ROUND))
    ends = instant_of(turn.market.date, turn.profile.ends, turn.profile.timezone)
    left = ends - turn.now if ends is not None else timedelta()
    turn.begin(Stage.FREE, int(left.total_seconds()) if timedelta() < left <= LONGEST_FREE else None)


def _close(turn: _Turn) -> None:
    _refuse("market_not_open", unless=turn.evening.opened_at is not None)
    _refuse("market_is_closed", unless=turn.evening.stage is not Stage.CLOSED)
    turn.evening.stage, turn.evening.closed_at = Stage.CLOSED, turn.now


def _reopen(turn: _Turn) -> None:
    """The gong was a mistake: the clock goes on where it stood, and figures that were frozen are no longer the last word."""
    evening = turn.evening
    if evening.stage is not Stage.CLOSED or evening.closed_at is None:
        raise Conflict(Finding("market_is_not_closed"))
    evening.stage = _stage_before_gong(turn)
    gone = turn.now - evening.closed_at
    evening.begun_at = evening.begun_at + gone if evening.begun_at is not None else None
    evening.paused_at = evening.paused_at + gone if evening.paused_at is not None else None
    evening.closed_at = None
    evening.figures = evening.figures_sha256 = evening.figures_at = evening.figures_by = None


def _stage_before_gong(turn: _Turn) -> Stage:
    """As the audit has it; where that was erased people trade freely."""
    wanted = (
        select(AuditDetail.details)
        .join(AuditEntry, (AuditEntry.chain == AuditDetail.chain) & (AuditEntry.number == AuditDetail.number))
        .where(AuditEntry.chain == turn.evening.market_id, AuditEntry.subject_kind == "evening")
        .where(AuditEntry.action == Deed.CLOSE.value)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    )
    kept = turn.session.scalar(wanted)
    return Stage(json.loads(kept)["before"]["stage"]) if kept is not None else Stage.FREE


_Do: TypeAlias = Callable[[_Turn], None]
_DEEDS: Final[Mapping[Deed, _Do]] = {
    Deed.OPEN: _open,
    Deed.START_ROUND: _start_round,
    Deed.END_ROUND: _end_round,
    Deed.SKIP_ROUND: _skip_round,
    Deed.PAUSE: _pause,
    Deed.RESUME: _resume,
    Deed.ADD_MINUTE: _add_minute,
    Deed.FREE: _trade_freely,
    Deed.CLOSE: _close,
    Deed.REOPEN: _reopen,
}

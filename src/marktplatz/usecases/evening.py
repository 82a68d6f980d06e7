"""Does an evening in rounds fit into its time? Pure arithmetic, for the organiser who plans it."""

from dataclasses import dataclass
from typing import Final

from marktplatz.usecases.profiles import ProfileValue
from marktplatz.vocabulary import Trading

CHANGE_MINUTES: Final = 1
"""Between two rounds people stand up, look for their table and sit down."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`minutes_there` is None while the times are open; `rounds_possible` is how many would fit."""

    rounds: int
    round_minutes: int
    minutes_needed: int
    minutes_there: int | None
    conversations: int | None

    @property
    def fits(self) -> bool:
        return self.minutes_there is None or self.minutes_needed <= self.minutes_there

    @property
    def rounds_possible(self) -> int:
        return ((self.minutes_there or 0) + CHANGE_MINUTES) // (self.round_minutes + CHANGE_MINUTES)

    @property
    def minutes_left(self) -> int:
        return (self.minutes_there or 0) - self.minutes_needed


def measure_evening(profile: ProfileValue) -> Fit | None:
    """None for free trading, and while rounds or minutes are open."""
    if profile.trading is Trading.FREE or profile.rounds is None or profile.round_minutes is None:
        return None
    needed = profile.rounds * profile.round_minutes + (profile.rounds - 1) * CHANGE_MINUTES
    there = None
    if profile.begins is not None and profile.ends is not None:
        there = _minutes(profile.ends) - _minutes(profile.begins)
    conversations = profile.rounds * profile.tables if profile.tables is not None else None
    return Fit(profile.rounds, profile.round_minutes, needed, there, conversations)


def _minutes(clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    return hours * 60 + minutes

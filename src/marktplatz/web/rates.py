"""How often: by account, by mail address, by token or login; never by IP, since a whole hall sits behind one.

Counted in memory, in a window that moves: the service is one process, and a restart forgives.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Final

from marktplatz.errors import Finding, NotAllowed


@dataclass(frozen=True, slots=True)
class Rate:
    amount: int
    window_s: float


WRONG_LOGINS: Final = Rate(10, 15 * 60)
LINKS: Final = Rate(3, 60 * 60)
REGISTRATIONS: Final = Rate(5, 60 * 60)
"""By mail address: each writes a mail to it, whoever's it is."""
REGISTRATIONS_OF_A_MARKET: Final = Rate(200, 10 * 60)
"""More than a workshop full of people, less than a flood."""
_COUNTED: Final = (WRONG_LOGINS, LINKS, REGISTRATIONS, REGISTRATIONS_OF_A_MARKET)
MAX_KEYS: Final = 100_000
"""Whoever asks for a way in can invent addresses without end; beyond so many the counters begin anew."""


class Rates:
    """The clock is one that nobody can set back."""

    def __init__(self, requests_per_minute: int, read_s: Callable[[], float] = monotonic) -> None:
        self.requests = Rate(requests_per_minute, 60)
        self.read_s = read_s
        self._lock = threading.Lock()
        self._times: dict[Rate, dict[str, deque[float]]] = {rate: {} for rate in (*_COUNTED, self.requests)}

    def take(self, rate: Rate, key: str) -> None:
        """One more; NotAllowed (429), with the seconds to wait, if that is too often."""
        now = self.read_s()
        with self._lock:
            times = self._times[rate].setdefault(key, deque())
            while times and times[0] <= now - rate.window_s:
                times.popleft()
            if len(times) < rate.amount:
                times.append(now)
                self._tidy(rate, now)
                return
            wait = ceil(times[0] + rate.window_s - now)
        raise NotAllowed(Finding("too_many_requests", params={"seconds": max(1, wait)}))

    def forgive(self, rate: Rate, key: str) -> None:
        with self._lock:
            self._times[rate].pop(key, None)

    def reset(self) -> None:
        with self._lock:
            for counted in self._times.values():
                counted.clear()

    def _tidy(self, rate: Rate, now: float) -> None:
        counted = self._times[rate]
        if len(counted) <= MAX_KEYS:
            return
        for key in [key for key, times in counted.items() if times[-1] <= now - rate.window_s]:
            del counted[key]
        if len(counted) > MAX_KEYS:
            counted.clear()

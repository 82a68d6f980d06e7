"""How often: by account, by mail address, by token or login; never by IP, since a whole hall sits behind one.

Counted in memory, with a window that moves: the service is one process, and a restart forgives.
"""

import threading
from math import ceil
from time import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from marktplatz.errors import Finding, NotAllowed

WRONG_LOGINS: Final = parse("10 per 15 minutes")
LINKS: Final = parse("3 per hour")
MAX_KEYS: Final = 100_000
"""Whoever asks for a way in can invent addresses without end; beyond so many the counters begin anew."""


class Rates:
    def __init__(self, requests_per_minute: int) -> None:
        self.requests = parse(f"{requests_per_minute} per minute")
        self._lock = threading.Lock()
        self._storages = {item: MemoryStorage() for item in (WRONG_LOGINS, LINKS, self.requests)}
        self._limiters = {item: MovingWindowRateLimiter(storage) for item, storage in self._storages.items()}

    def take(self, item: RateLimitItem, key: str) -> None:
        """One more; NotAllowed (429), with the seconds to wait, if that is too often."""
        limiter = self._limiters[item]
        with self._lock:
            self._tidy(self._storages[item])
            if limiter.hit(item, key):
                return
            wait = ceil(limiter.get_window_stats(item, key).reset_time - time())
        raise NotAllowed(Finding("too_many_requests", params={"seconds": max(1, wait)}))

    def forgive(self, item: RateLimitItem, key: str) -> None:
        with self._lock:
            self._limiters[item].clear(item, key)

    def reset(self) -> None:
        with self._lock:
            for storage in self._storages.values():
                storage.reset()

    @staticmethod
    def _tidy(storage: MemoryStorage) -> None:
        """The library forgets the times of a key, but not the key."""
        if len(storage.events) < MAX_KEYS:
            return
        for key in [key for key, times in list(storage.events.items()) if not times]:
            storage.clear(key)
        if len(storage.events) >= MAX_KEYS:
            storage.reset()

"""Streams end when the server is asked to stop. The server itself waits for them and would tell the application only afterwards."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def ending_at_stop_signal(end: Callable[[], None]) -> Iterator[None]:
    """Inside, a signal to stop also calls `end` in the event loop; the server's own handlers do their work as before.

    Signals belong to the main thread; a server in another one has none and ends its streams by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        loop.call_soon_threadsafe(end)
        signal.signal(number, before[number])
        signal.raise_signal(number)

    for each in STOP_SIGNALS:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in STOP_SIGNALS:
            if signal.getsignal(each) is stop:
                signal.signal(each, before[each])

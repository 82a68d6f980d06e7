"""`marktplatz serve` with one thing more in its event loop: a task that notes how late it comes back.

Run by `market_day.py`: evening_server.py FILE serve [OPTIONS]; FILE then holds pairs of doubles, an instant and how late.
"""

import asyncio
import sys
from array import array
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import uvicorn

from marktplatz.cli import main

TICK_S = 0.005


async def tick(kept: "array[float]") -> None:
    """Until it is cancelled; what is kept are instants of the machine's clock and seconds."""
    while True:
        began = perf_counter()
        await asyncio.sleep(TICK_S)
        kept.extend((began, perf_counter() - began - TICK_S))


class TickingServer(uvicorn.Server):
    async def main_loop(self) -> None:
        kept = array("d")
        ticking = asyncio.create_task(tick(kept))
        try:
            await super().main_loop()
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            Path(target).write_bytes(kept.tobytes())


if __name__ == "__main__":
    target = sys.argv.pop(1)
    uvicorn.Server = TickingServer  # type: ignore[misc]  # the command asks the module for it when it starts
    main()

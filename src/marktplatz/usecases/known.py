"""What was worked out from a market and stays true until it changes; for whoever asks often."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from sqlalchemy.orm import Session

from marktplatz.db.shared import find_head
from marktplatz.market import Market
from marktplatz.usecases.records import Extent, load_market

T = TypeVar("T")

_MOST_MARKETS: Final = 4


class Known(Generic[T]):
    """A function of a market, so much of it as `extent` says, worked out anew only after a change; kept for the last markets.

    One is made per process and given to the use cases; two that ask at the same time may both work it out.
    """

    def __init__(
        self,
        work_out: Callable[[Market], T],
        *,
        extent: Extent = Extent.KEPT,
        with_contacts: bool = False,
        find_state: Callable[[Session, str], str] = find_head,
    ) -> None:
        self._work_out, self._extent, self._with_contacts, self._find_state = work_out, extent, with_contacts, find_state
        self._known: OrderedDict[str, tuple[str, Market, T]] = OrderedDict()
        self._lock = Lock()

    def of(self, session: Session, market_id: str) -> T:
        """One query if nothing has happened, else as many more as `load_market` makes; a note or a mail changes no market."""
        head = self._find_state(session, market_id)
        with self._lock:
            known = self._known.get(market_id)
        if known is not None and known[0] == head:
            return known[2]
        market = load_market(session, market_id, self._extent, with_contacts=self._with_contacts)
        found = known[2] if known is not None and known[1] == market else self._work_out(market)
        self._keep(market_id, (head, market, found))
        return found

    def keep(self, session: Session, market_id: str, market: Market, found: T) -> None:
        """For whoever has just written `market` down, so that nobody need load it.

        A state is named by the hash of all that led to it: if the transaction is given up, nobody will ask for it.
        """
        self._keep(market_id, (self._find_state(session, market_id), market, found))

    def _keep(self, market_id: str, known: tuple[str, Market, T]) -> None:
        with self._lock:
            self._known[market_id] = known
            self._known.move_to_end(market_id)
            while len(self._known) > _MOST_MARKETS:
                self._known.popitem(last=False)

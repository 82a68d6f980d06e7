"""What many pages of a market read alike, worked out once for each of its states instead of once a page.

Only what is the same for everybody may be shared, before anything of it is chosen for a reader; and nobody may change it. Where a
session writes, nothing is shared: it may see what is not committed, and may take it back.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from marktplatz.db.models import AuditHead

T = TypeVar("T")
Read = Callable[[Session, str], T]
State = tuple[str, int]
"""The end of a market's audit, by which the changes of other processes are known too, and how often this process has written."""

SHARED: Final = "shared"
"""Where a session that only reads has what is shared."""
_MOST: Final = 32
_HEAD: Final = select(AuditHead.last_hash).where(AuditHead.chain == bindparam("chain"))


def find_head(session: Session, market_id: str) -> str:
    """The end of the market's chain: as long as it stays, nothing has changed."""
    return session.execute(_HEAD, {"chain": market_id}).scalar_one()


class SharedReads:
    """One per database and process. The newest answer of each read for each of the last markets."""

    def __init__(self) -> None:
        self.writes = 0
        self._kept: OrderedDict[tuple[object, str], tuple[State, Any]] = OrderedDict()
        self._lock = Lock()

    def note_write(self) -> None:
        with self._lock:
            self.writes += 1

    def find(self, read: object, market_id: str, state: State) -> tuple[Any] | None:
        with self._lock:
            known = self._kept.get((read, market_id))
        return (known[1],) if known is not None and known[0] == state else None

    def keep(self, read: object, market_id: str, state: State, found: object) -> None:
        with self._lock:
            self._kept[read, market_id] = state, found
            self._kept.move_to_end((read, market_id))
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


class Sharing:
    """What one reading session, which sees one state, has from the others and leaves to them. To be made before it reads."""

    def __init__(self, reads: SharedReads) -> None:
        self._reads, self._writes, self._heads = reads, reads.writes, dict[str, str]()

    def find_or_read(self, read: Read[T], session: Session, market_id: str) -> T:
        if market_id not in self._heads:
            self._heads[market_id] = find_head(session, market_id)
        state = self._heads[market_id], self._writes
        known = self._reads.find(read, market_id, state)
        found: T = read(session, market_id) if known is None else known[0]
        if known is None:
            self._reads.keep(read, market_id, state, found)
        return found


def share(session: Session, market_id: str, read: Read[T]) -> T:
    """What a read of a market finds that hangs on nothing but the database. Two that ask at once may both work it out."""
    sharing: Sharing | None = session.info.get(SHARED)
    return read(session, market_id) if sharing is None else sharing.find_or_read(read, session, market_id)


def shared(read: Read[T]) -> Read[T]:
    """A read that is always shared."""

    @wraps(read)
    def read_or_share(session: Session, market_id: str) -> T:
        return share(session, market_id, read)

    return read_or_share

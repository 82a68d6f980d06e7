"""The numbers of certificates: each station has a range of its own, so that screens, paper and devices alone never collide."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, Station
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor

GENERAL: Final = (1, 999)
"""For whoever certifies without a station; those of stations begin above."""
OVERFLOW: Final = (100_001, 999_999)
"""Where all others are used up: beyond every station's, also of those that are made later."""
_OF_STATION: Final = "station:"
_WITHIN: Final = (Agreement.market_id == bindparam("market"), Agreement.number.between(bindparam("first"), bindparam("last")))
_HIGHEST: Final = select(func.max(Agreement.number)).where(*_WITHIN)
_GIVEN: Final = select(Agreement.number).where(*_WITHIN)


def choose_number(session: Session, market_id: str, actor: Actor, asked: int | None = None, foreseen: int | None = None) -> int:
    """The number that was asked for, which stands on paper already; else the next one of the caller's station, else a general one.

    `foreseen` is the one that a device without a connection told people would come: given if it still may.

    Conflict where it is given, or all are. The caller holds the market's lock; the table's unique index is the last net.
    """
    if asked is not None:
        _check_asked(session, market_id, asked)
        return asked
    if foreseen is not None and _is_free_here(session, market_id, actor, foreseen):
        return foreseen
    for first, last in _ranges_of(session, market_id, actor):
        number = _find_next(session, market_id, first, last)
        if number is not None:
            return number
    raise Conflict(Finding("numbers_used_up"))


def foresee_number(session: Session, market_id: str, actor: Actor) -> tuple[int, int] | None:
    """The next number of the caller's station and the last of its range; None where others might give it as well."""
    own = _range_of_station(session, market_id, actor)
    number = _find_next(session, market_id, *own) if own is not None else None
    return (number, own[1]) if own is not None and number is not None else None


def _is_free_here(session: Session, market_id: str, actor: Actor, number: int) -> bool:
    own = _range_of_station(session, market_id, actor)
    within = own is not None and own[0] <= number <= own[1]
    return within and session.scalar(_HIGHEST, {"market": market_id, "first": number, "last": number}) is None


def _check_asked(session: Session, market_id: str, asked: int) -> None:
    of_market = Station.market_id == market_id
    within = select(Station.id).where(of_market, Station.first_number <= asked, Station.last_number >= asked).limit(1)
    if session.scalar(within) is None:
        raise InvalidInput(Finding("number_of_no_station", Place(field="number"), {"number": asked}))
    if session.scalar(_HIGHEST, {"market": market_id, "first": asked, "last": asked}) is not None:
        raise Conflict(Finding("number_taken", Place(field="number"), {"number": asked}))


def _ranges_of(session: Session, market_id: str, actor: Actor) -> Iterator[tuple[int, int]]:
    own = _range_of_station(session, market_id, actor)
    if own is not None:
        yield own
    yield GENERAL
    yield OVERFLOW


def _range_of_station(session: Session, market_id: str, actor: Actor) -> tuple[int, int] | None:
    if not actor.name.startswith(_OF_STATION):
        return None
    station = session.get(Station, (market_id, actor.name.removeprefix(_OF_STATION)))
    if station is None or station.first_number is None or station.last_number is None:
        return None
    return station.first_number, station.last_number


def _find_next(session: Session, market_id: str, first: int, last: int) -> int | None:
    """Behind the highest, so that numbers tell the order; gaps are for the end, when they are all that is left."""
    of_range = {"market": market_id, "first": first, "last": last}
    highest = session.scalar(_HIGHEST, of_range)
    if highest is None:
        return first
    if highest < last:
        return highest + 1
    given = set(session.scalars(_GIVEN, of_range))
    return next((number for number in range(first, last + 1) if number not in given), None)

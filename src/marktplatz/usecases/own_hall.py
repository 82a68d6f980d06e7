"""What the hall holds for a participant just now: whom a broker brings them together with, and who is free for them next."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marktplatz.usecases.clock import ClockState
from marktplatz.usecases.free_partners import FreePartner, find_free_partners
from marktplatz.usecases.hall_now import Hall, Member, look_at_hall
from marktplatz.usecases.scored import KnownScores
from marktplatz.vocabulary import Stage

MOST_NEXT = 3


@dataclass(frozen=True)
class OwnHall:
    """Names and entries, never contacts: those are shown once something is published or certified."""

    introduced: list[Member]
    nexts: list[FreePartner]
    is_free_trading: bool


def find_own_hall(
    session: Session,
    market_id: str,
    organisation_id: str,
    clock: ClockState | None,
    scores: KnownScores,
    language: str,
    limit: int = MOST_NEXT,
) -> OwnHall | None:
    """None where no clock runs. While rounds run the timetable says whom to talk to, so nobody else is suggested."""
    if clock is None:
        return None
    is_free = clock.stage is Stage.FREE
    hall = look_at_hall(session, market_id)
    nexts: list[FreePartner] = []
    if is_free:
        nexts = find_free_partners(session, market_id, organisation_id, scores, hall=hall, language=language, limit=limit)
    return OwnHall(_find_introduced(hall, organisation_id), nexts, is_free)


def _find_introduced(hall: Hall, organisation_id: str) -> list[Member]:
    """Until something is written down between the two."""
    wanted = hall.introduced.get(organisation_id, set()) - hall.partners.get(organisation_id, set())
    return sorted((hall.members[each] for each in wanted if each in hall.members), key=lambda member: (member.name, member.id))

"""What the hall holds for a participant just now: whom a broker brings them together with, and who is free for them next."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marktplatz.db.models import Evening, MarketRecord
from marktplatz.usecases.free_partners import FreePartner, find_free_partners
from marktplatz.usecases.hall_now import Hall, Member, look_at_hall
from marktplatz.usecases.scored import KnownScores
from marktplatz.vocabulary import Phase, Stage

MOST_NEXT = 3


@dataclass(frozen=True)
class OwnHall:
    """Names and entries, never contacts: those are shown once something is published or certified."""

    introduced: list[Member]
    nexts: list[FreePartner]
    is_free_trading: bool


def find_own_hall(
    session: Session, market: MarketRecord, organisation_id: str, scores: KnownScores, language: str, limit: int = MOST_NEXT
) -> OwnHall | None:
    """None on every other day. While rounds run the timetable says whom to talk to, so nobody else is suggested."""
    if market.phase is not Phase.DAY:
        return None
    evening = session.get(Evening, market.id)
    is_free = evening is not None and evening.stage is Stage.FREE
    hall = look_at_hall(session, market.id)
    nexts: list[FreePartner] = []
    if is_free:
        nexts = find_free_partners(session, market.id, organisation_id, scores, hall=hall, language=language, limit=limit)
    return OwnHall(_find_introduced(hall, organisation_id), nexts, is_free)


def _find_introduced(hall: Hall, organisation_id: str) -> list[Member]:
    """Until something is written down between the two."""
    wanted = hall.introduced.get(organisation_id, set()) - hall.partners.get(organisation_id, set())
    return sorted((hall.members[each] for each in wanted if each in hall.members), key=lambda member: (member.name, member.id))

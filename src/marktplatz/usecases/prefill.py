"""What an agreement about a proposed pair would say, before anybody has written a word."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, PairingRecord, Run
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.drafts import Draft, Service
from marktplatz.usecases.records import entry_value
from marktplatz.vocabulary import EntrySide, ServiceSide

_FIGURES: Final = ("people", "hours", "quantity")


def prefill(session: Session, actor: Actor, market_id: str, draft: Draft, offer_id: str, need_id: str) -> Draft:
    """Parties and services of the pair, with its suggested return, where the draft names none.

    Staff may take any offer and need, since deals are also struck that nobody proposed; a participant a published proposal to one
    of their own organisations, so that nobody reads from the answer what was not shown to them.
    """
    pairing = _find_published(session, actor, market_id, offer_id, need_id)
    if pairing is None and actor.organisations is not None:
        raise InvalidInput(Finding("pairing_not_published", Place(field="offer"), {"offer": offer_id, "need": need_id}))
    offer = _get_entry(session, market_id, offer_id, EntrySide.OFFER)
    need = _get_entry(session, market_id, need_id, EntrySide.NEED)
    services = [_make_service(ServiceSide.SERVICE, offer, need)]
    if pairing is not None and pairing.return_offer_id is not None and pairing.return_need_id is not None:
        back = [session.get(EntryRecord, (market_id, entry)) for entry in (pairing.return_offer_id, pairing.return_need_id)]
        if back[0] is not None and back[1] is not None:  # a published run is history: what it names may be gone
            services.append(_make_service(ServiceSide.RETURN, back[0], back[1]))
    update: dict[str, Any] = {
        "parties": draft.parties or tuple(dict.fromkeys((offer.organisation_id, need.organisation_id))),
        "services": draft.services or tuple(services),
    }
    if draft.from_on is None and draft.to_on is None:
        dated = need if need.from_on or need.to_on else offer
        update |= {"from_on": dated.from_on, "to_on": dated.to_on}
    return draft.model_copy(update=update)


def _find_published(session: Session, actor: Actor, market_id: str, offer_id: str, need_id: str) -> PairingRecord | None:
    """From the run that was published last."""
    wanted = (
        select(PairingRecord)
        .join(Run, (Run.market_id == PairingRecord.market_id) & (Run.id == PairingRecord.run_id))
        .where(PairingRecord.market_id == market_id, PairingRecord.offer_id == offer_id, PairingRecord.need_id == need_id)
        .where(Run.published_at.is_not(None))
        .order_by(Run.published_at.desc(), Run.id)
        .limit(1)
    )
    if actor.organisations is not None:
        own = tuple(actor.organisations)
        wanted = wanted.where(PairingRecord.giver_id.in_(own) | PairingRecord.taker_id.in_(own))
    return session.scalar(wanted)


def _get_entry(session: Session, market_id: str, entry_id: str, side: EntrySide) -> EntryRecord:
    entry = session.get(EntryRecord, (market_id, entry_id))
    if entry is None or entry.side is not side:
        code = "unknown_offer" if side is EntrySide.OFFER else "unknown_need"
        raise InvalidInput(Finding(code, Place(field=side.value), {"id": entry_id}))
    return entry


def _make_service(side: ServiceSide, offer: EntryRecord, need: EntryRecord) -> Service:
    """What is needed, in as far as it says so; else what is offered."""
    told = {name: getattr(need, name) if getattr(need, name) is not None else getattr(offer, name) for name in _FIGURES}
    return Service.model_construct(
        side=side,
        giver=offer.organisation_id,
        taker=need.organisation_id,
        offer=offer.id,
        need=need.id,
        text=entry_value(need).label,
        value_euros=None,
        **told,
    )

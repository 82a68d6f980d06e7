"""What has happened on a market's day, as far as a plan depends on it: read from the database, compared with what a plan knows."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marktplatz.db.models import (
    Agreement,
    AuditEntry,
    AuditHead,
    CheckIn,
    OrganisationRecord,
    PairRecord,
)
from marktplatz.market import Entry, Market, Organisation, Value
from marktplatz.usecases.records import Extent, load_market
from marktplatz.usecases.solving import pack_market
from marktplatz.vocabulary import AgreementStatus, Attendance, CheckInStatus, PairStatus, ServiceSide, Standing

Key = tuple[str, str]

WITHOUT_CONTENT: Final = frozenset(
    (
        *("account", "agreement", "check_in", "consent", "consent_text", "evening", "hall_note", "link", "mail_text", "message"),
        *("outbox", "pair", "person", "plan_change", "profile", "run", "station", "timetable", "token"),
    )
)
"""Kinds of records whose changes alter neither who takes part nor what they offer and seek; else the market is read anew."""


class Deal(Value):
    """A certified agreement: its parties, the pair that its first service carries out, and all entries that it names."""

    id: str
    parties: tuple[str, ...]
    pair: Key | None = None
    entries: tuple[str, ...] = ()


class Facts(Value):
    """All that a plan of the day rests on.

    `away` is who is not there, with the word for it; `content` a hash of the whole market, and `organisations` one of each
    organisation with its entries, so that it can be told who changed.
    """

    away: dict[str, str] = Field(default_factory=dict)
    forbidden: tuple[Key, ...] = ()
    pinned: tuple[Key, ...] = ()
    deals: tuple[Deal, ...] = ()
    content: str = ""
    organisations: dict[str, str] = Field(default_factory=dict)
    timetable: str | None = None


@dataclass(frozen=True)
class Content:
    """A market with everybody who was approved, here or not, as it is sent to be solved; true up to a change of its audit.

    `packed` has no pins and refusals but those that change what is possible: they are facts, and change often.
    """

    seen: int
    packed: bytes
    sha256: str
    organisations: dict[str, str]
    owners: dict[str, str]


def read_content(session: Session, market_id: str, known: Content | None = None) -> Content:
    """The known content where nothing but the day's own records has changed since."""
    seen = session.execute(select(AuditHead.length).where(AuditHead.chain == market_id)).scalar_one()
    if known is not None and not is_other(session, market_id, known):
        return Content(seen, known.packed, known.sha256, known.organisations, known.owners)
    return content_of(load_market(session, market_id, Extent.APPROVED, with_contacts=False), seen)


def is_other(session: Session, market_id: str, known: Content) -> bool:
    """Has anything happened since that may alter who takes part, or what they offer and seek?"""
    since = select(AuditEntry.subject_kind).where(AuditEntry.chain == market_id, AuditEntry.number > known.seen).distinct()
    return not set(session.scalars(since)) <= WITHOUT_CONTENT


def content_of(market: Market, seen: int = 0) -> Content:
    """Of a market that was loaded or kept."""
    excepted = tuple(rule for rule in market.pairs if rule.exception_reason is not None)
    packed = pack_market(market.model_copy(update={"pairs": excepted}))
    entries: dict[str, list[Entry]] = {}
    for entry in (*market.offers, *market.needs):
        entries.setdefault(entry.organisation, []).append(entry)
    return Content(
        seen=seen,
        packed=packed,
        sha256=hashlib.sha256(packed).hexdigest(),
        organisations={each.id: _hash_organisation(each, entries.get(each.id, ())) for each in market.organisations},
        owners={entry.id: entry.organisation for entry in (*market.offers, *market.needs)},
    )


def read_facts(session: Session, market_id: str, content: Content, timetable: str | None) -> Facts:
    """A constant number of queries."""
    pairs = session.execute(
        select(PairRecord.offer_id, PairRecord.need_id, PairRecord.status)
        .where(PairRecord.market_id == market_id)
        .order_by(PairRecord.offer_id, PairRecord.need_id)
    ).all()
    return Facts(
        away=_find_away(session, market_id),
        forbidden=tuple((offer, need) for offer, need, status in pairs if status is PairStatus.FORBIDDEN),
        pinned=tuple((offer, need) for offer, need, status in pairs if status is PairStatus.PINNED),
        deals=tuple(_find_deals(session, market_id)),
        content=content.sha256,
        organisations=content.organisations,
        timetable=timetable,
    )


@dataclass(frozen=True)
class Before:
    """What a plan knew that was found before the day: the market it was made for, and nothing of the evening."""

    content: Content
    forbidden: tuple[Key, ...]
    pinned: tuple[Key, ...]

    @classmethod
    def of(cls, market: Market) -> "Before":
        rules = [(rule.offer, rule.need, rule.status) for rule in market.pairs]
        return cls(
            content=content_of(market),
            forbidden=tuple(sorted((offer, need) for offer, need, status in rules if status is PairStatus.FORBIDDEN)),
            pinned=tuple(sorted((offer, need) for offer, need, status in rules if status is PairStatus.PINNED)),
        )

    def facts_beside(self, present: Facts) -> Facts:
        return Facts(
            away={id_: word for id_, word in present.away.items() if id_ not in self.content.organisations},
            forbidden=self.forbidden,
            pinned=self.pinned,
            content=self.content.sha256,
            organisations=self.content.organisations,
            timetable=present.timetable,
        )


def tell_causes(known: Facts, present: Facts) -> list[dict[str, Any]]:
    """What has happened between the two, as a change of the plan names it."""
    return [
        *_tell_presence(known, present),
        *(
            {"code": "refused", "offer": offer, "need": need}
            for offer, need in present.forbidden
            if (offer, need) not in known.forbidden
        ),
        *_tell_deals("agreed", present.deals, known.deals),
        *_tell_deals("void", known.deals, present.deals),
        *_tell_entries(known, present),
    ]


def _tell_presence(known: Facts, present: Facts) -> Iterator[dict[str, Any]]:
    for organisation, word in present.away.items():
        if organisation not in known.away and organisation in present.organisations:
            yield {"code": "left" if word == CheckInStatus.LEFT else "absent", "organisation": organisation}
    for organisation in known.away:
        if organisation not in present.away and organisation in present.organisations:
            yield {"code": "arrived", "organisation": organisation}


def _tell_deals(code: str, these: Iterable[Deal], others: Iterable[Deal]) -> Iterator[dict[str, Any]]:
    known = {deal.id for deal in others}
    for deal in these:
        if deal.id not in known:
            offer, need = deal.pair or (None, None)
            named = {"organisation": deal.parties[0] if deal.parties else None, "offer": offer, "need": need}
            yield {"code": code} | {name: value for name, value in named.items() if value is not None}


def _tell_entries(known: Facts, present: Facts) -> Iterator[dict[str, Any]]:
    if known.content == present.content:
        return
    named = False
    for organisation in sorted(known.organisations.keys() | present.organisations.keys()):
        before, after = known.organisations.get(organisation), present.organisations.get(organisation)
        is_told = before is None and organisation in known.away  # that it arrived
        if before == after or is_told or organisation in present.away:
            continue
        named = True
        yield {"code": "walk_in" if before is None else "entries", "organisation": organisation}
    if not named and known.organisations == present.organisations:
        yield {"code": "entries"}


def _find_away(session: Session, market_id: str) -> dict[str, str]:
    """Who did not come or has left; who cancelled and came all the same is there."""
    checked = select(CheckIn.organisation_id, CheckIn.status).where(CheckIn.market_id == market_id)
    said = {row.organisation_id: row.status for row in session.execute(checked)}
    cancelled = session.scalars(
        select(OrganisationRecord.id).where(
            OrganisationRecord.market_id == market_id,
            OrganisationRecord.standing == Standing.APPROVED,
            OrganisationRecord.attendance == Attendance.CANCELLED,
        )
    )
    away = {organisation: status.value for organisation, status in said.items() if status is not CheckInStatus.PRESENT}
    away |= {organisation: Attendance.CANCELLED.value for organisation in cancelled if organisation not in said}
    return dict(sorted(away.items()))


def _find_deals(session: Session, market_id: str) -> Iterator[Deal]:
    """In the order of their certification; the first service that names both entries is the pair that the deal carries out."""
    wanted = (
        select(Agreement)
        .where(Agreement.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
        .order_by(Agreement.certified_at, Agreement.id)
        .options(selectinload(Agreement.parties), selectinload(Agreement.services))
    )
    for agreement in session.scalars(wanted):
        services = sorted(agreement.services, key=lambda each: (each.side is not ServiceSide.SERVICE, each.position))
        pairs = [(each.offer_id, each.need_id) for each in services if each.offer_id and each.need_id]
        named = {entry for each in services for entry in (each.offer_id, each.need_id) if entry}
        yield Deal(
            id=agreement.id,
            parties=tuple(party.organisation_id for party in agreement.parties),
            pair=next(((offer, need) for offer, need in pairs if offer and need), None),
            entries=tuple(sorted(named)),
        )


def _hash_organisation(organisation: Organisation, entries: Iterable[Entry]) -> str:
    said = [organisation.model_dump(mode="json", exclude={"contact"}), *(entry.model_dump(mode="json") for entry in entries)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]

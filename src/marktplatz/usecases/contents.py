"""What a market says, as a hash: has it changed since? Every change is in the audit, so the end of its chain tells."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import AuditEntry
from marktplatz.db.shared import find_head
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market
from marktplatz.usecases.records import Extent, load_market

APART: Final = (
    "account",
    "agreement",
    "check_in",
    "consent_text",
    "evening",
    "hall_note",
    "mail_text",
    "message",
    "outbox",
    "retention",
    "run",
    "station",
    "timetable",
    "token",
)
"""Subjects of changes that are no part of a market's own value: what happens at an evening changes nobody's offers and needs."""


@dataclass(frozen=True, slots=True)
class Content:
    """A market without contacts, which is all that a solver needs, with its hash; `input_sha256` is that of the whole market."""

    market: Market
    sha256: str
    input_sha256: str


def content_of(whole: Market) -> Content:
    without = tuple(organisation.model_copy(update={"contact": None}) for organisation in whole.organisations)
    market = whole.model_copy(update={"organisations": without})
    return Content(market, content_sha256(market), content_sha256(whole))


def read_content(session: Session, market_id: str) -> Content:
    return content_of(load_market(session, market_id, Extent.READY))


def find_market_head(session: Session, market_id: str) -> str:
    """The newest change that a market's value could show; on an evening it stands still while check-ins and agreements come in."""
    wanted = select(AuditEntry.hash).where(AuditEntry.chain == market_id, AuditEntry.subject_kind.not_in(APART))
    return session.scalar(wanted.order_by(AuditEntry.number.desc()).limit(1)) or ""


class KnownContents:
    """The hashes of markets without their contacts, counted anew only after a change; for whoever asks often."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}

    def sha256(self, session: Session, market_id: str) -> str:
        head = find_head(session, market_id)
        known = self._known.get(market_id)
        if known is None or known[0] != head:
            market = load_market(session, market_id, Extent.READY, with_contacts=False)
            known = self._known[market_id] = head, content_sha256(market)
        return known[1]

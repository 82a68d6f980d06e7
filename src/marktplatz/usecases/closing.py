"""After the gong: the closing figures, frozen with a hash that anybody can work out anew, and what came after them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AuditHead, Evening
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.board import Figures, read_board
from marktplatz.usecases.clock_deeds import check_seen, record_evening, tell_evening
from marktplatz.usecases.markets import get_market
from marktplatz.vocabulary import AgreementStatus, Role, Stage

FIGURES_FORMAT: Final = "marktplatz-figures/1"


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to the total after it was frozen; neither is in it."""

    late: int
    void: int


def freeze_figures(session: Session, now: datetime, actor: Actor, market_id: str, version: int) -> Evening:
    """The total as it stands now, for good; only reopening the market makes it a mistake."""
    actor.must_be(Role.ORGANISER, Role.MODERATOR)
    evening = session.get(Evening, market_id)
    check_seen(evening, version)
    if evening is None or evening.stage is not Stage.CLOSED:
        raise Conflict(Finding("market_is_not_closed"))
    if evening.figures is not None:
        raise Conflict(Finding("figures_are_frozen"))
    before = tell_evening(evening)
    evening.figures = _tell_figures(session, now, evening)
    evening.figures_sha256 = hash_of(evening.figures)
    evening.figures_at, evening.figures_by = now, actor.name
    record_evening(session, now, actor, "freeze_figures", evening, before)
    return evening


def write_canonical(figures: dict[str, Any]) -> bytes:
    """JSON with sorted keys, no blanks and ASCII alone: the same bytes wherever it is written."""
    return json.dumps(figures, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def hash_of(figures: dict[str, Any]) -> str:
    return hashlib.sha256(write_canonical(figures)).hexdigest()


def count_since(session: Session, evening: Evening) -> Since:
    """Certified after the total was frozen, and of its agreements those that were declared void since."""
    if evening.figures is None or evening.figures_at is None:
        return Since(0, 0)
    certified = (Agreement.market_id == evening.market_id, Agreement.status == AgreementStatus.CERTIFIED)
    counted = list(evening.figures["numbers"])
    late = select(func.count()).where(*certified, Agreement.number.not_in(counted))
    kept = select(func.count()).where(*certified, Agreement.number.in_(counted))
    return Since(session.scalar(late) or 0, len(counted) - (session.scalar(kept) or 0))


def _tell_figures(session: Session, now: datetime, evening: Evening) -> dict[str, Any]:
    """No names: numbers of agreements, sums, and the place in the audit that the total was made at."""
    market_id = evening.market_id
    market, board = get_market(session, market_id), read_board(session, now, market_id, "de")
    head = session.get_one(AuditHead, market_id)
    certified = (Agreement.market_id == market_id, Agreement.status == AgreementStatus.CERTIFIED)
    numbers = session.scalars(select(Agreement.number).where(*certified).order_by(Agreement.number))
    return {
        "format": FIGURES_FORMAT,
        "market": market_id,
        "name": market.name,
        "date": market.date.isoformat() if market.date is not None else None,
        "opened_at": _moment(evening.opened_at),
        "closed_at": _moment(evening.closed_at),
        "frozen_at": _moment(now),
        "agreements": board.agreements,
        "organisations": board.organisations,
        "numbers": list(numbers),
        "sides": {side.value: _plain(figures) for side, figures in board.sides.items()},
        "categories": [{"code": each.code, "label": each.label, **_plain(each.figures)} for each in board.categories],
        "audit": {"length": head.length, "last_hash": head.last_hash},
    }


def _plain(figures: Figures) -> dict[str, Any]:
    """Whole numbers as such, others to the cent: a sum of floats would look different on every machine."""
    return {name: int(value) if float(value).is_integer() else round(value, 2) for name, value in asdict(figures).items()}


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at is not None else None

"""A run's plan as records and back: the pairings are rows, the rest of the plan file is kept as it is."""

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from sqlalchemy import delete, insert, inspect, select, tuple_
from sqlalchemy.orm import Session

from marktplatz.db.models import PairingRecord, Run
from marktplatz.errors import Conflict, Finding
from marktplatz.market import Market, Value
from marktplatz.plan import Pairing, PairingReason, Plan, PlanBound, Served, SuggestedReturn
from marktplatz.vocabulary import PlanStatus

Key = tuple[str, str]
MOST_INPUTS: Final = 6
"""Inputs of runs that are kept as values: each is some megabytes."""

_COLUMNS: Final = {column.key: getattr(PairingRecord, column.key) for column in inspect(PairingRecord).column_attrs}


class Summary(Value):
    """What lists and pages show of a plan."""

    status: PlanStatus
    served: Served
    total_points: int
    bound: PlanBound


def store_plan(session: Session, run: Run, plan: Plan, owners: Mapping[str, str], by_hand: Collection[Key] = ()) -> None:
    """Put a plan in the place of what the run had; `owners` are the organisations of the entries."""
    run.plan = plan.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"pairings"})
    run.summary = Summary(status=plan.status, served=plan.served, total_points=plan.total_points, bound=plan.bound).model_dump(
        mode="json"
    )
    session.flush()
    records = select(*_COLUMNS.values()).where(PairingRecord.market_id == run.market_id, PairingRecord.run_id == run.id)
    before = {(row["offer_id"], row["need_id"]): dict(row) for row in session.execute(records).mappings()}
    after = {
        (pairing.offer, pairing.need): {
            "market_id": run.market_id,
            "run_id": run.id,
            "offer_id": pairing.offer,
            "need_id": pairing.need,
            "giver_id": owners[pairing.offer],
            "taker_id": owners[pairing.need],
            "points": pairing.points,
            "reasons": [reason.model_dump(mode="json") for reason in pairing.reasons],
            "return_offer_id": pairing.suggested_return.offer if pairing.suggested_return else None,
            "return_need_id": pairing.suggested_return.need if pairing.suggested_return else None,
            "is_by_hand": (pairing.offer, pairing.need) in by_hand,
        }
        for pairing in plan.pairings
    }
    gone = [key for key, row in before.items() if after.get(key) != row]
    if gone:
        of_run = delete(PairingRecord).filter_by(market_id=run.market_id, run_id=run.id)
        session.execute(of_run.where(tuple_(PairingRecord.offer_id, PairingRecord.need_id).in_(gone)))
    rows = [row for key, row in after.items() if before.get(key) != row]
    if rows:
        session.execute(insert(PairingRecord), rows)


def find_summary(run: Run) -> Summary | None:
    return None if run.summary is None else Summary.model_validate_json(json.dumps(run.summary))


def load_pairings(session: Session, market_id: str, run_id: str) -> list[PairingRecord]:
    """By offer, then need."""
    wanted = select(PairingRecord).where(PairingRecord.market_id == market_id, PairingRecord.run_id == run_id)
    return list(session.scalars(wanted.order_by(PairingRecord.offer_id, PairingRecord.need_id)))


def load_pairs(session: Session, market_id: str, run_id: str, *, only_by_hand: bool = False) -> list[Key]:
    columns = (PairingRecord.offer_id, PairingRecord.need_id)
    wanted = select(*columns).where(PairingRecord.market_id == market_id, PairingRecord.run_id == run_id).order_by(*columns)
    if only_by_hand:
        wanted = wanted.where(PairingRecord.is_by_hand)
    return [(offer, need) for offer, need in session.execute(wanted)]


def load_plan(session: Session, run: Run) -> Plan:
    """The plan file; Conflict for a run that has none (yet)."""
    if run.plan is None:
        raise Conflict(Finding("run_has_no_plan", params={"id": run.id}))
    plan: Plan = Plan.model_validate_json(json.dumps(run.plan), by_alias=True)
    pairings = tuple(pairing_value(record) for record in load_pairings(session, run.market_id, run.id))
    return plan.model_copy(update={"pairings": pairings})


def pairing_value(record: PairingRecord) -> Pairing:
    back = None
    if record.return_offer_id is not None and record.return_need_id is not None:
        back = SuggestedReturn(offer=record.return_offer_id, need=record.return_need_id)
    return Pairing(
        offer=record.offer_id,
        need=record.need_id,
        points=record.points,
        reasons=tuple(PairingReason(**reason) for reason in record.reasons),
        suggested_return=back,
    )


def list_owners(market: Market) -> dict[str, str]:
    return {entry.id: entry.organisation for entry in (*market.offers, *market.needs)}


def read_input(run: Run) -> Market | None:
    """The market that the run was made for, as it was kept: without contacts; None once an erasure has emptied it."""
    return None if run.input is None else _read_market(run.input)


@lru_cache(maxsize=MOST_INPUTS)
def _read_market(text: str) -> Market:
    """Whoever looks at a plan looks at all its pages, and at the one beside it."""
    return Market.model_validate_json(text, by_alias=True)

"""What belongs to the market itself: its policy, categories, earlier agreements, concepts, and whether points are given."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord
from marktplatz.exchange.import_changes import ListChanges
from marktplatz.market import Market
from marktplatz.usecases.audit import Change, Subject
from marktplatz.usecases.importing.plan import ImportPlan
from marktplatz.usecases.markets import put_categories, said_of_policy, touch_market
from marktplatz.usecases.records import policy_fields

LISTS_OF_THE_MARKET = ("earlier_agreements", "concepts")


def write_policy(session: Session, market_id: str, plan: ImportPlan) -> list[Change]:
    told = list(_write(session, session.get_one(MarketRecord, market_id), plan))
    session.flush()
    return told


def _write(session: Session, record: MarketRecord, plan: ImportPlan) -> Iterator[Change]:
    subject = Subject("market", record.id)
    policy, changes = plan.merged.market, plan.changes
    if changes.policy or not changes.categories.is_empty:
        for name, value in policy_fields(policy).items():
            setattr(record, name, value)
        if not changes.categories.is_empty:
            touch_market(record)
            put_categories(session, record, policy)
        yield Change("change_policy", subject, said_of_policy(plan.stored.market), said_of_policy(policy))
    for list_key in LISTS_OF_THE_MARKET:
        told: ListChanges = changes.by_list[list_key]
        if not told.is_empty:
            before, after = _listed(plan.stored, list_key), _listed(plan.merged, list_key)
            setattr(record, list_key, after)
            yield Change(f"change_{list_key}", subject, {list_key: before}, {list_key: after})
    record.has_scores = plan.merged.scores is not None


def _listed(market: Market, list_key: str) -> list[dict[str, Any]]:
    return [member.model_dump(mode="json") for member in getattr(market, list_key)]

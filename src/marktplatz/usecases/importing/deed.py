"""The import itself: gather, decide, and apply all of it or nothing."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError
from marktplatz.exchange.import_changes import MarketChanges
from marktplatz.exchange.reading import SentMarket
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Change, Subject, record_changes
from marktplatz.usecases.importing.contacts import put_contacts
from marktplatz.usecases.importing.entries import write_entries, write_pairs, write_scores, write_wishes
from marktplatz.usecases.importing.organisations import write_organisations
from marktplatz.usecases.importing.plan import ImportPlan, plan_import
from marktplatz.usecases.importing.policy import write_policy
from marktplatz.usecases.markets import create_market, get_market
from marktplatz.vocabulary import Phase

STATE_CODES: Final = frozenset(
    (
        "maximum_below_agreed",
        "market_maximum_below_agreed",
        "capacity_below_agreed",
        "agreed_entry_stays",
        "category_in_use",
        "id_on_another_list",
    )
)
"""What would have been fine in an empty market."""


def import_market(session: Session, now: datetime, actor: Actor, market_id: str, sent: SentMarket) -> ImportPlan:
    """Lay a sent market over a stored one; InvalidInput or Conflict with every error, and then nothing is changed."""
    if get_market(session, market_id).phase is Phase.CLOSED:
        raise Conflict(Finding("phase_forbids"))
    plan = plan_import(session, market_id, sent)
    if plan.errors:
        raise error_of(plan.errors)
    if not plan.changes.is_empty:
        _apply(session, now, actor, market_id, plan)
    return plan


def import_into_new_market(
    session: Session, now: datetime, actor: Actor, sent: SentMarket, market_id: str | None = None
) -> tuple[str, ImportPlan]:
    """A new market with all that was sent, in one transaction that holds the installation's lock; its id and what came in."""
    created = create_market(session, now, actor, sent.market.market, market_id)
    return created.id, import_market(session, now, actor, created.id, sent)


def error_of(errors: tuple[Finding, ...]) -> MarktplatzError:
    family = Conflict if all(error.code in STATE_CODES for error in errors) else InvalidInput
    return family(*errors)


def _apply(session: Session, now: datetime, actor: Actor, market_id: str, plan: ImportPlan) -> None:
    """In the order in which records lean on each other; one audit entry for each that changed, after one for the whole."""
    told = [_tell_import(market_id, plan)]
    told += write_policy(session, market_id, plan)
    told += write_organisations(session, now, market_id, plan)
    put_contacts(session, now, market_id, _changed_contacts(plan))
    told += write_entries(session, now, market_id, plan)
    told += write_wishes(session, now, market_id, plan)
    told += write_pairs(session, now, market_id, plan)
    told += write_scores(session, market_id, plan)
    record_changes(session, now, actor, told, chain=market_id)
    session.expire_all()  # the records of updated rows, should somebody hold one, are of before


def _changed_contacts(plan: ImportPlan) -> dict[str, Any]:
    new = [change.key[0] for change in plan.changes.organisations.new]
    changed = [
        change.key[0]
        for change in plan.changes.organisations.changed
        if any(field.field.startswith("contact.") for field in change.fields)
    ]
    return {key: plan.merged.organisation_by_id[key].contact for key in (*new, *changed)}


def _tell_import(market_id: str, plan: ImportPlan) -> Change:
    """That there was an import and how much it changed; what exactly, the entries after it tell."""
    return Change("import_market", Subject("market", market_id), after=_count(plan.changes))


def _count(changes: MarketChanges) -> dict[str, dict[str, int]]:
    counted = {
        key: {name: len(getattr(told, name)) for name in ("new", "changed", "dropped")} for key, told in changes.by_list.items()
    }
    return {key: counts for key, counts in counted.items() if any(counts.values())}

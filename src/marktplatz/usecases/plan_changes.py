"""The changes of the live plan as they are read: the newest first, all of them or those that concern an organisation."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import PlanChange
from marktplatz.usecases.actor import Actor

_OWN_AFFAIRS: Final = frozenset({"refused", "agreed", "void", "entries"})
"""What two organisations have between them: told to nobody but the staff, not even to the one whom it concerns."""


def list_changes(session: Session, market_id: str, organisation: str | None = None) -> list[PlanChange]:
    """The newest first; with an organisation those in which it, one of its pairs or one of its conversations is named."""
    wanted = select(PlanChange).where(PlanChange.market_id == market_id).order_by(PlanChange.number.desc())
    return [change for change in session.scalars(wanted) if organisation is None or concerns(change, organisation)]


def find_last_number(session: Session, market_id: str) -> int:
    """The number of the newest change; 0 before the first."""
    return session.scalar(select(func.max(PlanChange.number)).where(PlanChange.market_id == market_id)) or 0


def concerns(change: PlanChange, organisation: str) -> bool:
    return organisation in name_organisations(change)


def name_organisations(change: PlanChange) -> set[str]:
    return set(_iter_named(change))


def name_entries(change: PlanChange) -> set[str]:
    return {row[side] for row in (*change.causes, *change.pairs) for side in ("offer", "need") if row.get(side)}


def cut_for(change: PlanChange, actor: Actor) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Causes, pairs and conversations as somebody may see them; a participant's are those of the own organisations.

    Who refused whom, or agreed with whom, is not told to participants; that a partner did not come or has left is.
    """
    own = actor.organisations
    if own is None:
        return change.causes, change.pairs, change.talks
    pairs = [pair for pair in change.pairs if own & {pair["giver"], pair["taker"]}]
    talks = [talk for talk in change.talks if own & set(talk["organisations"])]
    partners = {each for pair in pairs for each in (pair["giver"], pair["taker"])} | {
        each for talk in talks for each in talk["organisations"]
    }
    causes = [
        cause for cause in change.causes if cause["code"] not in _OWN_AFFAIRS and cause.get("organisation") in partners | set(own)
    ]
    return causes, pairs, talks


def _iter_named(change: PlanChange) -> Iterator[str]:
    for cause in change.causes:
        if cause.get("organisation"):
            yield cause["organisation"]
    for pair in change.pairs:
        yield from (pair["giver"], pair["taker"])
    for talk in change.talks:
        yield from talk["organisations"]

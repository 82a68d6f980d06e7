"""Take back changes that were made by hand, one after the other; what they were, the audit knows."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, AuditDetail, AuditEntry, Run
from marktplatz.errors import Conflict, Finding
from marktplatz.market import PairRule
from marktplatz.usecases.audit import Subject
from marktplatz.usecases.pairings import Change, NewPairing
from marktplatz.usecases.run_plans import Key
from marktplatz.vocabulary import PairStatus


@dataclass(frozen=True, slots=True)
class LastChange:
    """What was done last and not taken back; `who` is None where nobody knows any more."""

    number: int
    at: datetime
    who: str | None
    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    before: tuple[tuple[Key, PairRule | None], ...]

    @property
    def inverse(self) -> Change:
        freed = tuple(key for key, rule in self.before if rule is None)
        rules = tuple(rule for _, rule in self.before if rule is not None)
        add = tuple(NewPairing(*key) for key in self.removed)
        return Change(add=add, remove=self.added, rules=rules, freed=freed, undoes=self.number)


@dataclass(frozen=True, slots=True)
class LastSaid:
    """What the audit says of the last change of a kind that was not taken back."""

    number: int
    at: datetime
    who: str | None
    said: dict[str, Any]


def find_last_said(session: Session, market_id: str, subject: Subject, action: str) -> LastSaid | None:
    """None if there was none, all of it was taken back, or an erasure took the memory of it."""
    wanted = (
        select(AuditEntry.number, AuditEntry.at, AuditEntry.actor, AuditDetail.details)
        .outerjoin(AuditDetail, (AuditDetail.chain == AuditEntry.chain) & (AuditDetail.number == AuditEntry.number))
        .where(AuditEntry.chain == market_id, AuditEntry.subject_kind == subject.kind, AuditEntry.subject_id == subject.id)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.number.desc())
    )
    below: int | None = None
    for number, at, actor, details in cast(Any, session.execute(wanted)):  # details may be erased
        if below is not None and number >= below:
            continue
        if details is None:
            return None
        said = json.loads(details)
        if "undoes" in said["after"]:
            below = said["after"]["undoes"]
            continue
        return LastSaid(number, at, find_name(session, actor), said)
    return None


def find_last_change(session: Session, run: Run) -> LastChange | None:
    """None if nothing was changed by hand, all of it was taken back, or an erasure took the memory of it."""
    found = find_last_said(session, run.market_id, Subject("run", run.id), "adjust_run")
    return None if found is None else _tell(found)


def get_last_change(session: Session, run: Run) -> LastChange:
    found = find_last_change(session, run)
    if found is None:
        raise Conflict(Finding("no_change_to_undo"))
    return found


def find_name(session: Session, actor: str) -> str | None:
    """What an account is called."""
    kind, _, id_ = actor.partition(":")
    account = session.get(Account, id_) if kind == "account" else None
    return account.name if account is not None else None


def find_last_author(session: Session, run: Run) -> str | None:
    """Whoever did the last deed on a run."""
    wanted = (
        select(AuditEntry.actor)
        .where(AuditEntry.chain == run.market_id, AuditEntry.subject_kind == "run", AuditEntry.subject_id == run.id)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    )
    actor = session.scalar(wanted)
    return None if actor is None else find_name(session, actor)


def _tell(found: LastSaid) -> LastChange:
    said = found.said
    rules = (said["before"] or {}).get("rules", [])
    return LastChange(
        found.number,
        found.at,
        found.who,
        added=tuple((offer, need) for offer, need in said["after"]["added"]),
        removed=tuple((offer, need) for offer, need in said["after"]["removed"]),
        before=tuple(((each["offer"], each["need"]), _read_rule(each)) for each in rules),
    )


def _read_rule(said: dict[str, Any]) -> PairRule | None:
    if said["status"] is None:
        return None
    return PairRule(offer=said["offer"], need=said["need"], status=PairStatus(said["status"]), exception=said.get("exception"))

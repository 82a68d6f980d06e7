"""How much has happened on the evening that concerns each organisation: by this its phones know when their own page is out of date.

A number, and it is told to nobody but those who stand for the organisation: what concerns others cannot be seen from it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from sqlalchemy import Integer, String, bindparam, func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement, AgreementParty, HallNote, PlanChange
from marktplatz.usecases.plan_changes import name_organisations
from marktplatz.vocabulary import AgreementStatus, NoteKind

_MARKET: Final = bindparam("market", type_=String())
_INTRODUCTIONS: Final = select(HallNote.organisation_id, HallNote.partner_id, HallNote.done_at).where(
    HallNote.market_id == _MARKET, HallNote.kind == NoteKind.INTRODUCTION
)
_AGREEMENTS: Final = (
    select(AgreementParty.organisation_id, func.sum(Agreement.version))
    .join(Agreement, (Agreement.market_id == AgreementParty.market_id) & (Agreement.id == AgreementParty.agreement_id))
    .where(AgreementParty.market_id == _MARKET, Agreement.status != AgreementStatus.DRAFTED)
    .group_by(AgreementParty.organisation_id)
)
"""A draft is nothing yet that a partner should hear of; from then on every step is one more version, a return as well."""
_LATER: Final = (
    select(PlanChange)
    .where(PlanChange.market_id == _MARKET, PlanChange.number >= bindparam("since", type_=Integer()))
    .order_by(PlanChange.number)
)
_NUMBERED: Final = (
    select(PlanChange)
    .where(PlanChange.market_id == _MARKET, PlanChange.number.in_(bindparam("numbers", expanding=True)))
    .order_by(PlanChange.number.desc())
)
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """The changes of the plan up to one of them, which is known by its number and its time; whom which of them name."""

    number: int = 0
    at: datetime | None = None
    by_organisation: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class Concerns:
    """One per process. A change of the plan stays as it is, so each is looked through once."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._lock = Lock()

    def count(self, session: Session, market_id: str) -> Mapping[str, int]:
        """Of each: changes of the plan that name it, its introductions (two once they are done), its agreements' versions."""
        counted = Counter({each: len(numbers) for each, numbers in self._find_numbers(session, market_id).items()})
        for organisation, partner, done_at in session.execute(_INTRODUCTIONS, {"market": market_id}):
            for each in filter(None, (organisation, partner)):
                counted[each] += 1 if done_at is None else 2
        for organisation, versions in session.execute(_AGREEMENTS, {"market": market_id}):
            counted[organisation] += versions
        return counted

    def iter_changes(self, session: Session, market_id: str, organisation: str) -> Iterator[PlanChange]:
        """Those that name it, the newest first; read as far as they are asked for, since each is some thousand characters."""
        numbers = sorted(self._find_numbers(session, market_id).get(organisation, ()), reverse=True)
        for start in range(0, len(numbers), _AT_ONCE):
            wanted = {"market": market_id, "numbers": numbers[start : start + _AT_ONCE]}
            yield from session.scalars(_NUMBERED, wanted)

    def _find_numbers(self, session: Session, market_id: str) -> Mapping[str, tuple[int, ...]]:
        with self._lock:
            known = self._seen.get(market_id, _Seen())
        changes = list(session.scalars(_LATER, {"market": market_id, "since": known.number}))
        if known.number and (not changes or (changes[0].number, changes[0].at) != (known.number, known.at)):
            known = _Seen()  # other data than before: a copy was put back
            changes = list(session.scalars(_LATER, {"market": market_id, "since": 0}))
        later = [each for each in changes if each.number > known.number]
        if not later:
            return known.by_organisation
        found = dict(known.by_organisation)
        for change in later:
            for each in name_organisations(change):
                found[each] = (*found.get(each, ()), change.number)
        with self._lock:
            self._seen[market_id] = _Seen(later[-1].number, later[-1].at, found)
        return found

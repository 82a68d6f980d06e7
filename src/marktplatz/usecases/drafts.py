"""What stands in an agreement, as a value; whether it hangs together, and where it speaks of money."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.market import Amount, Day, FilledText, Headcount, Hours, Identifier, Line, NullMeans, Text, Value
from marktplatz.matching.scoring.money import find_money_words
from marktplatz.usecases.involved import Involved, look_at
from marktplatz.vocabulary import EntrySide, ServiceSide

MIN_PARTIES: Final = 2
MAX_PARTIES: Final = 20
MAX_SERVICES: Final = 50
CONTACT_WITHIN: Final = timedelta(weeks=2)


class Service(Value):
    """One thing that a party does for another. `people` do `hours` each; hours, things and euros are never added up."""

    model_config = ConfigDict(extra="forbid")

    side: Annotated[ServiceSide, NullMeans(ServiceSide.SERVICE)] = ServiceSide.SERVICE
    giver: Identifier
    taker: Identifier
    offer: Identifier | None = None
    need: Identifier | None = None
    text: FilledText
    people: Headcount | None = None
    hours: Hours | None = None
    quantity: Amount | None = None
    value_euros: Amount | None = None


class Draft(Value):
    """The content of an agreement. `contact_organisation` calls `contacted_organisation` by `contact_by`."""

    id: Identifier
    parties: Annotated[tuple[Identifier, ...], NullMeans(())] = ()
    services: Annotated[tuple[Service, ...], NullMeans(())] = ()
    scope: Text | None = None
    place: Line | None = None
    from_on: Day | None = Field(default=None, alias="from")
    to_on: Day | None = Field(default=None, alias="to")
    contact_organisation: Identifier | None = None
    contacted_organisation: Identifier | None = None
    contact_by: Day | None = None
    fulfil_by: Day | None = None


def choose_dates(draft: Draft, market_on: date | None, today: date) -> Draft:
    """Where nothing else is settled: call each other within two weeks, be done within a year, from the market's day on."""
    begin = max(market_on or today, today)
    given = {"contact_by": draft.contact_by or begin + CONTACT_WITHIN, "fulfil_by": draft.fulfil_by or _a_year_after(begin)}
    return draft.model_copy(update=given)


def _a_year_after(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)


def look_at_involved(session: Session, market_id: str, draft: Draft) -> Involved:
    """The parties and what the services name; of what is beyond the limits nothing, as it is refused anyhow."""
    services = draft.services if len(draft.services) <= MAX_SERVICES else ()
    parties = draft.parties if len(draft.parties) <= MAX_PARTIES else ()
    return look_at(session, market_id, sorted(set(parties)), named_entries(services))


def named_entries(services: Iterable[Service]) -> list[str]:
    return sorted({entry for service in services for entry in (service.offer, service.need) if entry is not None})


def check_draft(draft: Draft, involved: Involved) -> None:
    """InvalidInput with every fault that makes no sense of it, whoever the parties are."""
    faults = [*_find_wrong_parties(draft, involved), *_find_wrong_services(draft, involved)]
    if draft.from_on and draft.to_on and draft.from_on > draft.to_on:
        faults.append(Finding("dates_reversed", Place(field="to"), {"from": str(draft.from_on), "to": str(draft.to_on)}))
    if faults:
        raise InvalidInput(*faults)


def _find_wrong_parties(draft: Draft, involved: Involved) -> Iterator[Finding]:
    if not MIN_PARTIES <= len(draft.parties) <= MAX_PARTIES:
        yield Finding("party_count", Place(field="parties"), {"least": MIN_PARTIES, "limit": MAX_PARTIES})
        return
    for position, party in enumerate(draft.parties):
        place = Place(field=f"/parties/{position}")
        if party not in involved.parties:
            yield Finding("unknown_organisation_here", place, {"id": party})
        elif party in draft.parties[:position]:
            yield Finding("double_party", place, {"id": party})
    for field in ("contact_organisation", "contacted_organisation"):
        named = getattr(draft, field)
        if named is not None and named not in draft.parties:
            yield Finding("not_a_party", Place(field=field), {"id": named})


def _find_wrong_services(draft: Draft, involved: Involved) -> Iterator[Finding]:
    if len(draft.services) > MAX_SERVICES:
        yield Finding("too_many_services", Place(field="services"), {"limit": MAX_SERVICES})
        return
    for position, service in enumerate(draft.services):
        for field, party in (("giver", service.giver), ("taker", service.taker)):
            if party not in draft.parties:
                yield Finding("not_a_party", Place(field=f"/services/{position}/{field}"), {"id": party})
        for field, side, named, owner in (
            ("offer", EntrySide.OFFER, service.offer, service.giver),
            ("need", EntrySide.NEED, service.need, service.taker),
        ):
            if named is None:
                continue
            entry, place = involved.entries.get(named), Place(field=f"/services/{position}/{field}")
            if entry is None or entry.side is not side:
                code = "unknown_offer" if side is EntrySide.OFFER else "unknown_need"
                yield Finding(code, place, {"id": named})
            elif entry.organisation != owner:
                yield Finding("entry_of_another", place, {"id": named, "organisation": owner})


def find_money(draft: Draft, severity: Severity = Severity.ERROR) -> Iterator[Finding]:
    """Where an agreement speaks of money: a warning while it is written, and the end of it at the notary's desk."""
    texts = {"/scope": draft.scope} | {f"/services/{n}/text": service.text for n, service in enumerate(draft.services)}
    for field, text in texts.items():
        words = find_money_words(text or "")
        if words:
            yield Finding("agreement_over_money", Place(field=field), {"words": ", ".join(words)}, severity)

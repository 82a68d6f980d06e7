"""The form of an agreement, for the desk and for the phone: parties by name, services in rows; to a draft and back again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.exchange.columns import CellKind, Column
from marktplatz.usecases.directory import Directory
from marktplatz.usecases.drafts import MAX_PARTIES, MAX_SERVICES, MIN_PARTIES, Draft, Service, find_money
from marktplatz.usecases.identifiers import make_id
from marktplatz.vocabulary import ServiceSide
from marktplatz.web.pages.forms import Form

FIRST_PARTIES: Final = 2
FIRST_SERVICES: Final = 2
MOST_PARTIES: Final = 6
MOST_SERVICES: Final = 12
"""What the form shows; the API takes more."""
FIGURES: Final = ("people", "hours", "quantity", "value_euros")
HEAD: Final = ("scope", "place", "from", "to", "contact_by", "fulfil_by")
LINKS: Final = ("offer", "need")
_SERVICE: Final = {
    "text": Column("text", "text"),
    "people": Column("people", "people", CellKind.WHOLE),
    **{name: Column(name, name, CellKind.NUMBER) for name in FIGURES[1:]},
}
_HEAD: Final = {name: Column(name, name, CellKind.TEXT if name in ("scope", "place") else CellKind.DATE) for name in HEAD}
_ROW: Final = re.compile(r"(parties|services)\.([0-9]{1,3})(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the form; `giver` and `taker` are places among the parties, as texts."""

    number: int
    side: ServiceSide

    @property
    def prefix(self) -> str:
        return f"services.{self.number}."


def fill_form(draft: Draft, directory: Directory) -> Form:
    """With everything that a draft says."""
    values: dict[str, object] = {}
    for number, party in enumerate(draft.parties):
        values[f"parties.{number}"] = directory.label(party)
    places = {party: str(number) for number, party in enumerate(draft.parties)}
    for number, service in enumerate(draft.services):
        row = f"services.{number}."
        values |= {f"{row}giver": places.get(service.giver), f"{row}taker": places.get(service.taker), f"{row}side": service.side}
        values |= {row + name: getattr(service, name) for name in ("text", *FIGURES, *LINKS)}
    values |= {"scope": draft.scope, "place": draft.place}
    named = {"from": draft.from_on, "to": draft.to_on, "contact_by": draft.contact_by, "fulfil_by": draft.fulfil_by}
    values |= {name: _german(day) for name, day in named.items()}
    values["contact_organisation"] = places.get(draft.contact_organisation or "", "0")
    values["contacted_organisation"] = places.get(draft.contacted_organisation or "", "1")
    return Form.filled(values)


def _german(day: date | None) -> str | None:
    return None if day is None else f"{day.day}.{day.month}.{day.year}"


def count_rows(form: Form, kind: str, at_least: int, at_most: int) -> int:
    """So many as were sent, and no fewer than a form begins with; one more where it is asked for."""
    sent = [int(found[2]) + 1 for name in form.names() if (found := _ROW.match(name)) and found[1] == kind]
    wanted = max([at_least, *sent]) + (form.text("add") == kind)
    return min(wanted, at_most)


def list_parties(form: Form) -> list[str]:
    """The names of the parties' fields."""
    return [f"parties.{number}" for number in range(count_rows(form, "parties", FIRST_PARTIES, MOST_PARTIES))]


def list_services(form: Form) -> list[Row]:
    """The first is the service, the second what is given back, as long as nobody says otherwise."""
    rows = []
    for number in range(count_rows(form, "services", FIRST_SERVICES, MOST_SERVICES)):
        usual = ServiceSide.RETURN if number == 1 else ServiceSide.SERVICE
        row = Row(number, usual)
        told = form.text(f"{row.prefix}side")
        rows.append(Row(number, ServiceSide(told)) if told in tuple(ServiceSide) else row)
    for row in rows:
        _put_usual(form, row)
    return rows


def _put_usual(form: Form, row: Row) -> None:
    """The first gives and the second takes; what is given back goes the other way."""
    usual = ("0", "1") if row.side is ServiceSide.SERVICE else ("1", "0")
    for name, place in zip(("giver", "taker"), usual, strict=True):
        if not form.text(row.prefix + name):
            form.put(row.prefix + name, place)


def read_draft(form: Form, directory: Directory, draft_id: str | None = None) -> Draft:
    """What was typed; InvalidInput names every field that is not understood. Rows without a word are left out."""
    faults: list[Finding] = []
    parties = dict(_read_parties(form, directory, faults))
    chosen = {str(number): party for number, party in parties.items()}
    if len(chosen) < MIN_PARTIES and not faults:
        faults.append(Finding("party_count", Place(field="parties"), {"least": MIN_PARTIES, "limit": MAX_PARTIES}))
    services = tuple(_read_services(form, chosen, faults)) if not faults else ()
    head = None
    try:
        head = form.read(Draft, _HEAD, HEAD, id=draft_id or make_id("v", form.seed))
    except InvalidInput as error:
        faults += error.findings
    if faults or head is None:
        raise InvalidInput(*faults)
    named = tuple(parties.values())
    who = {name: chosen.get(form.text(name)) for name in ("contact_organisation", "contacted_organisation")}
    return head.model_copy(update={"parties": named, "services": services} | who)


def _read_parties(form: Form, directory: Directory, faults: list[Finding]) -> Iterator[tuple[int, str]]:
    for number, name in enumerate(list_parties(form)):
        typed = form.text(name)
        if not typed:
            continue
        try:
            found = directory.find(typed, name)
        except InvalidInput as error:
            faults += error.findings
            continue
        form.put(name, directory.label(found))
        yield number, found


def _read_services(form: Form, chosen: dict[str, str], faults: list[Finding]) -> Iterator[Service]:
    compact_services(form)
    for row in list_services(form)[:MAX_SERVICES]:
        if not is_filled(form, row):
            continue
        ends: dict[str, Any] = {name: chosen.get(form.text(row.prefix + name)) for name in ("giver", "taker")}
        if not form.text(f"{row.prefix}text"):
            faults.append(Finding("service_without_words", Place(field=f"{row.prefix}text")))
            continue
        if None in ends.values():
            missing = next(name for name, party in ends.items() if party is None)
            faults.append(Finding("service_between_nobody", Place(field=row.prefix + missing)))
            continue
        if not form.is_ticked(f"{row.prefix}free"):
            ends |= {name: form.text(row.prefix + name) or None for name in LINKS}
        try:
            with form.part(row.prefix):
                yield form.read(Service, _SERVICE, ("text", *FIGURES), prefix=row.prefix, side=row.side.value, **ends)
        except InvalidInput as error:
            faults += error.findings


def is_filled(form: Form, row: Row) -> bool:
    return any(form.text(row.prefix + name) for name in ("text", *FIGURES))


def compact_services(form: Form) -> None:
    """Rows that say nothing go to the end, so that what is found wrong stands beside the row that it is about."""
    rows = list_services(form)
    names = ("side", "giver", "taker", "text", *FIGURES, *LINKS, "free")
    kept = [{name: form.text(row.prefix + name) for name in names} for row in rows if is_filled(form, row)]
    if all(is_filled(form, row) for row in rows[: len(kept)]):
        return
    for row in rows:
        said = kept[row.number] if row.number < len(kept) else {}
        for name in names:
            form.put(row.prefix + name, said.get(name) or None)


def check_can_be_handed_in(draft: Draft) -> None:
    """What the notary would have to send back at once is told to whoever writes it."""
    if not draft.services:
        raise InvalidInput(Finding("agreement_without_service", Place(field="services.0.text")))
    money = list(find_money(draft))
    if money:
        raise Conflict(*money)

"""What the form of the way in says, as values; everything that is wrong at once, each at its field."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.exchange.found import shorten_text
from marktplatz.market import Contact, Entry, Market, Organisation, Policy, find_contradictions, is_seen
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.questions import MAX_ANSWER, PLACE, PlaceOfDeed, Question
from marktplatz.usecases.registering import Registration, SentEntry
from marktplatz.usecases.secrecy import check_mail
from marktplatz.vocabulary import ConsentPurpose, EntrySide, OrganisationKind
from marktplatz.web.pages.forms import Form, read_value
from marktplatz.web.pages.join_form import TRAP, Block, list_blocks, side_of

T = TypeVar("T")

_TOUCHING: Final = ("title", "text", "people", "quantity", "from", "to", *(f"answers.{question}" for question in Question))
_ENTRY_FIELDS: Final = ("title", "text", "category", "impact_fields", "people", "hours", "quantity")
_COLUMNS: Final = SHEET_BY_KEY["needs"].column_by_key
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_WEBSITE: Final = re.compile(r"https?://[^\s/@\"'<>]+\.[^\s/@\"'<>]+(/[^\s\"'<>]*)?", re.IGNORECASE)
_MAX_ABOUT: Final = 2_000


def read_registration(form: Form, policy: Policy, language: str) -> Registration:
    """InvalidInput with everything that is wrong, by the fields' names, in the order in which they stand on the page."""
    faults: list[Finding] = []
    organisation = _try(faults, lambda: _read_organisation(form, policy))
    website = _try(faults, lambda: read_website(form.text("website")))
    about = _try(faults, lambda: _read_text(form, "about", _MAX_ABOUT))
    contact = _try(faults, lambda: _read_contact(form))
    entries = []
    touched = [block for block in list_blocks(form) if is_touched(form, block)]
    for block in touched:
        sent = _try(faults, partial(read_entry, form, block, policy, organisation), block.prefix)
        entries += [sent] if sent is not None else []
    if not touched:
        faults.append(Finding("no_entry_sent", Place(field=f"{side_of(form)}.1.title")))
    assistance = _try(faults, lambda: _read_text(form, "assistance", _MAX_ABOUT))
    if form.text(TRAP):
        form.put(TRAP, "")
        faults.append(Finding("leave_empty"))
    if faults or organisation is None or contact is None:
        raise InvalidInput(*faults)
    consents = frozenset(purpose for purpose in ConsentPurpose if form.is_ticked(f"consent.{purpose}"))
    return Registration(organisation, contact, tuple(entries), about, website, assistance, consents, language)


def is_touched(form: Form, block: Block) -> bool:
    """Is there anything in it that somebody wrote? A block that was only opened is no entry."""
    return any(form.text(block.prefix + name) for name in _TOUCHING)


def read_entry(form: Form, block: Block, policy: Policy, organisation: Organisation | None) -> SentEntry:
    """The names of the faults are those inside the block."""
    faults: list[Finding] = []
    prefix = block.prefix
    owner = organisation.id if organisation is not None else "o"
    place = form.text(f"{prefix}{PLACE}")
    fixed: dict[str, Any] = {
        "id": make_id(block.side[0]),
        "organisation": owner,
        "remote": place == PlaceOfDeed.REMOTE if place else None,
    }
    fields: tuple[str, ...] = _ENTRY_FIELDS
    days = _read_month(form.text(f"{prefix}when"))
    if form.text(f"{prefix}from") or form.text(f"{prefix}to") or days is None:
        fields = (*fields, "from", "to")
    else:
        fixed["from"], fixed["to"] = days
    if not is_seen(form.text(f"{prefix}title")):
        faults.append(Finding("missing", Place(field="title")))
    entry = _try(faults, lambda: form.read(Entry, _COLUMNS, fields, prefix=prefix, **fixed))
    answers = {question.value: form.text(f"{prefix}answers.{question}") for question in Question}
    faults += [
        Finding("too_long", Place(field=f"answers.{name}"), {"found": shorten_text(answer), "limit": MAX_ANSWER})
        for name, answer in answers.items()
        if len(answer) > MAX_ANSWER
    ]
    if entry is not None:
        faults += _find_contradictions(entry, block.side, policy, organisation)
    if faults or entry is None:
        raise InvalidInput(*faults)
    kept = {name: answer for name, answer in answers.items() if answer}
    return SentEntry(block.side, entry, kept | ({PLACE: place} if place in set(PlaceOfDeed) else {}))


def _find_contradictions(entry: Entry, side: EntrySide, policy: Policy, organisation: Organisation | None) -> Iterator[Finding]:
    """The rules of a market file; the organisation's own faults are told at its own fields."""
    owner = organisation or Organisation(id=entry.organisation, kind=OrganisationKind.NONPROFIT, name="-")
    offers, needs = ((entry,), ()) if side is EntrySide.OFFER else ((), (entry,))
    market = Market.model_construct(market=policy, organisations=(owner,), offers=offers, needs=needs)
    for fault in find_contradictions(market):
        if fault.severity is Severity.ERROR:
            yield replace(fault, place=Place(field=fault.place.field))


def _read_organisation(form: Form, policy: Policy) -> Organisation:
    faults = [Finding("missing", Place(field=name)) for name in ("kind", "name", "postcode") if not is_seen(form.text(name))]
    postcode = form.text("postcode")
    if postcode and policy.country.upper() == "DE" and not re.fullmatch(r"[0-9]{5}", postcode):
        faults.append(Finding("not_a_postcode", Place(field="postcode"), {"found": shorten_text(postcode)}))
    if faults:
        raise InvalidInput(*faults)
    raw = {"id": make_id("o"), "kind": form.text("kind"), "name": form.text("name"), "postcode": postcode}
    return read_value(Organisation, raw)


def _read_contact(form: Form) -> Contact:
    needed = ("person.name", "person.email")
    faults = [Finding("missing", Place(field=name)) for name in needed if not is_seen(form.text(name))]
    mail = _try(faults, lambda: check_mail(form.text("person.email"), "person.email")) if form.text("person.email") else None
    if faults:
        raise InvalidInput(*faults)
    raw = {"name": form.text("person.name"), "email": mail, "phone": form.text("person.phone") or None}
    with form.part("person."):
        return read_value(Contact, raw)


def read_website(typed: str) -> str | None:
    """With its scheme; nothing that a browser would take for a program."""
    if not typed:
        return None
    address = typed if "://" in typed else f"https://{typed}"
    if len(address) > 300 or not _WEBSITE.fullmatch(address):
        raise InvalidInput(Finding("not_a_website", Place(field="website"), {"found": shorten_text(typed)}))
    return address


def _read_text(form: Form, name: str, limit: int) -> str | None:
    text = form.text(name)
    if len(text) > limit:
        raise InvalidInput(Finding("too_long", Place(field=name), {"found": shorten_text(text), "limit": limit}))
    return text or None


def _read_month(code: str) -> tuple[str, str] | None:
    found = _MONTH.fullmatch(code)
    if found is None:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.isoformat(), last.isoformat()


def _try(faults: list[Finding], read: Callable[[], T], prefix: str = "") -> T | None:
    """What was read; None, and all that is wrong among the faults, where it cannot be."""
    try:
        return read()
    except InvalidInput as error:
        faults += [replace(found, place=Place(field=prefix + (found.place.field or ""))) for found in error.findings]
        return None


def hinted_entry(form: Form, block: Block) -> Entry:
    """What stands in a block while somebody writes; whatever cannot be read yet is not there yet."""
    prefix = block.prefix
    numbers = {name: form.text(prefix + name) for name in ("people", "hours")}
    known = {name: int(text) for name, text in numbers.items() if re.fullmatch(r"[0-9]{1,4}", text)}
    days = _read_month(form.text(f"{prefix}when"))
    begin = date.fromisoformat(days[0]) if days else _read_day(form.text(f"{prefix}from"))
    end = date.fromisoformat(days[1]) if days else _read_day(form.text(f"{prefix}to"))
    return Entry.model_construct(
        None,
        id="draft",
        organisation="draft",
        title=form.text(f"{prefix}title")[:300],
        text=form.text(f"{prefix}text")[:10_000] or None,
        people=known.get("people"),
        hours=known.get("hours"),
        from_on=begin,
        to_on=end,
    )


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

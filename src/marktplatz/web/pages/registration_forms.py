"""The forms about one organisation and its entries: filled from what is stored, read as the cells of a sheet are."""

from datetime import date
from typing import Any, Final

from marktplatz.db.models import EntryRecord, OrganisationRecord, Person
from marktplatz.errors import InvalidInput
from marktplatz.exchange.columns import SHEET_BY_KEY
from marktplatz.market import Entry, Organisation
from marktplatz.usecases.particulars import Particulars, particulars_of
from marktplatz.usecases.records import entry_value, organisation_value
from marktplatz.usecases.secrecy import check_mail
from marktplatz.vocabulary import Attendance
from marktplatz.web.pages.forms import Form, read_value

ORGANISATION_FIELDS: Final = (
    "name",
    "kind",
    "postcode",
    "country",
    "max_agreements",
    "key",
    "owner",
    "competitors",
    "representatives",
    "absent_rounds",
    "table",
    "contact.name",
    "contact.email",
    "contact.phone",
)
LISTS: Final = ("values", "excludes")
ENTRY_FIELDS: Final = (
    "title",
    "text",
    "category",
    "impact_fields",
    "people",
    "hours",
    "quantity",
    "from",
    "to",
    "postcode",
    "remote",
    "capacity",
)
ORGANISATION_COLUMNS: Final = SHEET_BY_KEY["organisations"].column_by_key
ENTRY_COLUMNS: Final = SHEET_BY_KEY["needs"].column_by_key


def organisation_form(record: OrganisationRecord, contact: Person | None) -> Form:
    form = Form.showing(organisation_value(record, contact))
    for name, value in particulars_of(record).model_dump().items():
        form.put(name, value)
    for name in LISTS:
        form.put(name, "\n".join(getattr(record, name)))
    form.put("absent_rounds", "; ".join(map(str, record.absent_rounds)))
    form.put("version", record.version)
    return form


def new_organisation_form() -> Form:
    return Form.of(kind="nonprofit", country="DE", representatives=1, attendance=Attendance.UNKNOWN.value)


def entry_form(record: EntryRecord) -> Form:
    form = Form.showing(entry_value(record))
    for name, day in (("from", record.from_on), ("to", record.to_on)):
        form.put(name, _day(day))
    form.put("version", record.version)
    return form


def read_organisation(form: Form, base: Organisation) -> Organisation:
    """With what the form asks for; its id stays."""
    lists: dict[str, Any] = {name: [line.strip() for line in form.text(name).splitlines() if line.strip()] for name in LISTS}
    sent = form.read(Organisation, ORGANISATION_COLUMNS, ORGANISATION_FIELDS, base=base, **lists)
    if sent.contact is not None and not any((sent.contact.name, sent.contact.email, sent.contact.phone)):
        return sent.model_copy(update={"contact": base.contact and sent.contact})
    if sent.contact is not None and sent.contact.email:
        check_mail(sent.contact.email, "contact.email")
    return sent


def read_particulars(form: Form) -> Particulars:
    attending: Any = form.text("attending")
    if attending.isdigit() and len(attending) < 9:
        attending = int(attending)
    raw = {
        "about": form.text("about") or None,
        "website": form.text("website") or None,
        "assistance": form.text("assistance") or None,
        "attendance": form.text("attendance") or Attendance.UNKNOWN.value,
        "attending": attending if attending != "" else None,
    }
    return read_value(Particulars, raw)


def read_entry(form: Form, base: Entry) -> Entry:
    return form.read(Entry, ENTRY_COLUMNS, ENTRY_FIELDS, base=base)


def try_organisation(form: Form, base: Organisation) -> Organisation | None:
    """For a comparison of what was typed; None where it cannot be understood yet."""
    try:
        return read_organisation(form, base)
    except InvalidInput:
        return None


def try_particulars(form: Form) -> Particulars | None:
    try:
        return read_particulars(form)
    except InvalidInput:
        return None


def try_entry(form: Form, base: Entry) -> Entry | None:
    try:
        return read_entry(form, base)
    except InvalidInput:
        return None


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day:%d.%m.%Y}"

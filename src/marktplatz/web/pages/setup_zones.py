"""The lines of the evening's form about zones: which tables belong to which category."""

from collections.abc import Iterable
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Category
from marktplatz.usecases.zones import Zone
from marktplatz.web.pages.forms import Form

MAX_ZONES: Final = 30
MAX_TABLE: Final = 10_000
PARTS: Final = ("category", "first", "last", "name")


def put_zones(form: Form, zones: Iterable[Zone]) -> None:
    for number, zone in enumerate(zones):
        for part in PARTS:
            form.put(f"zones.{number}.{part}", str(getattr(zone, part)))


def zone_rows(form: Form) -> list[int]:
    """The numbers of the lines that the form shows: those that were sent, and empty ones below, so that there is always room."""
    sent = [number for number in range(MAX_ZONES) if any(form.text(f"zones.{number}.{part}") for part in PARTS)]
    return list(range(min(max(sent, default=-1) + 3, MAX_ZONES)))


def read_zones(form: Form, categories: Iterable[Category]) -> tuple[Zone, ...]:
    """Empty lines fall away; a zone without a name has that of its category. InvalidInput with everything that is wrong."""
    labels = {category.code: category.label for category in categories}
    zones, faults = list[Zone](), list[Finding]()
    for number in range(MAX_ZONES):
        said = {part: form.text(f"zones.{number}.{part}") for part in PARTS}
        if not any(said.values()):
            continue
        first, last = (_read_table(said[part]) for part in ("first", "last"))
        if said["category"] not in labels:
            faults.append(Finding("zone_without_category", Place(field=f"zones.{number}.category")))
        if first is None:
            faults.append(Finding("zone_without_tables", Place(field=f"zones.{number}.first")))
        elif last is None or last < first:
            faults.append(Finding("zone_ends_before_it_begins", Place(field=f"zones.{number}.last")))
        elif said["category"] in labels:
            name = (said["name"] or labels[said["category"]])[:100]
            zones.append(Zone(name=name, category=said["category"], first=first, last=last))
    if faults:
        raise InvalidInput(*faults)
    return tuple(zones)


def _read_table(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        return None
    return int(text) if 1 <= int(text) <= MAX_TABLE else None

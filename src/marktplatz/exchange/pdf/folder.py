"""The papers of an evening without electricity: what each says, as values, and each as a PDF. All days are phrases already."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from marktplatz.exchange.pdf.press import draw_qr, press
from marktplatz.wording.folder import folder_words


@dataclass(frozen=True, slots=True)
class LabelSize:
    """Labels on an A4 sheet, in millimetres; gaps lie between the labels."""

    width: float
    height: float
    columns: int
    rows: int
    gap_x: float = 0.0
    gap_y: float = 0.0


ANY_MASK: Final = 3
LABELS: Final[Mapping[str, LabelSize]] = {
    "90x54": LabelSize(90, 54, 2, 5),
    "80x50": LabelSize(80, 50, 2, 5, 15, 5),
    "99x68": LabelSize(99.1, 67.7, 2, 4, 2.5),
    "105x74": LabelSize(105, 74.25, 2, 4),
    "105x148": LabelSize(105, 148.5, 2, 2),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """Without a name there is a line to write it on; `side` is company, nonprofit or empty for whoever comes by surprise."""

    name: str
    organisation: str
    side: str
    address: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One round, or one proposal: `label` is „Runde 3“, `place` „Tisch 12“, `note` stands where there is no partner."""

    label: str
    place: str
    partner: str
    side: str
    topics: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class PersonalSheet:
    organisation: str
    side: str
    lead: str
    rows: tuple[SheetRow, ...]
    has_rounds: bool


@dataclass(frozen=True, slots=True)
class TableSign:
    number: int
    zone: str
    sits: str


@dataclass(frozen=True, slots=True)
class Way:
    """An organisation through the rounds: a cell for each, with table or break."""

    organisation: str
    side: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundTables:
    label: str
    note: str
    talks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class EntryLine:
    title: str
    organisation: str
    side: str
    facts: str


@dataclass(frozen=True, slots=True)
class CategoryLists:
    label: str
    needs: tuple[EntryLine, ...]
    offers: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class DoorLine:
    organisation: str
    side: str
    people: str
    place: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    organisation: str
    side: str
    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class BlankForm:
    number: str
    address: str


@dataclass(frozen=True)
class Folder:
    """Everything that lies in the folder; lists that are empty make no paper."""

    market: str
    held: str
    state: str
    made_at: datetime
    label: str
    badges: tuple[Badge, ...]
    sheets: tuple[PersonalSheet, ...]
    signs: tuple[TableSign, ...]
    rounds: tuple[str, ...]
    ways: tuple[Way, ...]
    tables: tuple[RoundTables, ...]
    categories: tuple[CategoryLists, ...]
    forms: tuple[BlankForm, ...]
    checks: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    door: tuple[DoorLine, ...]
    contacts: tuple[ContactLine, ...]
    destroy_by: str
    schedule: tuple[tuple[str, str], ...]
    organiser: str


def print_cover(folder: Folder, language: str, inside: tuple[tuple[str, str], ...]) -> bytes:
    """`inside`: each file with what it is for."""
    return _press(folder, language, "cover.typ", inside=inside, schedule=folder.schedule, organiser=folder.organiser)


def print_badges(folder: Folder, language: str) -> bytes:
    """Same addresses share their picture, as for all people of an organisation."""
    pictures = {address: draw_qr(address, ANY_MASK) for address in {badge.address for badge in folder.badges}}
    places = {address: place for place, address in enumerate(pictures)}
    badges = [asdict(badge) | {"qr": places[badge.address]} for badge in folder.badges]
    return _press(
        folder, language, "badges.typ", badges=badges, pictures=list(pictures.values()), label=asdict(LABELS[folder.label])
    )


def print_sheets(folder: Folder, language: str) -> bytes:
    return _press(folder, language, "sheets.typ", sheets=[asdict(each) for each in folder.sheets])


def print_signs(folder: Folder, language: str) -> bytes:
    return _press(folder, language, "signs.typ", signs=[asdict(each) for each in folder.signs])


def print_rounds(folder: Folder, language: str) -> bytes:
    ways, tables = ([asdict(each) for each in lists] for lists in (folder.ways, folder.tables))
    return _press(folder, language, "rounds.typ", rounds=folder.rounds, ways=ways, tables=tables)


def print_wanted(folder: Folder, language: str) -> bytes:
    return _press(folder, language, "wanted.typ", categories=[asdict(each) for each in folder.categories])


def print_forms(folder: Folder, language: str) -> bytes:
    """Three copies each: for both parties and for the organiser."""
    forms = [{"number": form.number, "qr": draw_qr(form.address)} for form in folder.forms]
    return _press(folder, language, "forms.typ", forms=forms, checks=folder.checks)


def print_checklist(folder: Folder, language: str) -> bytes:
    return _press(folder, language, "checklist.typ", checks=folder.checks, reasons=folder.reasons)


def print_door(folder: Folder, language: str) -> bytes:
    return _press(folder, language, "door.typ", lines=[asdict(each) for each in folder.door])


def print_contacts(folder: Folder, language: str) -> bytes:
    lines = [asdict(each) for each in folder.contacts]
    return _press(folder, language, "contacts.typ", lines=lines, destroy_by=folder.destroy_by)


PAPERS: Final[tuple[tuple[str, str, Callable[[Folder, str], bytes]], ...]] = (
    ("door", "door", print_door),
    ("badges", "badges", print_badges),
    ("sheets", "sheets", print_sheets),
    ("signs", "signs", print_signs),
    ("rounds", "ways", print_rounds),
    ("wanted", "categories", print_wanted),
    ("forms", "forms", print_forms),
    ("checklist", "checks", print_checklist),
    ("contacts", "contacts", print_contacts),
)
"""Each paper, the list without which there is none, and how it is made; in the order in which they are needed."""


def papers_of(folder: Folder) -> list[tuple[str, Callable[[Folder, str], bytes]]]:
    return [(name, make) for name, wanted, make in PAPERS if getattr(folder, wanted)]


def _press(folder: Folder, language: str, template: str, **values: Any) -> bytes:
    head = {"market": folder.market, "held": folder.held, "state": folder.state, "say": folder_words(language)}
    return press(template, head | values, folder.made_at, language)

"""A folder for the hall as values: as many organisations as are asked for, in rounds, with one name that no font has."""

from datetime import UTC, datetime
from typing import Any

from marktplatz.exchange.pdf.folder import (
    Badge,
    BlankForm,
    CategoryLists,
    ContactLine,
    DoorLine,
    EntryLine,
    Folder,
    PersonalSheet,
    RoundTables,
    SheetRow,
    TableSign,
    Way,
)

NOW = datetime(2027, 3, 11, 16, 4, tzinfo=UTC)
ODD = "Café 北京 👍🏽 مرحبا"
NAMES = ("Sparbank am Wilhelmplatz", "Turnverein Nippes 1904 e. V.", "Malerbetrieb Özdemir & Söhne GmbH", "Jugendzentrum Nordstadt")
TOPICS = (
    "Sie geben „Wände streichen mit fünf Leuten“ für „Der Jugendraum braucht Farbe“",
    "Dort angeboten: „Programm beim Sommerfest“",
)


def side_of(place: int) -> str:
    return "nonprofit" if place % 2 else "company"


def name_of(place: int) -> str:
    return ODD if place == 2 else f"{NAMES[place % 4]} {place + 1}"


def make_folder(organisations: int = 4, rounds: int = 9, forms: int = 2, **changes: Any) -> Folder:
    everybody = range(organisations)
    base = "https://markt.example.org/organise/m1"

    def row(place: int, number: int) -> SheetRow:
        other = (place + 1) % organisations
        if number == rounds // 2:
            return SheetRow(f"Runde {number + 1}", "", "", "", (), "Pause")
        return SheetRow(f"Runde {number + 1}", f"Tisch {place // 2 + 1}", name_of(other), side_of(other), TOPICS, "")

    def badge(place: int) -> Badge:
        name = f"Kim Beispiel-Langenname {place}" if place % 3 else ""
        return Badge(name, name_of(place), side_of(place), f"{base}/door/o{place}")

    fields: dict[str, Any] = {
        "market": "Marktplatz Köln-Nippes",
        "held": "Bürgerhaus, Köln, Donnerstag, 11. März 2027",
        "state": "Stand 11.03.2027, 17:04",
        "made_at": NOW,
        "label": "90x54",
        "badges": (*map(badge, everybody), Badge("", "", "", f"{base}/walk-in")),
        "sheets": tuple(
            PersonalSheet(
                name_of(place), side_of(place), "Ihre Runden an diesem Abend.", tuple(row(place, n) for n in range(rounds)), True
            )
            for place in everybody
        ),
        "signs": tuple(
            TableSign(n + 1, "Bildung" if n % 2 else "", name_of(n) if n == 2 else "") for n in range(max(1, organisations // 2))
        ),
        "rounds": tuple(str(n + 1) for n in range(rounds)),
        "ways": tuple(
            Way(name_of(place), side_of(place), tuple("Pause" if n == rounds // 2 else str(place // 2 + 1) for n in range(rounds)))
            for place in everybody
        ),
        "tables": tuple(
            RoundTables(
                f"Runde {n + 1}",
                "Pause" if n == rounds // 2 else "",
                ()
                if n == rounds // 2
                else tuple((str(t + 1), name_of(2 * t), name_of(2 * t + 1)) for t in range(organisations // 2)),
            )
            for n in range(rounds)
        ),
        "categories": (
            CategoryLists(
                "Helfende Hände",
                tuple(
                    EntryLine("Der Jugendraum braucht Farbe", name_of(n), "nonprofit", "5 Personen")
                    for n in range(1, organisations, 2)
                ),
                tuple(EntryLine("Wände streichen", name_of(n), "company", "") for n in range(0, organisations, 2)),
            ),
            CategoryLists("Räume und Fahrzeuge", (EntryLine("Ein Saal", ODD, "nonprofit", ""),), ()),
        ),
        "forms": tuple(BlankForm(f"Nr. {2001 + n}", f"{base}/agreements/new?paper=1&number={2001 + n}") for n in range(forms)),
        "checks": tuple((f"Punkt {n}", f"Hinweis zu Punkt {n}.") for n in range(1, 6)),
        "reasons": ("Bitte ohne Geld: Schreiben Sie, was stattdessen getan oder gegeben wird.", "Bitte genauer."),
        "door": tuple(DoorLine(name_of(place), side_of(place), "2 Personen", str(place // 2 + 1)) for place in everybody),
        "contacts": tuple(
            ContactLine(name_of(place), side_of(place), "Kim Beispiel", "0221 123456", f"kim{place}@example.org")
            for place in everybody
        ),
        "destroy_by": "Vernichten bis Mittwoch, 9. Juni 2027",
        "schedule": (("18:00", "Beginn"), ("", "9 Runden zu 4 Minuten")),
        "organiser": "Freiwilligenagentur, 0221 1",
    }
    return Folder(**(fields | changes))

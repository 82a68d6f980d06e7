"""The projects that are agreed on most, as templates for an entry: begin with one and change what is different with you."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from marktplatz.vocabulary import CategoryKind, EntrySide
from marktplatz.wording import translate


@dataclass(frozen=True, slots=True)
class Project:
    """Title and text by side; `hours` of one person."""

    label: str
    kind: CategoryKind
    hours: int | None
    people: int | None
    titles: Mapping[EntrySide, str]
    texts: Mapping[EntrySide, str]


def _both(offer: str, need: str) -> Mapping[EntrySide, str]:
    return {EntrySide.OFFER: offer, EntrySide.NEED: need}


PROJECTS: Final[Mapping[str, Project]] = {
    "painting": Project(
        "Wände streichen",
        CategoryKind.HANDS,
        8,
        4,
        _both("Wir streichen einen Raum", "Ein Raum soll gestrichen werden"),
        _both(
            "Wir sind … Personen und haben einen Tag Zeit. Werkzeug bringen wir mit, die Farbe stellen Sie.",
            "Ein Raum mit etwa … Quadratmetern. Farbe und Werkzeug sind da, für das Mittagessen sorgen wir.",
        ),
    ),
    "garden": Project(
        "Garten, Frühjahrsputz",
        CategoryKind.HANDS,
        4,
        5,
        _both("Wir helfen im Garten", "Hilfe im Garten"),
        _both(
            "Wir sind … Personen und packen einen halben Tag an: Beete, Hecken, Laub.",
            "Beete vorbereiten, Hecke schneiden, aufräumen. Geräte sind da, Kuchen auch.",
        ),
    ),
    "publicity": Project(
        "Flyer, Internetseite, Öffentlichkeit",
        CategoryKind.KNOW_HOW,
        8,
        1,
        _both("Wir gestalten einen Flyer oder helfen mit der Internetseite", "Ein Flyer für unsere Arbeit"),
        _both(
            "Wir gestalten ein Faltblatt oder überarbeiten Texte und Bilder im Netz. Texte und Fotos bringen Sie mit.",
            "Ein Faltblatt mit … Seiten. Texte und Fotos haben wir, es fehlt die Gestaltung.",
        ),
    ),
    "advice": Project(
        "Beratung: Steuern, Recht, Computer",
        CategoryKind.KNOW_HOW,
        4,
        1,
        _both("Wir beraten zu …", "Beratung zu …"),
        _both(
            "Ein Gespräch mit Vorbereitung, bei Ihnen oder am Telefon. Unser Gebiet: …",
            "Unsere Frage ist: … Wir bereiten die Unterlagen vor.",
        ),
    ),
    "applications": Project(
        "Bewerbungstraining",
        CategoryKind.KNOW_HOW,
        4,
        2,
        _both("Wir üben Bewerbungen mit Jugendlichen", "Bewerbungstraining für unsere Jugendlichen"),
        _both(
            "Wir lesen Bewerbungen mit und üben Vorstellungsgespräche, für bis zu … Personen.",
            "Für … Jugendliche: Unterlagen durchsehen, ein Vorstellungsgespräch üben.",
        ),
    ),
    "celebration": Project(
        "Beim Fest helfen",
        CategoryKind.HANDS,
        4,
        5,
        _both("Wir helfen bei Ihrem Fest", "Hilfe bei unserem Fest"),
        _both(
            "Auf- und Abbau, Getränke, Grill: Wir sind … Personen für einen halben Tag.",
            "Auf- und Abbau, Getränke, Spiele für Kinder. Das Fest ist am …",
        ),
    ),
    "transport": Project(
        "Transporter, Umzug",
        CategoryKind.SPACE_LOGISTICS,
        4,
        2,
        _both("Unser Transporter mit Fahrerin oder Fahrer", "Ein Transporter für einen halben Tag"),
        _both(
            "Ein Transporter für … Kubikmeter, mit einer Person, die fährt und trägt.",
            "Wir holen … ab und bringen es nach … Zwei Personen helfen beim Tragen.",
        ),
    ),
    "room": Project(
        "Raum",
        CategoryKind.SPACE_LOGISTICS,
        4,
        None,
        _both("Unser Raum für Ihre Veranstaltung", "Ein Raum für unsere Veranstaltung"),
        _both(
            "Platz für … Personen, mit Stühlen, Leinwand und Küche. Stufenlos erreichbar: …",
            "Für … Personen, mit Stühlen und Leinwand. Wir räumen auf.",
        ),
    ),
    "things": Project(
        "Möbel, Computer",
        CategoryKind.GOODS,
        None,
        None,
        _both("Wir geben Möbel oder Computer ab", "Möbel oder Computer"),
        _both(
            "… Stück, gut erhalten. Sie können abgeholt werden.",
            "… Stück, gern gebraucht. Wir holen sie ab.",
        ),
    ),
    "outing": Project(
        "Ausflug begleiten",
        CategoryKind.HANDS,
        8,
        3,
        _both("Wir begleiten einen Ausflug", "Begleitung bei einem Ausflug"),
        _both(
            "Wir sind … Personen und begleiten Ihre Gruppe einen Tag lang.",
            "Ein Tag mit … Menschen nach … Wir brauchen Begleitung, gern auch am Rollstuhl.",
        ),
    ),
    "programme": Project(
        "Programm, Musik für eine Feier",
        CategoryKind.PROGRAMME,
        1,
        None,
        _both("Musik oder Programm für Ihre Feier", "Musik oder Programm für unsere Feier"),
        _both(
            "Unser Chor, unsere Kinder, unsere Werkstatt: etwa eine halbe Stunde.",
            "Für unsere Feier mit … Gästen, etwa eine halbe Stunde.",
        ),
    ),
}


def project_words(code: str, side: EntrySide, language: str = "de") -> tuple[str, str]:
    """Title and text."""
    project = PROJECTS[code]
    return translate(project.titles[side], language), translate(project.texts[side], language)


def is_untouched(text: str, language: str = "de") -> bool:
    """Is it empty, or the words of a template as they came?"""
    return not text or text in {
        translate(words, language)
        for project in PROJECTS.values()
        for by_side in (project.titles, project.texts)
        for words in by_side.values()
    }

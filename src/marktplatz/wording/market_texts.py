"""Texts of a market's page until the organiser writes their own: how it works, imprint, data protection, accessibility."""

from collections.abc import Mapping
from typing import Final

from marktplatz.wording import translate

HEADINGS: Final[Mapping[str, str]] = {
    "about": "Worum es geht",
    "imprint": "Impressum",
    "privacy": "Datenschutzerklärung",
    "accessibility": "Erklärung zur Barrierefreiheit",
    "steps": "So geht es",
}

STEPS: Final = (
    "Sie tragen ein, was Sie bieten und was Sie suchen: klein, konkret und ohne Geld.",
    "Vor dem Markttag bekommen Sie Vorschläge, mit wem Sie sprechen sollten und warum.",
    "Am Markttag gehen Sie aufeinander zu und werden sich einig, oft in wenigen Minuten.",
    "Eine Notarin oder ein Notar prüft die Vereinbarung und beglaubigt sie.",
    "Danach setzen Sie um, was Sie verabredet haben, und wir fragen nach, wie es war.",
)

_TEXTS: Final[Mapping[str, str]] = {
    "about": "Unternehmen und gemeinnützige Organisationen verabreden an einem Abend kleine, leicht umsetzbare Projekte. "
    "Ohne Geld, mit Handschlag und Urkunde.",
    "imprint": "Verantwortlich für diese Seite: {organiser}\n\nKontakt: {contact}",
    "privacy": "Verantwortlich: {organiser}, {contact}\n\n"
    "Wir speichern, was Sie hier eintragen: Ihre Organisation, eine Ansprechperson mit Kontaktdaten, Ihre Angebote und Gesuche. "
    "Wir brauchen das, um den Marktplatz vorzubereiten und durchzuführen.\n\n"
    "Kontaktdaten sieht die Veranstalterin. Ein Partner sieht sie erst, wenn ein Vorschlag veröffentlicht ist, "
    "der Sie beide betrifft, oder wenn Sie eine Vereinbarung geschlossen haben.\n\n"
    "Ob wir Ergebnisse und Fotos veröffentlichen und Sie wieder einladen dürfen, entscheiden Sie einzeln; "
    "jede Zustimmung können Sie auf Ihrer Seite zurücknehmen.\n\n"
    "Wir setzen ein einziges Cookie, damit Sie angemeldet bleiben. Es wird nichts von anderen Servern geladen "
    "und niemand beobachtet, was Sie tun.\n\n"
    "Sie können jederzeit erfahren, was gespeichert ist, und es berichtigen oder löschen lassen. "
    "{days} Tage nach dem Marktplatz werden Personen und Kontaktdaten gelöscht.",
    "accessibility": "Diese Seiten sind nach WCAG 2.2, Stufe AA, gebaut: Sie lassen sich mit der Tastatur bedienen, "
    "mit Vorleseprogrammen lesen, vergrößern und in dunkler Darstellung benutzen.\n\n"
    "Wenn Sie auf ein Hindernis stoßen, schreiben Sie uns bitte: {contact}. "
    "Wir beheben es oder finden mit Ihnen einen anderen Weg.",
    "steps": "\n".join(STEPS),
}


def heading(name: str, language: str = "de") -> str:
    return translate(HEADINGS[name], language)


def default_text(name: str, language: str, *, organiser: str, contact: str, days: int) -> str:
    """Paragraphs are apart by an empty line."""
    if name == "steps":
        return "\n".join(translate(line, language) for line in STEPS)
    words = {"organiser": organiser, "contact": contact, "days": str(days)}
    return translate(_TEXTS[name], language).format_map(words)

"""What stands in the mails: subject and body by kind; `{link}` is filled in when the mail leaves, never before.

An organiser may write other words; they use the same placeholders, which stand in braces.
"""

import re
from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import MessageKind
from marktplatz.wording import translate

LINK: Final = "{link}"
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]*)\}")

_SUBJECTS: Final[Mapping[MessageKind, str]] = {
    MessageKind.STAFF_LOGIN: "Ihr Zugang zum Marktplatz",
    MessageKind.PARTICIPANT_ENTRY: "Ihr Zugang: {market}",
    MessageKind.ENTRY_RECEIVED: "Ihre Anmeldung ist da: {market}",
    MessageKind.INVITATION: "Einladung: {market}",
    MessageKind.ENTRY_RETURNED: "Bitte ergänzen: {what}",
    MessageKind.PLACE_FREE: "Ein Platz ist frei: {market}",
    MessageKind.CONFIRMATION_MISSING: "Bitte bestätigen: {market}",
    MessageKind.REMINDER: "Bald ist es so weit: {market}",
    MessageKind.PROPOSALS_PUBLISHED: "Ihre Vorschläge: {market}",
    MessageKind.STAFF_INVITATION: "Sie sind im Team: {market}",
    MessageKind.THANKS: "Danke für Ihr Kommen: {market}",
}
_BODIES: Final[Mapping[MessageKind, str]] = {
    MessageKind.STAFF_LOGIN: "Guten Tag {name},\n\nmit diesem Link melden Sie sich an. "
    "Er gilt 15 Minuten und nur einmal:\n\n{link}\n\n"
    "Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.\n",
    MessageKind.PARTICIPANT_ENTRY: "Guten Tag {name},\n\nmit diesem Link kommen Sie zu Ihren Angaben für „{market}“. "
    "Er gilt bis zum Abschluss des Marktplatzes; bitte geben Sie ihn nicht weiter:\n\n{link}\n\n"
    "Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.\n",
    MessageKind.ENTRY_RECEIVED: "Guten Tag {name},\n\nvielen Dank, Ihre Anmeldung für „{market}“ ist angekommen. "
    "Mit diesem Link bestätigen Sie Ihre Mail-Adresse. Dort sehen Sie, wie es um Ihre Anmeldung steht, können alles ändern oder "
    "zurückziehen und finden später Ihre Vorschläge:\n\n{link}\n\n"
    "Der Link gilt bis zum Abschluss des Marktplatzes; bitte geben Sie ihn nicht weiter. Ihre Zustimmungen zu Veröffentlichung, "
    "Fotos und Einladungen sehen und ändern Sie auf derselben Seite.\n\n"
    "Wenn Sie sich nicht angemeldet haben, sagen Sie es bitte der Veranstalterin.\n",
    MessageKind.INVITATION: "Guten Tag {name},\n\nSie nehmen an „{market}“ teil. "
    "Mit diesem Link sehen und ändern Sie Ihre Angaben. "
    "Er gilt bis zum Abschluss des Marktplatzes; bitte geben Sie ihn nicht weiter:\n\n{link}\n",
    MessageKind.ENTRY_RETURNED: "Guten Tag {name},\n\nvielen Dank für Ihre Anmeldung bei „{market}“. "
    "Zu „{what}“ haben wir noch eine Bitte:\n\n{reason}\n\n"
    "Mit diesem Link ändern Sie Ihre Angaben; danach sehen wir sie uns gleich wieder an:\n\n{link}\n",
    MessageKind.PLACE_FREE: "Guten Tag {name},\n\nbei „{market}“ ist ein Platz frei geworden: {organisation} ist jetzt dabei. "
    "Auf Ihrer Seite sagen Sie uns, ob und mit wie vielen Sie kommen:\n\n{link}\n",
    MessageKind.CONFIRMATION_MISSING: "Guten Tag {name},\n\nSie haben {organisation} für „{market}“ angemeldet, "
    "aber Ihren Link noch nicht geöffnet. Bitte tun Sie es jetzt; dann wissen wir, dass unsere Mails ankommen:\n\n{link}\n\n"
    "Wenn etwas nicht klappt, rufen Sie uns gern an: {contact}\n",
    MessageKind.REMINDER: "Guten Tag {name},\n\nbald ist es so weit: {market}\n\n{day}\n{place}\n\n"
    "Auf Ihrer Seite sagen Sie uns, ob und mit wie vielen Sie kommen, und sehen, mit wem sich ein Gespräch lohnt:\n\n{link}\n\n"
    "Wenn etwas dazwischenkommt, sagen Sie bitte auch dort ab; dann kann jemand anderes nachrücken.\n",
    MessageKind.PROPOSALS_PUBLISHED: "Guten Tag {name},\n\nfür {organisation} gibt es Vorschläge, "
    "mit wem Sie bei „{market}“ sprechen sollten und warum. Sie finden sie auf Ihrer Seite:\n\n{link}\n",
    MessageKind.STAFF_INVITATION: "Guten Tag {name},\n\nSie sind eingeladen, im Team von „{market}“ mitzuarbeiten. "
    "Mit diesem Link melden Sie sich an. Er gilt drei Tage und nur einmal:\n\n{link}\n\n"
    "Danach legen Sie ein Passwort fest oder lassen sich jederzeit einen neuen Link schicken.\n",
    MessageKind.THANKS: "Guten Tag {name},\n\nvielen Dank, dass {organisation} bei „{market}“ dabei war. "
    "Zusammen wurden {agreements} Vereinbarungen geschlossen, ganz ohne Geld.\n\n"
    "Auf Ihrer Seite finden Sie Ihre Vereinbarungen mit den Kontakten Ihrer Partner und Ihre Urkunde zum Herunterladen:"
    "\n\n{link}\n\n"
    "Bitte melden Sie sich bald bei Ihren Partnern; Fragen beantworten wir gern: {contact}\n",
}
OF_THE_TEAM: Final = frozenset({MessageKind.STAFF_LOGIN, MessageKind.STAFF_INVITATION})
EDITABLE: Final = tuple(kind for kind in _BODIES if kind not in OF_THE_TEAM)
"""Kinds for which a market may have its own words; the sign-in of the team belongs to the installation."""


def default_mail(kind: MessageKind, language: str) -> tuple[str, str]:
    """Subject and body that come with the product, with their placeholders."""
    return translate(_SUBJECTS[kind], language), translate(_BODIES[kind], language)


def mail_text(
    kind: MessageKind, language: str, *, name: str, market: str, own: tuple[str, str] | None = None, **words: str
) -> tuple[str, str]:
    """Subject and body; what people wrote cannot become the placeholder of a link, nor a second line of a subject."""
    subject, body = own or default_mail(kind, language)
    known = {word: plain(text) for word, text in {"name": name, "market": market, **words}.items()}
    filled = fill_in(body, known | {"link": LINK})
    return fill_in(subject, known)[:300], filled.replace("Guten Tag ,", "Guten Tag,").replace("Hello ,", "Hello,")


def fill_in(text: str, words: Mapping[str, str]) -> str:
    """Placeholders that are not known stay as they stand: somebody may see and mend them before the mail leaves."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def placeholders_of(text: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(text))


def placeholders_for(kind: MessageKind) -> frozenset[str]:
    """What an organiser's own words may use: what every mail knows, and what the kind needs."""
    return placeholders_of(_BODIES[kind] + _SUBJECTS[kind]) | {"name", "market"}


def plain(text: str) -> str:
    return " ".join(text.replace("{", "(").replace("}", ")").split())

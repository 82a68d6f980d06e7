"""What stands in the mails: subject and body by kind; `{link}` is filled in when the mail leaves, never before."""

from collections.abc import Mapping
from typing import Final

from marktplatz.vocabulary import MessageKind
from marktplatz.wording import translate

LINK: Final = "{link}"

_SUBJECTS: Final[Mapping[MessageKind, str]] = {
    MessageKind.STAFF_LOGIN: "Ihr Zugang zum Marktplatz",
    MessageKind.PARTICIPANT_ENTRY: "Ihr Zugang: {market}",
    MessageKind.ENTRY_RECEIVED: "Ihre Anmeldung ist da: {market}",
    MessageKind.INVITATION: "Einladung: {market}",
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
}


def mail_text(kind: MessageKind, language: str, *, name: str, market: str) -> tuple[str, str]:
    """Subject and body; what people wrote cannot become the placeholder of a link, nor a second line of a subject."""
    words = {"name": _plain(name), "market": _plain(market)}
    subject = translate(_SUBJECTS[kind], language).format_map(words)
    body = translate(_BODIES[kind], language).format_map(words | {"link": LINK})
    return subject[:300], body.replace("Guten Tag ,", "Guten Tag,").replace("Hello ,", "Hello,")


def _plain(text: str) -> str:
    return " ".join(text.replace("{", "(").replace("}", ")").split())

"""The mail that gives something back to whoever entered it: what, why, and the way to mend it."""

from typing import Final

from marktplatz.wording import translate
from marktplatz.wording.mails import LINK

SUBJECT: Final = "Bitte ergänzen: {what}"
BODY: Final = (
    "Guten Tag {name},\n\nvielen Dank für Ihre Anmeldung bei „{market}“. Zu „{what}“ haben wir noch eine Bitte:\n\n{reason}\n\n"
    "Mit diesem Link ändern Sie Ihre Angaben; danach sehen wir sie uns gleich wieder an:\n\n{link}\n"
)


def return_text(language: str, *, name: str, market: str, what: str, reason: str) -> tuple[str, str]:
    """Subject and body; nothing that somebody wrote becomes the placeholder of a link."""
    words = {key: _one_line(value) for key, value in (("name", name), ("market", market), ("what", what))}
    subject = translate(SUBJECT, language).format_map(words)
    body = translate(BODY, language).format_map(words | {"reason": _without_braces(reason), "link": LINK})
    return subject[:300], body.replace("Guten Tag ,", "Guten Tag,").replace("Hello ,", "Hello,")


def _one_line(text: str) -> str:
    return " ".join(_without_braces(text).split())


def _without_braces(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")

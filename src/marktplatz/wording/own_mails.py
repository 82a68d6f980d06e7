"""The mail that asks a new address for its code; plain text, no link."""

from typing import Final

from marktplatz.wording import translate
from marktplatz.wording.mails import plain

CODE: Final = "{code}"
"""Put in when the mail leaves, never before, as a link's secret is."""
SUBJECT: Final = "Ihr Code: {market}"
BODY: Final = (
    "Guten Tag {name},\n\njemand möchte, dass Mails zu „{market}“ an diese Adresse gehen. "
    "Wenn Sie das sind, geben Sie diesen Code auf „Meine Seite“ ein:\n\n{code}\n\n"
    "Er gilt 24 Stunden. Wenn Sie nichts damit anfangen können, brauchen Sie nichts zu tun; es ändert sich dann nichts.\n"
)


def mail_change_text(language: str, *, name: str, market: str) -> tuple[str, str]:
    words = {"name": plain(name), "market": plain(market), "code": CODE}
    subject = translate(SUBJECT, language).format_map(words)
    body = translate(BODY, language).format_map(words)
    return subject[:300], body.replace("Guten Tag ,", "Guten Tag,").replace("Hello ,", "Hello,")

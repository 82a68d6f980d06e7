"""The mail that asks for what is missing in an organisation's entries, line by line."""

from collections.abc import Sequence
from typing import Final

from marktplatz.wording import translate
from marktplatz.wording.mails import LINK, fill_in, plain

SUBJECT: Final = "Bitte ergänzen: {market}"
BODY: Final = (
    "Guten Tag {name},\n\nvielen Dank, dass {organisation} bei „{market}“ mitmacht. "
    "Damit wir gute Partner finden, fehlt uns noch etwas:\n\n{details}\n\n"
    "Mit diesem Link ergänzen Sie Ihre Angaben:\n\n{link}\n"
)
BY_PHONE: Final = "\nSie können es uns auch am Telefon sagen: {contact}\n"


def details_text(language: str, lines: Sequence[str], *, name: str, market: str, **words: str) -> tuple[str, str]:
    """Subject and body; nothing that somebody wrote becomes the placeholder of a link."""
    known = {key: plain(text) for key, text in {"name": name, "market": market, **words}.items()}
    details = "\n".join(f"– {plain(line)}" for line in lines)
    body = translate(BODY, language) + (translate(BY_PHONE, language) if known.get("contact") else "")
    filled = fill_in(body, known | {"details": details, "link": LINK})
    filled = filled.replace("Guten Tag ,", "Guten Tag,").replace("Hello ,", "Hello,")
    return fill_in(translate(SUBJECT, language), known)[:300], filled

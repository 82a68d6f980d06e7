"""German or English, as the reader's program asks for it."""

from typing import Final

from fastapi import Request

LANGUAGES: Final = ("de", "en")
COOKIE: Final = "language"


def find_language(request: Request) -> str:
    """What the reader chose on a page, else the best of Accept-Language that we speak; German where nothing is asked for."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = []
    for part in request.headers.get("accept-language", "")[:300].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((float(quality or 1), tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    ranked = sorted(wanted, key=lambda choice: -choice[0])
    return next((tag for quality, tag in ranked if tag in LANGUAGES and quality > 0), LANGUAGES[0])

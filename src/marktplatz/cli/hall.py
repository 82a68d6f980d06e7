"""`marktplatz serve --hall`: one laptop in the hall, a local network, no internet."""

import re
import socket
import sys
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marktplatz.settings import Settings

ANYWHERE: Final = "0.0.0.0"  # noqa: S104 the whole hall is meant to reach it
_LOADED: Final = re.compile(
    r"""(?:\b(?:src|srcset|action|poster|data|formaction)\s*=|<link\b[^>]*\bhref\s*=|\burl\(|@import|\bimport\b[^"'\n]*|\bfetch\(|"""
    r"""new\s+(?:EventSource|WebSocket|Worker)\()\s*["']?\s*((?:https?:|wss?:)?//[^"'\s)>]+)""",
    re.IGNORECASE,
)
"""Whatever a browser fetches by itself; a link that somebody may follow is none of it."""
_TEXTS: Final = (".html", ".css", ".js", ".svg")


def prepare_hall(settings: "Settings", port: int, address: str | None) -> tuple[str, "Settings"]:
    """Where to listen, and settings by which everybody in the local network finds this laptop."""
    from marktplatz.errors import Finding, InvalidInput

    found = address or find_local_address()
    if found is None:
        raise InvalidInput(Finding("no_local_address"))
    name = socket.gethostname().lower()
    hosts = (*settings.trusted_hosts, found, name, f"{name}.local")
    base_url = f"http://{found}" if port == 80 else f"http://{found}:{port}"
    return ANYWHERE, settings.model_copy(update={"base_url": base_url, "trusted_hosts": hosts})


def find_local_address() -> str | None:
    """The address by which others in the network reach this machine; nothing is sent to find it."""
    for target in ("192.0.2.1", "10.255.255.255", "192.168.255.255"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.connect((target, 9))
            found = str(asked.getsockname()[0])
            if not found.startswith(("127.", "0.")):
                return found
    with suppress(OSError):
        for *_, where in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            if not str(where[0]).startswith("127."):
                return str(where[0])
    return None


def tell_hall(settings: "Settings", _address: str) -> None:
    """The address as text and as a QR code, what was checked, and what to do if something fails. On stderr, as `serve` does."""
    import segno

    from marktplatz.cli.terminal import find_language
    from marktplatz.errors import Conflict, Finding, Place
    from marktplatz.wording import translate
    from marktplatz.wording.service import HALL_CLEAN, HALL_COPY, HALL_HELP, HALL_HERE, HALL_NO_COPY

    language = find_language()
    looked_at = list(_iter_page_files(files("marktplatz.web")))
    foreign = [(name, each) for name, text in looked_at for each in find_foreign_addresses(text)]
    if foreign:
        raise Conflict(*(Finding("loads_from_elsewhere", Place(file=name), {"address": each}) for name, each in foreign))
    typer.echo(f"\n{translate(HALL_HERE, language)}\n\n  {settings.base_url}\n", err=True)
    with suppress(UnicodeEncodeError):  # a terminal that knows no blocks
        segno.make(settings.base_url, micro=False).terminal(out=sys.stderr, border=2, compact=True)
    typer.echo(translate(HALL_CLEAN, language).format(files=len(looked_at)), err=True)
    if settings.second_copy is None:
        typer.echo(translate(HALL_NO_COPY, language), err=True)
    else:
        typer.echo(translate(HALL_COPY, language).format(path=settings.second_copy), err=True)
        _tell_of_address_before(settings, language)
    typer.echo("\n" + "\n".join(translate(line, language) for line in HALL_HELP) + "\n", err=True)


def _tell_of_address_before(settings: "Settings", language: str) -> None:
    """Devices keep what they could not send for one address only."""
    from marktplatz.db.second_copy import ADDRESS
    from marktplatz.wording import translate
    from marktplatz.wording.service import HALL_MOVED

    if settings.second_copy is None:
        return
    kept = settings.second_copy / ADDRESS
    with suppress(OSError):
        before = kept.read_text(encoding="utf-8").strip() if kept.exists() else settings.base_url
        if before != settings.base_url:
            typer.echo(translate(HALL_MOVED, language).format(before=before), err=True)
        kept.write_text(settings.base_url + "\n", encoding="utf-8")


def find_foreign_addresses(text: str) -> list[str]:
    return _LOADED.findall(text)


def _iter_page_files(folder: Traversable) -> "Iterator[tuple[str, str]]":
    for each in sorted(folder.iterdir(), key=lambda found: found.name):
        if each.is_dir():
            yield from _iter_page_files(each)
        elif each.name.endswith(_TEXTS):
            yield each.name, each.read_text(encoding="utf-8")

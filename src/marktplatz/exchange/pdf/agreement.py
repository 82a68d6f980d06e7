"""An agreement on paper: a copy for each party and one for the organiser, to be signed by all and by the notary."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from marktplatz.exchange.pdf.press import draw_qr, press


@dataclass(frozen=True)
class PartyLines:
    """A party as it is printed; without `contact` there are lines to write it on."""

    name: str
    kind: str
    contact: str


@dataclass(frozen=True)
class ServiceLines:
    """One service; `figures` are people, hours, things and value, each a phrase."""

    is_return: bool
    giver: str
    taker: str
    text: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class AgreementPaper:
    """Everything as it is read; days are phrases. `address` is the agreement's page, `stamp` what is said of its state."""

    market: str
    held: str
    number: str
    stamp: str
    is_certified: bool
    parties: tuple[PartyLines, ...]
    services: tuple[ServiceLines, ...]
    facts: tuple[tuple[str, str], ...]
    scope: str
    address: str
    made_at: datetime


def print_agreement(paper: AgreementPaper, language: str, copies: Sequence[str]) -> bytes:
    """`copies` says for each copy whose it is."""
    values = asdict(paper) | {"made_at": None, "qr": draw_qr(paper.address), "copies": list(copies)}
    return press("agreement.typ", values, paper.made_at, language)

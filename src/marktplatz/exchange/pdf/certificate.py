"""What a participant takes home: that they took part, and what was agreed."""

from dataclasses import asdict, dataclass
from datetime import datetime

from marktplatz.exchange.pdf.press import press


@dataclass(frozen=True)
class CertificatePaper:
    """`deals` are one line each: the number, with whom, what."""

    market: str
    held: str
    organisation: str
    sentence: str
    deals: tuple[tuple[str, str, str], ...]
    signed_by: str
    made_at: datetime


def print_certificate(paper: CertificatePaper, language: str) -> bytes:
    return press("certificate.typ", asdict(paper) | {"made_at": None}, paper.made_at, language)

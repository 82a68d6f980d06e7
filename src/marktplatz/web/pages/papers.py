"""Papers as PDF: an agreement's copies for the desk and for its parties, and what participants take home.

Compiling is done in the thread of the route and lets the event loop run.
"""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement
from marktplatz.errors import Conflict, Finding
from marktplatz.exchange.pdf.agreement import print_agreement
from marktplatz.exchange.pdf.certificate import print_certificate
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import get_agreement
from marktplatz.usecases.papers import make_agreement_paper, make_certificate_paper
from marktplatz.vocabulary import AgreementStatus
from marktplatz.web.access import ALWAYS, SHOWN, Rule
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.mine import Chosen, Reader, load_mine
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(tags=["pages"], route_class=PageRoute, include_in_schema=False)

STAFF: Final[dict[str, Any]] = {"organiser": ALWAYS, **dict.fromkeys(("broker", "notary", "helper"), SHOWN)}


@router.get("/organise/{market}/agreements/{agreement_id:path}/copies.pdf", name="agreement_copies")
def show_copies(
    caller: Annotated[Actor, Rule("agreements:read", **STAFF)],
    market: MarketId,
    agreement_id: str,
    request: Request,
    session: ReadSession,
) -> Response:
    """On whatever step of its way it is; what is not certified says so."""
    return _print(request, session, caller, get_agreement(session, caller, market, agreement_id))


@router.get("/m/{market}/me/agreements/{agreement_id:path}.pdf", name="my_agreement_paper")
def show_my_paper(caller: Reader, market: MarketId, agreement_id: str, request: Request, session: ReadSession) -> Response:
    record = get_agreement(session, caller, market, agreement_id)
    if record.status is not AgreementStatus.CERTIFIED:
        raise Conflict(Finding("not_certified_yet"))
    return _print(request, session, caller, record)


@router.get("/m/{market}/me/certificate.pdf", name="my_certificate")
def show_my_certificate(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    language = find_language(request)
    paper = make_certificate_paper(session, caller, market, mine.organisation, language)
    return _answer(print_certificate(paper, language), "urkunde", language)


def _print(request: Request, session: Session, caller: Actor, record: Agreement) -> Response:
    language = find_language(request)
    base = service_of(request).settings.base_url.rstrip("/")
    address = f"{base}/m/{quote(record.market_id, safe='')}/me/agreements/{quote(record.id, safe='')}"
    paper, copies = make_agreement_paper(session, caller, record, address, language)
    name = "vereinbarung" if record.number is None else f"vereinbarung-{record.number}"
    return _answer(print_agreement(paper, language, copies), name, language)


def _answer(content: bytes, name: str, language: str) -> Response:
    """Shown in the browser, from where it is printed; what it is about may change, so nothing is kept."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Content-Language": language, "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)

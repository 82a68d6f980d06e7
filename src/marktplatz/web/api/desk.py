"""What is done at the notaries' desk beside the stamp: taking in hand, putting back, raising a limit, replacing."""

from typing import Annotated, Any, Final

from fastapi import Request, Response
from pydantic import Field

from marktplatz.market import FilledText, Identifier
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.desk import put_back_agreement, take_agreement
from marktplatz.usecases.more_hands import MOST, RaiseWhat, raise_what
from marktplatz.usecases.notary import replace_agreement
from marktplatz.web.access import FROM_DAY, OPEN, Rule
from marktplatz.web.api.agreements import AgreementId, AgreementOut, ReasonIn, answer_with, get_for_step
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import IfMatch, MarketId, Now, WriteSession, put_location

router = make_api_router("/markets/{market}/agreements", "agreements")

RAISERS: Final[dict[str, Any]] = {"notary": FROM_DAY, "broker": FROM_DAY, "organiser": OPEN}


class TakeIn(In):
    """`anyway`: also out of somebody else's hand."""

    anyway: bool = False


class RaiseIn(In):
    """The new limit of an offer or a need (`entry`) or of an organisation, and why."""

    entry: Identifier | None = None
    organisation: Identifier | None = None
    to: Annotated[int, Field(ge=1, le=MOST)]
    reason: FilledText


@router.post("/{agreement_id:path}/take")
def take(
    caller: Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    sent: Sent[TakeIn | None] = None,
    if_match: IfMatch = None,
) -> AgreementOut:
    """In hand, for all others at the desk to see. Others may certify it all the same; after some minutes it counts as put back."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    take_agreement(session, now, caller, record, anyway=sent is not None and sent.anyway)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/put-back")
def put_back(
    caller: Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    put_back_agreement(session, now, caller, record)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/replace", status_code=201)
def replace(
    caller: Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY, organiser=OPEN)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    sent: Sent[ReasonIn],
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    """Void, and a new draft with the same content that says what it replaces."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    successor = replace_agreement(session, now, caller, record, sent.reason)
    put_location(response, "markets", market, "agreements", successor.id)
    return answer_with(request, response, successor)


@router.post("/{agreement_id:path}/raise")
def raise_limit(
    caller: Annotated[Actor, Rule("agreements:write", **RAISERS)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    sent: Sent[RaiseIn],
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    """„We found more hands“: something that the agreement names can be had more often, or a party may take part in more."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    raise_what(session, now, caller, record, RaiseWhat(sent.entry, sent.organisation), sent.to, sent.reason)
    return answer_with(request, response, record)

"""Agreements of a market, from the first draft to the notary's stamp."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from marktplatz.db.models import Agreement
from marktplatz.errors import Severity
from marktplatz.market import FilledText, Identifier
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.agreements import (
    change_agreement,
    draft_agreement,
    draft_of,
    get_agreement,
    has_party,
    select_agreements,
    submit_agreement,
)
from marktplatz.usecases.drafts import Draft, find_money
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.notary import certify_agreement, return_agreement, void_agreement
from marktplatz.usecases.prefill import prefill
from marktplatz.vocabulary import AgreementStatus, DeskCheck
from marktplatz.web.access import ALWAYS, FROM_DAY, OPEN, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import (
    Cursor,
    IfMatch,
    Limit,
    MarketId,
    Now,
    ReadSession,
    WriteSession,
    check_version,
    put_etag,
    put_location,
)
from marktplatz.web.errors import tell_finding
from marktplatz.web.language import find_language
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.paging import read_page

router = make_api_router("/markets/{market}/agreements", "agreements")

AgreementId = Annotated[Identifier, Path(description="The agreement's id")]
READERS: Final[dict[str, Any]] = {
    "organiser": ALWAYS,
    "broker": SHOWN,
    "notary": SHOWN,
    "helper": SHOWN,
    "moderator": SHOWN,
    "participant": SHOWN,
}
WRITERS: Final[dict[str, Any]] = {
    "organiser": OPEN,
    "broker": FROM_DAY,
    "notary": FROM_DAY,
    "helper": FROM_DAY,
    "participant": FROM_DAY,
}


class AgreementIn(Draft, In):
    """With `offer` and `need`, what is not sent is taken from that pair."""

    id: Identifier | None = None  # type: ignore[assignment]  # where none is sent we give one
    offer: Identifier | None = None
    need: Identifier | None = None
    replaces: Identifier | None = None


class ReasonIn(In):
    reason: FilledText


class CertifyIn(In):
    """`checks` are what a person made sure of, and then it has to be all of them; `number` one that stands on paper already."""

    checks: list[DeskCheck] | None = None
    number: Annotated[int, Field(ge=1, le=999_999)] | None = None


class WarningOut(BaseModel):
    code: str
    detail: str
    params: dict[str, str | int]
    pointer: str | None = None


class AgreementOut(Draft):
    """`warnings` are what would keep a notary from certifying it. `taken_by` has it in hand at the desk, for some minutes."""

    number: int | None
    status: AgreementStatus
    return_reason: str | None
    void_reason: str | None
    replaces: str | None
    created_at: datetime
    submitted_at: datetime | None
    taken_by: str | None
    taken_at: datetime | None
    certified_at: datetime | None
    version: int
    warnings: list[WarningOut]


@router.get("")
def list_agreements(
    caller: Annotated[Actor, Rule("agreements:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    status: AgreementStatus | None = None,
    organisation: Annotated[Identifier | None, Query(description="One of the parties")] = None,
) -> list[AgreementOut]:
    """By id. A participant sees those of the organisations that they stand for."""
    wanted = select_agreements(caller, market)
    if status is not None:
        wanted = wanted.where(Agreement.status == status)
    if organisation is not None:
        wanted = wanted.where(has_party([organisation]))
    rows = read_page(session, request, response, wanted, (Agreement.id,), limit, cursor)
    return [_show(request, row) for row in rows]


@router.post("", status_code=201)
def add(
    caller: Annotated[Actor, Rule("agreements:write", **WRITERS)],
    market: MarketId,
    request: Request,
    response: Response,
    sent: Sent[AgreementIn],
    session: WriteSession,
    now: Now,
) -> AgreementOut:
    """A new draft between two or more organisations."""
    draft = Draft.model_construct(**{name: getattr(sent, name) for name in Draft.model_fields} | {"id": sent.id or make_id("v")})
    if sent.offer is not None and sent.need is not None:
        draft = prefill(session, caller, market, draft, sent.offer, sent.need)
    record = draft_agreement(session, now, caller, market, draft, replaces=sent.replaces)
    put_location(response, "markets", market, "agreements", record.id)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/submit")
def submit(
    caller: Annotated[Actor, Rule("agreements:write", **WRITERS)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    """To the notary's desk."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    submit_agreement(session, now, caller, record)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/certify")
def certify(
    caller: Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    session: WriteSession,
    now: Now,
    sent: Sent[CertifyIn | None] = None,
    if_match: IfMatch = None,
) -> AgreementOut:
    """The notary's stamp: gives the number and uses the offers and needs that are named. Refused with every rule that is broken.

    The number is the next one of the caller's own station, or a general one, unless one is sent.
    """
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    stamp = sent or CertifyIn()
    certify_agreement(session, now, caller, record, checks=stamp.checks, number=stamp.number)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/return")
def give_back(
    caller: Annotated[Actor, Rule("agreements:certify", notary=FROM_DAY)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    sent: Sent[ReasonIn],
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    """Back to the parties with a reason."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    return_agreement(session, now, caller, record, sent.reason)
    return answer_with(request, response, record)


@router.post("/{agreement_id:path}/void")
def declare_void(
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
    """Replaced or withdrawn; what it used is free again."""
    record = get_for_step(request, session, caller, market, agreement_id, if_match)
    void_agreement(session, now, caller, record, sent.reason)
    return answer_with(request, response, record)


@router.get("/{agreement_id:path}")
def read(
    caller: Annotated[Actor, Rule("agreements:read", **READERS)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    session: ReadSession,
) -> AgreementOut:
    return answer_with(request, response, get_agreement(session, caller, market, agreement_id))


@router.patch("/{agreement_id:path}")
def edit(
    caller: Annotated[Actor, Rule("agreements:write", **WRITERS)],
    market: MarketId,
    agreement_id: AgreementId,
    request: Request,
    response: Response,
    patch: Patch,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> AgreementOut:
    """While it is drafted or returned; parties and services are replaced as whole lists."""
    record = get_agreement(session, caller, market, agreement_id)
    check_version(if_match, record.version, _dump(request, record))
    change_agreement(session, now, caller, record, apply_patch(draft_of(record), patch))
    return answer_with(request, response, record)


def get_for_step(
    request: Request, session: Session, caller: Actor, market: str, agreement_id: str, if_match: str | None
) -> Agreement:
    """For a step on its way: whoever says which state they saw is held to it."""
    record = get_agreement(session, caller, market, agreement_id)
    if if_match is not None:
        check_version(if_match, record.version, _dump(request, record))
    return record


def answer_with(request: Request, response: Response, record: Agreement) -> AgreementOut:
    put_etag(response, record.version)
    return _show(request, record)


def _dump(request: Request, record: Agreement) -> dict[str, Any]:
    return _show(request, record).model_dump(mode="json", by_alias=True)


def _show(request: Request, record: Agreement) -> AgreementOut:
    draft, language = draft_of(record), find_language(request)
    money = find_money(draft, Severity.WARNING) if record.status is not AgreementStatus.VOID else ()
    return AgreementOut.model_construct(
        **dict(draft),
        number=record.number,
        status=record.status,
        return_reason=record.return_reason,
        void_reason=record.void_reason,
        replaces=record.replaces_id,
        created_at=record.created_at,
        submitted_at=record.submitted_at,
        taken_by=record.taken_by,
        taken_at=record.taken_at,
        certified_at=record.certified_at,
        version=record.version,
        warnings=[WarningOut(**tell_finding(finding, language)) for finding in money],
    )

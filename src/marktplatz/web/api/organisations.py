"""Organisations of a market."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.market import Identifier, Organisation
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.identifiers import make_id
from marktplatz.usecases.organisations import (
    add_organisation,
    change_organisation,
    get_contact,
    get_organisation,
    remove_organisation,
)
from marktplatz.usecases.partners import organisations_whose_contact_is_seen, reading_as_partner
from marktplatz.usecases.records import load_contacts, organisation_value
from marktplatz.vocabulary import OrganisationKind
from marktplatz.web.access import ALWAYS, COLLECTING, ON_DAY, OPEN, SHOWN, Rule
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
from marktplatz.web.merge import Patch, apply_patch
from marktplatz.web.paging import read_page

router = make_api_router("/markets/{market}/organisations", "organisations")

READERS: dict[str, Any] = {
    "organiser": ALWAYS,
    "broker": SHOWN,
    "notary": SHOWN,
    "helper": SHOWN,
    "moderator": SHOWN,
    "participant": SHOWN,
}


class OrganisationIn(Organisation, In):
    id: Identifier | None = None  # type: ignore[assignment]  # where none is sent we give one


class OrganisationOut(Organisation):
    """`contact` is null where the caller may not see it; `agreed` counts certified agreements."""

    agreed: int
    version: int


@router.get("", name="list")
def list_organisations(
    caller: Annotated[Actor, Rule("organisations:read", **READERS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    kind: OrganisationKind | None = None,
    search: Annotated[str | None, Query(max_length=100, description="Part of the name or id, in any case")] = None,
) -> list[OrganisationOut]:
    """By id. A participant sees those that they stand for and the partners that they were given."""
    wanted = select(OrganisationRecord).where(OrganisationRecord.market_id == market)
    seen = reading_as_partner(session, caller, market).organisations
    if seen is not None:
        wanted = wanted.where(OrganisationRecord.id.in_(seen))
    if kind is not None:
        wanted = wanted.where(OrganisationRecord.kind == kind)
    if search is not None:
        wanted = wanted.where(
            OrganisationRecord.name.icontains(search, autoescape=True) | OrganisationRecord.id.icontains(search, autoescape=True)
        )
    rows = read_page(session, request, response, wanted, (OrganisationRecord.id,), limit, cursor)
    return _show_all(session, caller, market, rows)


@router.post("", status_code=201, name="add")
def add(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN, helper=ON_DAY, broker=ON_DAY)],
    market: MarketId,
    response: Response,
    sent: Sent[OrganisationIn],
    session: WriteSession,
    now: Now,
) -> OrganisationOut:
    """A new organisation; on the day helpers and brokers add those who walk in."""
    organisation = Organisation.model_construct(**{**dict(sent), "id": sent.id or make_id("o")})
    record = add_organisation(session, now, caller, market, organisation)
    put_location(response, "markets", market, "organisations", record.id)
    return _show(session, caller, record, response)


@router.get("/{organisation_id:path}")
def read(
    caller: Annotated[Actor, Rule("organisations:read", **READERS)],
    market: MarketId,
    organisation_id: str,
    response: Response,
    session: ReadSession,
) -> OrganisationOut:
    record = get_organisation(session, reading_as_partner(session, caller, market), market, organisation_id)
    return _show(session, caller, record, response)


@router.patch("/{organisation_id:path}")
def edit(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN, helper=ON_DAY, participant=COLLECTING)],
    market: MarketId,
    organisation_id: str,
    response: Response,
    patch: Patch,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> OrganisationOut:
    record = get_organisation(session, caller, market, organisation_id)
    check_version(if_match, record.version, _show(session, caller, record, response).model_dump(mode="json", by_alias=True))
    change_organisation(session, now, caller, record, apply_patch(organisation_value(record, get_contact(session, record)), patch))
    return _show(session, caller, record, response)


@router.delete("/{organisation_id:path}", status_code=204)
def remove(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN)],
    market: MarketId,
    organisation_id: str,
    response: Response,
    session: WriteSession,
    now: Now,
    if_match: IfMatch = None,
) -> None:
    record = get_organisation(session, caller, market, organisation_id)
    check_version(if_match, record.version, _show(session, caller, record, response).model_dump(mode="json", by_alias=True))
    remove_organisation(session, now, caller, record)


def _show(session: Session, caller: Actor, record: OrganisationRecord, response: Response) -> OrganisationOut:
    session.flush()
    put_etag(response, record.version)
    return _show_all(session, caller, record.market_id, [record])[0]


def _show_all(session: Session, caller: Actor, market: str, rows: Iterable[OrganisationRecord]) -> list[OrganisationOut]:
    records = list(rows)
    seen = organisations_whose_contact_is_seen(session, caller, market)
    ids = [record.id for record in records if seen is None or record.id in seen]
    contacts = load_contacts(session, market, ids)
    return [
        OrganisationOut.model_construct(
            **dict(organisation_value(record, contacts.get(record.id))), agreed=record.agreed, version=record.version
        )
        for record in records
    ]

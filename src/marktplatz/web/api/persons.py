"""Persons of a market: list them, show everything stored about one, invite, shut out, erase."""

from datetime import datetime
from typing import Annotated

from fastapi import BackgroundTasks, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import MarketRecord, Person
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.erasure import erase_person
from marktplatz.usecases.links import revoke_entry
from marktplatz.usecases.outbox import write_to_person
from marktplatz.usecases.persons import export_person, find_standing, get_person
from marktplatz.vocabulary import ConsentPurpose, MessageKind, MessageStatus
from marktplatz.web.access import ALWAYS, OPEN, SHOWN, Rule
from marktplatz.web.api.outbox import MessageOut, show_message
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteSession
from marktplatz.web.paging import read_page
from marktplatz.web.service import service_of

router = make_api_router("/markets/{market}/persons", "persons")


class Standing(BaseModel):
    id: str
    name: str
    is_contact: bool


class PersonOut(BaseModel):
    id: str
    name: str | None
    email: str | None
    phone: str | None
    organisations: tuple[Standing, ...]


class StoredPerson(BaseModel):
    id: str
    name: str | None
    email: str | None
    phone: str | None
    created_at: datetime


class StoredConsent(BaseModel):
    purpose: ConsentPurpose
    text_version: str
    text: str
    given_at: datetime
    withdrawn_at: datetime | None


class StoredLink(BaseModel):
    purpose: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class StoredLogin(BaseModel):
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class StoredMessage(BaseModel):
    kind: str
    recipient: str | None
    subject: str | None
    body: str | None
    status: MessageStatus
    created_at: datetime
    sent_at: datetime | None


class StoredChange(BaseModel):
    """`as_actor`: the person did it; `words`: of the person's data, which the kept details of the change hold."""

    chain: str
    number: int
    at: datetime
    action: str
    subject_kind: str
    subject_id: str
    as_actor: bool
    words: tuple[str, ...]


class Mention(BaseModel):
    """Where others wrote of the person."""

    table: str
    key: str
    column: str


class PersonExport(BaseModel):
    """Everything stored about a person."""

    person: StoredPerson
    organisations: tuple[Standing, ...]
    consents: tuple[StoredConsent, ...]
    links: tuple[StoredLink, ...]
    logins: tuple[StoredLogin, ...]
    messages: tuple[StoredMessage, ...]
    changes: tuple[StoredChange, ...]
    kept_answers: int
    mentions: tuple[Mention, ...]


class ErasureOut(BaseModel):
    """What is left to do by hand."""

    mentions: tuple[Mention, ...]


@router.get("", name="list")
def list_persons(
    caller: Annotated[Actor, Rule("persons:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> list[PersonOut]:
    """By id, with the organisations that they stand for."""
    del caller
    wanted = select(Person).where(Person.market_id == market)
    return [
        PersonOut(
            id=person.id,
            name=person.name,
            email=person.email,
            phone=person.phone,
            organisations=tuple(Standing(**standing) for standing in find_standing(session, person)),
        )
        for person in read_page(session, request, response, wanted, (Person.id,), limit, cursor)
    ]


@router.get("/{person_id}", name="export")
def read(
    caller: Annotated[Actor, Rule("persons:read", organiser=ALWAYS, participant=SHOWN)],
    market: MarketId,
    person_id: str,
    session: ReadSession,
) -> PersonExport:
    """Everything stored about one person, for the organiser and for the person."""
    return PersonExport(**export_person(session, get_person(session, caller, market, person_id)))


@router.delete("/{person_id}", name="erase")
def remove(
    caller: Annotated[Actor, Rule("persons:write", organiser=ALWAYS)],
    market: MarketId,
    person_id: str,
    request: Request,
    background: BackgroundTasks,
    session: WriteSession,
    now: Now,
) -> ErasureOut:
    """Erase a person from everything that is stored, in any phase. The answer names where others wrote of them."""
    left = erase_person(session, now, caller, get_person(session, caller, market, person_id))
    background.add_task(service_of(request).scrub)
    return ErasureOut(mentions=tuple(Mention(**mention) for mention in left))


@router.post("/{person_id}/invitation", status_code=201, name="invite")
def invite(
    caller: Annotated[Actor, Rule("persons:write", organiser=OPEN)],
    market: MarketId,
    person_id: str,
    request: Request,
    session: WriteSession,
    now: Now,
) -> MessageOut:
    """A message with a link, which waits in the outbox until it is released."""
    person = get_person(session, caller, market, person_id)
    name = session.get_one(MarketRecord, market).name
    message = write_to_person(session, now, MessageKind.INVITATION, person, name, service_of(request).settings.language)
    return show_message(message)


@router.delete("/{person_id}/entry", status_code=204, name="shut_out")
def shut_out(
    caller: Annotated[Actor, Rule("persons:write", organiser=ALWAYS)],
    market: MarketId,
    person_id: str,
    session: WriteSession,
    now: Now,
) -> None:
    """All links and logins of the person end. A new link can be asked for."""
    revoke_entry(session, now, caller, get_person(session, caller, market, person_id))

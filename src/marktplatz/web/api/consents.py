"""Consents of persons, and the texts that they agree to."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from marktplatz.db.models import Consent, ConsentText
from marktplatz.market import Identifier, Text
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.consents import add_text, get_consent, give_consent, withdraw_consent
from marktplatz.vocabulary import ConsentPurpose
from marktplatz.web.access import ALWAYS, OPEN, SHOWN, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.body import In, Sent
from marktplatz.web.deps import Cursor, Limit, MarketId, Now, ReadSession, WriteSession
from marktplatz.web.paging import read_page

texts = make_api_router("/consent-texts", "consent_texts")
router = make_api_router("/markets/{market}/consents", "consents")


class TextIn(In):
    purpose: ConsentPurpose
    version: Identifier
    text: Text


class TextOut(BaseModel):
    purpose: ConsentPurpose
    version: str
    text: str


class ConsentIn(In):
    person: Identifier
    purpose: ConsentPurpose
    text_version: Identifier


class ConsentOut(BaseModel):
    id: str
    person: str
    purpose: ConsentPurpose
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


@texts.get("", name="list")
def list_texts(caller: Annotated[Actor, Rule("consents:read", public=ALWAYS)], session: ReadSession) -> list[TextOut]:
    """What anybody may be asked to agree to, by purpose and version; all at once, since they are a handful."""
    del caller
    rows = session.scalars(select(ConsentText).order_by(ConsentText.purpose, ConsentText.version))
    return [TextOut(purpose=row.purpose, version=row.version, text=row.text) for row in rows]


@texts.post("", status_code=201, name="add")
def add_wording(
    caller: Annotated[Actor, Rule("consents:write", owner=ALWAYS)], sent: Sent[TextIn], session: WriteSession, now: Now
) -> TextOut:
    """A wording never changes; another one is another version."""
    record = add_text(session, now, caller, sent.purpose, sent.version, sent.text)
    return TextOut(purpose=record.purpose, version=record.version, text=record.text)


@router.get("", name="list")
def list_consents(
    caller: Annotated[Actor, Rule("consents:read", organiser=ALWAYS, participant=SHOWN)],
    market: MarketId,
    request: Request,
    response: Response,
    session: ReadSession,
    limit: Limit = 100,
    cursor: Cursor = None,
    person: Annotated[str | None, Query(max_length=200)] = None,
) -> list[ConsentOut]:
    """By id; a participant sees their own."""
    wanted = select(Consent).where(Consent.market_id == market)
    if caller.organisations is not None:
        wanted = wanted.where(Consent.person_id == caller.name.removeprefix("person:"))
    if person is not None:
        wanted = wanted.where(Consent.person_id == person)
    return [_show(row) for row in read_page(session, request, response, wanted, (Consent.id,), limit, cursor)]


@router.post("", status_code=201, name="give")
def add(
    caller: Annotated[Actor, Rule("consents:write", organiser=OPEN, participant=SHOWN)],
    market: MarketId,
    sent: Sent[ConsentIn],
    session: WriteSession,
    now: Now,
) -> ConsentOut:
    """By the person, or by an organiser who has it on paper."""
    return _show(give_consent(session, now, caller, market, sent.person, sent.purpose, sent.text_version))


@router.post("/{consent_id}/withdraw", name="withdraw")
def withdraw(
    caller: Annotated[Actor, Rule("consents:write", organiser=ALWAYS, participant=SHOWN)],
    market: MarketId,
    consent_id: str,
    session: WriteSession,
    now: Now,
) -> ConsentOut:
    """From now on; what was allowed until now stays allowed until now."""
    consent = get_consent(session, caller, market, consent_id)
    withdraw_consent(session, now, caller, consent)
    return _show(consent)


def _show(consent: Consent) -> ConsentOut:
    return ConsentOut(
        id=consent.id,
        person=consent.person_id,
        purpose=consent.purpose,
        text_version=consent.text_version,
        given_at=consent.given_at,
        withdrawn_at=consent.withdrawn_at,
    )

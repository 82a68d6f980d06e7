"""Persons and their data: who agreed to what, all that is stored about one, links taken back, erasure, dates of destruction."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import Consent, ConsentText, OrganisationRecord, Person, Representation
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.consents import get_consent, give_consent, withdraw_consent
from marktplatz.usecases.erasure import erase_person
from marktplatz.usecases.links import revoke_entry
from marktplatz.usecases.mailing import mail_words
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.outbox import write_to_person
from marktplatz.usecases.persons import export_person, find_standing, get_person
from marktplatz.usecases.profiles import change_profile, get_profile, profile_value
from marktplatz.usecases.retention import count_kept, destroyed_on, retention_days
from marktplatz.vocabulary import ConsentPurpose, DataClass, MessageKind
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import OR_NONE, Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.paging import PageNumber, read_leaf
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/people", tags=["pages"], route_class=PageRoute, include_in_schema=False)

READING = Rule("persons:read", organiser=ALWAYS)
WRITING = Rule("persons:write", organiser=ALWAYS)


@router.get("", name="people")
def show_people(
    caller: Annotated[Actor, READING],
    market: MarketId,
    request: Request,
    session: ReadSession,
    search: Annotated[str, Query(max_length=100)] = "",
    consent: Annotated[ConsentPurpose | None, OR_NONE] = None,
    page: PageNumber = 1,
) -> Response:
    del caller
    wanted = select(Person).where(Person.market_id == market)
    if search.strip():
        wanted = wanted.where(
            Person.name.icontains(search.strip(), autoescape=True) | Person.email.icontains(search.strip(), autoescape=True)
        )
    if consent is not None:
        given = select(Consent.person_id).where(
            Consent.market_id == market, Consent.purpose == consent, Consent.withdrawn_at.is_(None)
        )
        wanted = wanted.where(Person.id.in_(given))
    people = read_leaf(session, wanted.order_by(Person.name, Person.id), page)
    ids = [person.id for person in people.rows]
    return show(
        request,
        "people.html",
        market=get_market(session, market),
        form=Form.of(search=search, consent=consent.value if consent else ""),
        people=people.rows,
        organisations=_organisations_of(session, market, ids),
        consents=_standing_consents(session, market, ids),
        purposes=list(ConsentPurpose),
        **people.context,
        asked={"search": search, "consent": consent.value if consent else ""},
    )


@router.get("/retention", name="retention")
def show_retention(caller: Annotated[Actor, READING], market: MarketId, request: Request, session: ReadSession) -> Response:
    del caller
    days = retention_days(get_profile(session, market))
    return _show_retention(request, session, market, Form.filled({kind.value: days[kind] for kind in DataClass}))


@router.post("/retention", name="change_retention")
def change_retention(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    profile = get_profile(session, market)
    with form.refused_by(session, lambda: _show_retention(request, session, market, form)):
        days = {kind: _read_days(form, kind) for kind in DataClass}
        change_profile(session, now, caller, profile, profile_value(profile).model_copy(update={"retention_days": days}))
    return go("organise", market, "people", "retention", done="saved")


@router.get("/persons/{person_id}", name="person")
def show_person(
    caller: Annotated[Actor, READING], market: MarketId, person_id: str, request: Request, session: ReadSession
) -> Response:
    return _show_person(request, session, caller, market, person_id, Form.of())


@router.get("/persons/{person_id}/everything.json", name="person_export")
def download(caller: Annotated[Actor, READING], market: MarketId, person_id: str, session: ReadSession) -> Response:
    """Everything stored, to be handed over to whoever asks what is known about them."""
    stored = export_person(session, get_person(session, caller, market, person_id))
    headers = {"Content-Disposition": 'attachment; filename="auskunft.json"', "Cache-Control": "no-store"}
    return JSONResponse(jsonable_encoder(stored), headers=headers)


@router.post("/persons/{person_id}", name="person_deed")
def change_person(
    caller: Annotated[Actor, WRITING],
    market: MarketId,
    person_id: str,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """One deed by the button that was pressed."""
    person = get_person(session, caller, market, person_id)
    deed, _, what = form.text("deed").partition(":")
    with form.refused_by(session, lambda: _show_person(request, session, caller, market, person_id, form)):
        if deed == "invite":
            record = get_market(session, market)
            organisation = next((standing["name"] for standing in find_standing(session, person)), "")
            words = mail_words(record, get_profile(session, market), organisation, person.language)
            write_to_person(session, now, MessageKind.INVITATION, person, record.name, person.language, **words)
        elif deed == "revoke":
            revoke_entry(session, now, caller, person)
        elif deed == "withdraw":
            withdraw_consent(session, now, caller, get_consent(session, caller, market, what))
        elif deed == "give":
            purpose = ConsentPurpose(what) if what in set(ConsentPurpose) else ConsentPurpose.PUBLICATION
            give_consent(session, now, caller, market, person.id, purpose, _newest_text(session, purpose))
    done = {"invite": "mails_written", "revoke": "links_revoked", "withdraw": "consent_withdrawn", "give": "consent_given"}
    return go("organise", market, "people", "persons", person_id, done=done.get(deed, "saved"))


@router.get("/persons/{person_id}/erase", name="ask_erase")
def ask_erase(
    caller: Annotated[Actor, READING], market: MarketId, person_id: str, request: Request, session: ReadSession
) -> Response:
    person = get_person(session, caller, market, person_id)
    return show(request, "person_erase.html", market=get_market(session, market), person=person, mentions=None)


@router.post("/persons/{person_id}/erase", name="erase")
def erase(
    caller: Annotated[Actor, WRITING],
    market: MarketId,
    person_id: str,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """The answer names where others wrote of the person: that is left to do by hand."""
    del form
    mentions = erase_person(session, now, caller, get_person(session, caller, market, person_id))
    background.add_task(service_of(request).scrub)
    if not mentions:
        answer: Response = go("organise", market, "people", done="person_erased")
    else:
        answer = show(request, "person_erase.html", market=get_market(session, market), person=None, mentions=mentions)
    answer.background = background
    return answer


def _show_person(request: Request, session: Session, caller: Actor, market: str, person_id: str, form: Form) -> Response:
    person = get_person(session, caller, market, person_id)
    wanted = (
        select(Consent)
        .where(Consent.market_id == market, Consent.person_id == person_id)
        .order_by(Consent.given_at.desc(), Consent.id)
    )
    consents = list(session.scalars(wanted))
    standing = {consent.purpose for consent in consents if consent.withdrawn_at is None}
    known = set(session.scalars(select(ConsentText.purpose).distinct()))
    return show(
        request,
        "person.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        person=person,
        organisations=find_standing(session, person),
        consents=consents,
        open_purposes=[purpose for purpose in ConsentPurpose if purpose not in standing and purpose in known],
        form=form,
    )


def _show_retention(request: Request, session: Session, market: str, form: Form) -> Response:
    record, profile = get_market(session, market), get_profile(session, market)
    return show(
        request,
        "retention.html",
        market=record,
        profile=profile,
        form=form,
        kinds=list(DataClass),
        days=destroyed_on(record, profile),
        counts=count_kept(session, market),
    )


def _read_days(form: Form, kind: DataClass) -> int:
    text = form.text(kind.value)
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 3_650):
        raise InvalidInput(Finding("retention_days_range", Place(field=kind.value), {"least": 1, "most": 3_650}))
    return int(text)


def _newest_text(session: Session, purpose: ConsentPurpose) -> str:
    wanted = select(ConsentText.version).where(ConsentText.purpose == purpose).order_by(ConsentText.version.desc()).limit(1)
    return session.scalar(wanted) or ""


def _organisations_of(session: Session, market: str, person_ids: list[str]) -> dict[str, list[OrganisationRecord]]:
    wanted = (
        select(Representation.person_id, OrganisationRecord)
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == Representation.market_id) & (OrganisationRecord.id == Representation.organisation_id),
        )
        .where(Representation.market_id == market, Representation.person_id.in_(person_ids))
        .order_by(OrganisationRecord.name)
    )
    found: dict[str, list[OrganisationRecord]] = {person_id: [] for person_id in person_ids}
    for person_id, organisation in session.execute(wanted):
        found[person_id].append(organisation)
    return found


def _standing_consents(session: Session, market: str, person_ids: list[str]) -> dict[str, set[ConsentPurpose]]:
    wanted = select(Consent.person_id, Consent.purpose).where(
        Consent.market_id == market, Consent.person_id.in_(person_ids), Consent.withdrawn_at.is_(None)
    )
    found: dict[str, set[ConsentPurpose]] = {person_id: set() for person_id in person_ids}
    for person_id, purpose in session.execute(wanted):
        found[person_id].add(purpose)
    return found

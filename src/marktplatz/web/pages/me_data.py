"""A participant's own data: name, phone, mail, consents, devices; what is stored, and how to have it erased."""

import json
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, InvalidInput, NotFound, Place
from marktplatz.usecases.consents_shipped import give_shipped_consents
from marktplatz.usecases.links import revoke_entry
from marktplatz.usecases.own_person import (
    OwnData,
    ask_for_mail_change,
    change_own_data,
    confirm_mail_change,
    erase_oneself,
    export_own,
    find_given_texts,
    find_left_alone,
    find_mail_change,
    is_counted_on,
    take_back_consent,
)
from marktplatz.usecases.secrecy import normalise_mail
from marktplatz.vocabulary import ConsentPurpose
from marktplatz.web.cookies import drop_login
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.identity import Identity
from marktplatz.web.language import LANGUAGES, find_language
from marktplatz.web.pages.forms import Form, SentForm, read_value
from marktplatz.web.pages.frame import go
from marktplatz.web.pages.mine import Chosen, Mine, OwnAffairs, Reader, load_mine, make_router, show_mine
from marktplatz.web.rates import LINKS
from marktplatz.web.service import service_of
from marktplatz.wording.consent_texts import consent_text, consent_version

router = make_router()


async def count_code(request: Request, form: SentForm) -> None:
    """No address gets more codes than it would get links."""
    mail = normalise_mail(form.text("email"))
    if mail:
        service_of(request).rates.take(LINKS, mail)


@router.get("/data", name="my_data")
def show_data(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, now: Now, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    return _show(request, session, mine, now, _filled(mine))


@router.post("/data", name="change_my_data")
def change_data(
    caller: OwnAffairs, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    with form.refused_by(session, lambda: _show(request, session, mine, now, form)):
        sent = read_value(OwnData, {name: form.text(name) or None for name in OwnData.model_fields})
        change_own_data(session, now, caller, mine.person, sent)
    return mine.go("data", done="own_data_saved")


@router.post("/data/mail", name="ask_for_my_mail_change")
def ask_for_mail(
    caller: OwnAffairs,
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    counted: Annotated[None, Depends(count_code)],
    session: WriteSession,
    now: Now,
) -> Response:
    del counted
    mine, service = load_mine(request, session, caller, market, form.text("organisation")), service_of(request)
    with form.refused_by(session, lambda: _show(request, session, mine, now, form)):
        ask_for_mail_change(session, now, mine.person, form.text("email"), mine.market.name, mine.person.language)
    background.add_task(service.wake_postman)
    answer = mine.go("data", done="sent_mail_code")
    answer.background = background
    return answer


@router.post("/data/mail-code", name="confirm_my_mail_change")
def confirm_mail(
    caller: OwnAffairs, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    identity: Identity = request.state.identity
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    with form.refused_by(session, lambda: _show(request, session, mine, now, form)):
        confirm_mail_change(session, now, caller, mine.person, form.text("code"), identity.login)
    return mine.go("data", done="mail_changed")


@router.post("/data/consents", name="put_my_consent")
def put_my_consent(
    caller: OwnAffairs, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """One purpose at a time, in the words that the person had before them."""
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    if form.text("purpose") not in set(ConsentPurpose):
        raise InvalidInput(Finding("missing", Place(field="purpose")))
    purpose, is_given = ConsentPurpose(form.text("purpose")), form.text("deed") == "give"
    if is_given:
        give_shipped_consents(session, now, caller, market, mine.person.id, frozenset({purpose}), _find_shown(form, purpose))
    else:
        take_back_consent(session, now, caller, mine.person, purpose)
    return mine.go("data", done="own_consent_given" if is_given else "own_consent_withdrawn")


@router.get("/stored", name="my_stored_data")
def show_stored(caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    stored = export_own(session, caller, mine.person)
    return show_mine(request, "me_stored.html", mine, "/data", stored=stored)


@router.get("/stored.json", name="download_my_stored_data")
def download_stored(caller: Reader, market: MarketId, request: Request, session: ReadSession) -> Response:
    mine = load_mine(request, session, caller, market)
    content = json.dumps(jsonable_encoder(export_own(session, caller, mine.person)), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="meine-daten.json"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


@router.post("/data/revoke", name="revoke_my_links")
def revoke(caller: OwnAffairs, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    """Here as well: whoever did it asks for a new link, and is the only one who gets it."""
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    revoke_entry(session, now, caller, mine.person)
    return _drop(request, go("sign-in", done="own_links_revoked"))


@router.get("/erase", name="ask_to_erase_me")
def ask_to_erase(caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None) -> Response:
    return _show_erase(request, session, load_mine(request, session, caller, market, organisation), Form.of())


@router.post("/erase", name="erase_me")
def erase(
    caller: OwnAffairs,
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    with form.refused_by(session, lambda: _show_erase(request, session, mine, form)):
        if not form.is_ticked("sure"):
            raise InvalidInput(Finding("erasure_not_confirmed", Place(field="sure")))
        erase_oneself(session, now, caller, mine.person)
    background.add_task(service_of(request).scrub)
    answer = _drop(request, go("m", market, done="erased"))
    answer.background = background
    return answer


def _find_shown(form: Form, purpose: ConsentPurpose) -> str:
    """The language of the words that the person had before them; NotFound for words that are others by now."""
    version = form.text("text_version")
    for language in LANGUAGES:
        if consent_version(purpose, language) == version:
            return language
    raise NotFound(Finding("unknown_consent_text", params={"version": version}))


def _drop(request: Request, answer: Any) -> Any:
    drop_login(answer, is_https=service_of(request).settings.is_https)
    return answer


def _filled(mine: Mine) -> Form:
    return Form.of(name=mine.person.name, phone=mine.person.phone)


def _show(request: Request, session: Session, mine: Mine, now: Now, form: Form) -> Response:
    """Several forms on one page: what was typed into one of them leaves the others as they are."""
    language = find_language(request)
    for name in ("name", "phone"):
        if name not in form:
            form.put(name, getattr(mine.person, name))
    return show_mine(
        request,
        "me_data.html",
        mine,
        "/data",
        form=form,
        texts={purpose: (consent_text(purpose, language), consent_version(purpose, language)) for purpose in ConsentPurpose},
        given=find_given_texts(session, mine.person),
        purposes=list(ConsentPurpose),
        mail_change=find_mail_change(session, now, mine.person),
    )


def _show_erase(request: Request, session: Session, mine: Mine, form: Form) -> Response:
    counted_on = is_counted_on(session, mine.market.id, mine.actor.organisations or ())
    left_alone = find_left_alone(session, mine.person)
    return show_mine(request, "me_erase.html", mine, "/data", form=form, is_counted_on=counted_on, left_alone=left_alone)

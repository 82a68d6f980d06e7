"""The texts of a market's page: ours as a beginning, the organiser's own in their place."""

from hashlib import sha256
from typing import Annotated, Final, Literal, get_args

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, Profile
from marktplatz.errors import Conflict, Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import ProfileValue, change_profile, get_profile, profile_value
from marktplatz.usecases.texts import find_own_text, make_default_text, make_shown_text
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.wording.market_texts import heading

router = APIRouter(prefix="/organise/{market}/setup/texts", tags=["pages"], route_class=PageRoute, include_in_schema=False)

Name = Literal["about", "steps", "imprint", "privacy", "accessibility"]
NAMES: Final[tuple[str, ...]] = get_args(Name)
MAX_LENGTH: Final = 10_000


@router.get("", name="texts")
def show_texts(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    del caller
    record, profile = get_market(session, market), get_profile(session, market)
    language = find_language(request)
    texts = [
        {
            "name": name,
            "heading": heading(name, language),
            "is_own": bool(find_own_text(profile, name)),
            "paragraphs": _paragraphs(name, make_shown_text(record, profile, name, language)),
        }
        for name in NAMES
    ]
    return show(request, "setup_texts.html", market=record, texts=texts)


@router.get("/{name}", name="text")
def show_text(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)],
    market: MarketId,
    name: Name,
    request: Request,
    session: ReadSession,
) -> Response:
    del caller
    record, profile = get_market(session, market), get_profile(session, market)
    form = Form.of(text=make_shown_text(record, profile, name, find_language(request)), version=_state_of(profile, name))
    return _show(request, record, profile, name, form, previewed=False)


@router.post("/{name}", name="text_save")
def save_text(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    name: Name,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """`deed`: `preview` shows and keeps nothing, `reset` takes our text again."""
    record, profile = get_market(session, market), get_profile(session, market)
    default = make_default_text(record, profile, name, find_language(request))
    deed, typed = form.text("deed"), form.text("text")
    if deed == "preview":
        return _show(request, record, profile, name, form, previewed=True)
    with form.refused_by(session, lambda: _show_refused(request, session, market, name, form)):
        if len(typed) > MAX_LENGTH:
            raise InvalidInput(Finding("too_long", Place(field="text"), {"limit": MAX_LENGTH, "found": typed[:40]}))
        text = "" if deed == "reset" or typed == default else typed
        if form.text("version") != _state_of(profile, name) and text != find_own_text(profile, name):
            raise Conflict(Finding("stale"))
        changed = _with_text(profile_value(profile), name, text)
        if changed != profile_value(profile):
            change_profile(session, now, caller, profile, changed)
    return go("organise", market, "setup", "texts", done="text_saved" if text else "text_reset", fragment=name)


def _with_text(profile: ProfileValue, name: str, text: str) -> ProfileValue:
    if name == "about":
        return profile.model_copy(update={"about": text or None})
    others = {key: kept for key, kept in profile.texts.items() if key != name}
    return profile.model_copy(update={"texts": others | ({name: text} if text else {})})


def _show_refused(request: Request, session: Session, market: str, name: str, form: Form) -> Response:
    """After a stale edit the next one knows what is stored: it stands beside what was typed."""
    record, profile = get_market(session, market), get_profile(session, market)
    is_stale = any(finding.code == "stale" for _, finding in form.errors)
    if is_stale:
        form.put("version", _state_of(profile, name))
    return _show(request, record, profile, name, form, previewed=False, is_stale=is_stale)


def _show(
    request: Request, record: MarketRecord, profile: Profile, name: str, form: Form, *, previewed: bool, is_stale: bool = False
) -> Response:
    language = find_language(request)
    return show(
        request,
        "setup_text.html",
        market=record,
        name=name,
        heading=heading(name, language),
        form=form,
        is_own=bool(find_own_text(profile, name)),
        preview=_paragraphs(name, form.text("text")) if previewed else [],
        stored=_paragraphs(name, make_shown_text(record, profile, name, language)) if is_stale else [],
    )


def _paragraphs(name: str, text: str) -> list[str]:
    parts = text.split("\n") if name == "steps" else text.split("\n\n")
    return [part for part in parts if part.strip()]


def _state_of(profile: Profile, name: str) -> str:
    return sha256(find_own_text(profile, name).encode()).hexdigest()[:16]

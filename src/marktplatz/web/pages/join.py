"""The way in without an account: one page, sent once, and what happens next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord, Profile
from marktplatz.errors import NotAllowed
from marktplatz.market import MarketConcept, Policy
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.coached import coach_newcomer
from marktplatz.usecases.entry_hints import find_hints
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.registering import Registration, is_full, is_open, register
from marktplatz.vocabulary import CategoryKind, ConsentPurpose, EntrySide, ImpactField, OrganisationKind, Standing
from marktplatz.web.access import Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteLater
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, FormRefused, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.join_form import (
    MAX_BLOCKS,
    TRAP,
    add_block,
    apply_project,
    begin_form,
    find_block,
    list_blocks,
    list_months,
    remove_block,
    side_of,
)
from marktplatz.web.pages.join_read import hinted_entry, read_registration
from marktplatz.web.pages.market import VIEWERS
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.rates import REGISTRATIONS, REGISTRATIONS_OF_A_MARKET
from marktplatz.web.service import service_of
from marktplatz.wording import translate
from marktplatz.wording.consent_texts import consent_text
from marktplatz.wording.dates import month_text
from marktplatz.wording.pages import word
from marktplatz.wording.projects import PROJECTS

router = APIRouter(prefix="/m/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the page needs to know of its market."""

    market: MarketRecord
    profile: Profile
    policy: Policy
    now: datetime
    is_open: bool
    is_full: bool

    @property
    def lets_in(self) -> bool:
        return self.is_open and (not self.is_full or self.profile.has_waiting_list)


def _look(session: Session, market_id: str, now: datetime) -> _Sight:
    record, profile = get_market(session, market_id), get_profile(session, market_id)
    return _Sight(record, profile, get_policy(session, record), now, is_open(record, profile, now), is_full(session, profile))


@router.get("/join", name="join")
def show_join(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    now: Now,
    side: str = "need",
    project: str = "",
) -> Response:
    """`project` names a template with which the first block begins."""
    del caller
    sight = _look(session, market, now)
    form = begin_form(EntrySide.OFFER if side == EntrySide.OFFER else EntrySide.NEED)
    apply_project(form, list_blocks(form)[0], project, sight.policy, find_language(request))
    return _show(request, sight, form)


@router.get("/join/form", name="join_anew")
def show_join_anew(caller: Annotated[Actor, Rule("pages:read", **VIEWERS)], market: MarketId) -> Response:
    """Where somebody comes who goes to the address of a changed form."""
    del caller
    return go("m", market, "join")


@router.post("/join/form", name="change_join")
def change_join(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: ReadSession,
    now: Now,
) -> Response:
    """The form again, with one block more or less or with a template filled in; nothing is written down."""
    del caller
    sight = _look(session, market, now)
    focus = None
    if added := form.text("add"):
        block = add_block(form, EntrySide.OFFER if added == EntrySide.OFFER else EntrySide.NEED)
        focus = block.name if block is not None else None
    elif (block := find_block(form, form.text("remove"))) is not None:
        remove_block(form, block)
        focus = f"{block.side}.{max(1, block.number - 1)}"
    elif (block := find_block(form, form.text("apply"))) is not None:
        apply_project(form, block, form.text(f"{block.prefix}project"), sight.policy, find_language(request))
        focus = block.name
    return _show(request, sight, form, focus=focus)


@router.post("/hints", name="hint")
def show_hints(
    caller: Annotated[Actor, Rule("pages:read", **VIEWERS)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: ReadSession,
    now: Now,
) -> Response:
    """A piece of a page: what could make the entry better that somebody is writing, named by `block`."""
    del caller
    record = get_market(session, market)
    block = find_block(form, form.text("block")) or list_blocks(form)[0]
    found = find_hints(hinted_entry(form, block), record.date or now.date(), _concepts(record))
    return show(request, "_hints.html", found=found)


@router.post("/join", name="join_now")
async def join_now(
    caller: Annotated[Actor, Rule("pages:write", **VIEWERS)],
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    later: WriteLater,
    now: Now,
) -> Response:
    """The engine is asked before anything is locked: others need not wait for it."""
    sight, sent = await later.look(lambda session: _read(request, session, market, now, form))
    _count(request, sight, form, sent)
    told = await later.look(lambda session: _tell(request, session, sight, sent))
    answer = await later.write(lambda session: _write(request, session, sight, caller, form, sent, told))
    background.add_task(service_of(request).wake_postman)
    answer.background = background
    return answer


def _read(request: Request, session: Session, market: str, now: datetime, form: Form) -> tuple[_Sight, Registration]:
    sight = _look(session, market, now)
    if not sight.lets_in:
        raise FormRefused(_show(request, sight, form, status=409))
    with form.refused_by(session, lambda: _show(request, sight, form)):
        return sight, read_registration(form, sight.policy, find_language(request))


def _count(request: Request, sight: _Sight, form: Form, sent: Registration) -> None:
    """Whoever sends too often is told in the form, and loses nothing."""
    rates = service_of(request).rates
    try:
        rates.take(REGISTRATIONS, f"{sight.market.id}/{sent.contact.email}")
        rates.take(REGISTRATIONS_OF_A_MARKET, sight.market.id)
    except NotAllowed as error:
        form.errors += [(None, finding) for finding in error.findings]
        raise FormRefused(_show(request, sight, form, status=429)) from error


def _tell(request: Request, session: Session, sight: _Sight, sent: Registration) -> dict[str, Any]:
    """What the page afterwards says about the entries: what the coach counts, and the hints by entry."""
    own = [(each.side, each.entry) for each in sent.entries]
    coaches = service_of(request).coaches
    coached = coach_newcomer(session, sight.market, sent.organisation, own, coaches, sent.language)
    day, concepts = sight.market.date or sight.now.date(), _concepts(sight.market)
    return {"coached": coached, "hints": {entry.id: find_hints(entry, day, concepts) for _, entry in own}}


def _write(
    request: Request, session: Session, sight: _Sight, caller: Actor, form: Form, sent: Registration, told: dict[str, Any]
) -> Response:
    record, profile = get_market(session, sight.market.id), get_profile(session, sight.market.id)
    with form.refused_by(session, lambda: _show(request, sight, form)):
        organisation = register(session, sight.now, caller, record, profile, sent)
    is_waiting = organisation.standing is Standing.WAITING
    return show(request, "join_done.html", market=record, profile=profile, sent=sent, is_waiting=is_waiting, **told)


def _concepts(record: MarketRecord) -> tuple[MarketConcept, ...]:
    return tuple(MarketConcept(id=row["id"], words=tuple(row["words"])) for row in record.concepts)


def _show(request: Request, sight: _Sight, form: Form, status: int = 200, focus: str | None = None) -> Response:
    if not sight.lets_in:
        return show(request, "join_closed.html", status, market=sight.market, profile=sight.profile, is_full=sight.is_full)
    blocks = list_blocks(form)
    return show(request, "join.html", status, form=form, focus=focus, blocks=blocks, **_context(request, sight, form))


def _list_categories(policy: Policy, language: str) -> list[tuple[str, str]]:
    """A market without categories of its own has those of the house; open is none."""
    if policy.categories:
        return [(category.code, category.label) for category in policy.categories]
    return [(kind.value, word(kind, language)) for kind in CategoryKind if kind is not CategoryKind.OPEN]


def _context(request: Request, sight: _Sight, form: Form) -> dict[str, Any]:
    language = find_language(request)
    begin = max(sight.market.date or sight.now.date(), sight.now.date())
    return {
        "market": sight.market,
        "profile": sight.profile,
        "is_full": sight.is_full,
        "policy": sight.policy,
        "side": side_of(form),
        "kinds_said": [(kind, word(kind, language)) for kind in (OrganisationKind.NONPROFIT, OrganisationKind.COMPANY)],
        "projects_said": [(code, translate(project.label, language)) for code, project in PROJECTS.items()],
        "categories_said": _list_categories(sight.policy, language),
        "months_said": [(f"{month:%Y-%m}", month_text(month, language)) for month in list_months(begin)],
        "fields_said": [(field, word(field, language)) for field in ImpactField],
        "consents": [(purpose, consent_text(purpose, language)) for purpose in ConsentPurpose],
        "trap": TRAP,
        "max_blocks": MAX_BLOCKS,
    }

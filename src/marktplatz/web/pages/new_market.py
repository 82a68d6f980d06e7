"""A new market: the first of three steps, from sensible defaults or after one that was."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import MarketRecord
from marktplatz.market import Policy
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.copying import copy_market, find_free_id
from marktplatz.usecases.markets import create_market, get_market, get_policy
from marktplatz.usecases.profiles import ProfileValue, change_profile, get_profile, profile_value
from marktplatz.vocabulary import Phase
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.setup_forms import EVENT, default_categories, read_section, show_stored

router = APIRouter(prefix="/organise/new", tags=["pages"], route_class=PageRoute, include_in_schema=False)

MAX_SHOWN: Final = 20


@router.get("", name="new_market")
def show_new_market(
    caller: Annotated[Actor, Rule("markets:write", owner=ALWAYS)],
    request: Request,
    session: ReadSession,
    after: str = "",
) -> Response:
    """`after`: the market that the new one is to begin as."""
    del caller
    source = get_market(session, after) if after else None
    policy, profile = _begin(session, source, find_language(request))
    form = show_stored(EVENT, policy, profile)
    if source is None:
        form.put("name", "")
    else:
        form.put("with_team", True)
        form.put("with_history", True)
    return _show(request, session, form, source)


@router.post("", name="new_market_add")
def add_market(
    caller: Annotated[Actor, Rule("markets:write", owner=ALWAYS)],
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """The market exists from here on, as a draft; what follows can be skipped."""
    source = get_market(session, form.text("after")) if form.text("after") else None
    begun = _begin(session, source, find_language(request))
    with form.refused_by(session, lambda: _show(request, session, form, source)):
        policy, profile = read_section(EVENT, form, *begun)
    if source is not None:
        ticks = {name: form.is_ticked(name) for name in ("with_team", "with_history")}
        copied = copy_market(session, now, caller, source, policy, profile, **ticks)
        return go("organise", copied.id, done="market_copied")
    record = create_market(session, now, caller, policy, find_free_id(session, policy.name))
    change_profile(session, now, caller, get_profile(session, record.id), profile)
    return go("organise", record.id, "setup", "rules", done="market_added", new="1")


def _begin(session: Session, source: MarketRecord | None, language: str) -> tuple[Policy, ProfileValue]:
    """What the new market is but for what the form asks; the days of the old one are over."""
    if source is None:
        return Policy(categories=default_categories(language)), ProfileValue()
    profile = profile_value(get_profile(session, source.id))
    return get_policy(session, source).model_copy(update={"date": None}), profile.model_copy(update={"entry_deadline": None})


def _show(request: Request, session: Session, form: Form, source: MarketRecord | None) -> Response:
    wanted = (
        select(MarketRecord)
        .where(MarketRecord.phase != Phase.DRAFT)
        .order_by(MarketRecord.created_at.desc(), MarketRecord.id)
        .limit(MAX_SHOWN)
    )
    earlier = list(session.scalars(wanted)) if source is None else []
    return show(request, "new_market.html", form=form, source=source, earlier=earlier, is_new=True, section="event", beside=[])

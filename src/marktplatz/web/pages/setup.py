"""A market's settings: the event, the rules, the evening; in three steps for a new market, later one by one."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.evening import measure_evening
from marktplatz.usecases.markets import change_policy, get_market, get_policy
from marktplatz.usecases.profiles import ProfileValue, change_profile, get_profile, profile_value
from marktplatz.vocabulary import CategoryKind, History, Reciprocity, Trading, Visibility, WithinKind
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.setup_forms import (
    RULES,
    SECTIONS,
    Section,
    category_rows,
    check_state,
    read_section,
    show_stored,
    tell_differences,
    telling_of_labels,
    with_categories,
)
from marktplatz.web.pages.setup_zones import zone_rows

router = APIRouter(prefix="/organise/{market}/setup", tags=["pages"], route_class=PageRoute, include_in_schema=False)

SectionName = Literal["event", "rules", "evening"]
CHOICES: dict[str, Any] = {
    "kinds": tuple(CategoryKind),
    "reciprocities": tuple(Reciprocity),
    "within_kinds": tuple(WithinKind),
    "histories": tuple(History),
    "visibilities": tuple(Visibility),
    "tradings": tuple(Trading),
}


@router.get("/{section}", name="setup")
def show_section(
    caller: Annotated[Actor, Rule("markets:read", organiser=ALWAYS)],
    market: MarketId,
    section: SectionName,
    request: Request,
    session: ReadSession,
    new: bool = False,
) -> Response:
    del caller
    return _show(request, session, market, SECTIONS[section], None, is_new=new)


@router.post("/{section}", name="setup_save")
def save_section(
    caller: Annotated[Actor, Rule("markets:write", organiser=ALWAYS)],
    market: MarketId,
    section: SectionName,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """Kept as soon as it is sent; `check` only looks whether the evening fits into its time."""
    asked, is_new = SECTIONS[section], form.is_ticked("new")
    record, own = get_market(session, market), get_profile(session, market)
    policy, profile = with_categories(get_policy(session, record), find_language(request)), profile_value(own)
    with form.refused_by(session, lambda: _show(request, session, market, asked, form, is_new=is_new)):
        new_policy, new_profile = read_section(asked, form, policy, profile)
        if form.text("deed") == "check":
            return _show(request, session, market, asked, form, is_new=is_new, measured=new_profile)
        check_state(asked, form, show_stored(asked, policy, profile))
        if new_policy != policy:
            with telling_of_labels(policy):
                change_policy(session, now, caller, record, new_policy)
        if new_profile != profile:
            change_profile(session, now, caller, own, new_profile)
    if not is_new:
        return go("organise", market, "setup", section, done="saved")
    if asked is RULES:
        return go("organise", market, "setup", "evening", done="rules_saved", new="1")
    return go("organise", market, *(("team",) if form.text("deed") == "team" else ()), done="market_ready")


def _show(
    request: Request,
    session: Session,
    market: str,
    section: Section,
    form: Form | None,
    *,
    is_new: bool,
    measured: ProfileValue | None = None,
) -> Response:
    record, profile = get_market(session, market), profile_value(get_profile(session, market))
    language = find_language(request)
    stored = show_stored(section, with_categories(get_policy(session, record), language), profile)
    is_stale = form is not None and any(finding.code == "stale" for _, finding in form.errors)
    beside = tell_differences(section, form, stored, language) if form is not None and is_stale else []
    shown = form or stored
    if is_stale or form is None:
        shown.put("version", stored.text("version"))
    return show(
        request,
        f"setup_{section.name}.html",
        market=record,
        section=section.name,
        form=shown,
        is_new=is_new,
        beside=beside,
        rows=category_rows(shown) if section.has_categories else [],
        zone_rows=zone_rows(shown) if section.has_zones else [],
        zone_choices=[(each.code, each.label) for each in with_categories(get_policy(session, record), language).categories],
        fit=measure_evening(measured or profile),
        is_checked=measured is not None,
        has_history=bool(record.earlier_agreements),
        **CHOICES,
    )

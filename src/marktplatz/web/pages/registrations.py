"""What came in, for the organiser: one list with search and filters, and deeds on everything that a filter finds."""

from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from marktplatz.errors import Finding, NotFound
from marktplatz.market import Market
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.bulk_deeds import Deed, do_deed, find_aim, undo
from marktplatz.usecases.markets import get_market, get_policy
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.records import load_contacts
from marktplatz.usecases.registering import count_places
from marktplatz.usecases.registrations import PAGE, Check, Filter, Order, count_matching, count_standings, find_page
from marktplatz.vocabulary import EntrySide, OrganisationKind, Standing
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.wording.pages import word

router = APIRouter(prefix="/organise/{market}", tags=["pages"], route_class=PageRoute, include_in_schema=False)

E = TypeVar("E", OrganisationKind, EntrySide, Standing, Check, Order, Deed)

FIRST_ONES: Final = 10
"""So many of those that a deed is about are named before it is done."""


@router.get("/registrations", name="registrations")
def show_registrations(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """A page of the list; a constant number of queries."""
    del caller
    record, asked = get_market(session, market), read_filter(request.query_params)
    count = count_matching(session, market, asked)
    pages = max(1, -(-count // PAGE))
    rows = find_page(session, market, asked, min(page, pages))
    return show(
        request,
        "registrations.html",
        market=record,
        profile=get_profile(session, market),
        form=_as_form(asked),
        asked=asked,
        rows=rows,
        contacts=load_contacts(session, market, [row.organisation.id for row in rows]),
        count=count,
        page=min(page, pages),
        pages=pages,
        standings=count_standings(session, market),
        undoable=_read_span(request),
        **words_for(request),
    )


@router.get("/bulk", name="bulk")
def show_bulk(
    caller: Annotated[Actor, Rule("organisations:read", organiser=ALWAYS)],
    market: MarketId,
    request: Request,
    session: ReadSession,
) -> Response:
    """What a deed would do to the whole result, before it is done."""
    del caller
    deed = _read_word(Deed, request.query_params.get("deed"))
    if deed is None:
        raise NotFound(Finding("no_such_address"))
    return _show_bulk(request, session, market, read_filter(request.query_params), deed, Form.of())


@router.post("/bulk", name="do_bulk")
def do_bulk(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    deed = _read_word(Deed, form.text("deed"))
    if deed is None:
        raise NotFound(Finding("no_such_address"))
    asked = read_filter({name: form.text(name) for name in form.names()})
    expected = int(form.text("count")) if form.text("count").isdigit() else 0
    with form.refused_by(session, lambda: _show_bulk(request, session, market, asked, deed, form)):
        done = do_deed(
            session,
            now,
            caller,
            market,
            asked,
            deed,
            expected=expected,
            reason=form.text("reason"),
            category=form.text("category"),
            language=find_language(request),
        )
    return go("organise", market, "registrations", done="bulk_done", span=f"{done.first}-{done.last}", **asked.query)


@router.post("/bulk/undo", name="undo_bulk")
def undo_bulk(
    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN)],
    market: MarketId,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    first, _, last = form.text("span").partition("-")
    numbers = (int(first), int(last)) if first.isdigit() and last.isdigit() and len(form.text("span")) < 40 else (1, 0)
    undo(session, now, caller, market, *numbers)
    return go("organise", market, "registrations", done="undone")


def read_filter(query: Any) -> Filter:
    """What an address or a form asks for; words that mean nothing ask for nothing."""
    return Filter(
        search=str(query.get("q") or "").strip()[:100],
        kind=_read_word(OrganisationKind, query.get("kind")),
        side=_read_word(EntrySide, query.get("side")),
        standing=_read_word(Standing, query.get("standing")),
        check=_read_word(Check, query.get("check")),
        order=_read_word(Order, query.get("order")) or Order.NEWEST,
    )


def find_categories(session: Session, market: str, language: str) -> dict[str, str]:
    """The labels of a market's own categories by code; of one that has none the usual kinds."""
    policy = get_policy(session, get_market(session, market))
    own = {category.code: category.label for category in policy.categories}
    return own or {code: word(kind, language) for code, kind in Market(market=policy).category_kinds.items()}


def words_for(request: Request) -> dict[str, Any]:
    """What templates need to speak of a registration: the vocabularies, and their words as options."""
    language = find_language(request)
    kinds: dict[str, type[OrganisationKind] | type[EntrySide] | type[Standing]] = {
        "kind": OrganisationKind,
        "side": EntrySide,
        "standing": Standing,
    }
    return {
        "Standing": Standing,
        "Deed": Deed,
        "options": {name: [(member.value, word(member, language)) for member in kind] for name, kind in kinds.items()},
    }


def _read_word(kind: type[E], said: str | None) -> E | None:
    return kind(said) if said in {member.value for member in kind} else None


def _as_form(asked: Filter) -> Form:
    return Form.of(**asked.query)


def _read_span(request: Request) -> str | None:
    """The deed that was just done, by its numbers in the audit."""
    span = request.query_params.get("span", "")
    first, _, last = span.partition("-")
    return span if first.isdigit() and last.isdigit() and len(span) < 40 else None


def _show_bulk(request: Request, session: Session, market: str, asked: Filter, deed: Deed, form: Form) -> Response:
    record, profile = get_market(session, market), get_profile(session, market)
    aim = find_aim(session, market, asked, deed)
    return show(
        request,
        "bulk.html",
        market=record,
        profile=profile,
        asked=asked,
        deed=deed,
        aim=aim,
        first_ones=aim.concerned[:FIRST_ONES],
        form=form,
        free=None if profile.hall_places is None else profile.hall_places - count_places(session, market),
        categories=find_categories(session, market, find_language(request)),
        **words_for(request),
    )

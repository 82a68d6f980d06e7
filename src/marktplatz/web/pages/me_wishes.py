"""Whom a participant would like to meet, and whom not; seen by the organiser alone."""

from typing import Annotated, Final

from fastapi import Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import OrganisationRecord
from marktplatz.usecases.own_wishes import MAX_MUST_MEET, find_own_wishes, may_browse, put_wishes, search_others
from marktplatz.usecases.wishes import get_wish, remove_wish
from marktplatz.vocabulary import WishLevel
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.mine import Chosen, Mine, Reader, Writer, load_mine, make_router, show_mine

router = make_router()

A_PAGE: Final = 20
Words = Annotated[str, Query(alias="q", max_length=100)]
PageNumber = Annotated[int, Query(alias="page", ge=1, le=1_000)]


@router.get("/wishes", name="my_wishes")
def show_wishes(
    caller: Reader,
    market: MarketId,
    request: Request,
    session: ReadSession,
    organisation: Chosen = None,
    words: Words = "",
    page: PageNumber = 1,
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    return _show(request, session, mine, words, page, None)


@router.post("/wishes", name="put_my_wishes")
def put_my_wishes(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    """The fields come by their numbers, since an id may hold any characters: `target.3` is who, `level.3` the wish."""
    mine = load_mine(request, session, caller, market, form.text("organisation"))
    words, page = form.text("q")[:100], form.text("page")
    number = int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 4 else 1
    levels, fields = _read(form)
    with form.refused_by(session, lambda: _show(request, session, mine, words, number, form)):
        put_wishes(session, now, caller, market, mine.organisation.id, levels, fields)
    return mine.go("wishes", done="wishes_saved", query={"q": words, "page": str(number)})


@router.post("/remove-wish", name="remove_my_wish")
def remove_my_wish(caller: Writer, market: MarketId, request: Request, form: SentForm, session: WriteSession, now: Now) -> Response:
    record = get_wish(session, caller, market, form.text("wish"))
    mine = load_mine(request, session, caller, market, record.organisation_id)
    remove_wish(session, now, caller, record)
    return mine.go("wishes", done="wish_removed")


def _read(form: Form) -> tuple[dict[str, WishLevel | None], dict[str, str]]:
    levels: dict[str, WishLevel | None] = {}
    fields: dict[str, str] = {}
    for number in range(A_PAGE):
        target, said = form.text(f"target.{number}"), form.text(f"level.{number}")
        if target:
            levels[target] = WishLevel(said) if said in set(WishLevel) else None
            fields[target] = f"level.{number}"
    return levels, fields


def _show(request: Request, session: Session, mine: Mine, words: str, page: int, form: Form | None) -> Response:
    wanted = search_others(mine.profile, mine.actor.organisations or (), words)
    others: list[OrganisationRecord] = []
    total = 0
    if wanted is not None:
        total = session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
        page = max(min(page, -(-total // A_PAGE)), 1)
        others = list(session.scalars(wanted.offset((page - 1) * A_PAGE).limit(A_PAGE)))
    wishes = find_own_wishes(session, mine.market.id, mine.organisation.id)
    return show_mine(
        request,
        "me_wishes.html",
        mine,
        "/wishes",
        form=form or _fill(others, {wish.target: wish.level for wish, _ in wishes}),
        others=others,
        wishes=wishes,
        must_meets=sum(wish.level is WishLevel.MUST_MEET for wish, _ in wishes),
        max_must_meet=MAX_MUST_MEET,
        words=words,
        page=page,
        pages=-(-total // A_PAGE),
        total=total,
        may_browse=may_browse(mine.profile),
        levels=list(WishLevel),
    )


def _fill(others: list[OrganisationRecord], levels: dict[str, WishLevel]) -> Form:
    return Form.filled({f"level.{number}": levels.get(other.id, "") for number, other in enumerate(others)})

"""Publishing a timetable: what somebody will see of it, then one click; and taking it back."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import ConversationRecord, OrganisationRecord, Run, TimetableRecord
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.own_plan import Proposal, Round, find_rounds_of
from marktplatz.usecases.profiles import get_profile
from marktplatz.usecases.publishing import check_unchanged
from marktplatz.usecases.runs import withdraw_timetable
from marktplatz.usecases.timetable_views import get_timetable_of_market
from marktplatz.usecases.timetables import publish_timetable
from marktplatz.web.api.timetable import is_outdated
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.mine import Chosen
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.pages.timetables import Organiser, Writer

router = APIRouter(
    prefix="/organise/{market}/matching/timetables/{timetable_id}",
    tags=["pages"],
    route_class=PageRoute,
    include_in_schema=False,
)


@router.get("/publish", name="timetable_publish")
def show_publish(
    caller: Organiser, market: MarketId, timetable_id: str, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    return _show(request, session, caller, get_timetable_of_market(session, market, timetable_id), Form.of(), organisation)


@router.post("/publish", name="timetable_publish_now")
def publish(
    caller: Writer, market: MarketId, timetable_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_timetable_of_market(session, market, timetable_id)
    with form.refused_by(session, lambda: _show(request, session, caller, record, form)):
        check_unchanged(session, record, form.text("version"))
        publish_timetable(session, now, caller, record)
    return go("organise", market, "matching", "timetables", timetable_id, "publish", done="timetable_published")


@router.post("/withdraw", name="timetable_withdraw")
def withdraw(
    caller: Writer, market: MarketId, timetable_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    record = get_timetable_of_market(session, market, timetable_id)
    with form.refused_by(session, lambda: _show(request, session, caller, record, form)):
        check_unchanged(session, record, form.text("version"))
        withdraw_timetable(session, now, caller, record)
    return go("organise", market, "matching", "timetables", timetable_id, "publish", done="timetable_withdrawn")


def _show(
    request: Request, session: Session, caller: Actor, record: TimetableRecord, form: Form, organisation: str | None = None
) -> Response:
    market, run = get_market(session, record.market_id), session.get_one(Run, (record.market_id, record.run_id))
    concerned = _find_concerned(session, record)
    shown = next((each for each in concerned if each.id == organisation), next(iter(concerned), None))
    rounds: list[Round] = []
    topics: dict[str, list[Proposal]] = {}
    if shown is not None:
        rounds, topics = find_rounds_of(session, caller, market, shown, record, run)
    return show(
        request,
        "timetable_publish.html",
        market=market,
        profile=get_profile(session, market.id),
        record=record,
        run=run,
        form=form,
        concerned=concerned,
        shown=shown,
        named=(shown.name or shown.id) if shown is not None else "",
        rounds=rounds,
        topics=topics,
        is_outdated=is_outdated(session, request, record),
    )


def _find_concerned(session: Session, record: TimetableRecord) -> list[OrganisationRecord]:
    """Who has a conversation, by name."""
    of_it = (ConversationRecord.market_id == record.market_id, ConversationRecord.timetable_id == record.id)
    first, second = (select(column).where(*of_it) for column in (ConversationRecord.first_id, ConversationRecord.second_id))
    wanted = select(OrganisationRecord).where(
        OrganisationRecord.market_id == record.market_id, OrganisationRecord.id.in_(first.union(second))
    )
    return list(session.scalars(wanted.order_by(OrganisationRecord.name, OrganisationRecord.id)))

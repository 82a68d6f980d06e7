"""Thank-you mails after the evening: counted, looked at, laid ready in the outbox."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from marktplatz.db.models import Evening
from marktplatz.errors import Conflict, Finding
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.mailing import find_recipients, write_to_group
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import MessageKind
from marktplatz.web.access import ALWAYS, FROM_DAY, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm, read_count
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute

router = APIRouter(prefix="/organise/{market}/day/thanks", tags=["pages"], route_class=PageRoute, include_in_schema=False)


@router.get("", name="day_thanks")
def show_thanks(
    caller: Annotated[Actor, Rule("outbox:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    """Who would be thanked, before anything is written."""
    del caller
    return _show(request, session, market, Form.of())


@router.post("", name="day_thanks_write")
def write(
    caller: Annotated[Actor, Rule("outbox:write", organiser=FROM_DAY)],
    market: MarketId,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    with form.refused_by(session, lambda: _show(request, session, market, form)):
        evening = session.get(Evening, market)
        if evening is None or evening.figures is None:
            raise Conflict(Finding("figures_not_frozen"))
        record, profile = get_market(session, market), get_profile(session, market)
        count = str(evening.figures["agreements"])
        write_to_group(
            session, now, caller, record, profile, MessageKind.THANKS, read_count(form.text("expected")), agreements=count
        )
    return go("organise", market, "day", done="thanks_written")


def _show(request: Request, session: Session, market: str, form: Form) -> Response:
    evening = session.get(Evening, market)
    return show(
        request,
        "day_thanks.html",
        market=get_market(session, market),
        profile=get_profile(session, market),
        form=form,
        recipients=find_recipients(session, market, MessageKind.THANKS),
        figures=evening.figures if evening is not None else None,
    )

"""What was arranged for a participant: proposals, the way through the rounds, agreements. Only to be read, and printed."""

from typing import Final

from fastapi import Request, Response
from sqlalchemy.orm import Session

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.own_plan import find_own_agreements, find_proposals, find_rounds
from marktplatz.usecases.plan_news import Told, tell_own_news
from marktplatz.vocabulary import AgreementStatus, Phase
from marktplatz.web.deps import MarketId, ReadSession
from marktplatz.web.language import find_language
from marktplatz.web.pages.agreement_desk import own_draft
from marktplatz.web.pages.mine import Chosen, Mine, Reader, load_mine, make_router, show_mine
from marktplatz.web.service import service_of

router = make_router()

TAG_OF: Final = {
    AgreementStatus.DRAFTED: "",
    AgreementStatus.SUBMITTED: "care",
    AgreementStatus.RETURNED: "bad",
    AgreementStatus.CERTIFIED: "good",
    AgreementStatus.VOID: "",
}


@router.get("/proposals", name="my_proposals")
def show_proposals(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    """Those of the published run; with the partners' contact, since publishing opens it."""
    mine = load_mine(request, session, caller, market, organisation)
    found = find_proposals(session, caller, market, mine.organisation.id)
    news = _find_news(request, session, caller, mine)
    return show_mine(request, "me_proposals.html", mine, "/proposals", proposals=found, news=news)


@router.get("/timetable", name="my_timetable")
def show_timetable(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    found = find_rounds(session, caller, mine.market, mine.organisation)
    rounds, topics = found if found is not None else (None, {})
    news = _find_news(request, session, caller, mine)
    return show_mine(request, "me_timetable.html", mine, "/timetable", rounds=rounds, topics=topics, news=news)


@router.get("/agreements", name="my_agreements")
def show_agreements(
    caller: Reader, market: MarketId, request: Request, session: ReadSession, organisation: Chosen = None
) -> Response:
    mine = load_mine(request, session, caller, market, organisation)
    agreements, parties = find_own_agreements(session, caller, market, mine.organisation.id)
    done = own_draft(request.query_params.get("draft", ""))
    told = {"agreements": agreements, "parties": parties, "tag_of": TAG_OF, "draft_done": done}
    return show_mine(request, "me_agreements.html", mine, "/agreements", **told)


def _find_news(request: Request, session: Session, caller: Actor, mine: Mine) -> list[Told]:
    """Of this evening; before and after it there is nothing new."""
    if mine.market.phase is not Phase.DAY:
        return []
    zone, language = mine.profile.timezone, find_language(request)
    concerns = service_of(request).concerns
    return tell_own_news(session, caller, mine.market.id, mine.organisation.id, zone, language, concerns)

"""What all parts of a participant's own page share: who they are, for which organisation they act just now, where they go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord, MarketRecord, OrganisationRecord, Person, Profile
from marktplatz.errors import Conflict, Finding, NotAllowed, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.clock import ClockState, read_clock
from marktplatz.usecases.identifiers import step
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.organisations import get_organisation
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import Phase
from marktplatz.web.access import COLLECTING, SHOWN, Rule
from marktplatz.web.identity import Identity
from marktplatz.web.pages.forms import Form
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import HallPageRoute
from marktplatz.web.service import service_of
from marktplatz.web.turns import Rank

Reader = Annotated[Actor, Rule("pages:read", participant=SHOWN)]
Writer = Annotated[Actor, Rule("pages:write", participant=COLLECTING)]
"""For what the matching is made of: fixed from the day on."""
BEFORE_DAY_IS_OVER = COLLECTING | {Phase.DAY}
BeforeDayIsOver = Annotated[Actor, Rule("pages:write", participant=BEFORE_DAY_IS_OVER)]
OwnAffairs = Annotated[Actor, Rule("pages:write", participant=SHOWN)]
"""Consents, one's own data, the way out: as long as there is anything to see."""

Chosen = Annotated[str | None, Query(alias="organisation", max_length=200)]
"""For which of several organisations; the first by name where none is named."""


class OwnPageRoute(HallPageRoute):
    """When the plan changes, every phone of a hall comes within a second or two: they wait for all who work."""

    rank = Rank.PARTICIPANT


def make_router() -> APIRouter:
    return APIRouter(prefix="/m/{market}/me", tags=["pages"], route_class=OwnPageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Mine:
    """A person with the organisations that they stand for; `chosen` is the one at hand, None where they stand for nobody."""

    actor: Actor
    market: MarketRecord
    profile: Profile
    person: Person
    organisations: list[OrganisationRecord]
    chosen: OrganisationRecord | None
    clock: ClockState | None
    """On the day alone."""

    @property
    def organisation(self) -> OrganisationRecord:
        if self.chosen is None:
            raise NotFound(Finding("no_person_here"))
        return self.chosen

    @property
    def may_change(self) -> bool:
        return self.market.phase in COLLECTING

    def at(self, path: str = "", **query: str) -> str:
        """The address of a part, for the organisation at hand."""
        if self.chosen is not None and len(self.organisations) > 1:
            query = {"organisation": self.chosen.id, **query}
        return f"/m/{step(self.market.id)}/me{path}" + (f"?{urlencode(query)}" if query else "")

    def go(self, *steps: str, done: str, query: Mapping[str, str] | None = None) -> Response:
        asked = dict(query or {})
        if self.chosen is not None and len(self.organisations) > 1:
            asked["organisation"] = self.chosen.id
        return go("m", self.market.id, "me", *steps, done=done, **asked)


def load_mine(request: Request, session: Session, caller: Actor, market_id: str, chosen: str | None = None) -> Mine:
    """NotFound for an organisation that is not theirs; NotAllowed for a program, which is nobody in particular."""
    identity: Identity = request.state.identity
    if identity.person is None or identity.person[0] != market_id:
        raise NotAllowed(Finding("no_person_here"))
    person = session.get_one(Person, identity.person)
    wanted = select(OrganisationRecord).where(
        OrganisationRecord.market_id == market_id, OrganisationRecord.id.in_(tuple(caller.organisations or ()))
    )
    own = list(session.scalars(wanted.order_by(OrganisationRecord.name, OrganisationRecord.id)))
    record = get_organisation(session, caller, market_id, chosen) if chosen else next(iter(own), None)
    market, profile = get_market(session, market_id), get_profile(session, market_id)
    now = service_of(request).clock()
    clock = read_clock(session, now, market_id) if market.phase is Phase.DAY else None
    return Mine(caller, market, profile, person, own, record, clock)


def show_mine(request: Request, template: str, mine: Mine, part: str = "", **context: Any) -> Response:
    """A part of the page; `part` is the entry of the menu that it belongs to."""
    return show(
        request, template, market=mine.market, profile=mine.profile, mine=mine, part=part, at=mine.at, **{"form": None, **context}
    )


def check_seen(form: Form, record: OrganisationRecord | EntryRecord) -> None:
    """Conflict where somebody else has changed it since the form was made. Sending the same once more is then meant so."""
    if form.text("version") != str(record.version):
        form.put("version", record.version)
        raise Conflict(Finding("edited_meanwhile"))

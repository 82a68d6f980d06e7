"""The door: find an organisation, note that it is there and with how many, that it does not come or left, and take it back."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from marktplatz.db.models import EntryRecord
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.door import (
    Guest,
    count_guests,
    find_guests,
    get_guest,
    note_at_door,
    search_guests,
    undo_at_door,
)
from marktplatz.usecases.identifiers import step
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.profiles import get_profile
from marktplatz.vocabulary import CheckInStatus, Phase, Role, Standing
from marktplatz.web.access import ALWAYS, ON_DAY, SHOWN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import HallPageRoute
from marktplatz.web.qr import draw_qr
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/door", tags=["pages"], route_class=HallPageRoute, include_in_schema=False)

MOST_ROWS: Final = 50
AT_DOOR: Final = (Role.ORGANISER, Role.HELPER)
View = Literal["", "missing", "present", "absent", "left"]
Search = Annotated[str, Query(max_length=100)]
Writer = Annotated[Actor, Rule("checkins:write", organiser=ON_DAY, helper=ON_DAY)]


@router.get("", name="door")
def show_door(
    caller: Annotated[Actor, Rule("checkins:read", organiser=ALWAYS, helper=SHOWN)],
    market: MarketId,
    request: Request,
    session: ReadSession,
    search: Search = "",
    view: View = "",
    last: Annotated[str, Query(max_length=200)] = "",
    again: bool = False,
) -> Response:
    """Whoever is missing stands first; `last` is the one that something was noted about just now, `again` that it was known."""
    del caller
    guests = find_guests(session, market)
    shown = [guest for guest in search_guests(guests, search) if not view or _is_in(guest, view)]
    if not search and not view:
        shown.sort(key=_is_settled)
    record = get_market(session, market)
    return show(
        request,
        "door.html",
        market=record,
        profile=get_profile(session, market),
        is_day=record.phase is Phase.DAY,
        counts=count_guests(guests),
        guests=shown[:MOST_ROWS],
        more=max(0, len(shown) - MOST_ROWS),
        search=search,
        view=view,
        last=next((guest for guest in guests if guest.id == last), None),
        again=again,
    )


@router.get("/{organisation_id:path}", name="door_organisation")
def show_organisation(
    caller: Annotated[
        Actor,
        Rule(
            "checkins:read",
            organiser=ALWAYS,
            **dict.fromkeys(("helper", "broker", "notary", "moderator", "screen", "participant", "public"), SHOWN),
        ),
    ],
    market: MarketId,
    organisation_id: str,
    request: Request,
    session: ReadSession,
) -> Response:
    """What the QR code on a badge leads to. Everybody's camera reads it: who is not from the door is told so, and nothing else."""
    if not caller.has(*AT_DOOR):
        return show(request, "door_closed.html", market=get_market(session, market), takes_part=caller.has(Role.PARTICIPANT))
    guest = get_guest(session, caller, market, organisation_id)
    return _show_organisation(request, session, market, guest, Form.of(people=_expected_people(guest)))


@router.post("/{organisation_id:path}", name="note_at_door")
def note(
    caller: Writer, market: MarketId, organisation_id: str, request: Request, form: SentForm, session: WriteSession, now: Now
) -> Response:
    """`deed` is a status or "undo"; the number of people may be in its own button ("present:3")."""
    guest = get_guest(session, caller, market, organisation_id)
    deed, _, counted = form.text("deed").partition(":")
    if counted:
        form.put("people", counted)

    def show_again() -> Response:
        return _show_organisation(request, session, market, get_guest(session, caller, market, organisation_id), form)

    with form.refused_by(session, show_again):
        version = read_number(form, "version") or 0
        if deed == "undo":
            undo_at_door(session, now, caller, market, guest.id, version)
            return _back(form, market, guest)
        if deed not in list(CheckInStatus):
            raise InvalidInput(Finding("missing", Place(field="deed")))
        people = read_number(form, "people")
        is_new = note_at_door(session, now, caller, market, guest.id, CheckInStatus(deed), people, version)
    return _back(form, market, guest, **({} if is_new else {"again": "true"}))


def _back(form: Form, market: str, guest: Guest, **query: str) -> Response:
    """To the list, ready for the next; what was filtered stays filtered."""
    kept = {"view": form.text("view")} if form.text("view") else {}
    return go("organise", market, "door", last=guest.id, **kept, **query)


def _is_in(guest: Guest, view: str) -> bool:
    return guest.is_missing if view == "missing" else guest.status is not None and guest.status.value == view


def _is_settled(guest: Guest) -> bool:
    return guest.status is not None or not guest.is_expected


def _expected_people(guest: Guest) -> int | None:
    return guest.people if guest.people is not None else guest.announced


def read_number(form: Form, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise InvalidInput(Finding("not_whole_number", Place(field=name), {"found": text[:30]}))
    return int(text)


def _show_organisation(request: Request, session: Session, market: str, guest: Guest, form: Form) -> Response:
    record = get_market(session, market)
    badge = f"{service_of(request).settings.base_url.rstrip('/')}/organise/{step(market)}/door/{step(guest.id)}"
    return show(
        request,
        "door_organisation.html",
        market=record,
        profile=get_profile(session, market),
        is_day=record.phase is Phase.DAY,
        guest=guest,
        needs_approval=guest.standing is not Standing.APPROVED,
        qr=draw_qr(badge),
        has_entries=_has_entries(session, market, guest.id),
        form=form,
    )


def _has_entries(session: Session, market: str, organisation_id: str) -> bool:
    wanted = select(EntryRecord.id).where(EntryRecord.market_id == market, EntryRecord.organisation_id == organisation_id)
    return session.scalar(wanted.limit(1)) is not None

"""Who works on a market: members with their roles, inviting, taking a role back."""

from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.models import Account, Membership
from marktplatz.errors import Finding, InvalidInput, NotFound, Place
from marktplatz.usecases.accounts import get_account, give_role, take_role
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.links import find_newcomers, link_address, make_handed_link
from marktplatz.usecases.logins import find_account
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.secrecy import check_mail
from marktplatz.vocabulary import Role
from marktplatz.web.access import ALWAYS, OPEN, Rule
from marktplatz.web.deps import MarketId, Now, ReadSession, WriteSession
from marktplatz.web.identity import Identity
from marktplatz.web.pages.forms import Form, SentForm
from marktplatz.web.pages.frame import go, show
from marktplatz.web.pages.route import PageRoute
from marktplatz.web.service import service_of

router = APIRouter(prefix="/organise/{market}/team", tags=["pages"], route_class=PageRoute, include_in_schema=False)

ROLES: Final = (Role.ORGANISER, Role.BROKER, Role.NOTARY, Role.HELPER, Role.MODERATOR, Role.SCREEN)


@dataclass
class Member:
    """`is_new`: has never come in, so that an organiser may hand a link over."""

    account: Account
    is_new: bool
    roles: list[Role] = field(default_factory=list)


@router.get("", name="team")
def show_team(
    caller: Annotated[Actor, Rule("members:read", organiser=ALWAYS)], market: MarketId, request: Request, session: ReadSession
) -> Response:
    del caller
    return _show(request, session, market, Form.of(role=Role.BROKER))


@router.post("", name="team_add")
def add_member(
    caller: Annotated[Actor, Rule("members:write", organiser=OPEN)],
    market: MarketId,
    request: Request,
    background: BackgroundTasks,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    service = service_of(request)
    with form.refused_by(session, lambda: _show(request, session, market, form)):
        role = _read_role(form)
        is_known = find_account(session, check_mail(form.text("email"))) is not None
        give_role(session, now, caller, market, form.text("email"), role, form.text("name"), service.settings.language)
    has_mail = service.settings.smtp_host is not None
    answer = go("organise", market, "team", done=_said_of_invitation(is_known=is_known, has_mail=has_mail))
    background.add_task(service.wake_postman)
    answer.background = background
    return answer


@router.post("/{account_id}/remove", name="team_remove")
def remove_role(
    caller: Annotated[Actor, Rule("members:write", organiser=ALWAYS)],
    market: MarketId,
    account_id: str,
    request: Request,
    form: SentForm,
    session: WriteSession,
    now: Now,
) -> Response:
    """One role. An organiser who would lose the market, or leave it without any, is asked first."""
    identity: Identity = request.state.identity
    account, role = get_account(session, account_id), _read_role(form)
    if session.get(Membership, (market, account.id, role)) is None:
        raise NotFound(Finding("unknown_member", params={"id": account.id}))
    is_own = account.id == identity.account_id
    is_last = role is Role.ORGANISER and _count_organisers(session, market) == 1
    if role is Role.ORGANISER and (is_own or is_last) and not form.is_ticked("sure"):
        record = get_market(session, market)
        return show(request, "team_remove.html", market=record, account=account, role=role, is_own=is_own, is_last=is_last)
    take_role(session, now, caller, market, account.id, role)
    if is_own and role is Role.ORGANISER and not identity.is_owner:
        return go("organise", done="role_taken")
    return go("organise", market, "team", done="role_taken")


def keep_no_answer(request: Request) -> None:
    """A secret that is shown once is kept nowhere, not even for a form that is sent again."""
    request.state.keeps_body = False


@router.post("/{account_id}/link", name="team_link")
def hand_over_link(
    caller: Annotated[Actor, Rule("members:write", organiser=OPEN)],
    market: MarketId,
    account_id: str,
    request: Request,
    form: SentForm,
    unkept: Annotated[None, Depends(keep_no_answer)],
    session: WriteSession,
    now: Now,
) -> Response:
    """Shown once."""
    del unkept
    account = get_account(session, account_id)
    if session.scalar(select(Membership.role).where(Membership.market_id == market, Membership.account_id == account.id)) is None:
        raise NotFound(Finding("unknown_member", params={"id": account.id}))
    with form.refused_by(session, lambda: _show(request, session, market, form)):
        secret = make_handed_link(session, now, caller, market, account)
    address = link_address(service_of(request).settings.base_url, secret)
    return _show(request, session, market, Form.of(role=Role.BROKER), link=address, link_of=account)


def _read_role(form: Form) -> Role:
    if form.text("role") not in ROLES:
        raise InvalidInput(Finding("missing", Place(field="role")))
    return Role(form.text("role"))


def _said_of_invitation(*, is_known: bool, has_mail: bool) -> str:
    if is_known:
        return "member_added"
    return "member_invited" if has_mail else "member_invited_without_mail"


def _count_organisers(session: Session, market: str) -> int:
    wanted = select(func.count()).where(Membership.market_id == market, Membership.role == Role.ORGANISER)
    return session.scalar(wanted) or 0


def _show(
    request: Request, session: Session, market: str, form: Form, *, link: str = "", link_of: Account | None = None
) -> Response:
    wanted = (
        select(Account, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.market_id == market)
        .order_by(func.lower(Account.name), Account.id)
    )
    newcomers = find_newcomers(session, market)
    members: dict[str, Member] = {}
    for account, role in session.execute(wanted):
        if account.id not in members:
            members[account.id] = Member(account, account.id in newcomers)
        members[account.id].roles.append(role)
    for member in members.values():
        member.roles.sort(key=ROLES.index)
    return show(
        request,
        "team.html",
        market=get_market(session, market),
        members=list(members.values()),
        roles=ROLES,
        form=form,
        has_mail=service_of(request).settings.smtp_host is not None,
        link=link,
        link_of=link_of,
    )

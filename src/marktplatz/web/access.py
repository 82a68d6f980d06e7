"""Who may call a route. Each route asks for its caller through a `Rule`; a route without one does not start.

    caller: Annotated[Actor, Rule("organisations:write", organiser=OPEN, helper=ON_DAY, participant=COLLECTING)]

The names are roles, the values the phases of the market in which the role may. What a participant may see or change *inside* is the
use case's affair: it gets an `Actor` who knows the organisations that they stand for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from sqlalchemy import bindparam, select
from starlette.routing import Route

from marktplatz.db.models import MarketRecord
from marktplatz.errors import Conflict, Finding, NotAllowed, NotFound
from marktplatz.usecases.actor import Actor
from marktplatz.vocabulary import Phase, Role
from marktplatz.web.catalogue import iter_routes
from marktplatz.web.identity import Identity
from marktplatz.web.service import service_of

ALWAYS: Final = frozenset(Phase)
OPEN: Final = ALWAYS - {Phase.CLOSED}
SHOWN: Final = ALWAYS - {Phase.DRAFT}
COLLECTING: Final = frozenset({Phase.COLLECTING, Phase.MATCHING})
ON_DAY: Final = frozenset({Phase.DAY})
FROM_DAY: Final = frozenset({Phase.DAY, Phase.FOLLOW_UP})

Phases = frozenset[Phase]
_PHASE: Final = select(MarketRecord.phase).where(MarketRecord.id == bindparam("market"))


@dataclass(frozen=True)
class Allowed:
    """The check itself, a FastAPI dependency; `phases_by_role` is read by the tests and by the documentation."""

    scope: str
    phases_by_role: dict[Role, Phases]

    def __hash__(self) -> int:
        return id(self)

    def __call__(self, request: Request) -> Actor:
        service = service_of(request)
        with service.database.read() as session:
            identity = service.identify(session, request)
            request.state.identity = identity
            if not identity.is_anonymous:
                service.rates.take(service.rates.requests, identity.name)
            market_id = request.path_params.get("market")
            if market_id is None:
                return self._check_installation(identity)
            phase = session.scalar(_PHASE, {"market": market_id})
            if phase is None:
                raise _unknown(identity, market_id)
            roles = identity.roles_in(session, market_id)
            request.state.roles = roles
            self._check(identity, market_id, phase, roles)
            staff = roles - {Role.PARTICIPANT, Role.PUBLIC, Role.SCREEN}
            acting_as_staff = any(role in self.phases_by_role and phase in self.phases_by_role[role] for role in staff)
            own = None if acting_as_staff else identity.organisations_in(session, market_id)
            return Actor(identity.name, roles, own)

    def _check(self, identity: Identity, market_id: str, phase: Phase, roles: frozenset[Role]) -> None:
        public = self.phases_by_role.get(Role.PUBLIC, frozenset())
        if phase not in public:
            if not roles:
                raise _unknown(identity, market_id)
            phases = [self.phases_by_role[role] for role in roles if role in self.phases_by_role]
            if not phases:
                raise NotAllowed(Finding("role_may_not"))
            if not any(phase in allowed for allowed in phases):
                raise Conflict(Finding("phase_forbids"))
        if not identity.allows(self.scope):
            raise NotAllowed(Finding("scope_too_narrow", params={"scope": self.scope}))

    def _check_installation(self, identity: Identity) -> Actor:
        """Routes of no market: for the owner, for staff and programs in general (ORGANISER), or for everybody (PUBLIC)."""
        roles = {Role.PUBLIC}
        if identity.is_owner:
            roles |= {Role.OWNER}
        if identity.is_owner or identity.account_id is not None or identity.token is not None:
            roles |= {Role.ORGANISER}
        if roles.isdisjoint(self.phases_by_role):
            raise NotAllowed(Finding("not_signed_in" if identity.is_anonymous else "role_may_not"))
        if not identity.allows(self.scope):
            raise NotAllowed(Finding("scope_too_narrow", params={"scope": self.scope}))
        return Actor(identity.name, frozenset(roles), None if Role.ORGANISER in roles else frozenset())


def _unknown(identity: Identity, market_id: str) -> Exception:
    """Whoever has no part in a market is not told whether it exists."""
    if identity.is_anonymous:
        return NotAllowed(Finding("not_signed_in"))
    return NotFound(Finding("unknown_market", params={"id": market_id}))


def Rule(scope: str, **phases_by_role: Phases) -> Any:  # noqa: N802 reads as a declaration, as Depends does
    """A dependency that gives the caller as an Actor, or refuses."""
    return Depends(Allowed(scope, {Role(role): phases for role, phases in phases_by_role.items()}))


def find_rule(dependant: Dependant) -> Allowed | None:
    """The rule among a route's dependencies, however deep."""
    if isinstance(dependant.call, Allowed):
        return dependant.call
    return next((rule for inner in dependant.dependencies if (rule := find_rule(inner)) is not None), None)


def iter_rules(app: FastAPI) -> Iterator[tuple[str, str, str, Allowed | None]]:
    """Every route of ours: method, path, name, rule. What is mounted is files, which have no methods."""
    for route in iter_routes(app):
        if isinstance(route, Route):
            dependant = getattr(route, "dependant", None)
            rule = find_rule(dependant) if dependant is not None else None
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path, route.name, rule


def refuse_unruled_routes(app: FastAPI, but: Iterable[str]) -> None:
    """Nothing starts while a route says nothing about who may call it; `but` names paths that are for everybody by nature."""
    free = set(but)
    unruled = [f"{method} {path}" for method, path, _, rule in iter_rules(app) if rule is None and path not in free]
    if unruled:
        raise RuntimeError(f"routes without a rule: {', '.join(unruled)}")

"""Who may what: all routes, by all roles, on own and others' objects, in all phases, as the table says; and the table notices."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from matrix_table import PREFIX, Route, load_canaries, load_routes
from matrix_walk import Cell, Matrix, cells_of, routes_in
from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from databases import PostgresqlServer, SqliteTemplates
from marktplatz.db.models import OrganisationRecord, PairingRecord, Run
from marktplatz.errors import NotFound
from marktplatz.usecases import agreements, board, consents, partners, persons, prefill
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.tokens import is_scope
from marktplatz.vocabulary import Phase, Role
from marktplatz.web.access import Allowed, iter_rules
from marktplatz.web.api import organisations
from marktplatz.web.api import pairings as api_pairings
from marktplatz.web.api import runs as api_runs
from marktplatz.web.app import FREE_PATHS
from marktplatz.web.identity import Identity

PHASES = list(Phase)


@pytest.fixture(scope="module")
def matrix(sqlite_templates: SqliteTemplates) -> Iterator[Matrix]:
    with closing(Matrix(sqlite_templates.make_url())) as made:
        yield made


def rules_of(matrix: Matrix) -> dict[str, Allowed]:
    return {
        f"{method} {path.removeprefix(PREFIX)}": rule
        for method, path, _, rule in iter_rules(matrix.app)
        if path not in FREE_PATHS and rule is not None
    }


def test_the_table_has_every_route_and_no_other(matrix: Matrix) -> None:
    there = rules_of(matrix).keys()
    assert there - set(map(str, load_routes())) == set(), "missing in who_may_what/"
    assert set(map(str, load_routes())) - there == set(), "left over in who_may_what/"


@pytest.mark.parametrize("phase", PHASES)
def test_everybody_may_what_the_table_says_and_sees_nothing_else(matrix: Matrix, phase: Phase) -> None:
    assert "\n".join(matrix.walk_whole_phase(phase)) == ""


def test_what_must_not_be_told_is_told_to_those_who_may_know_it(matrix: Matrix) -> None:
    """Else its absence elsewhere would prove nothing."""
    matrix.walk_whole_phase(Phase.DAY)
    told = {word for caller, word in matrix.seen if caller in ("owner", "organiser", "broker", "outsider")}
    assert {word for word, seen_by in load_canaries().items() if seen_by} - told == set()


@pytest.mark.parametrize("phase", PHASES)
def test_one_role_more_or_less_in_one_phase_of_one_rule_is_noticed(matrix: Matrix, phase: Phase) -> None:
    """By the verdict of the check alone, which the route's work cannot change."""
    matrix.enter(phase)
    rules = rules_of(matrix)
    assert matrix.judge(cell for route in routes_in(phase) for _, cells in _cells_that_notice(route, phase) for cell in cells) == []
    noticed, unnoticed = set(), set()
    for route in routes_in(phase):
        for role, cells in _cells_that_notice(route, phase):
            with _turned(rules[str(route)], role, _phases_to_turn(route, phase)):
                (noticed if matrix.judge(cells) else unnoticed).add(f"{route}: {role} in {phase}")
    assert unnoticed - noticed == set()


def test_somebody_who_is_let_in_by_mistake_is_noticed_by_what_comes_of_it(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the route's work is done: nothing that it answers is taken for a refusal."""
    matrix.enter(Phase.DAY)
    monkeypatch.setattr(Actor, "must_be", lambda *_: None)  # the notary's deeds ask a second time; here the rule stands alone
    rules = rules_of(matrix)
    unnoticed = []
    for route in load_routes():
        shut_out = [
            (role, cells) for role, cells in _cells_that_notice(route, Phase.DAY) if not route.may(cells[0].caller, Phase.DAY)
        ]
        for role, cells in shut_out[:1]:
            with _turned(rules[str(route)], role, _phases_to_turn(route, Phase.DAY)):
                unnoticed += [f"{route}: {role}"] if not matrix.walk(cells) else []
    assert unnoticed == []


def _cells_that_notice(route: Route, phase: Phase) -> Iterator[tuple[Role, list[Cell]]]:
    if route.is_of_market:
        callers = {role: [role.value] for role in Role if role is not Role.OWNER}
    else:
        callers = {Role.OWNER: ["owner"], Role.ORGANISER: ["organiser"], Role.PUBLIC: ["public", "participant"]}
    for role, names in callers.items():
        if not _is_covered(route, role, phase):
            yield role, [Cell(route, caller, phase, route.variants[0]) for caller in names]


def _phases_to_turn(route: Route, phase: Phase) -> frozenset[Phase]:
    return frozenset({phase} if route.is_of_market else Phase)


def _is_covered(route: Route, role: Role, phase: Phase) -> bool:
    """What everybody may, one role more or less does not change; the owner is staff too."""
    public = route.permissions.get("public")
    staff = role is Role.OWNER and "staff" in route.permissions
    return role is not Role.PUBLIC and (staff or (public is not None and phase in public.phases))


@contextmanager
def _turned(rule: Allowed, role: Role, phases: frozenset[Phase]) -> Iterator[None]:
    """The role loses the phases if it had them, and has them if it had not; without any it is not named."""
    before = dict(rule.phases_by_role)
    after = before.get(role, frozenset()) ^ phases
    rule.phases_by_role.pop(role, None)
    rule.phases_by_role.update({role: after} if after else {})
    try:
        yield
    finally:
        rule.phases_by_role.clear()
        rule.phases_by_role.update(before)


def test_no_rule_of_a_market_names_the_owner_who_is_an_organiser_everywhere(matrix: Matrix) -> None:
    assert [name for name, rule in rules_of(matrix).items() if "{market}" in name and Role.OWNER in rule.phases_by_role] == []


def test_another_scope_is_noticed(matrix: Matrix) -> None:
    matrix.enter(Phase.DAY)
    rules = rules_of(matrix)
    unnoticed = []
    for route in load_routes():
        rule = rules[str(route)]
        cells = [cell for caller in ("narrow", "exact") for cell in list(cells_of(route, [Phase.DAY], [caller]))[:1]]
        another = next(other.scope for other in load_routes() if other.scope != route.scope)
        object.__setattr__(rule, "scope", another)
        try:
            unnoticed += [str(cell) for cell in cells if cell.expected in ("done", "scope") and not matrix.judge([cell])]
        finally:
            object.__setattr__(rule, "scope", route.scope)
    assert unnoticed == []


def _stands_for_all(identity: Identity, session: Any, market_id: str) -> frozenset[str]:
    del identity
    return frozenset(session.scalars(select(OrganisationRecord.id).where(OrganisationRecord.market_id == market_id)))


def _published_at_all(session: Session, _actor: Actor, market_id: str, offer_id: str, need_id: str) -> PairingRecord | None:
    return session.scalar(select(PairingRecord).filter_by(market_id=market_id, offer_id=offer_id, need_id=need_id))


def _any_run(session: Session, _actor: Actor, market_id: str, run_id: str) -> Run:
    run = session.get(Run, (market_id, run_id))
    if run is None:
        raise NotFound
    return run


def _all_pairings(_actor: Actor, run: Run) -> Select[PairingRecord]:
    return select(PairingRecord).filter_by(market_id=run.market_id, run_id=run.id)


FORGOTTEN: dict[str, list[tuple[Any, str, Callable[..., Any]]]] = {
    "an actor acts for everybody": [(Actor, "acts_for", lambda *_: True)],
    "a participant stands for all organisations": [(Identity, "organisations_in", _stands_for_all)],
    "everybody is everybody": [(persons, "is_that_person", lambda *_: True), (consents, "is_that_person", lambda *_: True)],
    "all contacts are seen": [(organisations, "organisations_whose_contact_is_seen", lambda *_: None)],
    "drafts count as published": [(partners, "find_partners", lambda *_: frozenset({"o-partner", "o-other"}))],
    "everybody is a party": [(agreements, "has_party", lambda *_: true())],
    "everybody is a party and acts for it": [(agreements, "has_party", lambda *_: true()), (Actor, "acts_for", lambda *_: True)],
    "every pair is a published one": [(prefill, "_find_published", _published_at_all)],
    "every run is published": [(api_runs, "get_run", _any_run), (api_pairings, "get_run", _any_run)],
    "all pairings are one's own": [(api_pairings, "select_pairings", _all_pairings)],
    "everybody is an organiser": [(Actor, "has", lambda *_: True)],
    "all agreed to the board": [(board, "_find_published_names", lambda *_: {"o-own": "Kanari-Name-own", "o-partner": ""})],
}
"""Checks on the objects themselves, each put out of action."""


def _phase_to_try(route: Route) -> Phase:
    """One in which a participant may most."""
    return Phase.COLLECTING if route.may("participant", Phase.COLLECTING) else Phase.DAY


@pytest.fixture(scope="module")
def noticed(matrix: Matrix) -> dict[str, set[str]]:
    """By forgotten check, the ways to ask a route at which somebody then gets to what is not theirs."""
    callers = ("participant", "broker")
    found: dict[str, set[str]] = {name: set() for name in FORGOTTEN}
    for phase in (Phase.COLLECTING, Phase.DAY):
        matrix.enter(phase)
        routes = [route for route in load_routes() if route.is_of_market and _phase_to_try(route) is phase]
        cells = [cell for route in routes for cell in cells_of(route, [phase], callers) if route.may(cell.caller, phase)]
        asking = _find_who_asks(matrix, cells)
        for name, checks in FORGOTTEN.items():
            with pytest.MonkeyPatch.context() as patch:
                for owner, attribute, instead in checks:
                    patch.setattr(owner, attribute, instead)
                found[name] |= {fault.partition(" by ")[0] for fault in matrix.walk(asking[name])}
    return found


def _find_who_asks(matrix: Matrix, cells: list[Cell]) -> dict[str, list[Cell]]:
    """By check the cells in whose answer it has a say; whoever does not ask it does the same without it."""
    asking: dict[str, list[Cell]] = {name: [] for name in FORGOTTEN}
    asked: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for name, checks in FORGOTTEN.items():
            for owner, attribute, _ in checks:
                patch.setattr(owner, attribute, _noting(asked, name, getattr(owner, attribute)))
        for cell in cells:
            asked.clear()
            matrix.walk([cell])
            for name in asked:
                asking[name].append(cell)
    return asking


def _noting(asked: set[str], name: str, check: Callable[..., Any]) -> Callable[..., Any]:
    def note(*arguments: Any, **named: Any) -> Any:
        asked.add(name)
        return check(*arguments, **named)

    return note


@pytest.mark.parametrize("name", FORGOTTEN)
def test_a_forgotten_check_of_objects_is_noticed(noticed: dict[str, set[str]], name: str) -> None:
    assert noticed[name]


def test_wherever_a_role_reaches_only_some_objects_a_forgotten_check_is_noticed(noticed: dict[str, set[str]]) -> None:
    limited = {
        route.name
        for route in load_routes()
        if route.is_of_market
        and route.may("participant", _phase_to_try(route))
        and any(route.expect("participant", _phase_to_try(route), variant) == route.hidden for variant in route.variants)
    }
    assert len(limited) > 20
    assert limited - set().union(*noticed.values()) == set()


@pytest.mark.postgresql
def test_it_is_the_same_on_postgresql(postgresql_server: PostgresqlServer) -> None:
    url = postgresql_server.make_url()
    callers = ("organiser", "participant", "outsider", "public")
    cells = [cell for route in load_routes() for cell in cells_of(route, [Phase.DAY], callers)]
    with closing(Matrix(url)) as matrix:
        matrix.enter(Phase.DAY)
        assert "\n".join(matrix.walk(cells)) == ""
        assert matrix.digest() == matrix.database.base
    postgresql_server.drop(url)


def test_a_token_can_be_given_the_scope_of_every_route() -> None:
    """Else a program could only have it along with all others."""
    scopes = {route.scope for route in load_routes()}
    assert [scope for scope in sorted(scopes) if not is_scope(scope)] == []

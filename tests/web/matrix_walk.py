"""Walks the matrix: makes the request of a cell, says what came of it, and what is wrong about that.

Or goes no further than the check of access, where only its verdict is asked for.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from fastapi import FastAPI, Request, Response
from matrix_client import Answer, call, without_threads
from matrix_table import CALLERS, STAFF, Route, load_canaries, load_routes
from matrix_world import FORM_TOKEN, HERE, NOW, ForgetfulDatabase, digest_of, move, plant, plant_token

from marktplatz.db.engine import Database
from marktplatz.settings import Settings
from marktplatz.vocabulary import Phase, Role
from marktplatz.web.access import Allowed
from marktplatz.web.app import create_app

TOKENS = ("narrow", "exact")
"""Programs that act in the first role that may: with every scope but the one that is needed, and with this one alone."""

REFUSALS = ("sign in", "role", "phase", "scope")
PASSED = 299
"""What is answered at once to whoever is let in."""


class Passed(Exception):
    """The check of access is behind, the route's work ahead."""


@dataclass(frozen=True)
class Cell:
    route: Route
    caller: str
    phase: Phase
    variant: str

    def __str__(self) -> str:
        return f"{self.route.name} by {self.caller} in {self.phase} on {self.variant}"

    @property
    def acts_as(self) -> str:
        return token_role(self.route) if self.caller in TOKENS else self.caller

    @property
    def expected(self) -> str:
        expected = self.route.expect(self.acts_as, self.phase, self.variant)
        if self.caller == "narrow" and self.route.may(self.acts_as, self.phase):
            return "scope"
        return self.route.answers.get(self.caller, expected) if expected == "done" else expected


class Matrix:
    """The application on its forgetful database, with the two markets planted."""

    def __init__(self, url: str) -> None:
        self.database = ForgetfulDatabase(url)
        honest = Database(url)
        plant(honest)
        with honest.write() as session:
            for route in load_routes():
                _plant_tokens_of(session, route)
        honest.dispose()
        settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
        self.app: FastAPI = create_app(settings, database=self.database, clock=lambda: NOW)
        self.app.add_exception_handler(Passed, _answer_passed)
        self.canaries = load_canaries()
        self.seen: set[tuple[str, str]] = set()
        """Who was told which word, by right."""
        self._url = url
        self._found: dict[Phase, list[str]] = {}
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()
        self.database.dispose()

    def enter(self, phase: Phase) -> None:
        honest = Database(self._url)
        move(honest, phase)
        honest.dispose()
        self.database.base = self.digest()

    def digest(self) -> str:
        with self.database.engine.connect() as connection:
            return digest_of(connection)

    async def find_faults(self, cell: Cell) -> list[str]:
        """What is wrong with the answer; nothing, if all is well."""
        self.database.has_changed = False
        self.database.is_watched = cell.route.is_write and cell.expected != "done"
        self.app.state.service.rates.reset()
        answer, sent = await self._ask(cell)
        outcomes = outcomes_of(answer, cell.route)
        faults = (
            []
            if any(word in outcomes for word in cell.expected.split(" or "))
            else [f"{cell}: {outcomes[0]} instead of {cell.expected}"]
        )
        if self.database.has_changed:
            faults.append(f"{cell}: changes the database all the same")
        return faults + [f"{cell}: tells {word}" for word in self._find_canaries(cell, answer, sent)]

    async def find_misjudgement(self, cell: Cell) -> list[str]:
        """Whether the check of access says what the table says. The route's own work is not done."""
        self.app.state.service.rates.reset()
        answer, _ = await self._ask(cell)
        outcome = "passed" if answer.status == PASSED else outcomes_of(answer, cell.route)[0]
        expected = cell.expected if cell.expected in REFUSALS else "passed"
        return [] if outcome == expected else [f"{cell}: {outcome} instead of {expected}"]

    def walk(self, cells: Iterable[Cell]) -> list[str]:
        return self._find_all(self.find_faults, cells)

    def judge(self, cells: Iterable[Cell]) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Allowed, "__call__", _go_no_further(Allowed.__call__))
            return self._find_all(self.find_misjudgement, cells)

    def walk_whole_phase(self, phase: Phase) -> list[str]:
        """All cells of a phase, once for all tests; routes of no market are the same in every phase. What stays is a fault."""
        self.enter(phase)
        if phase not in self._found:
            self._found[phase] = self.walk(cell for route in routes_in(phase) for cell in cells_of(route, [phase]))
            if self.digest() != self.database.base:
                self._found[phase].append(f"something stays in {phase}")
        return self._found[phase]

    def _find_all(self, find: Callable[[Cell], Awaitable[list[str]]], cells: Iterable[Cell]) -> list[str]:
        async def find_all() -> list[str]:
            return [fault for cell in cells for fault in await find(cell)]

        with without_threads():
            return self._runner.run(find_all())

    async def _ask(self, cell: Cell) -> tuple[Answer, str]:
        route = cell.route
        path, query = (fill(text, route, cell.variant) for text in (route.address, route.query))
        headers = {"host": "testserver", "sec-fetch-site": "same-origin", **route.headers, **_credentials(cell)}
        body = b""
        if route.body is not None:
            body = fill(json.dumps(route.body), route, cell.variant).encode()
            headers.setdefault("content-type", "application/json")
        if route.form is not None:
            sent = {name: fill(value, route, cell.variant) for name, value in route.form.items()}
            body = urlencode({"form_token": FORM_TOKEN} | sent, doseq=True).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        if route.method in ("PATCH", "DELETE", "PUT"):
            headers["if-match"] = "*"
        answer = await call(self.app, route.method, path, headers, body, query)
        return answer, f"{path}?{query} {unquote_plus(body.decode())}"

    def _find_canaries(self, cell: Cell, answer: Answer, sent: str) -> Iterator[str]:
        """Words that do not belong here; what the request itself said is no news."""
        text, known = answer.text.lower(), sent.lower()
        for word, seen_by in self.canaries.items():
            if word.lower() in text and word.lower() not in known:
                is_known = cell.acts_as in seen_by or (word in cell.route.tells and cell.expected == "done")
                if is_known and not word.startswith(cell.route.withholds):
                    self.seen.add((cell.acts_as, word))
                else:
                    yield word


def _go_no_further(check: Callable[[Allowed, Request], Any]) -> Callable[[Allowed, Request], None]:
    def check_only(rule: Allowed, request: Request) -> None:
        check(rule, request)
        raise Passed

    return check_only


async def _answer_passed(_request: Request, _passed: Exception) -> Response:
    return Response(status_code=PASSED)


def routes_in(phase: Phase) -> list[Route]:
    """Routes of no market are the same in every phase."""
    return [route for route in load_routes() if route.is_of_market or phase is Phase.DAY]


def cells_of(route: Route, phases: Iterable[Phase], callers: Iterable[str] = (*CALLERS, *TOKENS)) -> Iterator[Cell]:
    """All that can differ: whose object it is, only where the role lets somebody through."""
    for phase in phases if route.is_of_market else (Phase.DAY,):
        for caller in callers:
            acts_as = token_role(route) if caller in TOKENS else caller
            for variant in route.variants if route.may(acts_as, phase) and caller != "narrow" else route.variants[:1]:
                yield Cell(route, caller, phase, variant)


def outcomes_of(answer: Answer, route: Route) -> list[str]:
    """The answer in the words of the table, most telling first."""
    told = " ".join([str(answer.status), *answer.codes])
    refusals = {
        "401 not_signed_in": "sign in",
        "403 role_may_not": "role",
        "403 scope_too_narrow": "scope",
        "409 phase_forbids": "phase",
    }
    found = [refusals[told]] if told in refusals else ["hidden"] if answer.status == 404 else []
    return [*found, *(["done"] if told in route.ok else []), told]


def fill(text: str, route: Route, variant: str) -> str:
    text = text.replace("{market}", HERE)
    for param, found in route.objects.items():
        value = found[variant] if isinstance(found, dict) else found
        text = text.replace(f"{{{param}:path}}", value).replace(f"{{{param}}}", value)
    return text


def token_role(route: Route) -> str:
    """The first role that may; a program is never a participant or the public."""
    return next((role for role in STAFF if role in route.permissions), "owner" if "owner" in route.permissions else "organiser")


def _token_of(route: Route, kind: str) -> str:
    return f"{kind} {token_role(route)} {route.scope}"


def _plant_tokens_of(session: Any, route: Route) -> None:
    from marktplatz.db.models import Token

    others = sorted({other.scope for other in load_routes()} - {route.scope})
    for kind, scopes in (("narrow", others), ("exact", [route.scope])):
        if session.get(Token, _token_of(route, kind)) is None:
            role = Role(token_role(route))
            plant_token(session, _token_of(route, kind), role, None if role is Role.OWNER else [HERE], scopes)


def _credentials(cell: Cell) -> dict[str, str]:
    if cell.caller in TOKENS:
        return {"authorization": f"Bearer {_token_of(cell.route, cell.caller)}"}
    if cell.caller == "public":
        return {}
    login = "login-own" if cell.caller == "participant" else f"login-{cell.caller}"
    return {"cookie": f"marktplatz={login}"}

"""Requests made from the OpenAPI document: some as wild as the document allows, some wilder, some about what is really there."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

import requests
import schemathesis
from fastapi import FastAPI
from hostile_world import UndoableDatabase
from matrix_client import Answer, call, without_threads
from matrix_table import PREFIX, Route, load_routes
from matrix_walk import fill
from matrix_world import NOW, move, plant
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marktplatz.db.engine import Database
from marktplatz.settings import Settings
from marktplatz.vocabulary import Phase
from marktplatz.web.app import create_app
from marktplatz.web.upload import MEDIA_TYPES

CHECKS: Final = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES: Final = ("owner", "organiser", "broker", "notary", "helper", "moderator", "screen", "participant", "public")


@schemathesis.serializer(*MEDIA_TYPES)
def _as_it_is(_: schemathesis.SerializationContext, content: Any) -> bytes:
    """A file as a body."""
    return content if isinstance(content, bytes) else json.dumps(content).encode()


@dataclass
class Documented:
    """The application, on its day, with all that the matrix plants; what a request does is undone."""

    url: str

    def __post_init__(self) -> None:
        honest = Database(self.url)
        plant(honest)
        move(honest, Phase.DAY)
        honest.dispose()
        self.database = UndoableDatabase(self.url)
        settings = Settings(base_url="http://testserver", trusted_hosts=("testserver",), requests_per_minute=1_000_000)
        self.app: FastAPI = create_app(settings, database=self.database, clock=lambda: NOW)
        self.schema = schemathesis.openapi.from_dict(self.app.openapi())
        self.statuses: dict[str, set[int]] = {}

    def operations(self) -> dict[str, schemathesis.APIOperation]:
        """By their names."""
        found = (result.ok() for result in self.schema.get_all_operations())
        return {operation.definition.raw["operationId"]: operation for operation in found}

    def try_as(self, roles: tuple[str, ...], request: requests.PreparedRequest, case: schemathesis.Case) -> Iterator[str]:
        """What is wrong with the answers, if anything."""
        for role in roles:
            answer = self.ask_at_once(role, request)
            self.statuses.setdefault(case.operation.definition.raw["operationId"], set()).add(answer.status)
            headers = {name: [value] for name, value in answer.headers.items()}
            response = Response(answer.status, headers, answer.body, request, 0.0, verify=False)
            try:
                case.validate_response(response, checks=CHECKS)
            except (AssertionError, FailureGroup) as fault:
                yield f"{role}: {request.method} {request.url} {request.body!r}: {answer.status} {answer.body[:300]!r}: {fault}"

    def ask_at_once(self, role: str, request: requests.PreparedRequest) -> Answer:
        self.app.state.service.rates.reset()
        with self.database.trying(), without_threads():
            return asyncio.run(self._ask(role, request))

    async def _ask(self, role: str, request: requests.PreparedRequest) -> Answer:
        parts = urlsplit(request.url or "")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("cookie", "authorization")}
        headers |= {"host": "testserver", "sec-fetch-site": "same-origin"}
        if role != "public":
            headers["cookie"] = f"marktplatz=login-{'own' if role == 'participant' else role}"
        path = unquote_to_bytes(parts.path).decode("utf-8", "replace")
        body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        return await call(self.app, request.method or "", path, headers, body, parts.query)


class Manner(StrEnum):
    """What a request is made of: the line of the matrix alone, that and what the case adds to it, the case alone."""

    KNOWN = "known"
    MIXED = "mixed"
    WILD = "wild"


def make_request(case: schemathesis.Case, manner: Manner) -> requests.PreparedRequest:
    asked = dict(case.as_transport_kwargs(base_url="http://testserver"))
    asked = {name: asked[name] for name in ("method", "url", "params", "headers", "data", "json") if name in asked}
    route = find_route(str(case.operation.method).upper(), str(case.operation.path)) if manner is not Manner.WILD else None
    if route is not None:
        added = asked if manner is Manner.MIXED else {}
        query = dict(part.split("=") for part in fill(route.query, route, "own").split("&") if part)
        asked["url"] = f"http://testserver{PREFIX}{fill(route.path, route, 'own')}"
        asked["headers"] = dict(added.get("headers") or {}) | {"If-Match": "*"} | route.headers
        asked["params"] = dict(added.get("params") or {}) | query
        asked.pop("data", None)
        asked.pop("json", None)
        if route.body is not None:
            more = case.body if added and isinstance(case.body, dict) else {}
            asked["json"] = more | json.loads(fill(json.dumps(route.body), route, "own"))
    return requests.Request(**asked).prepare()


@cache
def _routes() -> dict[tuple[str, str], Route]:
    return {
        (route.method, PREFIX + re.sub(r":path}", "}", route.path)): route for route in reversed(load_routes()) if not route.is_page
    }


def find_route(method: str, path: str) -> Route | None:
    """The first line about it in the matrix."""
    return _routes().get((method, path))

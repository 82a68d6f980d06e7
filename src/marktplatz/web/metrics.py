"""Counts and times of requests for /metrics, by route: its pattern stands for all addresses, so no id gets there."""

from time import perf_counter
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from prometheus_fastapi_instrumentator.metrics import Info, default
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marktplatz.web.logs import QUIET

NO_ROUTE: Final = "none"


def add_metrics(app: FastAPI) -> None:
    registry = CollectorRegistry()
    app.add_middleware(RequestMetrics, registry=registry)
    Instrumentator(registry=registry).expose(app, include_in_schema=False)


class RequestMetrics:
    """Asks afterwards which route it was; the instrumentator's own looks for it before, and by trying all of them."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        self._note = default(registry=registry, should_exclude_streaming_duration=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET or self._note is None:
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        answered: float | None = None
        answer = Response(status_code=500)

        async def send_noted(message: Message) -> None:
            nonlocal answered, answer
            if message["type"] == "http.response.start":
                answered = perf_counter()
                answer = Response(status_code=message["status"], headers=Headers(raw=message["headers"]))
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            seconds = (answered or perf_counter()) - began
            status = f"{answer.status_code // 100}xx"
            self._note(Info(Request(scope), answer, scope["method"], _handler_of(scope), status, seconds, seconds))


def _handler_of(scope: Scope) -> str:
    """The route's pattern; for files the folder where they are mounted."""
    pattern: str | None = getattr(scope.get("route"), "path", None)
    return pattern or scope.get("root_path") or NO_ROUTE

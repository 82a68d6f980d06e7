"""One line a request, with its number, its route and how long it took. No addresses with ids or searches, no bodies, no names."""

import logging
import secrets
import sys
from time import perf_counter
from typing import Any, Final, Literal

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID_HEADER: Final = "x-request-id"
QUIET: Final = frozenset({"/livez", "/readyz", "/metrics"})

logger = logging.getLogger("marktplatz.request")
DIRECT: Final = "marktplatz.send"
"""Where a request keeps the way to the server past all that stands between: for streams, whose every event would pay for it."""


class RequestLog:
    """Gives every request a number, tells it to the caller and to every line logged meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["request_id"] = request_id
        status = 500
        began = perf_counter()

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID_HEADER.encode(), request_id.encode())]
            await send(message)

        scope[DIRECT] = send
        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, send_numbered)
            finally:
                del scope[DIRECT]  # the server's way to send knows the scope: in a circle both would wait for the collector
                if scope["path"] not in QUIET:
                    _log_request(scope, status, perf_counter() - began)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    route: Any = scope.get("route")
    said = {
        "method": scope["method"],
        "route": getattr(route, "path_format", None) or getattr(route, "path", "unknown"),
        "market": scope.get("path_params", {}).get("market"),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    logger.info("request", extra=said)


def configure_logs(log_format: Literal["text", "json"]) -> None:
    """Everything to stderr, our lines and the libraries', as text for people or JSON for programs."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(("method", "route", "market", "status", "ms")),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    is_terminal = sys.stderr.isatty()
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=is_terminal)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.INFO
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True

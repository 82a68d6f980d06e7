"""Calls the application without a network or a thread of its own: a request is a coroutine, so thousands take seconds."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest
from fastapi import FastAPI


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def codes(self) -> list[str]:
        """The findings of a problem+json."""
        if self.headers.get("content-type") != "application/problem+json":
            return []
        return [error["code"] for error in json.loads(self.body)["errors"]]

    @property
    def text(self) -> str:
        return json.dumps(self.headers) + self.body.decode("utf-8", "replace")


def make_scope(method: str, path: str, headers: dict[str, str], query: str = "") -> dict[str, Any]:
    """What a server says of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "state": {},
    }


async def call(app: FastAPI, method: str, path: str, headers: dict[str, str], body: bytes = b"", query: str = "") -> Answer:
    """The whole answer; of a stream that never ends, what comes at once: a greeting and the first event."""
    parts: list[bytes] = []
    start: dict[str, Any] = {}
    asked = 0
    is_served = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        if asked == 1:
            return {"type": "http.request", "body": body, "more_body": False}
        await is_served.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))
            if len(parts) > 1 or not message.get("more_body"):
                is_served.set()

    await app(make_scope(method, path, headers, query), receive, send)
    sent = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], sent, b"".join(parts))


@contextmanager
def without_threads() -> Iterator[None]:
    """There is one request at a time, and handing it to a thread takes longer than most of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", _run_at_once)
        patch.setattr(anyio.from_thread, "run", _drive)
        yield


async def _run_at_once(deed: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
    return deed(*arguments)


def _drive(deed: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
    """The way back out of such a thread, for what waits for nothing."""
    coroutine = deed(*arguments)
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("it waits")

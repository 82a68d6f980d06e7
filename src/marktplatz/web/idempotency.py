"""Repeated requests: the same key and body get the same answer and have one effect, also if the answer was lost on the way.

The answer is kept in the transaction of its effect, so there is no moment in which one is there without the other.
"""

import secrets
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, ClassVar, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from marktplatz.db.base import Base
from marktplatz.db.models import IdempotencyRecord
from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError, Place
from marktplatz.web.body import StrictRequest
from marktplatz.web.service import Service

HEADER: Final = "Idempotency-Key"
KEPT_HEADERS: Final = ("location", "etag", "content-type", "content-language")

_RECORD: Final = Base.metadata.tables[IdempotencyRecord.__tablename__]
_KNOWN: Final = select(_RECORD).where(_RECORD.c.caller == bindparam("caller"), _RECORD.c.key == bindparam("key"))
_KEEP: Final = insert(_RECORD)


class Replay(Exception):
    def __init__(self, answer: Response) -> None:
        super().__init__("answered before")
        self.answer = answer


class Repeatable:
    """One request with a key, from the moment it is seen until its answer is kept."""

    def __init__(self, service: Service, request: Request, caller: str, key: str, body: bytes) -> None:
        self._service, self._market_id = service, request.path_params.get("market")
        self._caller, self._key = caller, key
        self._said = b"\n".join((request.method.encode(), request.url.path.encode(), request.url.query.encode(), body))
        self._keeps_body = getattr(request.state, "keeps_body", True)
        self._session: Session | None = None
        self.answer: Response | None = None

    def replay_or_begin(self, session: Session) -> None:
        """Replay if the request was answered before; Conflict or InvalidInput if its answer is gone or the body another."""
        known = session.execute(_KNOWN, {"caller": self._caller, "key": self._key}).one_or_none()
        if known is None:
            self._session = session
            return
        if known.request_digest != self._digest(known.salt):
            raise InvalidInput(Finding("key_used_otherwise", Place("header", field=HEADER)))
        if known.body is None:
            raise Conflict(Finding("answer_erased"))
        raise Replay(Response(known.body, known.status, {**known.headers, "Idempotency-Replayed": "true"}))

    def keep(self) -> None:
        """Keep a success beside its effect; a failure had none and may be tried again with the same key."""
        answer = self.answer
        is_done = answer is not None and (answer.status_code < 300 or answer.status_code == 303)
        if self._session is None or answer is None or not is_done:
            return
        salt = secrets.token_hex(32)
        kept = {
            "caller": self._caller,
            "key": self._key,
            "salt": salt,
            "request_digest": self._digest(salt),
            "market_id": self._market_id,
            "status": answer.status_code,
            "headers": {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            "body": bytes(answer.body) if self._keeps_body else None,
            "created_at": self._service.clock(),
        }
        self._session.execute(_KEEP, kept)

    def _digest(self, salt: str) -> str:
        return sha256(salt.encode() + self._said).hexdigest()


@contextmanager
def begin_request(request: Request, service: Service) -> Iterator[Repeatable | None]:
    """None for a request without a key; Conflict (409) while the same key is under way."""
    key = getattr(request.state, "key", None) or request.headers.get(HEADER)
    if key is None or request.method != "POST" or not hasattr(request.state, "body"):
        yield None
        return
    if not (1 <= len(key) <= 200 and key.isprintable() and key.isascii()):
        raise InvalidInput(Finding("bad_idempotency_key", Place("header", field=HEADER)))
    caller: str = request.state.identity.name
    if (caller, key) in service.queue.running:
        raise Conflict(Finding("still_running"))
    service.queue.running.add((caller, key))
    try:
        repeatable = Repeatable(service, request, caller, key, request.state.body)
        request.state.repeatable = repeatable
        yield repeatable
    finally:
        service.queue.running.discard((caller, key))


class ServiceRoute(APIRoute):
    """A route that reads its JSON strictly and keeps the answers of requests with a key."""

    takes_key: ClassVar[bool] = True
    keeps_body: ClassVar[bool] = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if self.takes_key and HEADER in request.headers:
                strict.state.body = await strict.body()
                strict.state.keeps_body = self.keeps_body
            try:
                answer = await handle(strict)
            except Replay as replay:
                return replay.answer
            except HTTPException as error:
                if isinstance(error.__cause__, MarktplatzError):  # FastAPI hides why the body could not be read
                    raise error.__cause__ from None
                raise
            repeatable: Repeatable | None = getattr(strict.state, "repeatable", None)
            if repeatable is not None:
                repeatable.answer = answer
            return answer

        return handle_strictly


class SecretRoute(ServiceRoute):
    """Its answer holds a secret that is shown once: kept is only that the request was answered."""

    keeps_body = False


class UnkeptRoute(ServiceRoute):
    """Who calls is not known yet, or gets a cookie: a key would mix up people, and has no meaning."""

    takes_key = False

"""A route of a page: its form is read once, and a form that is sent twice does its deed once."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from marktplatz.web.idempotency import Repeatable, Replay
from marktplatz.web.service import service_of
from marktplatz.web.turns import Rank

ONCE: Final = "once"
"""The hidden field whose value stands for one sending of a form."""
TOKEN: Final = "form_token"  # noqa: S105 the field, not what stands in it
MAX_FIELDS: Final = 2_000
LEFT: Final = 499
"""Nobody gets this answer; the logs have it."""


class PageRoute(APIRoute):
    keeps_body: ClassVar[bool] = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            if request.method == "POST":
                await _read_form(request)
                request.state.keeps_body = self.keeps_body
            try:
                answer = await handle(request)
            except Replay as replay:
                return replay.answer
            finally:
                await request.close()  # the files that came with the form
            repeatable: Repeatable | None = getattr(request.state, "repeatable", None)
            if repeatable is not None:
                repeatable.answer = answer
            return answer

        return handle_page


class HallPageRoute(PageRoute):
    """A page that many have open while others stamp and check in: it is read when its turn comes, and not for somebody who left."""

    rank: ClassVar[Rank] = Rank.STAFF

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_turn(request: Request) -> Response:
            if request.method not in ("GET", "HEAD"):
                return await handle(request)
            async with service_of(request).pages.turn(self.rank):
                if await request.is_disconnected():
                    return Response(status_code=LEFT)
                return await handle(request)

        return handle_in_turn


class SecretPageRoute(PageRoute):
    """Its answer holds secrets that are shown once: kept is only that it was answered."""

    keeps_body = False


def _strip_token(form: FormData, body: bytes) -> bytes:
    """What was said, without the proof of the login: after signing in again the same deed has another one."""
    fields = form.multi_items()
    if any(not isinstance(value, str) for _, value in fields):
        return body
    return urlencode([(name, str(value)) for name, value in fields if name != TOKEN]).encode()


async def _read_form(request: Request) -> None:
    body = await request.body()
    form: FormData = await request.form(max_fields=MAX_FIELDS, max_files=5)
    request.state.form = form
    request.state.body = _strip_token(form, body)
    key = form.get(ONCE)
    if isinstance(key, str) and key:
        request.state.key = f"form:{key}"

"""No body is read beyond its limit, whether its length was declared or not. The refusal is a problem like every other, which
FastAPI's own limit answers as bare text.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOADS = ("/imports", "/files")
"""Paths that take whole files."""


class BodyLimit:
    def __init__(self, app: ASGIApp, limit: int, upload_limit: int) -> None:
        self._app, self._limit, self._upload_limit = app, limit, upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_limit if scope["path"].endswith(UPLOADS) else self._limit
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        is_too_large = not declared.isdigit() or int(declared[:20]) > limit
        seen = 0

        async def receive_limited() -> Message:
            nonlocal seen
            if is_too_large:
                raise HTTPException(413)
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise HTTPException(413)
            return message

        await self._app(scope, receive_limited, send)

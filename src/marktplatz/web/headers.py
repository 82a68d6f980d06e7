"""Security headers on every answer. A route that needs another policy sets its own, and is looked at for it."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY: Final = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
FIXED_HEADERS: Final[dict[str, str]] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send forms with `Origin: null`, which proves nothing
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_KEEP: Final = "public, max-age=31536000, immutable"
"""For a file whose address holds the hash of its content."""
INSTANCE: Final = "Marktplatz-Instance"
"""Another one where another copy of the database may be what answers: devices then send again what they had sent before."""
TRANSPORT: Final = "max-age=31536000"


class SecurityHeaders:
    def __init__(self, app: ASGIApp, *, is_https: bool, instance: str) -> None:
        self._app = app
        self._fixed = FIXED_HEADERS | {INSTANCE: instance} | ({"Strict-Transport-Security": TRANSPORT} if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", _caching_of(scope, message["status"]))
                    headers.add_vary_header("Authorization, Cookie, Accept-Language")
                elif scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", _KEEP if scope["query_string"].startswith(b"v=") else "no-cache")
                else:
                    headers.setdefault("Cache-Control", _caching_of(scope, message["status"]))
                    headers.add_vary_header("Cookie, Accept-Language")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _caching_of(scope: Scope, status: int) -> str:
    """Only what anybody gets may be kept, and must be asked for again each time."""
    headers = Headers(scope=scope)
    is_public = scope["method"] in ("GET", "HEAD") and "authorization" not in headers and "cookie" not in headers
    return "no-cache" if is_public and status < 400 else "no-store"

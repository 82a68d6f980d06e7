"""Cross-site requests: a browser sends its cookie along wherever a request comes from, so the request must come from our pages."""

import secrets
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from marktplatz.errors import Finding, NotAllowed
from marktplatz.web.errors import problem
from marktplatz.web.hosts import origin_of
from marktplatz.web.identity import Identity

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOrigin:
    """Refuses requests that change something and come from another site. Programs with a token are not concerned: no browser adds
    one by itself. Without cookie, Sec-Fetch-Site and Origin it is no browser, and there is nothing that it could abuse.
    """

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        self._own = origin_of(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._may(scope):
            await problem(Request(scope), 403, [Finding("cross_site")])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if "authorization" in headers:
            return True
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin"
        if origin is not None:
            found = origin_of(origin)
            return found != "" and (found == self._own or self._is_this_host(scope, headers, found))
        return "cookie" not in headers

    def _is_this_host(self, scope: Scope, headers: Headers, origin: str) -> bool:
        """Without HTTPS a laptop in a hall has several names; the Host was checked before."""
        here = f"{scope['scheme']}://{headers.get('host', '')}"
        return not self._own.startswith("https:") and origin == origin_of(here)


def check_form_token(identity: Identity, sent: str | None) -> None:
    """For forms of pages: the token that stood in the page, of this very login."""
    if identity.form_secret is None or sent is None or not secrets.compare_digest(identity.form_secret.encode(), sent.encode()):
        raise NotAllowed(Finding("cross_site"))

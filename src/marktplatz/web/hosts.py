"""Which names the service answers to: whatever else stands in Host could end up in a link that somebody trusts.

And no address with a NUL goes any further: no name has one, and PostgreSQL takes none.
"""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from marktplatz.errors import Finding
from marktplatz.web.errors import problem

_PORTS = {"http": 80, "https": 443}


class KnownHosts:
    """`*.example.org` is any name below; `*` alone any at all, for whoever has a proxy that checks."""

    def __init__(self, app: ASGIApp, *, hosts: tuple[str, ...], base_url: str) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts} | {host_of(urlsplit(base_url).netloc)}
        self._endings = tuple(host[1:] for host in self._hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._knows(host_of(Headers(scope=scope).get("host", ""))):
            await problem(Request(scope), 400, [Finding("unknown_host")])(scope, receive, send)
            return
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await problem(Request(scope), 400, [Finding("malformed_request")])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        return "*" in self._hosts or host in self._hosts or (bool(self._endings) and host.endswith(self._endings))


def host_of(netloc: str) -> str:
    """Without the port; an IPv6 address with its brackets."""
    head, bracket, _ = netloc.rpartition("]")
    return (head + bracket if bracket else netloc.partition(":")[0]).lower()


def origin_of(url: str) -> str:
    """Scheme, host and port as browsers tell them; "" for what is none, such as `null`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port or _PORTS[parts.scheme]}"

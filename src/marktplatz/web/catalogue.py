"""All routes of ours. An address is looked up by its steps: to try some three hundred routes takes longer than most answers do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


@dataclass
class _Branch:
    """The routes that begin with the same steps: those that end here, those that take any rest, and by step the longer ones.

    A parameter's step has the key None.
    """

    ending: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    longer: dict[str | None, "_Branch"] = field(default_factory=dict)


class Catalogue(BaseRoute):
    """One route to the application, many inside: the first that matches answers, as if each stood in the application itself."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self.routes = [_checked(route) for router in routers for route in router.routes]
        self._root = _Branch()
        for number, route in enumerate(self.routes):
            self._add(number, route.path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found: tuple[Match, Scope] = (Match.NONE, {})
        if scope["type"] != "http":
            return found
        for route in self.routes if scope.get("root_path") else self.find(scope["path"]):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, child_scope
            if match is Match.PARTIAL and found[0] is Match.NONE:
                found = (match, child_scope)
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: APIRoute = scope["route"]  # put there by its match
        await route.handle(scope, receive, send)

    def find(self, path: str) -> list[APIRoute]:
        """Those that the address may mean, in their order; whether one does, its own pattern decides."""
        branches, numbers = [self._root], list(self._root.open)
        for step in path[1:].split("/"):
            branches = [longer for branch in branches for key in (step, None) if (longer := branch.longer.get(key)) is not None]
            numbers += chain.from_iterable(branch.open for branch in branches)
        numbers += chain.from_iterable(branch.ending for branch in branches)
        return [self.routes[number] for number in sorted(numbers)]

    def _add(self, number: int, path: str) -> None:
        branch = self._root
        for step in path[1:].split("/"):
            if ":path}" in step:
                branch.open.append(number)
                return
            branch = branch.longer.setdefault(None if "{" in step else step, _Branch())
        branch.ending.append(number)


def iter_routes(app: FastAPI) -> Iterator[BaseRoute]:
    """Every route of the application, those in its catalogue too."""
    for route in app.routes:
        yield from route.routes if isinstance(route, Catalogue) else (route,)


def _checked(route: BaseRoute) -> APIRoute:
    if not isinstance(route, APIRoute):
        raise TypeError(f"the catalogue holds plain routes only, and not {route!r}")
    return route

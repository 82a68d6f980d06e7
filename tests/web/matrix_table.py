"""Reads who_may_what/: which role may call which route in which phase, on whose objects, and what the answer is then."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from marktplatz.vocabulary import Phase

TABLE: Final = Path(__file__).with_name("who_may_what")
PREFIX: Final = "/api/v1"

ALL = frozenset(Phase)
WORDS: Final = {"always": ALL, "open": ALL - {Phase.CLOSED}, "shown": ALL - {Phase.DRAFT}}
STAFF: Final = ("organiser", "broker", "notary", "helper", "moderator", "screen")
CALLERS: Final = ("owner", *STAFF, "participant", "public", "outsider")
"""The roles of market m1, beside an organiser of another market: the outsider."""
SETTINGS: Final = ("scope", "ok", "body", "form", "headers", "query", "hidden", "answers", "tells", "withholds", "objects")
STATUS: Final = {"GET": 200, "POST": 201, "PATCH": 200, "PUT": 200, "DELETE": 204}
PAGE_STATUS: Final = {"GET": 200, "POST": 303}
VARIANTS: Final = ("own", "partner", "other", "elsewhere")
ANY: Final = frozenset(VARIANTS) - {"elsewhere"}


@dataclass(frozen=True)
class Permission:
    phases: frozenset[Phase]
    reach: frozenset[str]


@dataclass(frozen=True)
class Route:
    """One line of the table. `objects` are those that its path and body name; `ok` the answers that count as done.

    `name` tells apart several ways to ask the same route.
    """

    name: str
    method: str
    path: str
    is_page: bool
    scope: str
    permissions: dict[str, Permission]
    ok: tuple[str, ...]
    body: Any
    form: dict[str, str] | None
    headers: dict[str, str]
    query: str
    objects: dict[str, Any]
    hidden: str
    answers: dict[str, str]
    tells: frozenset[str]
    withholds: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def address(self) -> str:
        return self.path if self.is_page else PREFIX + self.path

    @property
    def is_of_market(self) -> bool:
        return "{market}" in self.path

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def variants(self) -> tuple[str, ...]:
        """Whose objects there are to try; one that stands for all where the route names none."""
        tables = [found for found in self.objects.values() if isinstance(found, dict)]
        return tuple(variant for variant in VARIANTS if tables and all(variant in found for found in tables)) or ("own",)

    def may(self, caller: str, phase: Phase) -> bool:
        return any(phase in self.permissions[role].phases for role in self._roles_of(caller) if role in self.permissions)

    def reaches(self, caller: str, variant: str) -> bool:
        if variant == "elsewhere":
            return False
        reaches = [self.permissions[role].reach for role in self._roles_of(caller) if role in self.permissions]
        return any(variant in reach for reach in reaches)

    def expect(self, caller: str, phase: Phase, variant: str) -> str:
        if self.may(caller, phase):
            if variant not in self.variants or self.reaches(caller, variant) or not self._names_objects:
                return "done"
            return self.hidden
        if caller == "public":
            return "sign in"
        if not self.is_of_market:
            return "role"
        if caller == "outsider":
            return "hidden"
        return "phase" if any(role in self.permissions for role in self._roles_of(caller) if role != "public") else "role"

    @property
    def _names_objects(self) -> bool:
        return any(isinstance(found, dict) for found in self.objects.values())

    def _roles_of(self, caller: str) -> tuple[str, ...]:
        if not self.is_of_market:
            staff = ("staff",) if caller in ("owner", "outsider", *STAFF) else ()
            return (("owner",) if caller == "owner" else ()) + staff + ("public",)
        if caller == "owner":
            return ("organiser", "public")
        return ("public",) if caller == "outsider" else (caller, "public")


@cache
def load_table() -> dict[str, Any]:
    """All files of the folder as one table; a name that stands in two of them is a mistake."""
    table: dict[str, Any] = {}
    for file in sorted(TABLE.glob("*.toml")):
        for part, lines in tomllib.loads(file.read_text("utf-8")).items():
            assert table.setdefault(part, {}).keys().isdisjoint(lines), file.name
            table[part] |= lines
    return table


@cache
def load_routes() -> tuple[Route, ...]:
    objects = load_table()["objects"]
    table = load_table()
    routes = [_read_route(name, line, objects, is_page=False) for name, line in table["routes"].items()]
    return (*routes, *(_read_route(name, line, objects, is_page=True) for name, line in table["pages"].items()))


def load_canaries() -> dict[str, frozenset[str]]:
    """By word, who may see it; the owner sees what an organiser sees."""
    return {word: _seers(seen_by.split()) for word, seen_by in load_table()["canaries"].items()}


def _seers(names: list[str]) -> frozenset[str]:
    staff = STAFF if "staff" in names else ()
    owner = ("owner",) if {"staff", "organiser"} & set(names) else ()
    return frozenset((*names, *staff, *owner))


def _read_route(name: str, line: dict[str, Any], objects: dict[str, Any], *, is_page: bool) -> Route:
    method, path, *_ = name.split(" ")
    resource = path.removeprefix("/markets/{market}").strip("/").partition("/")[0]
    body, form = line.get("body"), line.get("form", {}) if is_page and method == "POST" else None
    told = f"{path} {body or form or ''} {line.get('query', '')}"
    named = {param.partition(":")[0] for param in re.findall(r"{([\w:]+)}", told)}
    ok, own_objects = line.get("ok", (PAGE_STATUS if is_page else STATUS)[method]), line.get("objects", {})
    return Route(
        name=name,
        method=method,
        path=path,
        is_page=is_page,
        scope=line["scope"],
        permissions=dict(_read_permissions(line)),
        ok=tuple(str(word) for word in (ok if isinstance(ok, list) else [ok])),
        body=body,
        form=form,
        headers=line.get("headers", {}),
        query=line.get("query", ""),
        objects={param: own_objects.get(param) or _find_object(objects, resource, param) for param in named - {"market"}},
        hidden=line.get("hidden", "hidden"),
        answers=line.get("answers", {}),
        tells=frozenset(line.get("tells", ())),
        withholds=tuple(line.get("withholds", ())),
    )


def _find_object(objects: dict[str, Any], resource: str, param: str) -> Any:
    """A resource may have its own meaning of a name: the entry of an offer's route is an offer."""
    return objects.get(resource, {}).get(param) or objects[param]


def _read_permissions(line: dict[str, Any]) -> Iterator[tuple[str, Permission]]:
    for roles, words in line.items():
        if roles in SETTINGS:
            continue
        phases, _, reach = words.partition(":")
        allowed = frozenset().union(*(WORDS.get(word) or {Phase(word)} for word in phases.split()))
        for role in roles.split():
            yield role, Permission(allowed, frozenset(reach.split()) or ANY)

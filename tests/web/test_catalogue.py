"""The catalogue finds a route by the address's steps; whoever tries all of them one by one finds the same."""

import re

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match
from starlette.types import Scope

from marktplatz.web import health
from marktplatz.web.app import PAGES, ROUTERS
from marktplatz.web.catalogue import Catalogue

ALL = Catalogue((*ROUTERS, *PAGES, health.router))
STEPS = sorted({step for route in ALL.routes for step in route.path.split("/") if step and "{" not in step})
WORDS = st.sampled_from([*STEPS, "", "m1", "ä ö", "a.pdf", ".", "{market}"])


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """What a route's own pattern gives, with some of it spoiled: other words, slashes too many, steps too few."""
    path = draw(st.sampled_from(ALL.routes)).path
    steps = re.sub(r"{\w+(:path)?}", lambda found: draw(WORDS) + ("/" + draw(WORDS) if found[1] else ""), path).split("/")
    if draw(st.booleans()):
        steps[draw(st.integers(0, len(steps) - 1))] = draw(WORDS)
    return "/".join(steps[: draw(st.integers(1, len(steps)))] if draw(st.booleans()) else steps)


def scope_of(path: str, method: str = "GET", root_path: str = "") -> Scope:
    return {"type": "http", "method": method, "path": root_path + path, "root_path": root_path}


def first_that_matches(scope: Scope) -> tuple[Match, Scope]:
    found = [route.matches(scope) for route in ALL.routes]
    full = [each for each in found if each[0] is Match.FULL]
    return next((each for each in full or found if each[0] is not Match.NONE), (Match.NONE, {}))


@given(addresses(), st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]))
def test_an_address_leads_where_it_led_if_all_routes_were_tried(path: str, method: str) -> None:
    assert ALL.matches(scope_of(path, method)) == first_that_matches(scope_of(path, method))


@given(addresses())
def test_it_is_the_same_below_the_path_of_a_proxy(path: str) -> None:
    assert ALL.matches(scope_of(path, root_path="/markt")) == first_that_matches(scope_of(path, root_path="/markt"))


def test_few_routes_are_tried() -> None:
    assert len(ALL.routes) > 300
    assert max(len(ALL.find(route.path.replace(":path", ""))) for route in ALL.routes) < 20


def test_what_is_no_request_is_for_others() -> None:
    assert ALL.matches({"type": "websocket", "path": "/livez"}) == (Match.NONE, {})


def test_a_router_that_includes_another_is_refused() -> None:
    outer = APIRouter()
    outer.include_router(health.router)
    with pytest.raises(TypeError, match="plain routes only"):
        Catalogue([outer])

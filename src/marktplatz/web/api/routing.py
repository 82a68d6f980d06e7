"""How a resource of the API begins: below /api/v1, with strict bodies and repeatable requests."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from marktplatz.web.idempotency import ServiceRoute
from marktplatz.web.openapi import operation_id


def make_api_router(prefix: str, tag: str, route_class: type[APIRoute] = ServiceRoute) -> APIRouter:
    """`prefix` is complete here already, so that the routes can stand in one list and need no second look-up."""
    return APIRouter(prefix=f"/api/v1{prefix}", tags=[tag], route_class=route_class, generate_unique_id_function=operation_id)

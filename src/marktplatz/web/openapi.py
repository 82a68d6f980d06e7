"""The OpenAPI document: what FastAPI knows, and besides it the errors, how to sign in, and who may call what."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from marktplatz.vocabulary import Role
from marktplatz.web.access import Allowed, iter_rules
from marktplatz.web.catalogue import iter_routes
from marktplatz.web.errors import PROBLEM

DESCRIPTION: Final = """Markets of companies and nonprofits: their offers and needs, the engine's proposals, the agreements.

Send `Authorization: Bearer …` with a token. A creating POST may carry `Idempotency-Key`: the same key and body give the same
answer and have one effect. An edit names the state it is about in `If-Match`; an old one is answered 412 with the present state.
Lists come in pages: follow `Link: rel="next"`. Errors are `application/problem+json`, in German or English by `Accept-Language`."""

_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "The same key and body again give the same answer and have one effect",
}


def install_openapi(app: FastAPI) -> None:
    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=list(iter_routes(app)))
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for made_by_fastapi in ("HTTPValidationError", "ValidationError"):
        schemas.pop(made_by_fastapi, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-marktplatz"},
    }
    # Paths with a converter (`{id:path}`) stand without it in the document.
    rules = {(method.lower(), path.replace(":path}", "}")): rule for method, path, _, rule in iter_rules(app)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method)
            _put_rule(operation, rules.get((method, path)))
    return document


def _complete(operation: dict[str, Any], method: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "An error",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if method == "post":
        operation.setdefault("parameters", []).append(_KEY)


def _put_rule(operation: dict[str, Any], rule: Allowed | None) -> None:
    if rule is None:
        return
    operation["x-scope"] = rule.scope
    operation["x-roles"] = {role.value: sorted(phases) for role, phases in rule.phases_by_role.items()}
    operation["security"] = [{"bearer": []}, {"cookie": []}, *([{}] if Role.PUBLIC in rule.phases_by_role else [])]


def operation_id(route: APIRoute) -> str:
    """Unique and readable: the resource and the deed."""
    return f"{route.tags[0]}_{route.name}"

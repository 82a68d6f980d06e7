"""Errors as problem+json (RFC 9457): a family has its status, a finding its JSON pointer and a sentence in two languages.

In a browser an error is a page; how that looks is the pages' affair (`app.state.show_problem`).
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from marktplatz.errors import Conflict, Finding, InvalidInput, MarktplatzError, NotAllowed, NotFound, Place
from marktplatz.exchange.validation import finding_of_detail
from marktplatz.web.headers import FIXED_HEADERS
from marktplatz.web.language import find_language
from marktplatz.wording.findings import finding_text
from marktplatz.wording.problems import title_of_status

logger = logging.getLogger("marktplatz.web")

STATUS_BY_FAMILY: Final[dict[type[MarktplatzError], int]] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    InvalidInput: 422,
}
STATUS_BY_CODE: Final[dict[str, int]] = {
    "not_signed_in": 401,
    "wrong_credentials": 401,
    "unknown_host": 400,
    "stale": 412,
    "if_match_missing": 428,
    "too_many_requests": 429,
    "wrong_media_type": 415,
    "file_kind_untold": 415,
    "file_in_a_form": 415,
    "busy": 503,
    "database_away": 503,
    "storage_full": 507,
    "not_json": 400,
    "json_ends_early": 400,
    "not_utf8": 400,
}
CODE_BY_STATUS: Final = {
    400: "malformed_request",
    404: "no_such_address",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "wrong_media_type",
}
"""For what the framework refuses by itself."""
RETRY_AFTER_S: Final[dict[str, int]] = {
    "still_running": 1,
    "busy": 2,
    "database_away": 2,
    "too_many_requests": 60,
    "storage_full": 30,
}
"""Unless the finding itself knows (`seconds`)."""

BUSY_STATES: Final = ("40", "53", "55")
"""PostgreSQL is there and others were quicker: deadlocks, too many connections, a lock that did not come in time."""

PARAMETER_PLACES: Final = frozenset(("query", "path", "header", "cookie"))
"""Where a parameter stands; every other file in a place is one that was sent."""

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request": {"type": ["string", "null"], "description": "The request's number, as in the log"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON pointer into the request's body"},
                    "parameter": {"type": "string", "description": "Name of a query, path or header parameter"},
                    "params": {"type": "object"},
                    "place": {
                        "type": "object",
                        "description": "Where in a file that was sent, in the words of the program that shows it",
                        "properties": {
                            "file": {"type": "string"},
                            "sheet": {"type": "string"},
                            "row": {"type": "integer"},
                            "field": {"type": "string", "description": "Heading of the column, or key in JSON"},
                        },
                    },
                },
            },
        },
        "current": {"description": "The present state, where an edit came too late (412)"},
    },
}
"""The schema of every error; the OpenAPI document refers to it."""


class Stale(Exception):
    """An edit of a state that is gone; `current` is what the caller may see of the present one."""

    def __init__(self, current: Any, etag: str) -> None:
        super().__init__("stale")
        self.current, self.etag = current, etag


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(MarktplatzError, _on_marktplatz_error)
    app.add_exception_handler(Stale, _on_stale)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(IntegrityError, _on_conflict)
    app.add_exception_handler(StaleDataError, _on_conflict)
    app.add_exception_handler(OperationalError, _on_operational_error)
    app.add_exception_handler(Exception, _on_fault)


def problem(request: Request, status: int, findings: Sequence[Finding], **more: Any) -> Response:
    if is_page(request):
        page: Response = request.app.state.show_problem(request, status, findings, **more)
        _put_waiting(page, findings)
        return page
    language = find_language(request)
    errors = [tell_finding(finding, language) for finding in findings]
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of_status(status, language),
        "status": status,
        "instance": request.url.path,
        "request": request.scope.get("request_id"),
        "errors": errors,
    } | more
    if errors:
        content["detail"] = " ".join(error["detail"] for error in errors[:3])
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    answer = JSONResponse(content, status, headers, media_type="application/problem+json")
    _put_waiting(answer, findings)
    return answer


def _put_waiting(answer: Response, findings: Sequence[Finding]) -> None:
    waits = [int(f.params.get("seconds", RETRY_AFTER_S[f.code])) for f in findings if f.code in RETRY_AFTER_S]
    if waits:
        answer.headers["Retry-After"] = str(max(waits))


def is_page(request: Request) -> bool:
    """Is it a person in a browser who asks, and not a program?"""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def tell_finding(finding: Finding, language: str) -> dict[str, Any]:
    """A member of `errors`, or of the warnings that an answer carries."""
    told: dict[str, Any] = {"code": finding.code, "detail": finding_text(finding, language), "params": dict(finding.params)}
    place = finding.place
    if place.file in PARAMETER_PLACES:
        return told | {"parameter": place.field} if place.field is not None else told
    if place.file is not None:
        told["place"] = {key: value for key, value in asdict(place).items() if value is not None}
        if not place.file.lower().endswith(".json"):
            return told
    pointer = pointer_of(place)
    return told | {"pointer": pointer} if pointer is not None else told


def pointer_of(place: Place) -> str | None:
    """RFC 6901; list and row of a market file are its first two steps."""
    steps = ["market", "categories"] if place.sheet == "categories" else [place.sheet] if place.sheet is not None else []
    if place.row is not None:
        steps.append(str(place.row - 1))
    if place.field is not None:
        if place.field.startswith("/"):
            return "".join(f"/{step}" for step in steps) + place.field
        steps += place.field.split(".")
    return "".join("/" + _escape(step) for step in steps) if steps else None


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def status_of(error: MarktplatzError) -> int:
    by_code = [STATUS_BY_CODE[finding.code] for finding in error.findings if finding.code in STATUS_BY_CODE]
    return by_code[0] if by_code else next(status for family, status in STATUS_BY_FAMILY.items() if isinstance(error, family))


async def _on_marktplatz_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MarktplatzError)  # noqa: S101 what it was registered for
    return problem(request, status_of(error), error.findings)


async def _on_stale(request: Request, error: Exception) -> Response:
    assert isinstance(error, Stale)  # noqa: S101
    answer = problem(request, 412, [Finding("stale")], current=error.current)
    answer.headers["ETag"] = error.etag
    return answer


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    details = error.errors()
    bodies = [{**detail, "loc": detail["loc"][1:]} for detail in details if detail["loc"][:1] == ("body",)]
    parameters = [
        finding_of_detail(detail, Place(file=str(detail["loc"][0]), field=".".join(map(str, detail["loc"][1:]))))
        for detail in details
        if detail["loc"][:1] != ("body",)
    ]
    return problem(request, 422, parameters + findings_of_details(bodies))


def findings_of_details(details: Iterable[Any]) -> list[Finding]:
    """Pydantic's errors about a body, each with its JSON pointer; the whole body has none."""
    return [
        finding_of_detail(detail, Place(field="".join("/" + _escape(str(step)) for step in detail["loc"]) or None))
        for detail in details
    ]


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    codes = {
        404: "no_such_address",
        405: "method_not_allowed",
        413: "body_too_large",
        400: "malformed_request",
        415: "wrong_media_type",
    }
    findings = [Finding(codes[error.status_code])] if error.status_code in codes else []
    answer = problem(request, error.status_code, findings)
    answer.headers.update(error.headers or {})
    return answer


async def _on_conflict(request: Request, error: Exception) -> Response:
    # Use cases check before they write; here somebody was quicker, or a rule of the database caught what they overlooked.
    logger.warning("conflict in the database: %s", type(error).__name__)
    return problem(request, 409, [Finding("changed_meanwhile")])


async def _on_operational_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101
    said, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", None) or ""
    is_full = "full" in said or "no space" in said
    is_busy = "locked" in said or state.startswith(BUSY_STATES)
    logger.error("the database does not answer: %s", "full" if is_full else type(error.orig).__name__)
    code = "storage_full" if is_full else "busy" if is_busy else "database_away"
    return problem(request, STATUS_BY_CODE[code], [Finding(code)])


async def _on_fault(request: Request, error: Exception) -> Response:
    del error  # the server's own log has the traceback; nobody else is told what went wrong inside
    answer = problem(request, 500, [Finding("fault")])
    answer.headers.update(FIXED_HEADERS)  # it is sent from outside of all middleware
    return answer

"""Is the service alive, can it work, and how much does it do: /livez, /readyz, /metrics. No personal data in any of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy import text
from sqlalchemy.orm import Session

from marktplatz.db.migrate import find_revision, newest_revision
from marktplatz.errors import Conflict, Finding
from marktplatz.web.deps import open_read
from marktplatz.web.service import service_of

router = APIRouter(tags=["service"])


@router.get("/livez", response_class=PlainTextResponse)
async def live() -> str:
    """The process answers."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse)
def ready(request: Request, session: Annotated[Session, Depends(open_read, scope="function")]) -> str:
    """The database answers and has the schema that this program knows."""
    session.execute(text("SELECT 1"))
    if find_revision(service_of(request).database) != newest_revision():
        raise Conflict(Finding("schema_outdated"))
    return "ok"


def add_metrics(app: FastAPI) -> None:
    """Counts and times by route, with ids left out of the labels."""
    instrumentator = Instrumentator(
        registry=CollectorRegistry(), should_exclude_streaming_duration=True, excluded_handlers=["/livez", "/readyz", "/metrics"]
    )
    instrumentator.instrument(app).expose(app, include_in_schema=False)

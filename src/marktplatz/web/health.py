"""Is the service alive, and can it work: /livez and /readyz. No personal data in any of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlalchemy.orm import Session

from marktplatz.db.migrate import find_revision, newest_revision
from marktplatz.errors import Conflict, Finding
from marktplatz.web.deps import open_read
from marktplatz.web.openapi import operation_id
from marktplatz.web.service import service_of

router = APIRouter(tags=["service"], generate_unique_id_function=operation_id)


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

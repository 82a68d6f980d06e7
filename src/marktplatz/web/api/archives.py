"""A market from the archive of another installation."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel

from marktplatz.market import Identifier
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.archiving import ArchivedMarket, restore_market
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import Now, WriteSession, put_location
from marktplatz.web.upload import describe_body, read_sent_archive

router = make_api_router("/imports", "archives")


class ArchiveOut(BaseModel):
    """The new market and the archive that it came from."""

    id: str
    archived_id: str
    sha256: str


@router.post("", status_code=201, name="add", openapi_extra=describe_body("application/zip"))
def add(
    caller: Annotated[Actor, Rule("markets:write", owner=ALWAYS)],
    archived: Annotated[ArchivedMarket, Depends(read_sent_archive)],
    response: Response,
    session: WriteSession,
    now: Now,
    market: Annotated[Identifier | None, Query(description="Another id for the market; else the one of the archive")] = None,
) -> ArchiveOut:
    """The whole market with its history; nothing happens if there is a market of this id."""
    market_id = restore_market(session, now, caller, archived, market)
    put_location(response, "markets", market_id)
    return ArchiveOut(id=market_id, archived_id=archived.id, sha256=archived.sha256)

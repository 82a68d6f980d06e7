"""A whole market as files, for the organiser: with all contacts, so never kept by anything in between."""

from typing import Annotated, Final

from fastapi import Response

from marktplatz.usecases.actor import Actor
from marktplatz.usecases.exporting import ExportKind, export_market
from marktplatz.web.access import ALWAYS, Rule
from marktplatz.web.api.routing import make_api_router
from marktplatz.web.deps import MarketId, ReadSession

router = make_api_router("/markets/{market}/exports", "exports")

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPE: Final = {
    ExportKind.JSON: "application/json",
    ExportKind.XLSX: XLSX,
    ExportKind.CSV: "application/zip",
    ExportKind.ARCHIVE: "application/zip",
}
SUFFIX: Final = {ExportKind.JSON: ".json", ExportKind.XLSX: ".xlsx", ExportKind.CSV: ".csv.zip", ExportKind.ARCHIVE: ".archive.zip"}
SCHEMA: Final = {ExportKind.JSON: {"type": "object", "description": "A market file"}}
CONTENT: Final = {MEDIA_TYPE[kind]: {"schema": SCHEMA.get(kind, {"type": "string", "format": "binary"})} for kind in ExportKind}


@router.get("/{file}", name="read", response_class=Response, responses={200: {"content": CONTENT, "description": "The file"}})
def read(
    caller: Annotated[Actor, Rule("exports:read", organiser=ALWAYS)], market: MarketId, file: ExportKind, session: ReadSession
) -> Response:
    """All of the market, contacts included. Every file can be imported again."""
    del caller
    headers = {"Content-Disposition": f'attachment; filename="{name_file(market, file)}"', "Cache-Control": "no-store"}
    return Response(export_market(session, market, file), media_type=MEDIA_TYPE[file], headers=headers)


def name_file(market: str, kind: ExportKind) -> str:
    return f"{safe_name(market)}{SUFFIX[kind]}"


def safe_name(market: str) -> str:
    """A name that every system can keep, whatever the market's id is made of."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in market)[:80]

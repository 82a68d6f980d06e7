"""A whole market as a file: everything that is stored, contacts included."""

from enum import StrEnum

from sqlalchemy.orm import Session

from marktplatz.exchange.market_csv import market_to_csv_zip
from marktplatz.exchange.market_xlsx import market_to_xlsx
from marktplatz.exchange.writing import market_to_json
from marktplatz.usecases.archiving import archive_market
from marktplatz.usecases.markets import get_market
from marktplatz.usecases.records import Extent, load_market


class ExportKind(StrEnum):
    """The market file, the workbook, a zip of CSV files; and everything there is, for another installation."""

    JSON = "market.json"
    XLSX = "market.xlsx"
    CSV = "market.csv"
    ARCHIVE = "archive.zip"


def export_market(session: Session, market_id: str, kind: ExportKind) -> bytes:
    get_market(session, market_id)
    if kind is ExportKind.ARCHIVE:
        return archive_market(session, market_id)
    write = {ExportKind.JSON: market_to_json, ExportKind.XLSX: market_to_xlsx, ExportKind.CSV: market_to_csv_zip}[kind]
    return write(load_market(session, market_id, Extent.KEPT))

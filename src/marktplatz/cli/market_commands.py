"""Whole markets in and out of the installation: import and export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marktplatz.cli.service_commands import load_settings, open_database

if TYPE_CHECKING:
    from marktplatz.db.engine import Database
    from marktplatz.exchange.reading import SentMarket
    from marktplatz.usecases.exporting import ExportKind
    from marktplatz.usecases.importing import ImportPlan

Market = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Der Marktplatz, in den importiert wird; es gibt ihn noch nicht: Er wird angelegt."),
]


def register(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command()(export)


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="Marktdatei (.json), Arbeitsmappe (.xlsx), Ordner oder .zip mit .csv; Archiv.")
    ],
    *,
    market: Market = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur zeigen, was sich ändern würde.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Das Ergebnis als JSON ausgeben, statt als Tabelle.")] = False,
) -> None:
    """Eine Datei in einen Marktplatz aufnehmen, ganz oder gar nicht: Gleiche Ids werden geändert, nichts wird gelöscht."""
    from marktplatz.cli.terminal import show_progress
    from marktplatz.exchange.reading import read_sent_market
    from marktplatz.usecases.archiving import is_archive

    market = _check_id(market)
    with open_database(load_settings()) as database:
        if is_archive(source):
            _restore(database, source, market, dry_run=dry_run, as_json=as_json)
            return
        with show_progress("Die Datei wird aufgenommen …"):
            market_id, plan = _import(database, read_sent_market(source), market, dry_run=dry_run)
    _print(market_id, plan, dry_run=dry_run, as_json=as_json)
    if plan.errors:
        raise typer.Exit(1)


def export(
    *,
    market: Annotated[str, typer.Option(metavar="ID", help="Der Marktplatz.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Ziel: .json, .xlsx, .csv.zip, ein Ordner für CSV, .zip für ein Archiv.")
    ],
    archive: Annotated[bool, typer.Option("--archive", help="Ein Archiv schreiben: alles, auch Pläne und Protokoll.")] = False,
) -> None:
    """Einen ganzen Marktplatz schreiben, mit allen Kontaktdaten."""
    from marktplatz.exchange.market_csv import market_to_csv
    from marktplatz.exchange.writing import write_atomically
    from marktplatz.usecases.exporting import ExportKind, export_market
    from marktplatz.usecases.markets import get_market
    from marktplatz.usecases.records import Extent, load_market

    kind = ExportKind.ARCHIVE if archive else _kind_of(out)
    with open_database(load_settings()) as database, database.read() as session:
        get_market(session, market)
        if kind is not None:
            files = {out: export_market(session, market, kind)}
        else:
            files = {out / name: content for name, content in market_to_csv(load_market(session, market, Extent.KEPT)).items()}
            _make_folder(out)
    for path, content in files.items():
        write_atomically(path, content)
    typer.echo(str(out))


def _import(database: "Database", sent: "SentMarket", market: str | None, *, dry_run: bool) -> "tuple[str, ImportPlan]":
    from datetime import UTC, datetime

    from marktplatz.db.models import MarketRecord
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.importing import import_into_new_market, import_market, plan_first_import, plan_import

    with database.read() as session:
        exists = market is not None and session.get(MarketRecord, market) is not None
        if dry_run:
            return market or "", plan_import(session, market, sent) if exists and market else plan_first_import(sent)
    now = datetime.now(UTC)
    if exists and market:
        with database.write(market) as session:
            return market, import_market(session, now, SYSTEM, market, sent)
    with database.write() as session:
        return import_into_new_market(session, now, SYSTEM, sent, market)


def _restore(database: "Database", source: Path, market: str | None, *, dry_run: bool, as_json: bool) -> None:
    import json
    from datetime import UTC, datetime

    from marktplatz.errors import Finding, InvalidInput, Place
    from marktplatz.exchange.archive import LIMITS
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.archiving import read_archived_market, restore_market

    if dry_run:
        raise InvalidInput(Finding("archive_dry_run", Place(source.name)))
    if source.stat().st_size > LIMITS.packed:
        raise InvalidInput(Finding("file_too_large", Place(source.name), {"limit": LIMITS.packed // 1_000_000}))
    archived = read_archived_market(source.name, source.read_bytes(), LIMITS)
    with database.write() as session:
        market_id = restore_market(session, datetime.now(UTC), SYSTEM, archived, market)
    typer.echo(json.dumps({"id": market_id, "archived_id": archived.id}, ensure_ascii=False) if as_json else market_id)


def _print(market_id: str, plan: "ImportPlan", *, dry_run: bool, as_json: bool) -> None:
    from marktplatz.cli.show_import import show_import, tell_outcome
    from marktplatz.cli.terminal import find_language, make_console, print_findings

    language = find_language()
    print_findings((*plan.errors, *plan.warnings))
    if as_json:
        from marktplatz.web.api.imports import show_import as as_value

        shown = as_value(plan, language, dry_run=dry_run)
        typer.echo(shown.model_dump_json(indent=2) if not market_id else _with_id(market_id, shown.model_dump(mode="json")))
        return
    show_import(make_console(), plan, language)
    typer.echo(tell_outcome(market_id, plan, language, is_dry_run=dry_run))


def _with_id(market_id: str, shown: dict[str, object]) -> str:
    import json

    return json.dumps({"id": market_id} | shown, ensure_ascii=False, indent=2)


def _check_id(market: str | None) -> str | None:
    from pydantic import TypeAdapter, ValidationError

    from marktplatz.errors import InvalidInput, Place
    from marktplatz.exchange.validation import finding_of_detail
    from marktplatz.market import Identifier

    try:
        return None if market is None else TypeAdapter(Identifier).validate_python(market)
    except ValidationError as error:
        raise InvalidInput(finding_of_detail(error.errors(include_url=False)[0], Place("--market"))) from None


def _kind_of(out: Path) -> "ExportKind | None":
    """By the end of the name; None for a folder."""
    from marktplatz.errors import Finding, InvalidInput, Place
    from marktplatz.usecases.exporting import ExportKind

    name = out.name.lower()
    by_end = {".csv.zip": ExportKind.CSV, ".json": ExportKind.JSON, ".xlsx": ExportKind.XLSX, ".zip": ExportKind.ARCHIVE}
    kind = next((kind for end, kind in by_end.items() if name.endswith(end)), None)
    if kind is None and out.suffix and not out.is_dir():
        raise InvalidInput(Finding("unknown_export", Place(str(out)), {"found": out.suffix}))
    return kind


def _make_folder(folder: Path) -> None:
    from marktplatz.errors import Finding, InvalidInput, Place

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            Finding("cannot_write", Place(str(folder)), {"reason": error.strerror or type(error).__name__})
        ) from None

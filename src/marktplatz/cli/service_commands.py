"""Commands that run and look after an installation: serve, migrate, backup, restore, doctor, audit."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from marktplatz.db.engine import Database
    from marktplatz.settings import Settings

audit = typer.Typer(help="Das Protokoll aller Änderungen.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    for command in (serve, migrate, backup, restore, doctor):
        app.command()(command)
    app.add_typer(audit, name="audit")


def serve(
    *,
    host: Annotated[str, typer.Option(help="An dieser Adresse lauschen; 0.0.0.0 für das ganze lokale Netz.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Die Nummer des Anschlusses.")] = 8000,
    hall: Annotated[bool, typer.Option("--hall", help="Für den Abend: lokales Netz ohne Internet.")] = False,
    copy: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Eine zweite Kopie der Daten hier aktuell halten, etwa auf einem Stick.")
    ] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Vorher die neueste Kopie aus --copy übernehmen: der Ersatz-Laptop springt ein.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(metavar="IP", help="Mit --hall: die Adresse dieses Laptops, wenn die gefundene nicht stimmt."),
    ] = None,
) -> None:
    """Den Dienst starten; beenden mit Strg+C."""
    from marktplatz.cli.hall import prepare_hall, tell_hall

    settings = load_settings()
    if copy is not None:
        settings = settings.model_copy(update={"second_copy": copy})
    if hall:
        host, settings = prepare_hall(settings, port, address)
    if take_over:
        _take_over(settings)
    run_service(settings, host, port, tell_hall if hall else _tell_address)


def run_service(settings: "Settings", host: str, port: int, tell: "Callable[[Settings, str], None]") -> None:
    """Until it is stopped; `tell` says where it is found."""
    import uvicorn

    from marktplatz.cli.terminal import find_language
    from marktplatz.db.second_copy import SecondCopy
    from marktplatz.usecases.accounts import has_owner
    from marktplatz.web.app import create_app
    from marktplatz.web.logs import configure_logs
    from marktplatz.web.memory import settle
    from marktplatz.wording import translate
    from marktplatz.wording.service import FIRST_STEP

    configure_logs(settings.log_format)
    with open_database(settings, create=True) as database, _only_server(database):
        if settings.second_copy is not None:
            SecondCopy(database, settings.second_copy)  # refuses what cannot be, before anything starts
        _check_address(host, port)
        app = create_app(settings, database=database)
        settle()
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            workers=1,  # SQLite has one writer, and the queue of writers lives in the process
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            limit_concurrency=settings.max_connections,
            timeout_graceful_shutdown=3,  # open event streams would hold the process for ever
        )
        tell(settings, f"http://{host}:{port}")
        with database.read() as session:
            is_empty = not has_owner(session)
        if is_empty:
            where = settings.base_url if host == "0.0.0.0" else f"http://{host}:{port}"  # noqa: S104 nothing is bound here
            typer.echo(f"{translate(FIRST_STEP, find_language())}\n  {where}/set-up#{app.state.service.setup_code}", err=True)
        uvicorn.Server(config).run()


def _tell_address(_settings: "Settings", address: str) -> None:
    typer.echo(address, err=True)


def _take_over(settings: "Settings") -> None:
    from datetime import UTC, datetime

    from sqlalchemy import make_url

    from marktplatz.cli.terminal import find_language
    from marktplatz.db.second_copy import take_over
    from marktplatz.errors import Finding, InvalidInput
    from marktplatz.wording import translate
    from marktplatz.wording.service import TAKEN_OVER

    if settings.second_copy is None:
        raise InvalidInput(Finding("take_over_needs_copy"))
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        raise InvalidInput(Finding("copy_needs_sqlite"))
    taken = take_over(settings.second_copy, Path(str(url.database)), datetime.now(UTC))
    with open_database(settings, check=False) as database:
        _refuse_broken_audit(database)
    typer.echo(translate(TAKEN_OVER, find_language()).format(path=taken), err=True)


def migrate() -> None:
    """Die Datenbank anlegen oder auf den Stand dieser Programmversion bringen; vorher entsteht eine Sicherung (SQLite)."""
    from datetime import UTC, datetime

    from marktplatz.db.backup import back_up
    from marktplatz.db.migrate import find_revision, newest_revision, upgrade

    settings = load_settings()
    with open_database(settings, check=False, create=True) as database:
        before, newest = find_revision(database), newest_revision()
        if before not in (None, newest) and database.is_sqlite:
            saved = settings.data_dir / f"vor-migration-{before}-{datetime.now(UTC):%Y%m%d-%H%M%S}.sqlite3"
            back_up(database, saved)
            typer.echo(str(saved))
        upgrade(database)
        typer.echo(f"{before or '-'} → {newest}")


def backup(target: Annotated[Path, typer.Argument(metavar="FILE", help="Zieldatei; es darf sie noch nicht geben.")]) -> None:
    """Die ganze Datenbank sichern, auch während der Dienst läuft."""
    from marktplatz.db.backup import back_up

    with open_database(load_settings()) as database:
        back_up(database, target)
    typer.echo(str(target))


def restore(source: Annotated[Path, typer.Argument(metavar="FILE", help="Eine Datei von marktplatz backup.")]) -> None:
    """Eine Sicherung an die Stelle einer fehlenden Datenbank setzen, prüfen und auf den neuesten Stand bringen."""
    from sqlalchemy import make_url

    from marktplatz.db.backup import restore as restore_backup
    from marktplatz.db.migrate import upgrade

    settings = load_settings()
    restore_backup(source, make_url(settings.database))
    with open_database(settings, check=False) as database:
        upgrade(database)
        _refuse_broken_audit(database)
    typer.echo(settings.database if settings.database_url is None else "ok")


def doctor() -> None:
    """Die Einrichtung prüfen und sagen, was fehlt. Ändert nichts."""
    from marktplatz.cli.terminal import find_language, print_findings
    from marktplatz.errors import Severity
    from marktplatz.usecases.doctor import examine
    from marktplatz.wording import translate

    settings = load_settings()
    with open_database(settings, check=False) as database:
        found = list(examine(database, data_dir=settings.data_dir, base_url=settings.base_url, has_smtp=bool(settings.smtp_host)))
    print_findings(found, to_stderr=False)
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    summary = translate("{errors} Fehler, {warnings} Hinweise.", find_language())
    typer.echo(summary.format(errors=errors, warnings=len(found) - errors))
    if errors:
        raise typer.Exit(1)


@audit.callback()
def _audit() -> None:
    """Das Protokoll aller Änderungen."""


@audit.command()
def verify() -> None:
    """Das Protokoll Eintrag für Eintrag nachrechnen."""
    with open_database(load_settings()) as database:
        _refuse_broken_audit(database)
    typer.echo("ok")


def load_settings() -> "Settings":
    """The settings, or a line for each variable that does not fit."""
    from pydantic import ValidationError

    from marktplatz.errors import Finding, InvalidInput, Place
    from marktplatz.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise InvalidInput(
            *(
                Finding(
                    "bad_setting", Place(file="MARKTPLATZ_" + "_".join(map(str, detail["loc"])).upper()), {"problem": detail["msg"]}
                )
                for detail in error.errors(include_url=False, include_input=False)
            )
        ) from None


@contextmanager
def open_database(settings: "Settings", *, check: bool = True, create: bool = False) -> "Iterator[Database]":
    """The installation's database; InvalidInput or Conflict where it is missing or of another version."""
    from sqlalchemy.exc import OperationalError

    from marktplatz.db.engine import Database
    from marktplatz.db.migrate import find_revision, newest_revision, upgrade
    from marktplatz.errors import Conflict, Finding, InvalidInput

    database = Database(settings.database)
    path = Path(str(database.url.database)) if database.is_sqlite else None
    if path is not None and not path.exists():
        if not create:
            raise InvalidInput(Finding("no_database", params={"path": str(path)}))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(0o600)
    try:
        revision = find_revision(database)
        if check and create and revision is None:
            upgrade(database)
            revision = newest_revision()
        if check and revision != newest_revision():
            raise Conflict(Finding("schema_outdated"))
        yield database
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise InvalidInput(Finding("database_silent", params={"reason": reason})) from None
    finally:
        database.dispose()


def _refuse_broken_audit(database: "Database") -> None:
    from marktplatz.errors import Conflict, Finding
    from marktplatz.usecases.audit import find_breaks

    with database.read() as session:
        breaks = list(find_breaks(session))
    if breaks:
        told = (Finding("audit_broken", params={"chain": c, "number": n, "what": what}) for c, n, what in breaks[:100])
        raise Conflict(*told)


@contextmanager
def _only_server(database: "Database") -> Iterator[None]:
    """Two servers on one SQLite file would get into each other's way: the second one is told so."""
    from marktplatz.errors import Conflict, Finding

    if not database.is_sqlite or os.name == "nt":  # Windows: the address in use says the same
        yield
        return
    import fcntl

    path = Path(str(database.url.database) + ".served")
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(Finding("already_served")) from None
        yield


def _check_address(host: str, port: int) -> None:
    from marktplatz.errors import Conflict, Finding

    try:
        with socket.create_server((host, port)):
            pass
    except OSError:
        raise Conflict(Finding("address_in_use", params={"address": f"{host}:{port}"})) from None

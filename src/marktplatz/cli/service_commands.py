"""Commands that run and look after an installation: serve, migrate, backup, restore, doctor, audit."""

import os
import socket
from collections.abc import Iterator
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
) -> None:
    """Den Dienst starten; beenden mit Strg+C."""
    import uvicorn

    from marktplatz.cli.terminal import find_language
    from marktplatz.usecases.accounts import has_owner
    from marktplatz.web.app import create_app
    from marktplatz.web.logs import configure_logs
    from marktplatz.wording import translate
    from marktplatz.wording.service import FIRST_STEP

    settings = load_settings()
    configure_logs(settings.log_format)
    with open_database(settings, create=True) as database, _only_server(database):
        _check_address(host, port)
        app = create_app(settings, database=database)
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
        address = f"http://{host}:{port}"
        typer.echo(address, err=True)
        with database.read() as session:
            is_empty = not has_owner(session)
        if is_empty:
            typer.echo(f"{translate(FIRST_STEP, find_language())}\n  {address}/set-up#{app.state.service.setup_code}", err=True)
        uvicorn.Server(config).run()


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

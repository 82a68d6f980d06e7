"""`marktplatz user`: accounts of the staff, worked on directly in the database. Passwords are never arguments: `ps` shows those."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from marktplatz.errors import Finding, InvalidInput
from marktplatz.vocabulary import Role

if TYPE_CHECKING:
    from marktplatz.db.models import Account

app = typer.Typer(help="Konten der Mitarbeitenden: anlegen, Rollen geben, Zugang schicken, sperren.", no_args_is_help=True)

Mail = Annotated[str, typer.Argument(metavar="MAIL", help="Die Mail-Adresse des Kontos.")]


@app.command("add")
def add(
    mail: Mail,
    *,
    name: Annotated[str, typer.Option(help="Der Name, wie ihn andere sehen.")] = "",
    owner: Annotated[bool, typer.Option("--owner", help="Darf alles, auf allen Marktplätzen.")] = False,
) -> None:
    """Ein Konto anlegen; ohne Passwort, das kommt mit `password` oder `link`."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.accounts import add_account
    from marktplatz.usecases.actor import SYSTEM

    with open_database(load_settings()) as database, database.write() as session:
        account = add_account(session, datetime.now(UTC), SYSTEM, mail, name, is_owner=owner)
    typer.echo(account.id)


@app.command("list")
def list_accounts() -> None:
    """Alle Konten mit ihren Rollen, eine Zeile je Konto."""
    from sqlalchemy import select

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.db.models import Account, Membership

    with open_database(load_settings()) as database, database.read() as session:
        accounts = session.scalars(select(Account).order_by(Account.email)).all()
        memberships = session.scalars(select(Membership).order_by(Membership.market_id, Membership.role)).all()
    for account in accounts:
        roles = [f"{m.market_id}:{m.role}" for m in memberships if m.account_id == account.id]
        marks = [word for word, holds in (("owner", account.is_owner), ("disabled", account.disabled_at is not None)) if holds]
        typer.echo("\t".join((account.id, account.email, account.name, " ".join(marks + roles))))


@app.command("role")
def role(
    mail: Mail,
    market: Annotated[str, typer.Argument(metavar="MARKET", help="Die Id des Marktplatzes.")],
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="organiser, broker, notary, helper, moderator oder screen.")],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Die Rolle nehmen statt geben.")] = False,
) -> None:
    """Eine Rolle auf einem Marktplatz geben; wer noch kein Konto hat, bekommt eines."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.accounts import get_account_by_mail, give_role, take_role
    from marktplatz.usecases.actor import SYSTEM

    now = datetime.now(UTC)
    with open_database(load_settings()) as database, database.write(market) as session:
        if remove:
            take_role(session, now, SYSTEM, market, get_account_by_mail(session, mail).id, role)
        else:
            give_role(session, now, SYSTEM, market, mail, role, "", load_settings().language)


@app.command("password")
def password(mail: Mail) -> None:
    """Ein Passwort setzen: am Terminal ohne Echo gefragt, sonst die erste Zeile der Standardeingabe. Alle Anmeldungen enden."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.accounts import get_account_by_mail
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.logins import change_password
    from marktplatz.usecases.passwords import check_new_password, hash_password

    with open_database(load_settings()) as database:
        with database.read() as session:
            account: Account = get_account_by_mail(session, mail)
        new = _read_password()
        check_new_password(new, account.email)
        hashed = hash_password(new)
        with database.write() as session:
            change_password(session, datetime.now(UTC), SYSTEM, get_account_by_mail(session, mail), hashed, None)


@app.command("link")
def link(mail: Mail) -> None:
    """Einen Anmelde-Link ausgeben: 15 Minuten gültig, einmal."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.accounts import get_account_by_mail
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.audit import Subject, record_change
    from marktplatz.usecases.links import link_address, make_staff_link

    now = datetime.now(UTC)
    with open_database(load_settings()) as database, database.write() as session:
        account = get_account_by_mail(session, mail)
        secret = make_staff_link(session, now, account)
        record_change(session, now, SYSTEM, "print_link", Subject("account", account.id))
    typer.echo(link_address(load_settings().base_url, secret))


@app.command("disable")
def disable(
    mail: Mail,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Das Konto wieder freigeben.")] = False,
) -> None:
    """Ein Konto sperren; seine Anmeldungen, Links und die Token, die es ausgestellt hat, gelten sofort nicht mehr."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.accounts import change_account, get_account_by_mail
    from marktplatz.usecases.actor import SYSTEM

    with open_database(load_settings()) as database, database.write() as session:
        account = get_account_by_mail(session, mail)
        change_account(session, datetime.now(UTC), SYSTEM, account, {"is_disabled": not undo})


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    first = getpass("Neues Passwort: ")
    if getpass("Noch einmal: ") != first:
        raise InvalidInput(Finding("passwords_differ"))
    return first

"""`marktplatz token`: tokens of programs. The secret is printed once, on stdout, so that a script can take it."""

from typing import Annotated

import typer

from marktplatz.vocabulary import Role

app = typer.Typer(help="Token für Programme: ausstellen, zeigen, widerrufen.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Wofür das Token ist.")],
    *,
    role: Annotated[Role, typer.Option(help="Die Rolle, in der das Programm handelt.")],
    market: Annotated[list[str] | None, typer.Option(help="Nur für diesen Marktplatz; mehrmals möglich, sonst alle.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Nur dieser Bereich, etwa offers:read; mehrmals möglich.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="So viele Tage gültig; sonst bis zum Widerruf.")] = None,
) -> None:
    """Ein Token ausstellen und sein Geheimnis ausgeben: dieses eine Mal."""
    from datetime import UTC, datetime, timedelta

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.tokens import Grant, issue_token

    now = datetime.now(UTC)
    expires_at = None if days is None else now + timedelta(days=days)
    grant = Grant(name, role, tuple(market) if market else None, tuple(scope or ("*",)), expires_at)
    with open_database(load_settings()) as database, database.write() as session:
        token, secret = issue_token(session, now, SYSTEM, grant)
    typer.echo(f"Token {token.id}; das Geheimnis steht nur hier:", err=True)
    typer.echo(secret)


@app.command("list")
def list_tokens() -> None:
    """Alle Token, eine Zeile je Token."""
    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.tokens import find_tokens

    with open_database(load_settings()) as database, database.read() as session:
        for token in find_tokens(session):
            until = "revoked" if token.revoked_at else f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "-"
            markets = "*" if token.market_ids is None else " ".join(token.market_ids)
            typer.echo("\t".join((token.id, token.name, token.role, markets, " ".join(token.scopes), until)))


@app.command("revoke")
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="Die Id des Tokens, wie `list` sie zeigt.")]) -> None:
    """Ein Token widerrufen; die von ihm ausgestellten gelten auch nicht mehr."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.tokens import get_token, revoke_token

    with open_database(load_settings()) as database, database.write() as session:
        revoke_token(session, datetime.now(UTC), SYSTEM, get_token(session, token_id))

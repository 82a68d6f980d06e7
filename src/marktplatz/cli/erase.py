"""`marktplatz erase`: forget a person, by mail address, in one market or in all."""

from typing import Annotated

import typer

from marktplatz.errors import Finding, NotFound


def erase(
    mail: Annotated[str, typer.Argument(metavar="MAIL", help="Die Mail-Adresse der Person.")],
    *,
    market: Annotated[str | None, typer.Option(help="Nur auf diesem Marktplatz; sonst auf allen.")] = None,
) -> None:
    """Alles löschen, was über eine Person gespeichert ist; ausgegeben wird, wo andere von ihr schreiben (Tabelle, Id, Feld)."""
    from datetime import UTC, datetime

    from marktplatz.cli.service_commands import load_settings, open_database
    from marktplatz.db.models import Person
    from marktplatz.usecases.actor import SYSTEM
    from marktplatz.usecases.erasure import erase_person, find_persons_by_mail

    with open_database(load_settings()) as database:
        with database.read() as session:
            found = [(person.market_id, person.id) for person in find_persons_by_mail(session, mail, market)]
        if not found:
            raise NotFound(Finding("nobody_with_mail"))
        for key in found:
            with database.write(key[0]) as session:
                person = session.get(Person, key)
                mentions = erase_person(session, datetime.now(UTC), SYSTEM, person) if person is not None else []
            for mention in mentions:
                typer.echo("\t".join((key[0], mention["table"], mention["key"], mention["column"])))
        database.scrub()
    typer.echo(f"{len(found)} gelöscht.", err=True)

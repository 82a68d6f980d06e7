"""What the matrix is walked in: two markets with everything that routes name, planted once, and a database that keeps nothing."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from matrix_day import HERE, NOW, OF_MARKET, plant_day
from matrix_runs import plant_runs
from matrix_table import STAFF
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from marktplatz.db.base import Base
from marktplatz.db.engine import Database
from marktplatz.db.models import (
    Account,
    Consent,
    ConsentText,
    Link,
    Login,
    MarketRecord,
    Membership,
    OutboxMessage,
    Person,
    Representation,
    Token,
    Upload,
    WishRecord,
)
from marktplatz.market import Contact, Entry, Organisation, Policy
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.entries import add_entry
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.organisations import add_organisation
from marktplatz.usecases.passwords import hash_password
from marktplatz.usecases.secrecy import hash_secret
from marktplatz.vocabulary import (
    ConsentPurpose,
    EntrySide,
    LinkPurpose,
    MessageStatus,
    OrganisationKind,
    Phase,
    Role,
    WishLevel,
)

ELSEWHERE = OF_MARKET["elsewhere"]
FORM_TOKEN = "form"  # noqa: S105
PASSWORD = "ein ganzer Satz als Passwort"  # noqa: S105


class ForgetfulDatabase(Database):
    """Everything happens as in life but for the commit: at the end of a transaction it looks what would stay, and forgets it."""

    base = ""
    is_watched = False
    has_changed = False

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with (
            self.engine.connect() as connection,
            Session(connection.execution_options(writes=True), expire_on_commit=False) as session,
        ):
            session.begin()
            yield session
            session.flush()
            if self.is_watched and digest_of(connection) != self.base:
                self.has_changed = True
            session.rollback()


def digest_of(connection: Connection) -> str:
    """Over every row of every table."""
    digest = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
        digest.update(f"{table.name}{rows}".encode())
    return digest.hexdigest()


def plant(database: Database) -> None:
    """Both markets, their people and things, and callers of every role."""
    with database.write() as session:
        create_market(session, NOW, SYSTEM, Policy(name="Markt", date=NOW.date(), max_pairs_between=None), HERE)
        create_market(session, NOW, SYSTEM, Policy(name="Kanari-Markt-elsewhere"), ELSEWHERE)
        session.add(ConsentText(purpose=ConsentPurpose.PHOTOS, version="1", text="Ja."))
        session.flush()
        for variant, market in OF_MARKET.items():
            _plant_organisation(session, market, variant)
            _plant_person(session, market, variant)
        plant_runs(session)
        plant_day(session)
        _plant_staff(session)
        _plant_tokens(session)
        link = {"purpose": LinkPurpose.PARTICIPANT_ENTRY, "market_id": HERE, "person_id": "p-own", "created_at": NOW}
        session.add(Link(secret_sha256=hash_secret("a-link"), **link))


def move(database: Database, phase: Phase) -> None:
    with database.write(HERE) as session:
        session.get_one(MarketRecord, HERE).phase = phase


def _plant_organisation(session: Session, market: str, variant: str) -> None:
    contact = Contact(
        name=f"Kanari-Kontakt-{variant}", email=f"Kanari-Kontakt-{variant}@example.org", phone=f"Kanari-Kontakt-{variant}-7"
    )
    kind = OrganisationKind.NONPROFIT if variant in ("partner", "other") else OrganisationKind.COMPANY
    organisation = Organisation(id=f"o-{variant}", kind=kind, name=f"Kanari-Name-{variant}", contact=contact)
    add_organisation(session, NOW, SYSTEM, market, organisation)
    for side in EntrySide:
        entry = Entry(id=f"{side}-{variant}", organisation=f"o-{variant}", title=f"Kanari-Eintrag-{variant}", capacity=2)
        add_entry(session, NOW, SYSTEM, market, side, entry)
    key = {"market_id": market, "organisation_id": f"o-{variant}"}
    wish = {"id": f"Kanari-Wunsch-{variant}", "target": f"offer-{variant}", "level": WishLevel.LIKE, "created_at": NOW}
    if variant != "partner":
        session.add(WishRecord(**key, **wish))
    session.flush()


def _plant_person(session: Session, market: str, variant: str) -> None:
    """The contact gets an id that the table can name, and all that hangs on a person."""
    found = session.scalars(select(Representation).filter_by(market_id=market, organisation_id=f"o-{variant}")).one()
    person = session.get_one(Person, (market, found.person_id))
    key = {"market_id": market, "person_id": f"p-{variant}"}
    data = {"name": person.name, "email": person.email, "phone": person.phone, "created_at": NOW}
    session.delete(found)
    session.flush()
    session.delete(person)
    session.add(Person(market_id=market, id=f"p-{variant}", **data))
    session.flush()
    session.add(Representation(organisation_id=f"o-{variant}", is_contact=True, **key))
    consent = {"purpose": ConsentPurpose.PHOTOS, "text_version": "1", "given_at": NOW}
    session.add(Consent(id=f"c-{variant}", **key, **consent))
    message = {"kind": "invitation", "recipient": person.email, "subject": "Einladung", "body": "{link}", "created_at": NOW}
    session.add(OutboxMessage(id=f"msg-{variant}", status=MessageStatus.HELD, **key, **message))
    session.add(_login(f"login-{variant}", **key))
    upload = {"name": "markt.json", "content": b"{}", "created_by": "a-organiser", "created_at": NOW}
    session.add(Upload(id=f"up-{variant}", market_id=key["market_id"], **upload))
    session.flush()


def _plant_staff(session: Session) -> None:
    password_hash = hash_password(PASSWORD)
    for role in ("owner", *STAFF, "outsider"):
        fields = {"name": role, "email": f"kanari-mail-{role}@example.org", "password_hash": password_hash, "created_at": NOW}
        session.add(Account(id=f"a-{role}", is_owner=role == "owner", **fields))
        session.flush()
        session.add(_login(f"login-{role}", account_id=f"a-{role}"))
        if role != "owner":
            market = ELSEWHERE if role == "outsider" else HERE
            staff_role = Role.ORGANISER if role == "outsider" else Role(role)
            session.add(Membership(market_id=market, account_id=f"a-{role}", role=staff_role))


def _plant_tokens(session: Session) -> None:
    for variant, market in (("here", HERE), ("elsewhere", ELSEWHERE)):
        plant_token(session, f"t-{variant}", Role.HELPER, [market], ["*"], name=f"Kanari-Token-{variant}")


def plant_token(session: Session, token_id: str, role: Role, markets: list[str] | None, scopes: list[str], name: str = "x") -> None:
    fields = {"role": role, "market_ids": markets, "scopes": scopes, "name": name, "issued_by": "system", "created_at": NOW}
    session.add(Token(id=token_id, secret_sha256=hash_secret(token_id), **fields))


def _login(secret: str, **holder: str) -> Login:
    times = {"created_at": NOW, "expires_at": NOW + timedelta(hours=12)}
    return Login(secret_sha256=hash_secret(secret), form_secret=FORM_TOKEN, is_by_link=False, **times, **holder)

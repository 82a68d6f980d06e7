"""What the matrix finds of the market day: who is there, and agreements on every step of their way."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from marktplatz.db.models import (
    Agreement,
    AgreementParty,
    AgreementService,
    CheckIn,
    Consent,
    ConsentText,
    HallNote,
    OrganisationRecord,
    Station,
)
from marktplatz.market import Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import AgreementStatus, CheckInStatus, ConsentPurpose, NoteKind, OrganisationKind, Role, ServiceSide

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
HERE: Final = "m1"
OF_MARKET: Final = {"own": HERE, "partner": HERE, "other": HERE, "elsewhere": "m2"}
PARTIES: Final = {
    "own": ("o-own", "o-other"),
    "partner": ("o-partner", "o-other"),
    "other": ("o-other", "o-late"),
    "elsewhere": ("o-elsewhere", "o-late-elsewhere"),
}
"""Own has one with other that is not certified: it makes nobody a partner."""


def plant_day(session: Session) -> None:
    """By variant a check-in, an agreement that was given back and one at the notary's desk; two that are certified."""
    for organisation_id, market in (("o-late", HERE), ("o-late-elsewhere", OF_MARKET["elsewhere"])):
        late = Organisation(id=organisation_id, kind=OrganisationKind.NONPROFIT, name="Spät")
        add_organisation(session, NOW, SYSTEM, market, late)
    for variant, market in OF_MARKET.items():
        session.add(CheckIn(market_id=market, organisation_id=f"o-{variant}", status=CheckInStatus.PRESENT, changed_at=NOW))
        word = f"Kanari-Vertrag-{variant}"
        _plant_agreement(session, market, f"v-{variant}", AgreementStatus.RETURNED, PARTIES[variant], word)
        note = HallNote(market_id=market, id=f"h-{variant}", kind=NoteKind.NOTE, organisation_id=f"o-{variant}")
        note.text, note.author, note.created_at = f"Kanari-Notiz-{variant}", "account:a-broker", NOW
        session.add(note)
        _plant_agreement(session, market, f"w-{variant}", AgreementStatus.SUBMITTED, PARTIES[variant], word)
    _plant_agreement(session, HERE, "z-quiet", AgreementStatus.CERTIFIED, ("o-own", "o-partner"), "Kanari-Tafel-quiet", number=1)
    _plant_agreement(session, HERE, "z-named", AgreementStatus.CERTIFIED, ("o-partner", "o-other"), "Kanari-Tafel-named", number=2)
    _publish(session, "p-partner", "p-other")
    for station_id, market in (("s-door", HERE), ("s-elsewhere", OF_MARKET["elsewhere"])):
        fields = {"name": f"Kanari-Station-{station_id}", "role": Role.HELPER, "secret_sha256": station_id, "form_secret": "form"}
        session.add(Station(market_id=market, id=station_id, created_by="system", created_at=NOW, **fields))
    session.flush()


def _plant_agreement(
    session: Session,
    market_id: str,
    agreement_id: str,
    status: AgreementStatus,
    parties: tuple[str, str],
    word: str,
    number: int | None = None,
) -> None:
    is_certified = number is not None
    session.add(
        Agreement(
            market_id=market_id,
            id=agreement_id,
            status=status,
            number=number,
            scope=word,
            place=word,
            return_reason=word,
            created_by="system",
            created_at=NOW,
            certified_at=NOW if is_certified else None,
            parties=[AgreementParty(organisation_id=party, position=n) for n, party in enumerate(parties)],
            services=[AgreementService(position=0, side=ServiceSide.SERVICE, giver_id=parties[0], taker_id=parties[1], text=word)],
        )
    )
    for party in parties if is_certified else ():
        session.get_one(OrganisationRecord, (market_id, party)).agreed += 1
    session.flush()


def _publish(session: Session, *persons: str) -> None:
    """They agreed to be named on the board."""
    text = {"purpose": ConsentPurpose.PUBLICATION, "version": "1"}
    session.add(ConsentText(text="Ja.", **text))
    session.flush()
    for person_id in persons:
        key = {"market_id": HERE, "id": f"c-board-{person_id}", "person_id": person_id}
        session.add(Consent(purpose=text["purpose"], text_version="1", given_at=NOW, **key))
    session.flush()

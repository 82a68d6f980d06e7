"""Consents in the words that come with the product: each wording is written down when the first person agrees to it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marktplatz.db.models import Consent, ConsentText
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.identifiers import make_id
from marktplatz.vocabulary import ConsentPurpose
from marktplatz.wording.consent_texts import consent_text, consent_version


def give_shipped_consents(
    session: Session,
    now: datetime,
    actor: Actor,
    market_id: str,
    person_id: str,
    purposes: frozenset[ConsentPurpose],
    language: str,
) -> None:
    """Those that hold already are left as they are; who says so beside the person's proven link, the audit tells."""
    wanted = select(Consent.purpose).where(
        Consent.market_id == market_id, Consent.person_id == person_id, Consent.withdrawn_at.is_(None)
    )
    for purpose in sorted(purposes - set(session.scalars(wanted))):
        version = _keep_text(session, purpose, language)
        session.add(
            Consent(market_id=market_id, id=make_id("c"), person_id=person_id, purpose=purpose, text_version=version, given_at=now)
        )
        session.flush()
        said = {"purpose": purpose, "text_version": version}
        record_change(session, now, actor, "give_consent", Subject("person", person_id), chain=market_id, after=said)


def _keep_text(session: Session, purpose: ConsentPurpose, language: str) -> str:
    """Texts belong to the whole installation, and another market's writer may keep the same at this moment."""
    version = consent_version(purpose, language)
    if session.get(ConsentText, (purpose, version)) is None:
        try:
            with session.begin_nested():
                session.add(ConsentText(purpose=purpose, version=version, text=consent_text(purpose, language)))
        except IntegrityError:
            pass
    return version

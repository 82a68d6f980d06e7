"""A new market after an older one: its rules, texts and team; never its persons, organisations or entries."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations, count
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.engine import INSTALLATION
from marktplatz.db.models import Account, Agreement, AgreementParty, MailText, MarketRecord, Membership, OrganisationRecord
from marktplatz.market import Policy
from marktplatz.usecases.accounts import give_role
from marktplatz.usecases.actor import Actor
from marktplatz.usecases.audit import Subject, record_change
from marktplatz.usecases.markets import create_market
from marktplatz.usecases.profiles import ProfileValue, change_profile, get_profile
from marktplatz.vocabulary import AgreementStatus

MAX_ID: Final = 48
KEPT_FREE: Final = frozenset({"new", INSTALLATION})
"""Steps of our own addresses."""
_UNFOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "ł": "l", "đ": "d"})


def find_free_id(session: Session, name: str) -> str:
    """From the market's name, so that its address can be read aloud and stand on a flyer."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UNFOLDED)).encode("ascii", "ignore").decode()
    words = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:MAX_ID].strip("-") or "markt"
    taken = set(session.scalars(select(MarketRecord.id).where(MarketRecord.id.like(f"{words}%")))) | KEPT_FREE
    return next(each for each in _proposals(words) if each not in taken)


def copy_market(
    session: Session,
    now: datetime,
    actor: Actor,
    source: MarketRecord,
    policy: Policy,
    profile: ProfileValue,
    *,
    with_team: bool,
    with_history: bool,
) -> MarketRecord:
    """A draft that begins as `source` does; `policy` and `profile` are its own, changed where the new evening differs.

    With its history, who made an agreement in earlier markets is known by the organisations' keys, and nothing else of them.
    """
    record = create_market(session, now, actor, policy, find_free_id(session, policy.name))
    record.concepts = list(source.concepts)
    if with_history:
        record.earlier_agreements = [{"keys": list(keys)} for keys in _find_history(session, source)]
    own = get_profile(session, record.id)
    own.copied_from = source.id
    change_profile(session, now, actor, own, profile)
    texts = _copy_mail_texts(session, source.id, record.id)
    subject = Subject("market", record.id)
    told = {"from": source.id, "mail_texts": texts, "earlier_agreements": len(record.earlier_agreements)}
    record_change(session, now, actor, "copy_market", subject, chain=record.id, after=told)
    if with_team:
        _copy_team(session, now, actor, source.id, record.id)
    return record


def _proposals(words: str) -> Iterator[str]:
    yield words
    yield from (f"{words}-{number}" for number in count(2))


def _copy_mail_texts(session: Session, source_id: str, market_id: str) -> list[str]:
    texts = session.scalars(select(MailText).where(MailText.market_id == source_id).order_by(MailText.kind)).all()
    session.add_all(MailText(market_id=market_id, kind=text.kind, subject=text.subject, body=text.body) for text in texts)
    session.flush()
    return [text.kind.value for text in texts]


def _copy_team(session: Session, now: datetime, actor: Actor, source_id: str, market_id: str) -> None:
    """Without those who may no longer come in."""
    wanted = (
        select(Account, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.market_id == source_id, Account.disabled_at.is_(None))
        .order_by(Account.id, Membership.role)
    )
    for account, role in session.execute(wanted).all():
        give_role(session, now, actor, market_id, account.email, role, account.name, "de")


def _find_history(session: Session, source: MarketRecord) -> list[tuple[str, str]]:
    """Pairs of keys, each once: those that the source knew of, and those of its own certified agreements."""
    found = {tuple(sorted(each["keys"])) for each in source.earlier_agreements}
    wanted = (
        select(AgreementParty.agreement_id, OrganisationRecord.key)
        .join(Agreement, (Agreement.market_id == AgreementParty.market_id) & (Agreement.id == AgreementParty.agreement_id))
        .join(
            OrganisationRecord,
            (OrganisationRecord.market_id == AgreementParty.market_id) & (OrganisationRecord.id == AgreementParty.organisation_id),
        )
        .where(
            AgreementParty.market_id == source.id,
            Agreement.status == AgreementStatus.CERTIFIED,
            func.length(OrganisationRecord.key) > 0,
        )
    )
    keys_by_agreement: dict[str, set[str]] = {}
    for agreement_id, key in session.execute(wanted):
        keys_by_agreement.setdefault(agreement_id, set()).add(str(key))
    for keys in keys_by_agreement.values():
        found |= set(combinations(sorted(keys), 2))
    return sorted((one, other) for one, other in found)

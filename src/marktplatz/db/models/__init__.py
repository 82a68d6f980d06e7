"""The records, by theme; importing this registers all of them."""

from marktplatz.db.base import Base
from marktplatz.db.models.access import Account, Link, Login, Membership, Token
from marktplatz.db.models.day import Agreement, AgreementParty, AgreementService, CheckIn
from marktplatz.db.models.evening import Evening, HallNote, PlanChange, Station
from marktplatz.db.models.ledger import AuditDetail, AuditEntry, AuditHead, IdempotencyRecord, OutboxMessage
from marktplatz.db.models.market import CategoryRecord, MarketRecord
from marktplatz.db.models.organisation import EntryRecord, OrganisationRecord, PairRecord, ScoreRecord, WishRecord
from marktplatz.db.models.people import Consent, ConsentText, Person, Representation
from marktplatz.db.models.profile import MailText, Profile, Upload
from marktplatz.db.models.run import ConversationRecord, PairingRecord, Run, TimetableRecord

__all__ = [
    "Account",
    "Agreement",
    "AgreementParty",
    "AgreementService",
    "AuditDetail",
    "AuditEntry",
    "AuditHead",
    "Base",
    "CategoryRecord",
    "CheckIn",
    "Consent",
    "ConsentText",
    "ConversationRecord",
    "EntryRecord",
    "Evening",
    "HallNote",
    "IdempotencyRecord",
    "Link",
    "Login",
    "MailText",
    "MarketRecord",
    "Membership",
    "OrganisationRecord",
    "OutboxMessage",
    "PairRecord",
    "PairingRecord",
    "Person",
    "PlanChange",
    "Profile",
    "Representation",
    "Run",
    "ScoreRecord",
    "Station",
    "TimetableRecord",
    "Token",
    "Upload",
    "WishRecord",
]

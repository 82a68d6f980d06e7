"""Enums that every layer shares: the words of the domain, in English; German stands in `wording` only."""

from enum import StrEnum
from typing import Final

MARKET_FORMAT: Final = "marktplatz/1"
PLAN_FORMAT: Final = "marktplatz-plan/1"
TIMETABLE_FORMAT: Final = "marktplatz-timetable/1"

MAX_POINTS: Final = 1000
"""A pair has 0 to MAX_POINTS whole points."""


class OrganisationKind(StrEnum):
    COMPANY = "company"
    NONPROFIT = "nonprofit"


class CategoryKind(StrEnum):
    """The fixed inner set that every market's own categories are mapped to; OPEN fits every kind."""

    HANDS = "hands"
    KNOW_HOW = "know_how"
    GOODS = "goods"
    SPACE_LOGISTICS = "space_logistics"
    PROGRAMME = "programme"
    ACCESS = "access"
    OPEN = "open"


class ImpactField(StrEnum):
    EDUCATION = "education"
    INTEGRATION = "integration"
    NEIGHBOURHOOD = "neighbourhood"
    CULTURE = "culture"
    OTHER = "other"


class Reciprocity(StrEnum):
    """Must the taker of a service give one back?"""

    NONE = "none"
    WANTED = "wanted"
    REQUIRED = "required"


class WithinKind(StrEnum):
    """May two organisations of one kind be paired?"""

    NONE = "none"
    NONPROFITS = "nonprofits"
    ALL = "all"


class History(StrEnum):
    """Should organisations that made an agreement in an earlier market meet again?"""

    IGNORE = "ignore"
    PREFER = "prefer"
    AVOID = "avoid"


class WishLevel(StrEnum):
    MUST_MEET = "must_meet"
    LIKE = "like"
    NO_THANKS = "no_thanks"


class PairStatus(StrEnum):
    PINNED = "pinned"
    FORBIDDEN = "forbidden"


class PlanStatus(StrEnum):
    """OPTIMAL only with proof; FEASIBLE only when a time limit cut the proof off; REFUSED when pins break a rule."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    REFUSED = "refused"


class SolvePhase(StrEnum):
    """How far a solve has come, in this order."""

    STARTING = "starting"
    READING = "reading"
    SCORING = "scoring"
    SOLVING = "solving"
    EXPLAINING = "explaining"


class Rule(StrEnum):
    """The hard rules, in the order in which a refusal names the first that is broken."""

    NOT_ELIGIBLE = "not_eligible"
    FORBIDDEN = "forbidden"
    NO_THANKS = "no_thanks"
    SAME_ORGANISATION = "same_organisation"
    SAME_OWNER = "same_owner"
    CAPACITY = "capacity"
    MAX_AGREEMENTS = "max_agreements"
    MAX_PAIRS_BETWEEN = "max_pairs_between"


class Barrier(StrEnum):
    """Why a pair is not eligible by itself, one name per criterion that can exclude."""

    NOT_LISTED = "not_listed"
    WITHIN_KIND = "within_kind"
    CATEGORY = "category"
    TIME = "time"
    DISTANCE = "distance"
    COMPETITORS = "competitors"
    VALUES = "values"
    NO_RETURN = "no_return"


class Criterion(StrEnum):
    """The parts that add up to a pair's points."""

    KIND = "kind"
    CONTENT = "content"
    TIME = "time"
    PLACE = "place"
    SIZE = "size"
    EASE = "ease"
    WISHES = "wishes"
    RETURN = "return"
    IMPACT = "impact"
    HISTORY = "history"
    GIVEN = "given"


class PairNote(StrEnum):
    """What is said about a pair beside its points. FAINT: it hardly fits, and somebody should look at it."""

    EXCEPTION = "exception"
    FAINT = "faint"


class UnpairedReason(StrEnum):
    """Why an organisation is in no pair, beside the Barriers and Rules that have their own names."""

    NO_ENTRY = "no_entry"
    NO_COUNTERPART = "no_counterpart"
    OWN_CAPACITY = "own_capacity"
    OWN_MAXIMUM = "own_maximum"
    PARTNERS_TAKEN = "partners_taken"
    LOST_TIE = "lost_tie"
    NOT_PROVEN = "not_proven"
    COULD_JOIN = "could_join"
    TAKEN_BY_HAND = "taken_by_hand"


class EntrySide(StrEnum):
    OFFER = "offer"
    NEED = "need"


class Phase(StrEnum):
    """The way of a market, in order."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    MATCHING = "matching"
    DAY = "day"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


class Standing(StrEnum):
    """Where an organisation or an entry stands before the organiser; only what is APPROVED is matched.

    WAITING: the hall is full. RETURNED: sent back with a reason. WITHDRAWN: by whoever entered it, kept and not shown.
    """

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Attendance(StrEnum):
    """What an organisation says before the day about coming; what is true then, a check-in tells."""

    UNKNOWN = "unknown"
    COMING = "coming"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    """Who sees before the day which organisations take part, and what they offer and seek."""

    ALL = "all"
    PARTICIPANTS = "participants"
    NOBODY = "nobody"


class Trading(StrEnum):
    """How the evening runs: people walk about freely, in timed rounds, or first in rounds and then freely."""

    FREE = "free"
    ROUNDS = "rounds"
    ROUNDS_THEN_FREE = "rounds_then_free"


class DataClass(StrEnum):
    """What has a date of its own by which it is destroyed."""

    CONTACTS = "contacts"
    MESSAGES = "messages"
    RUN_INPUTS = "run_inputs"


class Role(StrEnum):
    """Who somebody is in a market; OWNER is the installation's, above all markets."""

    OWNER = "owner"
    ORGANISER = "organiser"
    BROKER = "broker"
    NOTARY = "notary"
    HELPER = "helper"
    MODERATOR = "moderator"
    PARTICIPANT = "participant"
    SCREEN = "screen"
    PUBLIC = "public"


class RunStatus(StrEnum):
    """REFUSED: the pins break a rule, the plan says which; FAILED: the solve died, `failure` says how."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CheckInStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    LEFT = "left"


class AgreementStatus(StrEnum):
    """Void: replaced or withdrawn. What follows the evening (running, done, failed) is the follow-up's."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CERTIFIED = "certified"
    VOID = "void"


class DeskCheck(StrEnum):
    """What a notary makes sure of before the stamp, in this order."""

    NO_MONEY = "no_money"
    FEASIBLE = "feasible"
    PARTIES = "parties"
    CONTACT = "contact"
    PROPORTIONATE = "proportionate"


class Stage(StrEnum):
    """Where the evening stands; between two rounds the stage is still ROUND, with its time over."""

    BEFORE = "before"
    ROUND = "round"
    FREE = "free"
    CLOSED = "closed"


class NoteKind(StrEnum):
    """What a broker writes down about an organisation. INTRODUCTION: brought together with a partner."""

    NOTE = "note"
    HELP = "help"
    REFUSAL = "refusal"
    INTRODUCTION = "introduction"


class ServiceSide(StrEnum):
    """The two sides of a deal; both are services, about different things more often than not."""

    SERVICE = "service"
    RETURN = "return"


class ConsentPurpose(StrEnum):
    PUBLICATION = "publication"
    PHOTOS = "photos"
    NEXT_INVITATION = "next_invitation"


class MessageStatus(StrEnum):
    """A message of the outbox; HELD until somebody releases it, nothing leaves by itself."""

    HELD = "held"
    RELEASED = "released"
    SENT = "sent"
    FAILED = "failed"
    DISCARDED = "discarded"


class MessageKind(StrEnum):
    """Why a message is written; the first three are asked for by whoever gets them."""

    STAFF_LOGIN = "staff_login"
    PARTICIPANT_ENTRY = "participant_entry"
    ENTRY_RECEIVED = "entry_received"
    INVITATION = "invitation"
    ENTRY_RETURNED = "entry_returned"
    PLACE_FREE = "place_free"
    CONFIRMATION_MISSING = "confirmation_missing"
    REMINDER = "reminder"
    PROPOSALS_PUBLISHED = "proposals_published"
    STAFF_INVITATION = "staff_invitation"
    THANKS = "thanks"


class LinkPurpose(StrEnum):
    STAFF_LOGIN = "staff_login"
    PARTICIPANT_ENTRY = "participant_entry"


class VariantKind(StrEnum):
    """What could be changed about an entry so that more partners could help, the smallest change first."""

    SECOND_DATE = "second_date"
    WIDER_DATES = "wider_dates"
    ANY_DATE = "any_date"
    FEWER_PEOPLE = "fewer_people"
    FEWER_HOURS = "fewer_hours"
    REMOTE = "remote"
    ORGANISATIONS_PLACE = "organisations_place"
    ANY_CATEGORY = "any_category"


class Suspicion(StrEnum):
    """What makes two organisations, or two entries, look like one, the strongest first."""

    SAME_NAME = "same_name"
    SAME_MAIL = "same_mail"
    NEAR_NAME = "near_name"
    SAME_TEXT = "same_text"
    NEAR_TEXT = "near_text"


class UnreachedReason(StrEnum):
    """Why somebody should be called: no mail arrived, or none was followed."""

    MAIL_FAILED = "mail_failed"
    NEVER_ANSWERED = "never_answered"


class CallResult(StrEnum):
    """What came of a call: somebody was reached, or it is to be tried again."""

    REACHED = "reached"
    AGAIN = "again"

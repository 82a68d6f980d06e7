"""A body that is fine, for every operation that takes one; a new operation needs its line here."""

from dataclasses import dataclass, field
from typing import Any, Final

from day_world import DRAFT
from marktplatz.vocabulary import DeskCheck

M: Final = "/api/v1/markets/m1"
ORGANISATION: Final = {"kind": "company", "name": "Bank", "contact": {}}
ENTRY: Final = {"organisation": "bank", "title": "Wände streichen"}
CATEGORY: Final = {"code": "garden", "label": "Garten", "kind": "hands", "neighbours": []}
PAIR: Final = {"offer": "paint", "need": "walls"}
TOKEN: Final = {"name": "x", "role": "helper", "scopes": ["*"]}
SENTENCE: Final = "ein ganzer Satz"


@dataclass(frozen=True)
class Body:
    """`caller` is a token's name, or the login; `like` names the operation whose fields an edit takes.

    `secret` are fields whose values no answer may show, `unshown` those that an answer need not show; `means` tells, by field, what
    else than itself a value may come back as.
    """

    method: str
    path: str
    body: dict[str, Any]
    caller: str = "owner"
    like: str = ""
    secret: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    means: dict[str, dict[Any, Any]] = field(default_factory=dict)


NAME_OF_ACCOUNT: Final = {"name": dict.fromkeys(("", " ", "\t", "\r\n", "\u200b\u200d\ufeff", "\xa0"), "a@example.org")}
"""Whose name nobody can see is called by their address."""

BODIES: Final[dict[str, Body]] = {
    "markets_add": Body("POST", "/api/v1/markets", {"name": "Markt", "categories": [CATEGORY]}),
    "markets_edit": Body("PATCH", M, {"categories": [CATEGORY]}, like="markets_add"),
    "markets_move": Body("POST", f"{M}/phase", {"phase": "collecting"}),
    "organisations_add": Body("POST", f"{M}/organisations", ORGANISATION),
    "organisations_edit": Body("PATCH", f"{M}/organisations/bank", {}, like="organisations_add"),
    "offers_add": Body("POST", f"{M}/offers", ENTRY),
    "offers_edit": Body("PATCH", f"{M}/offers/paint", {}, like="offers_add"),
    "needs_add": Body("POST", f"{M}/needs", ENTRY),
    "needs_edit": Body("PATCH", f"{M}/needs/walls", {}, like="needs_add"),
    "wishes_add": Body("POST", f"{M}/wishes", {"organisation": "bank", "target": "club", "level": "like"}),
    "checkins_add": Body("POST", f"{M}/checkins", {"organisation": "club", "status": "present", "people": 2}),
    "checkins_change": Body("PUT", f"{M}/checkins/bank", {"status": "left"}),
    "agreements_add": Body("POST", f"{M}/agreements", DRAFT, unshown=("offer", "need")),
    "agreements_edit": Body("PATCH", f"{M}/agreements/drafted", DRAFT, like="agreements_add"),
    "agreements_give_back": Body("POST", f"{M}/agreements/submitted/return", {"reason": "Unklar."}, "notary", unshown=("reason",)),
    "agreements_declare_void": Body("POST", f"{M}/agreements/drafted/void", {"reason": "Entfällt."}, "notary", unshown=("reason",)),
    "agreements_certify": Body(
        "POST", f"{M}/agreements/submitted/certify", {"checks": [*DeskCheck]}, "notary", unshown=("checks", "number")
    ),
    "agreements_take": Body("POST", f"{M}/agreements/submitted/take", {"anyway": True}, "notary", unshown=("anyway",)),
    "agreements_replace": Body("POST", f"{M}/agreements/submitted/replace", {"reason": "Falsch."}, "notary", unshown=("reason",)),
    "agreements_raise_limit": Body(
        "POST",
        f"{M}/agreements/submitted/raise",
        {"entry": "paint", "to": 9, "reason": "Mehr Hände."},
        "notary",
        unshown=("entry", "organisation", "to", "reason"),
    ),
    "hall_notes_add": Body("POST", f"{M}/hall-notes", {"kind": "note", "organisation": "bank", "text": "Steht am Fenster."}),
    "pairs_put": Body("PUT", f"{M}/pairs", PAIR | {"status": "pinned"}),
    "runs_add": Body("POST", f"{M}/runs", {}),
    "pairings_add": Body("POST", f"{M}/runs/r-1/pairings", PAIR),
    "pairings_swap": Body("POST", f"{M}/runs/r-1/pairings/swap", {"remove": [], "add": [PAIR]}),
    "runs_what_if": Body("POST", f"{M}/runs/nowhere/what-if", {"absent": ["bank"]}),
    "timetable_add": Body("POST", f"{M}/timetable", {"rounds": 2, "tables": 2, "run": "nowhere"}),
    "timetables_change": Body("POST", f"{M}/timetables/nowhere/changes", {"remove": [["bank", "club"]]}),
    "zones_replace": Body("PUT", f"{M}/zones", {"zones": [{"name": "Garten", "category": "hands", "first": 1, "last": 3}]}),
    "stations_add": Body("POST", f"{M}/stations", {"name": "Notariat 1", "role": "notary"}),
    "stations_edit": Body("PATCH", f"{M}/stations/s-1", {}, like="stations_add"),
    "session_sign_in": Body("POST", "/api/v1/session", {"email": "a@example.org", "password": "x"}, "", secret=("password",)),
    "session_change_password": Body("POST", "/api/v1/session/password", {"new": SENTENCE}, caller="login", secret=("old", "new")),
    "links_request": Body("POST", "/api/v1/links", {"email": "a@example.org"}, caller="", unshown=("email", "market")),
    "links_confirm": Body("POST", "/api/v1/links/confirm", {"secret": "x"}, caller="", secret=("secret",)),
    "accounts_add": Body("POST", "/api/v1/accounts", {"email": "a@example.org"}, means=NAME_OF_ACCOUNT),
    "accounts_edit": Body("PATCH", "/api/v1/accounts/a-1", {}, like="accounts_add"),
    "members_add": Body(
        "POST", f"{M}/members", {"email": "a@example.org", "role": "helper"}, unshown=("role",), means=NAME_OF_ACCOUNT
    ),
    "tokens_add_in_market": Body("POST", f"{M}/tokens", TOKEN),
    "tokens_add": Body("POST", "/api/v1/tokens", TOKEN),
    "consent_texts_add": Body("POST", "/api/v1/consent-texts", {"purpose": "photos", "version": "1", "text": "Ja."}),
    "consents_give": Body("POST", f"{M}/consents", {"person": "p-1", "purpose": "photos", "text_version": "0"}),
}

NOT_DONE: Final = {
    "session_sign_in": "wrong_credentials",
    "links_confirm": "link_not_valid",
    "runs_what_if": "unknown_run",  # else it would be solved, in a process of its own
    "timetables_change": "unknown_timetable",
    "timetable_add": "unknown_run",  # else it would be solved, in a process of its own
}
"""What is not done although the body is fine."""

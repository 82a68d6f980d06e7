"""Three actors do what they like with agreements; the service always agrees with a model of thirty lines."""

import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import select

from databases import SqliteTemplates
from day_world import AGREEMENTS, DRAFT, SERVICE, codes, make_day
from marktplatz.db.engine import Database
from marktplatz.db.models import Agreement, EntryRecord
from marktplatz.settings import Settings
from marktplatz.usecases.audit import find_breaks
from marktplatz.vocabulary import Role
from marktplatz.web.app import create_app
from service_fixtures import FakeClock, World

CAPACITY = 2
ACTORS = st.sampled_from(["participant", "broker", "notary"])
STEPS = {"submit": ("drafted", "returned"), "certify": ("submitted",), "return": ("submitted",)}
AFTER = {"submit": "submitted", "certify": "certified", "return": "returned", "void": "void"}


@cache
def templates() -> SqliteTemplates:
    return SqliteTemplates(Path(tempfile.mkdtemp(prefix="marktplatz-story-")))


@dataclass
class Known:
    """What the model knows of one agreement."""

    id: str
    uses_offer: bool
    status: str = "drafted"
    number: int | None = None


class Story(RuleBasedStateMachine):
    agreements = Bundle("agreements")
    answered = Bundle("answered")

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(templates().make_url())
        app = create_app(Settings(base_url="http://testserver", trusted_hosts=("testserver",)), database=self.database)
        self.client = TestClient(app)
        self.client.__enter__()
        self.world = World(app, self.database, FakeClock())
        self.known: list[Known] = []
        self.keys = count()

    @initialize()
    def open_market(self) -> None:
        day = make_day(self.world)
        with self.database.write("m1") as session:
            session.get_one(EntryRecord, ("m1", "paint")).capacity = CAPACITY
            session.get_one(EntryRecord, ("m1", "walls")).capacity = 99
        cookie = "; ".join(f"{name}={secret}" for name, secret in day.person("paul", "bank").cookies.items())
        tokens = {role.value: self.world.as_token(role).headers["Authorization"] for role in (Role.BROKER, Role.NOTARY)}
        self.headers = {"participant": {"Cookie": cookie}} | {name: {"Authorization": token} for name, token in tokens.items()}

    @rule(target=agreements, actor=ACTORS, uses_offer=st.booleans())
    def draft(self, actor: str, uses_offer: bool) -> Known:
        services = [SERVICE if uses_offer else SERVICE | {"offer": None, "need": None}]
        made = self.client.post(AGREEMENTS, json=DRAFT | {"services": services}, headers=self.headers[actor])
        assert made.status_code == 201
        self.known.append(Known(made.json()["id"], uses_offer))
        return self.known[-1]

    @rule(target=answered, actor=ACTORS, agreement=agreements, deed=st.sampled_from(sorted(AFTER)))
    def do(self, actor: str, agreement: Known, deed: str) -> tuple[str, str, Any, str, bytes | None]:
        address, key = f"{AGREEMENTS}/{agreement.id}/{deed}", f"k{next(self.keys)}"
        sent = {"reason": "darum"} if deed in ("return", "void") else None
        answer = self.client.post(address, json=sent, headers=self.headers[actor] | {"Idempotency-Key": key})
        assert answer.status_code == self._expect(actor, agreement, deed)
        if answer.status_code != 200:
            return actor, address, sent, key, None
        agreement.status = AFTER[deed]
        if deed == "certify":
            agreement.number = max((known.number or 0 for known in self.known), default=0) + 1
        assert (answer.json()["status"], answer.json()["number"]) == (agreement.status, agreement.number)
        return actor, address, sent, key, answer.content

    def _expect(self, actor: str, agreement: Known, deed: str) -> int:
        if deed != "submit" and actor != "notary":
            return 403
        if agreement.status not in STEPS.get(deed, ("drafted", "submitted", "returned", "certified")):
            return 409
        return 409 if deed == "certify" and agreement.uses_offer and self._sold() == CAPACITY else 200

    def _sold(self) -> int:
        return sum(known.uses_offer and known.status == "certified" for known in self.known)

    @rule(done=consumes(answered))
    def repeat(self, done: tuple[str, str, Any, str, bytes | None]) -> None:
        """What succeeded is answered as before and does nothing; a refusal with the same key is no longer of interest."""
        actor, address, sent, key, content = done
        if content is None:
            return
        answer = self.client.post(address, json=sent, headers=self.headers[actor] | {"Idempotency-Key": key})
        assert (answer.status_code, answer.content, answer.headers["Idempotency-Replayed"]) == (200, content, "true")
        other = self.client.post(address, json={"reason": "anders"}, headers=self.headers[actor] | {"Idempotency-Key": key})
        assert codes(other) == ["key_used_otherwise"]

    @invariant()
    def the_database_agrees_with_the_model(self) -> None:
        with self.database.read() as session:
            found = {record.id: (record.status.value, record.number) for record in session.scalars(select(Agreement))}
            assert found == {known.id: (known.status, known.number) for known in self.known}
            offer = session.get(EntryRecord, ("m1", "paint"))
            assert (0 if offer is None else offer.agreed) == self._sold() <= CAPACITY

    def teardown(self) -> None:
        with self.database.read() as session:
            assert list(find_breaks(session)) == []
        self.client.__exit__(None, None, None)
        self.database.dispose()


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=20, stateful_step_count=30, derandomize=True, database=None, deadline=None)

"""Hostile values on every field of every body: refused with a place, or kept exactly as sent; never an error of ours."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hostile_bodies import BODIES, ENTRY, NOT_DONE, ORGANISATION, Body, M
from hostile_values import HOSTILE, RAW
from hostile_world import FieldPath, Trial, find, put
from matrix_client import Answer

from databases import PostgresqlServer, SqliteTemplates
from service_fixtures import World

STUMBLING = ("2**31", "2**63", "NUL", "not a character", "year 1", "beyond the first plane", "a wildcard", "minus zero")
"""What only one of the databases may stumble over."""


@pytest.fixture(scope="module")
def trial(sqlite_templates: SqliteTemplates) -> Iterator[Trial]:
    made = Trial(sqlite_templates.make_url())
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def postgresql_trial(postgresql_server: PostgresqlServer) -> Iterator[Trial]:
    made = Trial(postgresql_server.make_url())
    yield made
    made.database.dispose()
    postgresql_server.drop(made.url)


def test_every_operation_with_a_body_is_tried(trial: Trial) -> None:
    assert set(trial.operations()) == set(BODIES)


async def send(trial: Trial, sent: Body, content: str) -> Answer:
    return await trial.ask(sent.caller, sent.method, sent.path, content.encode())


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_fine_but_for_what_is_tried(trial: Trial, name: str) -> None:
    """Else a refusal would say nothing about the value."""

    async def ask() -> None:
        with trial.trying():
            answer = await send(trial, BODIES[name], json.dumps(BODIES[name].body))
            assert (NOT_DONE[name] in answer.codes) if name in NOT_DONE else answer.status < 300, answer.text

    trial.run(ask())


async def try_values(trial: Trial, name: str, values: dict[str, Any]) -> None:
    sent = BODIES[name]
    for path in trial.fields_of(sent.like or name):
        for what, value in values.items():
            label = f"{name}: {'/'.join(map(str, path))} = {what}"
            with trial.trying():
                try:
                    answer = await send(trial, sent, json.dumps(put(sent.body, path, value)))
                    check(answer, sent, path, value, label)
                    if "location" in answer.headers:
                        found = await trial.ask(sent.caller, "GET", answer.headers["location"])
                        check(found, sent, path, value, f"{label}: at {answer.headers['location'][:200]}")
                        assert found.status == 200, label
                except Exception as error:
                    raise AssertionError(label) from error


def check(answer: Answer, sent: Body, path: FieldPath, value: Any, label: str) -> None:
    label = f"{label}: {answer.status} {answer.text[:400]}"
    assert answer.status < 500, label
    if answer.status >= 300:
        assert answer.headers["content-type"] == "application/problem+json", label
        assert answer.codes, label
    elif path[0] in sent.secret:
        assert not (isinstance(value, str) and len(value) > 3 and value in answer.text), label
    elif path[0] not in sent.unshown and value is not None:
        is_shown, kept = find(json.loads(answer.body), path)
        assert is_shown or (path[0] == "contact" and value == ""), label  # who has no data at all is not kept
        is_kept = (kept, type(kept)) == (value, type(value))
        assert (
            is_kept or not is_shown or _means_the_same(kept, value) or kept == sent.means.get(str(path[-1]), {}).get(value, value)
        ), label


def _means_the_same(kept: Any, sent: Any) -> bool:
    """A whole number may be sent for a field that takes fractions; a contact without any data is none."""
    return (isinstance(kept, float) and type(sent) is int and kept == sent) or (kept is None and sent == {})


@pytest.mark.parametrize("name", BODIES)
def test_hostile_values_are_refused_or_kept_as_they_are(trial: Trial, name: str) -> None:
    trial.run(try_values(trial, name, HOSTILE))


@pytest.mark.postgresql
@pytest.mark.parametrize("name", BODIES)
def test_what_only_one_database_stumbles_over_is_tried_on_the_other_too(postgresql_trial: Trial, name: str) -> None:
    postgresql_trial.run(try_values(postgresql_trial, name, {what: HOSTILE[what] for what in STUMBLING}))


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_json_is_never_accepted(trial: Trial, name: str) -> None:
    sent = BODIES[name]
    field = str(next(trial.fields_of(sent.like or name))[0])

    async def try_raw() -> None:
        for what, raw in RAW.items():
            content = json.dumps(sent.body | {field: 0}).replace(f'"{field}": 0', f'"{field}": {raw}')
            assert raw in content
            with trial.trying():
                answer = await send(trial, sent, content)
            assert 400 <= answer.status < 500, f"{name}: {what}: {answer.status} {answer.text[:300]}"
            assert answer.codes, what
        with trial.trying():
            answer = await send(trial, sent, json.dumps(sent.body | {field: "a"})[:-1] + f', "{field}": "b"}}')
        assert answer.codes == ["double_key"]

    trial.run(try_raw())


def prepare(world: World) -> None:
    world.make_market()
    client = world.as_owner()
    client.post(f"{M}/organisations", json=ORGANISATION | {"id": "bank"})
    client.post(f"{M}/offers", json=ENTRY | {"id": "paint"})


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_type_is_refused(world: World, content_type: str) -> None:
    prepare(world)
    headers = {"Content-Type": content_type} if content_type else {}
    answer = world.as_owner().post(f"{M}/organisations", content=json.dumps(ORGANISATION), headers=headers)
    assert 400 <= answer.status_code < 500


def test_a_body_without_end_is_cut_off(world: World) -> None:
    prepare(world)
    answer = world.as_owner().post(
        f"{M}/organisations", content=b'{"name": "' + b"x" * 2_000_000 + b'"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "body_too_large"


@pytest.mark.parametrize("hostile", ["\u0000", "\ud800", "x" * 5000, "'", "%00", "..", "2e308"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/{}",
        "/m1/offers/{}",
        "/m1/organisations?cursor={}",
        "/m1/offers?search={}",
        "/m1/offers?limit={}",
        "/m1/persons/{}",
        "/m1/outbox/{}",
        "/m1/outbox?status={}",
    ],
)
def test_hostile_addresses_are_refused(world: World, path: str, hostile: str) -> None:
    prepare(world)
    quoted = "".join(f"%{byte:02x}" for byte in hostile.encode("utf-8", "surrogatepass"))
    answer = world.as_owner().get(f"/api/v1/markets{path.format(quoted)}")
    assert answer.status_code < 500, answer.text

"""The OpenAPI document and the service say the same: requests made from the document, by every role, on a market with content."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schema_world import ROLES, Documented, Manner, make_request
from schemathesis import APIOperation, Case, GenerationMode

from databases import PostgresqlServer, SqliteTemplates
from marktplatz.settings import Settings
from marktplatz.web.app import create_app

BOUNDED: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


NEVER_DONE = {
    "agreements_raise_limit": "what is to be raised has to be named in just that agreement",
    "organisations_remove": "one that has entries and agreements stays",
    "pairings_undo": "nothing was changed by hand",
    "runs_what_if": "it would be solved, in a process of its own",
    "timetables_change": "no timetable is there to be changed",
    "timetables_undo": "nothing was changed by hand",
    "timetable_add": "it would be solved, in a process of its own",
    "archives_add": "no file is an archive by chance",
}
"""What is only refused here; others' tests look at how it is done."""
EXAMPLES = 3
made_cases: dict[tuple[str, GenerationMode], list[Case]] = {}
METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace", "quatsch"}


@pytest.fixture(scope="module")
def postgresql_documented(postgresql_server: PostgresqlServer) -> Iterator[Documented]:
    made = Documented(postgresql_server.make_url())
    yield made
    made.database.dispose()
    postgresql_server.drop(made.url)


@pytest.fixture(scope="module")
def documented(sqlite_templates: SqliteTemplates) -> Iterator[Documented]:
    made = Documented(sqlite_templates.make_url())
    yield made
    made.database.dispose()


def names() -> list[str]:
    """Of all operations, without a database."""
    paths = create_app(Settings()).openapi()["paths"]
    return [operation["operationId"] for methods in paths.values() for operation in methods.values()]


def make_cases(operation: APIOperation, mode: GenerationMode) -> list[Case]:
    """The same ones every time, on whichever database; made once, since that takes longer than asking for them."""
    key = (operation.label, mode)
    if key not in made_cases:
        cases: list[Case] = []

        @settings(max_examples=EXAMPLES, **BOUNDED)
        @given(operation.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            cases.append(case)

        with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):  # some cannot be asked wrongly
            collect()
        made_cases[key] = cases
    return made_cases[key]


def find_faults(documented: Documented, name: str, roles: tuple[str, ...], examples: int) -> Iterator[str]:
    """Some requests as the document allows, as many that it does not; two of three about what is really there."""
    for mode in GenerationMode:
        cases = make_cases(documented.operations()[name], mode)[:examples]
        for case, manner in zip(cases, cycle(Manner), strict=False):
            yield from documented.try_as(roles, make_request(case, manner), case)


@pytest.mark.parametrize("name", names())
def test_every_answer_is_one_that_the_document_tells_of(documented: Documented, name: str) -> None:
    assert "\n".join(find_faults(documented, name, ROLES, EXAMPLES)) == ""


def test_everything_can_be_done_as_the_document_says(documented: Documented) -> None:
    """Else nothing would be known of the answers that matter."""
    for name in set(names()) - documented.statuses.keys():
        list(find_faults(documented, name, ROLES, examples=1))
    never = {name for name, statuses in documented.statuses.items() if min(statuses) >= 300}
    assert sorted(never) == sorted(NEVER_DONE)


@pytest.mark.postgresql
def test_a_sample_of_it_is_the_same_on_postgresql(postgresql_documented: Documented) -> None:
    roles = ("organiser", "participant")
    faults = [fault for name in names() for fault in find_faults(postgresql_documented, name, roles, examples=1)]
    assert "\n".join(faults) == ""


def test_a_method_that_an_address_does_not_have_is_refused(documented: Documented) -> None:
    faults = []
    for path, methods in documented.app.openapi()["paths"].items():
        address = re.sub("{.*?}", "x", path.replace("{market}", "m1"))
        for method in METHODS - methods.keys():
            answer = documented.ask_at_once("organiser", requests.Request(method, f"http://testserver{address}").prepare())
            # Not always 405: behind an address that ends with an id of any characters there is always another such id.
            if not 400 <= answer.status < 500 or not answer.codes:
                faults.append(f"{method} {address}: {answer.status} {answer.text[:300]}")
    assert "\n".join(faults) == ""

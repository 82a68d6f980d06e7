"""What a file may do to the service over HTTP: be refused, with a sentence, and nothing else."""

import io
import json
import zipfile
from collections import Counter
from typing import Any

import openpyxl
import pytest

from market_content import encode, hash_tables, make_content
from service_fixtures import World

URL = "/api/v1/markets/m1/imports"


def make_workbook(cell: str) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Organisationen"
    for row in (["Id", "Art", "Name"], ["o1", "Firma", cell]):
        sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def make_zip(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return stream.getvalue()


def many_faults() -> bytes:
    organisations = [{"id": f"o{number}", "kind": "firma"} for number in range(15_000)]
    return json.dumps({"format": "marktplatz/1", "organisations": organisations}).encode()


HOSTILE = [
    pytest.param("m.xlsx", make_workbook("=1+1"), "formula", id="formula"),
    pytest.param("m.zip", make_zip("Organisationen.csv", b"0" * 60_000_000), "zip_ratio", id="zip bomb"),
    pytest.param("m.xlsx", make_zip("xl/workbook.xml", b"0" * 60_000_000), "unpacks_too_large", id="workbook bomb"),
    pytest.param("m.zip", make_zip("../Organisationen.csv", b"Id;Art\n"), "zip_unsafe_name", id="path"),
    pytest.param("m.json", b"[" * 10_000_000, "too_many_values", id="ten million lists"),
    pytest.param("m.json", b'{"a": ' * 100_000, "too_deep", id="deep"),
    pytest.param("m.json", b" " * 10_000_000, "empty_file", id="ten million blanks"),
    pytest.param("m.json", b'{"organisations": "' + b"x" * 10_000_000 + b'"}', "not_a_list", id="ten million letters"),
    pytest.param("m.json", many_faults(), "unknown_word", id="very many faults"),
    pytest.param("m.xlsx", b"PK\x03\x04" + b"\0" * 1000, "broken_workbook", id="broken"),
]


@pytest.mark.parametrize(("name", "content", "code"), HOSTILE)
def test_a_hostile_file_is_refused_and_changes_nothing(world: World, name: str, content: bytes, code: str) -> None:
    world.make_market()
    client = world.as_owner()
    before = hash_tables(world.database)
    answer = client.post(URL, params={"name": name}, content=content)
    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["code"] == code
    assert len(answer.content) < 1_000_000
    assert hash_tables(world.database) == before


def test_of_very_many_faults_the_first_of_each_kind_are_told(world: World) -> None:
    world.make_market()
    errors = world.as_owner().post(URL, params={"name": "m.json"}, content=many_faults()).json()["errors"]
    assert Counter(error["code"] for error in errors) == {"unknown_word": 200, "more_findings": 1}
    assert errors[-1]["code"] == "more_findings"


def test_a_body_beyond_the_limit_is_not_read(world: World) -> None:
    world.make_market()
    answer = world.as_owner().post(URL, params={"name": "m.json"}, content=b" " * 20_000_001)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("name", ["", "m", "../../etc/passwd.json", "m.json\x00.exe", "ä" * 300, "query"])
def test_a_name_is_only_a_name(world: World, name: str) -> None:
    world.make_market()
    answer: Any = world.as_owner().post(URL, params={"name": name}, content=encode(make_content(1)))
    assert answer.status_code in (200, 400, 415, 422)
    assert "passwd" not in answer.text or answer.status_code == 200

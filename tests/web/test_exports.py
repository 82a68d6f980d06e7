"""Exports over HTTP: everything that was put in comes out again, and nobody but the organiser gets it."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import marktplatz
from market_content import encode, make_content
from marktplatz.exchange.reading import read_market_bytes
from marktplatz.exchange.writing import content_sha256
from marktplatz.market import Market
from marktplatz.vocabulary import Phase, Role
from service_fixtures import World

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = [*sorted((ROOT / "examples").glob("*.json")), Path(marktplatz.__file__).parent / "example" / "town.json"]
URL = "/api/v1/markets/m1"
FILES = {"market.json": "m.json", "market.xlsx": "m.xlsx", "market.csv": "m.zip"}


def put(world: World, content: bytes, name: str = "m.json") -> Any:
    world.make_market()
    answer = world.as_owner().post(f"{URL}/imports", params={"name": name}, content=content)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_out_of_the_database_as_it_went_in(world: World, path: Path) -> None:
    content = path.read_bytes()
    put(world, content)
    expected = content_sha256(Market.model_validate_json(content))
    client = world.as_owner()
    for file, name in FILES.items():
        exported = client.get(f"{URL}/exports/{file}")
        assert content_sha256(read_market_bytes(name, exported.content)[0]) == expected, file


FORMULA = '=HYPERLINK("http://x.example","hier")'
RICH: dict[str, Any] = make_content(
    2,
    scores=[{"offer": "c0-0", "need": "n0-0", "points": 0}],
    concepts=[{"id": "Pinselei", "words": ["Pinsel", "@Farbe"]}],
    earlier_agreements=[{"keys": ["k1", "k2"]}],
    pairs=[{"offer": "c0-1", "need": "n0-1", "status": "pinned", "exception": "Die beiden\nwollen es."}],
    wishes=[{"organisation": "n1", "target": "c1-0", "level": level} for level in ("like", "no_thanks")],
)
RICH["organisations"][0] |= {"name": FORMULA, "values": ["-a", "+b"], "absent_rounds": [2, 1], "max_agreements": 0, "table": 3}
RICH["offers"][0] |= {"title": "'=1", "text": "Zeile 1\nZeile 2", "hours": 1.1, "remote": None, "capacity": 0, "from": "2027-04-01"}
RICH["market"] |= {
    "weights": {"content": 3},
    "max_pairs_between": None,
    "break_rounds": [3],
    "history": "avoid",
    "categories": [
        {"code": "b", "label": "Bereich B", "kind": "goods", "neighbours": ["a"]},
        {"code": "a", "label": "Bereich A", "kind": "hands"},
    ],
}


def test_everything_that_a_file_can_say_survives_every_format(world: World) -> None:
    put(world, encode(RICH))
    expected = content_sha256(Market.model_validate_json(encode(RICH)))
    client = world.as_owner()
    for file, name in FILES.items():
        answer = client.get(f"{URL}/exports/{file}")
        assert content_sha256(read_market_bytes(name, answer.content)[0]) == expected, file
        again = client.post(f"{URL}/imports", params={"name": name, "dry_run": True}, content=answer.content)
        assert again.json()["market"] == []
        assert all(told["new"] + told["changed"] + told["dropped"] == 0 for told in again.json()["lists"].values()), file


def test_no_export_runs_as_a_formula(world: World) -> None:
    put(world, encode(RICH))
    client = world.as_owner()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{URL}/exports/market.csv").content)) as archive:
        raw = archive.read("Organisationen.csv").decode("utf-8-sig")
    assert ";\"'=HYPERLINK(" in raw
    assert ";'-a; +b" in raw or ';"\'-a; +b"' in raw
    workbook = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}/exports/market.xlsx").content))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert FORMULA in [cell.value for cell in cells]


def test_an_export_is_a_download_that_nothing_keeps(world: World) -> None:
    put(world, encode(make_content(1)))
    for file, name in (
        ("market.json", "m1.json"),
        ("market.xlsx", "m1.xlsx"),
        ("market.csv", "m1.csv.zip"),
        ("archive.zip", "m1.archive.zip"),
    ):
        answer = world.as_owner().get(f"{URL}/exports/{file}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Cache-Control"] == "no-store"
    assert world.as_owner().get(f"{URL}/exports/other.txt").status_code == 422
    world.make_market('a "b"\\ü')
    odd = world.as_owner().get("/api/v1/markets/a%20%22b%22%5C%C3%BC/exports/market.json")
    assert odd.headers["Content-Disposition"] == 'attachment; filename="a--b---.json"'


def test_contacts_are_in_the_organisers_files_and_nobody_else_gets_any(world: World) -> None:
    content = make_content(1)
    content["organisations"][0]["contact"] = {"name": "Kanari", "email": "kanari@canary.example", "phone": "0221 99"}
    put(world, encode(content))
    organiser = world.as_token(Role.ORGANISER, "m1")
    assert b"kanari@canary.example" in organiser.get(f"{URL}/exports/market.json").content
    for file in (*FILES, "archive.zip"):
        others = [world.as_token(role, "m1") for role in (Role.HELPER, Role.NOTARY, Role.BROKER, Role.MODERATOR, Role.SCREEN)]
        others += [world.client(), world.as_token(Role.ORGANISER, "other"), world.as_token(scopes=("offers:read",))]
        for client in others:
            refused = client.get(f"{URL}/exports/{file}")
            assert refused.status_code in (401, 403, 404)
            assert b"anari" not in refused.content
    world.move("m1", Phase.CLOSED)
    assert organiser.get(f"{URL}/exports/market.json").status_code == 200

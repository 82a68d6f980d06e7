"""Markets back into bytes, the hash of what they say, and files that are whole or not there."""

import json
import os
import random
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_files import BANK, CLUB, PAINTING, WALLS, make_market, write_json

from marktplatz.errors import InvalidInput
from marktplatz.exchange.reading import read_market
from marktplatz.exchange.writing import content_sha256, market_to_json, write_atomically
from marktplatz.market import Market

RICH = make_market(
    market={
        "name": "Markt",
        "date": "2027-03-11",
        "max_pairs_between": None,
        "break_rounds": [4, 8],
        "categories": [{"code": "h", "label": "Hände", "kind": "hands"}, {"code": "g", "label": "Dinge", "kind": "goods"}],
    },
    organisations=[BANK | {"values": ["a", "b"], "contact": {"email": "ä@x.example"}}, CLUB | {"max_agreements": 2}],
    offers=[PAINTING | {"category": "h", "hours": 1.5, "from": "2027-04-01"}, PAINTING | {"id": "a2", "people": 3}],
    needs=[WALLS, WALLS | {"id": "g2", "capacity": 0}],
    wishes=[{"organisation": "n1", "target": "a1", "level": "like"}, {"organisation": "u1", "target": "n1", "level": "no_thanks"}],
    pairs=[{"offer": "a1", "need": "g1", "status": "pinned"}, {"offer": "a2", "need": "g1", "status": "forbidden"}],
    scores=[{"offer": "a1", "need": "g1", "points": 5}, {"offer": "a2", "need": "g2", "points": 0}],
)


def parse(content: dict[str, Any]) -> Market:
    return Market.model_validate_json(json.dumps(content))


def without(content: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != key}


@pytest.mark.parametrize("content", [RICH, make_market(), make_market(scores=[]), without(RICH, "scores")])
def test_a_market_survives_the_way_to_json_and_back(tmp_path: Path, content: dict[str, Any]) -> None:
    market = parse(content)
    text = market_to_json(market)
    (tmp_path / "markt.json").write_bytes(text)
    again, warnings = read_market(tmp_path / "markt.json")
    assert again == market
    assert warnings == ()
    assert market_to_json(again) == text
    assert ("scores" in json.loads(text)) is ("scores" in content)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same content in another order: lists, and keys of objects."""
    if isinstance(value, list):
        return dice.sample([shuffled(member, dice) for member in value], len(value))
    if isinstance(value, dict):
        return {key: shuffled(value[key], dice) for key in dice.sample(list(value), len(value))}
    return value


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_content_does_not_change_its_hash(dice: random.Random) -> None:
    assert content_sha256(parse(shuffled(RICH, dice))) == content_sha256(parse(RICH))


LEAVES: list[tuple[tuple[str | int, ...], object]] = [
    (("market", "name"), "Anderer"),
    (("market", "max_pairs_between"), 1),
    (("market", "categories", 0, "kind"), "goods"),
    (("organisations", 0, "contact", "email"), "b@x.example"),
    (("organisations", 0, "values"), ["a"]),
    (("offers", 0, "hours"), 1.25),
    (("offers", 0, "from"), "2027-04-02"),
    (("needs", 1, "capacity"), 1),
    (("wishes", 0, "level"), "must_meet"),
    (("pairs", 0, "status"), "forbidden"),
    (("scores", 1, "points"), 1),
    (("scores",), []),
]


@pytest.mark.parametrize(("path", "value"), LEAVES)
def test_any_change_of_the_content_changes_its_hash(path: tuple[str | int, ...], value: object) -> None:
    changed = json.loads(json.dumps(RICH))
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    assert content_sha256(parse(changed)) != content_sha256(parse(RICH))


def test_defaults_written_out_and_left_out_are_the_same_content() -> None:
    bare = make_market()
    full = make_market(
        market={"country": "DE", "reciprocity": "wanted", "max_pairs_between": 1, "max_agreements": None},
        organisations=[BANK | {"representatives": 1, "values": [], "key": None}, CLUB],
        offers=[PAINTING | {"capacity": None, "remote": False, "people": None}],
        wishes=[],
    )
    assert content_sha256(parse(full)) == content_sha256(parse(bare))


def test_whole_floats_and_integers_are_the_same_content() -> None:
    assert content_sha256(parse(make_market(offers=[PAINTING | {"hours": 6}]))) == content_sha256(
        parse(make_market(offers=[PAINTING | {"hours": 6.0}]))
    )


def test_no_score_table_and_an_empty_one_are_different_content() -> None:
    assert content_sha256(parse(make_market())) != content_sha256(parse(make_market(scores=[])))


def test_layout_and_unknown_keys_do_not_change_the_hash(tmp_path: Path) -> None:
    pretty = json.dumps(RICH | {"note": 1}, indent=3)
    assert content_sha256(read_market(write_json(tmp_path, pretty))[0]) == content_sha256(parse(RICH))


def test_the_hash_is_the_same_in_every_release() -> None:
    assert content_sha256(parse(make_market())) == "e18b9f939b9f29bee03e44730e319444de94b0a74b060a514e32e154e0dafdcf"


def test_a_file_is_replaced_whole_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["missing/plan.json", "folder", "x" * 300, "a\0b"])
def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput) as caught:
        write_atomically(tmp_path / name, b"new")
    assert [finding.code for finding in caught.value.findings] == ["cannot_write"]
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)

"""A market file in JSON: what pydantic does not tell (double and unknown keys) or tells without a place (syntax)."""

import codecs
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, NoReturn

from marktplatz.errors import Finding, InvalidInput, Place, Severity
from marktplatz.exchange.flood import MAX_FINDINGS, stop_early
from marktplatz.exchange.flood import shorten as shorten_findings
from marktplatz.exchange.found import shorten, shorten_text
from marktplatz.exchange.limits import MAX_VALUES, max_entries
from marktplatz.exchange.models import MODEL_BY_LIST, known_keys
from marktplatz.exchange.places import Origins
from marktplatz.market import Contact, Market, Policy
from marktplatz.vocabulary import MARKET_FORMAT

MAX_BYTES: Final = 50_000_000
MAX_MARKS: Final[Mapping[bytes, int]] = {b"[": 500_000, b"{": 700_000, b",": 3_000_000}
"""More lists, objects or members than any market has: counted before they are built, each costs memory."""

_STRING_OR_CONSTANT: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(-?Infinity|NaN)', re.DOTALL)
_LONG_NUMBER: Final = re.compile(r"[0-9]{4300}")
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""Group 1: half of a character that takes two."""


class _ConstantFound(Exception):
    """NaN or Infinity, which JSON does not have."""


class _DoubledObject(dict[str, Any]):
    """An object in which a key stood twice; the last value counts, `doubled` names the key."""

    doubled: str


def read_json(path: Path) -> tuple[bytes, dict[str, Any], Origins, list[Finding]]:
    """The file's bytes, fit for validation, what they say, what was found beside; InvalidInput for what is no JSON of a market."""
    _refuse_if_large(path.stat().st_size, Place(path.name))
    return read_json_bytes(path.name, path.read_bytes())


def _refuse_if_large(size: int, place: Place) -> None:
    if size > MAX_BYTES:
        raise InvalidInput(Finding("file_too_large", place, {"limit": MAX_BYTES // 1_000_000}))


def read_json_bytes(file: str, sent: bytes) -> tuple[bytes, dict[str, Any], Origins, list[Finding]]:
    """The same for a file that is in memory already; `file` is its name for the findings."""
    place = Place(file)
    _refuse_if_large(len(sent), place)
    raw = sent.removeprefix(codecs.BOM_UTF8)
    content = _parse(raw, place)
    if not isinstance(content, dict):
        raise InvalidInput(Finding("not_a_market", place))
    if content.get("format", MARKET_FORMAT) != MARKET_FORMAT:
        # Another kind of file altogether: all else that is wrong with it would only confuse.
        raise InvalidInput(Finding("wrong_format", Place(file, field="format"), {"found": shorten(content["format"])}))
    _refuse_long_lists(content, place)
    return raw, content, Origins(file, is_json=True), list(stop_early(_find_oddities(content, file)))


def parse_json(raw: bytes) -> Any:
    """JSON that somebody sent, with the same limits as a file; a key that stands twice is an error with its pointer."""
    content = _parse(raw, Place())
    doubled = shorten_findings(stop_early(_find_double_keys(content, "")))
    if doubled:
        raise InvalidInput(*doubled)
    return content


def _find_double_keys(value: Any, pointer: str) -> Iterator[Finding]:
    if isinstance(value, _DoubledObject):
        yield Finding("double_key", Place(field=f"{pointer}/{value.doubled}"))
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from _find_double_keys(member, f"{pointer}/{key}")


def _parse(raw: bytes, place: Place) -> Any:
    if not raw.strip():
        raise InvalidInput(Finding("empty_file", place))
    for mark, limit in MAX_MARKS.items():
        if raw.count(mark) > limit:
            raise InvalidInput(Finding("too_many_values", place, {"limit": limit}))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(Finding("not_utf8", place, {"line": raw.count(b"\n", 0, error.start) + 1})) from None
    try:
        content = json.loads(text, object_pairs_hook=_Builder().build, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        _refuse("not_json", text, error.pos, place)
    except RecursionError:
        raise InvalidInput(Finding("too_deep", place)) from None
    except _ConstantFound:
        constant = next(match for match in _STRING_OR_CONSTANT.finditer(text) if match[1])
        _refuse("not_finite", text, constant.start(1), place, constant.end(1))
    except ValueError:  # Python reads no number of more than 4300 digits
        long_number = _LONG_NUMBER.search(text)
        _refuse("number_too_long", text, long_number.start() if long_number else 0, place)
    lone = next((match for match in _ESCAPE.finditer(text) if match[1]), None) if "\\u" in text else None
    if lone is not None:
        _refuse("lone_surrogate", text, lone.start(), place, lone.end())
    return content


def _refuse(code: str, text: str, position: int, place: Place, end: int | None = None) -> NoReturn:
    """Tell the line and column, and what stands there, up to `end` or the end of the line."""
    line_start = text.rfind("\n", 0, position) + 1
    found = shorten_text(text[position : end or position + 100].partition("\n")[0])
    params: dict[str, str | int] = {"line": text.count("\n", 0, position) + 1, "column": position - line_start + 1, "found": found}
    raise InvalidInput(Finding("json_ends_early" if code == "not_json" and not found else code, place, params)) from None


def _refuse_constant(_name: str) -> NoReturn:
    raise _ConstantFound


class _Builder:
    """Builds the objects of a file; of those with a doubled key only as many as will be told about are marked."""

    def __init__(self) -> None:
        self.doubled = 0

    def build(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        self.doubled += 1
        if self.doubled > MAX_FINDINGS + 1:
            return members
        marked = _DoubledObject(members)
        seen: set[str] = set()
        marked.doubled = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return marked


def _refuse_long_lists(content: dict[str, Any], place: Place) -> None:
    """Judge by lengths alone; what follows takes its time for every single value."""
    for list_key, members in _lists(content).items():
        limit = max_entries(list_key)
        if len(members) > limit:
            raise InvalidInput(Finding("too_many_rows", Place(place.file, list_key), {"limit": limit}))
    for name, row, _, member, _ in _objects(content | {"scores": None}):
        for key, value in member.items():
            if name is not None and key != "categories" and isinstance(value, list | dict) and len(value) > MAX_VALUES:
                raise InvalidInput(Finding("too_many_values", Place(place.file, name, row, key), {"limit": MAX_VALUES}))


def _find_oddities(content: dict[str, Any], file: str) -> Iterator[Finding]:
    if "format" not in content:
        yield Finding("no_format", Place(file), {"expected": MARKET_FORMAT}, Severity.WARNING)
    if "organisations" not in content:
        yield Finding("no_organisations_list", Place(file))
    elif content["organisations"] == []:
        yield Finding("no_organisations", Place(file, "organisations"), severity=Severity.WARNING)
    unknown = _UnknownKeys(file)
    for list_key, row, prefix, member, known in _objects(content, are_odd_only=True):
        if isinstance(member, _DoubledObject):
            yield Finding("double_key", Place(file, list_key, row, prefix + member.doubled))
        if not member.keys() <= known:
            unknown.note(list_key, row, prefix, member, known)
    yield from unknown.tell()


class _UnknownKeys:
    """Keys that nobody reads, each once; of more than will be told about the first ones."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.firsts: dict[tuple[str | None, str], _UnknownKey] = {}

    def note(self, list_key: str | None, row: int | None, prefix: str, member: dict[str, Any], known: frozenset[str]) -> None:
        """The unknown ones among an object's keys, in the order of the file; `prefix` is what stands before them."""
        for key in member:
            if key not in known:
                name = (list_key, prefix + key)
                first = self.firsts.get(name)
                if first is not None:
                    first.count += 1
                elif len(self.firsts) <= MAX_FINDINGS:
                    self.firsts[name] = _UnknownKey(row, key, known, 1)

    def tell(self) -> Iterator[Finding]:
        for (list_key, key), first in self.firsts.items():
            yield first.tell(Place(self.file, list_key, first.row, key))


@dataclass(slots=True)
class _UnknownKey:
    """The first of its name in a list, and how many entries have it."""

    row: int | None
    key: str
    known: frozenset[str]
    count: int

    def tell(self, place: Place) -> Finding:
        near = difflib.get_close_matches(self.key[:60], sorted(self.known), n=1, cutoff=0.7)
        code = "unknown_key_near" if near else "unknown_key"
        return Finding(code, place, {"count": self.count, "nearest": near[0] if near else ""}, Severity.WARNING)


def _lists(content: dict[str, Any]) -> dict[str, list[Any]]:
    """The lists of the file that have a meaning, wherever they stand."""
    market = content.get("market")
    lists = content | {"categories": market.get("categories") if isinstance(market, dict) else None}
    return {key: lists[key] for key in MODEL_BY_LIST if isinstance(lists.get(key), list)}


def _objects(
    content: dict[str, Any], *, are_odd_only: bool = False
) -> Iterator[tuple[str | None, int | None, str, dict[str, Any], frozenset[str]]]:
    """Every object of the file that has a meaning: list, row, prefix of its keys, the object, the keys it may have.

    If only odd ones are asked for, lists of which it is seen at once that they have none are left out.
    """
    yield None, None, "", content, known_keys(Market)
    market = content.get("market")
    if isinstance(market, dict):
        yield "market", None, "", market, known_keys(Policy)
    for list_key, members in _lists(content).items():
        known = known_keys(MODEL_BY_LIST[list_key])
        if are_odd_only and _are_plain(members, known):
            continue
        for row, member in enumerate(members, 1):
            if isinstance(member, dict):
                yield list_key, row, "", member, known
                if isinstance(contact := member.get("contact"), dict) and "contact" in known:
                    yield list_key, row, "contact.", contact, known_keys(Contact)


def _are_plain(members: list[Any], known: frozenset[str]) -> bool:
    """Do the objects of a list have known keys only, each once, and no objects inside? Asked of all at once."""
    if "contact" in known or set(map(type, members)) != {dict}:
        return False
    return known.issuperset(chain.from_iterable(set(map(tuple, members))))

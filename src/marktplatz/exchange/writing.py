"""A market back into bytes, the hash of what it says, and files that are written whole or not at all."""

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.market import Market, Value
from marktplatz.same import Same

_SORTED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "categories": ("code",),
    "organisations": ("id",),
    "offers": ("id",),
    "needs": ("id",),
    "wishes": ("organisation", "target", "level"),
    "concepts": ("id",),
    "pairs": ("offer", "need", "status"),
    "scores": ("offer", "need"),
}
_LISTS: Final = frozenset(_SORTED_BY) - {"categories", "scores"}
_MOST_LISTS: Final = 8
"""Texts of lists that are kept, and with them the lists: those of a market and what differs in another, without score tables."""
_SETS: Final = ("break_rounds", "absent_rounds", "values", "excludes", "impact_fields")


def market_to_json(market: Market) -> bytes:
    """The market file: every key written out; `scores` only where there is a score table."""
    left_out = {"scores"} if market.scores is None else set()
    return market.model_dump_json(by_alias=True, indent=2, exclude=left_out).encode() + b"\n"


def content_sha256(market: Market) -> str:
    """The hash of what the market says: the order of its lists, layout and written-out defaults make no difference."""
    rest = market.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(_LISTS))
    policy = rest.get("market", {})
    _sort_sets(policy)
    for key, holder in (("categories", policy), ("scores", rest)):
        if key in holder:
            holder[key] = _sorted(holder[key], _SORTED_BY[key])
    parts = {key: _write_canonically(value) for key, value in (rest | {"format": market.format}).items()}
    parts |= {key: _write_list(key, Same(members)) for key in _LISTS if (members := getattr(market, key))}
    canonical = ",".join(f'"{key}":{parts[key]}' for key in sorted(parts))
    return hashlib.sha256(f"{{{canonical}}}".encode()).hexdigest()


@lru_cache(maxsize=_MOST_LISTS)
def _write_list(key: str, members: Same[tuple[Value, ...]]) -> str:
    """Whoever changes one list of a market and asks again does not have the others written again."""
    dumped = [member.model_dump(mode="json", by_alias=True, exclude_defaults=True) for member in members.value]
    return _write_canonically(_sorted(dumped, _SORTED_BY[key]))


def _write_canonically(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sorted(members: list[dict[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    for member in members:
        _sort_sets(member)
        if member.get("capacity", 1) is None:
            del member["capacity"]  # contract, section 1: null is as if it were missing
    return sorted(members, key=lambda member: [member[key] for key in keys])


def _sort_sets(member: dict[str, Any]) -> None:
    for key in _SETS:
        if key in member:
            member[key] = sorted(member[key])


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, never half of it, even if the power fails."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)  # a device such as /dev/stdout cannot be replaced
        else:
            _replace(path.resolve(), content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise InvalidInput(Finding("cannot_write", Place(str(path)), {"reason": reason})) from None


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode_for(path))
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _mode_for(path: Path) -> int:
    """The rights that the file has or, if it is new, that any new file would get."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, some network drives cannot sync one; the file itself is safe by then.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

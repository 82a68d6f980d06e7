"""A zip in memory: packed the same way every time, unpacked with limits on everything, never onto a disk."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from marktplatz.errors import Finding, InvalidInput, Place

MAX_NAME: Final = 200
MAX_RATIO: Final = 200
_METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_IS_ENCRYPTED: Final = 0x1
_HAS_UTF8_NAME: Final = 0x800
_LEVEL: Final = 6
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What a zip may hold at most; the ratio is judged for parts above a million bytes."""

    packed: int = 50_000_000
    unpacked: int = 100_000_000
    parts: int = 1_000
    ratio: int = MAX_RATIO


def pack(parts: Mapping[str, bytes], ratio: int = MAX_RATIO) -> bytes:
    """The parts in the order given; what would look like a bomb is stored as it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            is_dense = len(content) <= 1_000_000 or len(content) <= ratio * len(zlib.compress(content, _LEVEL))
            entry.compress_type = zipfile.ZIP_DEFLATED if is_dense else zipfile.ZIP_STORED
            archive.writestr(entry, content, compresslevel=_LEVEL)
    return stream.getvalue()


def unpack(content: bytes, limits: ZipLimits, file: str | None = None) -> dict[str, bytes]:
    """Every part by its name; InvalidInput for the first thing that is wrong with the zip. `file` is only for the findings."""
    place = Place(file)
    if len(content) > limits.packed:
        raise InvalidInput(Finding("file_too_large", place, {"limit": limits.packed // 1_000_000}))
    if not content:
        raise InvalidInput(Finding("zip_empty", place))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for finding in _find_faults(entries, limits, place):
                raise InvalidInput(finding)
            return {_name(entry): archive.read(entry) for entry in entries}
    except _FAULTS:
        raise InvalidInput(Finding("zip_broken" if content.startswith(b"PK") else "not_a_zip", place)) from None


def _find_faults(entries: list[zipfile.ZipInfo], limits: ZipLimits, place: Place) -> Iterator[Finding]:
    """What the directory of the zip already shows; nothing has been unpacked by then."""
    if len(entries) > limits.parts:
        yield Finding("zip_too_many_parts", place, {"limit": limits.parts, "found": len(entries)})
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked:
        yield Finding("zip_unpacks_too_large", place, {"limit": limits.unpacked // 1_000_000, "found": unpacked // 1_000_000})
    seen: set[str] = set()
    for entry in entries:
        name = _name(entry)
        if entry.file_size > 1_000_000 and entry.file_size > limits.ratio * entry.compress_size:
            yield Finding("zip_ratio", place, {"part": name})
        if entry.flag_bits & _IS_ENCRYPTED:
            yield Finding("zip_locked", place, {"part": name})
        if entry.compress_type not in _METHODS:
            yield Finding("zip_method", place, {"part": name})
        if not is_safe_name(name) or "\0" in entry.orig_filename:
            yield Finding("zip_unsafe_name", place, {"part": name})
        if name in seen:
            yield Finding("zip_double_part", place, {"part": name})
        seen.add(name)


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as its author saw it: some programs write UTF-8 without saying so."""
    if not entry.flag_bits & _HAS_UTF8_NAME:
        try:
            return entry.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            return entry.filename
    return entry.filename


def is_safe_name(name: str) -> bool:
    """Is it a path below the place where somebody might unpack it, on any system?"""
    steps = name.split("/")
    return (
        len(name) <= MAX_NAME
        and name.isprintable()
        and not any(
            step.strip() in ("", ".", "..") or step != step.rstrip(". ") or any(sign in step for sign in '\\:*?"<>|')
            for step in steps
        )
    )

"""The archive of a whole market, `marktplatz-archive/1`: a zip of named parts and a manifest that vouches for each of them.

What the parts say is not looked at here. The manifest is the first part, `manifest.json`: the format, the version of the
program that wrote it, and per part its name, length and SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from marktplatz import __version__
from marktplatz.errors import Finding, InvalidInput, Place
from marktplatz.exchange.found import shorten, shorten_text
from marktplatz.exchange.zip_file import MAX_NAME, ZipLimits, is_safe_name, pack, unpack
from marktplatz.market import Value

ARCHIVE_FORMAT: Final = "marktplatz-archive/1"
MANIFEST: Final = "manifest.json"
LIMITS: Final = ZipLimits(packed=300_000_000, unpacked=1_000_000_000, parts=5_000)
"""A market with all its plans is a few megabytes; nobody's mistake fills the memory."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds: the version of the program that wrote it, and its parts by name."""

    version: str
    parts: Mapping[str, bytes]


class _Part(Value):
    name: Annotated[str, Field(max_length=MAX_NAME)]
    bytes: int
    sha256: str


class _Manifest(Value):
    format: Literal["marktplatz-archive/1"]
    version: str
    parts: tuple[_Part, ...]


def write_archive(parts: Mapping[str, bytes], version: str = __version__) -> bytes:
    """The archive of some parts, the same bytes whatever their order; InvalidInput for a part that cannot be in it.

    What is written can be read: the limits of reading hold here too.
    """
    for name in parts:
        if name == MANIFEST or not is_safe_name(name):
            raise InvalidInput(Finding("zip_unsafe_name", Place(), {"part": shorten_text(name)}))
    if len(parts) >= LIMITS.parts:
        raise InvalidInput(Finding("zip_too_many_parts", Place(), {"limit": LIMITS.parts - 1, "found": len(parts)}))
    ordered = {name: parts[name] for name in sorted(parts)}
    manifest = _make_manifest(ordered, version)
    unpacked = len(manifest) + sum(len(content) for content in ordered.values())
    if unpacked > LIMITS.unpacked:
        limits = {"limit": LIMITS.unpacked // 1_000_000, "found": unpacked // 1_000_000}
        raise InvalidInput(Finding("zip_unpacks_too_large", Place(), limits))
    packed = pack({MANIFEST: manifest} | ordered, LIMITS.ratio)
    if len(packed) > LIMITS.packed:
        raise InvalidInput(Finding("file_too_large", Place(), {"limit": LIMITS.packed // 1_000_000}))
    return packed


def _make_manifest(parts: Mapping[str, bytes], version: str) -> bytes:
    listed = [{"name": name, "bytes": len(content), "sha256": _sha256(content)} for name, content in parts.items()]
    return (
        json.dumps({"format": ARCHIVE_FORMAT, "version": version, "parts": listed}, ensure_ascii=False, indent=2).encode() + b"\n"
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_archive(content: bytes, file: str | None = None, limits: ZipLimits = LIMITS) -> Archive:
    """The parts exactly as they were written, or InvalidInput; `file` is only for the findings."""
    parts = unpack(content, limits, file)
    place = Place(file)
    if MANIFEST not in parts:
        raise InvalidInput(Finding("archive_no_manifest", place))
    manifest = _read_manifest(parts.pop(MANIFEST), place)
    findings = _find_differences(manifest, parts, place)
    if findings:
        raise InvalidInput(*findings)
    return Archive(manifest.version, MappingProxyType(parts))


def _read_manifest(content: bytes, place: Place) -> _Manifest:
    try:
        found = json.loads(content)
        has_other_format = isinstance(found, dict) and found.get("format") != ARCHIVE_FORMAT
    except (ValueError, RecursionError):
        raise InvalidInput(Finding("archive_manifest_unreadable", place)) from None
    if has_other_format:
        raise InvalidInput(Finding("archive_other_format", place, {"found": shorten(found.get("format"))}))
    try:
        return _Manifest.model_validate_json(content)
    except ValidationError:
        raise InvalidInput(Finding("archive_manifest_unreadable", place)) from None


def _find_differences(manifest: _Manifest, parts: Mapping[str, bytes], place: Place) -> list[Finding]:
    """Where the manifest and the parts tell different stories."""
    listed = {part.name: part for part in manifest.parts}
    if len(listed) < len(manifest.parts):
        return [Finding("archive_manifest_unreadable", place)]
    findings = [Finding("archive_part_missing", place, {"part": name}) for name in sorted(listed.keys() - parts.keys())]
    findings += [Finding("archive_part_unknown", place, {"part": name}) for name in sorted(parts.keys() - listed.keys())]
    for name in sorted(listed.keys() & parts.keys()):
        if (listed[name].bytes, listed[name].sha256) != (len(parts[name]), _sha256(parts[name])):
            findings.append(Finding("archive_part_changed", place, {"part": name}))
    return findings

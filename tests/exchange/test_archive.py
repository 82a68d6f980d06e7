"""The archive of a market: every part comes back as it went in, and nothing else is taken for one."""

import contextlib
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marktplatz.errors import Finding, InvalidInput
from marktplatz.exchange import archive, zip_file
from marktplatz.exchange.archive import read_archive, write_archive
from marktplatz.exchange.zip_file import ZipLimits, is_safe_name, unpack

PARTS = {"market.json": b"{}\n", "plans/1.json": b"x" * 1000, "leer": b""}


def findings_of(act: Callable[[], object]) -> list[Finding]:
    with pytest.raises(InvalidInput) as caught:
        act()
    return list(caught.value.findings)


def codes_of(content: bytes) -> list[str]:
    return [finding.code for finding in findings_of(lambda: read_archive(content))]


def make_zip(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


def with_manifest(change: Callable[[dict[str, Any]], object]) -> bytes:
    parts = parts_of(write_archive(PARTS))
    manifest = json.loads(parts["manifest.json"])
    change(manifest)
    return make_zip(parts | {"manifest.json": json.dumps(manifest).encode()})


names = st.text("abcäж.-_ /", min_size=1, max_size=12).filter(lambda name: is_safe_name(name) and name != "manifest.json")


@given(st.dictionaries(names, st.binary(max_size=200), max_size=6), st.randoms(use_true_random=False))
def test_every_part_comes_back_and_their_order_makes_no_difference(parts: dict[str, bytes], dice: random.Random) -> None:
    written = write_archive(parts)
    assert dict(read_archive(written).parts) == parts
    assert write_archive(dict(dice.sample(list(parts.items()), len(parts)))) == written


def test_an_archive_tells_its_format_its_version_and_a_hash_for_each_part() -> None:
    manifest = json.loads(parts_of(write_archive(PARTS, "1.2.3"))["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("marktplatz-archive/1", "1.2.3")
    assert manifest["parts"] == [
        {"name": name, "bytes": len(PARTS[name]), "sha256": hashlib.sha256(PARTS[name]).hexdigest()} for name in sorted(PARTS)
    ]
    assert read_archive(write_archive(PARTS, "1.2.3")).version == "1.2.3"


def test_a_part_that_packs_like_a_bomb_can_be_written_and_read() -> None:
    parts = {"zeros": bytes(3_000_000), "text": b"[1, 2, 3]\n" * 300_000}
    assert dict(read_archive(write_archive(parts)).parts) == parts


def test_an_archive_packed_anew_by_another_program_is_the_same_archive() -> None:
    assert dict(read_archive(make_zip(parts_of(write_archive(PARTS)), zipfile.ZIP_STORED)).parts) == PARTS


@pytest.mark.parametrize("position", range(0, 900, 7))
def test_no_changed_byte_gives_other_parts(position: int) -> None:
    written = bytearray(write_archive(PARTS))
    written[position % len(written)] ^= 0x55
    with contextlib.suppress(InvalidInput):
        assert dict(read_archive(bytes(written)).parts) == PARTS


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_an_archive_that_ends_early_is_refused(share: float) -> None:
    written = write_archive(PARTS)
    assert codes_of(written[: int(len(written) * share)]) == ["zip_broken"]


FAULTS: dict[str, Callable[[], bytes]] = {
    "zip_empty": lambda: b"",
    "not_a_zip": lambda: b"{}",
    "archive_no_manifest": lambda: make_zip(PARTS),
    "archive_manifest_unreadable": lambda: make_zip({"manifest.json": b"{"}),
    "archive_other_format": lambda: with_manifest(lambda manifest: manifest.update(format="marktplatz-archive/2")),
    "archive_part_missing": lambda: with_manifest(lambda m: m["parts"].append({"name": "x", "bytes": 0, "sha256": ""})),
    "archive_part_unknown": lambda: with_manifest(lambda manifest: manifest["parts"].pop()),
    "archive_part_changed": lambda: with_manifest(lambda manifest: manifest["parts"][0].update(sha256="0" * 64)),
    "zip_method": lambda: make_zip(PARTS, zipfile.ZIP_LZMA),
    "zip_ratio": lambda: make_zip({"bomb": bytes(2_000_000)}),
    "zip_unsafe_name": lambda: make_zip({"../passwd": b""}),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_told_by_its_name(code: str) -> None:
    assert codes_of(FAULTS[code]()) == [code]


@pytest.mark.parametrize(
    "manifest",
    [
        b"[]",
        b"null",
        b'{"format": "marktplatz-archive/1"}',
        b"[" * 100_000,
        b'{"format":"marktplatz-archive/1","version":1,"parts":[]}',
        b'{"format":"marktplatz-archive/1","version":"1","parts":[%b,%b]}' % ((b'{"name":"a","bytes":0,"sha256":""}',) * 2),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(manifest: bytes) -> None:
    assert codes_of(make_zip({"manifest.json": manifest})) == ["archive_manifest_unreadable"]


def test_a_part_that_stands_twice_is_refused() -> None:
    written = make_zip({"a": b"1", "b": b"2"}).replace(b"b", b"a")
    assert codes_of(written) == ["zip_double_part"]


def test_a_part_with_a_password_is_refused() -> None:
    written = bytearray(make_zip({"a": b"1"}))
    written[written.rindex(b"PK\x01\x02") + 8] |= 1
    assert codes_of(bytes(written)) == ["zip_locked"]


UNSAFE = [
    "",
    "/a",
    "../a",
    "a/../b",
    "a//b",
    "a/",
    ".",
    "..",
    "a/.",
    "C:a",
    "C:/a",
    "a\\b",
    "..\\a",
    "a\0b",
    "a\nb",
    "a.",
    "a ",
    " ",
    "x" * 201,
    "a\u202eb",
    "a?",
    'a"',
]


@pytest.mark.parametrize("name", [*UNSAFE, "manifest.json"])
def test_a_name_that_leads_out_of_the_archive_is_not_written(name: str) -> None:
    assert [finding.code for finding in findings_of(lambda: write_archive({name: b""}))] == ["zip_unsafe_name"]


@pytest.mark.parametrize("name", [name for name in UNSAFE if name and not name.endswith("/") and "\0" not in name])
def test_a_name_that_leads_out_of_the_archive_is_not_read(name: str) -> None:
    assert [finding.code for finding in findings_of(lambda: unpack(make_zip({name: b""}), ZipLimits()))] == ["zip_unsafe_name"]


def test_a_name_with_a_hidden_end_is_not_read() -> None:
    written = make_zip({"a.json#../x": b""}).replace(b"a.json#", b"a.json\0")
    assert [finding.code for finding in findings_of(lambda: unpack(written, ZipLimits()))] == ["zip_unsafe_name"]


SMALL = ZipLimits(packed=2_000_000, unpacked=2_000_000, parts=3)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (
            {"a": b"".join(hashlib.sha256(bytes([n % 256, n // 256 % 256, n // 65536])).digest() for n in range(70_000))},
            "file_too_large",
        ),
        ({"a": b"ab" * 1000, "b": bytes(999_000), "c": bytes(1_000_000)}, "zip_unpacks_too_large"),
        (dict.fromkeys("abcd", b""), "zip_too_many_parts"),
    ],
)
def test_the_limits_hold_for_reading_and_for_writing(monkeypatch: pytest.MonkeyPatch, parts: dict[str, bytes], code: str) -> None:
    assert [finding.code for finding in findings_of(lambda: unpack(make_zip(parts), SMALL))] == [code]
    monkeypatch.setattr(
        archive, "LIMITS", ZipLimits(packed=2_000_000, unpacked=2_000_000 if code != "file_too_large" else 9_000_000, parts=4)
    )
    assert [finding.code for finding in findings_of(lambda: write_archive(parts))] == [code]


def test_a_directory_that_lies_about_sizes_is_refused() -> None:
    written = bytearray(make_zip({"a": b"x" * 5000}))
    place = written.rindex(b"PK\x01\x02")
    written[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert [finding.code for finding in findings_of(lambda: unpack(bytes(written), ZipLimits()))] == ["zip_broken"]


def test_names_in_utf8_are_read_also_where_the_zip_does_not_say_so() -> None:
    written = make_zip({"Wünsche.csv": b"x"})
    assert list(unpack(written, ZipLimits())) == ["Wünsche.csv"]
    unmarked = bytearray(written)
    for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        unmarked[unmarked.index(mark) + offset] &= ~0x08
    assert list(unpack(bytes(unmarked), ZipLimits())) == ["Wünsche.csv"]
    windows = make_zip({"Wunsche.csv": b"x"}).replace(b"Wunsche", b"W\x81nsche")
    assert list(unpack(windows, ZipLimits())) == ["Wünsche.csv"]


def test_the_file_is_named_in_the_finding() -> None:
    (finding,) = findings_of(lambda: read_archive(b"x", "sicherung.zip"))
    assert finding.place.file == "sicherung.zip"
    assert zip_file.MAX_NAME == 200

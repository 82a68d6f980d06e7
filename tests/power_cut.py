"""A disk that loses its power: what was synced stays, of the rest a random part, some of it torn. For SQLite, as an apsw VFS.

The method of SQLite's own crash tests (src/test6.c): a simulation of what a disk may do, no pulled plug.
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import apsw

SECTOR: Final = 512
Write: TypeAlias = tuple[int, bytes]
Truncation: TypeAlias = int


@dataclass
class Medium:
    """One file as the disk has it: `durable` for certain, `pending` in its cache."""

    durable: bytearray
    pending: list[Write | Truncation] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            apply(self.durable, change)
        self.pending.clear()

    def after_cut(self, random: Random) -> bytes:
        """Half of what was pending arrived, in any combination; one in four of those only in part."""
        left = bytearray(self.durable)
        for change in self.pending:
            if random.random() < 0.5:
                continue
            if isinstance(change, tuple) and random.random() < 0.25:
                offset, data = change
                kept = SECTOR * random.randrange(len(data) // SECTOR + 1)
                apply(left, (offset, data[:kept]))
            else:
                apply(left, change)
        return bytes(left)


def apply(content: bytearray, change: Write | Truncation) -> None:
    if isinstance(change, int):
        del content[change:]
        return
    offset, data = change
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk(apsw.VFS):
    """Remembers of every file what a disk would; from the `cut_at`-th write or sync on nothing reaches it any more.

    SQLite itself goes on as if nothing had happened, and is believed nothing from then on: see `is_on`.
    """

    def __init__(self, name: str, cut_at: int | None) -> None:
        self.name = name
        self.media: dict[str, Medium] = {}
        self.events = 0
        self.cut_at = cut_at
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> "File":  # noqa: N802 the name that apsw calls
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None and path not in self.media:
            found = Path(path)
            self.media[path] = Medium(bytearray(found.read_bytes() if found.exists() else b""))
        return File(self, name, flags, None if path is None else self.media[path])

    @property
    def is_on(self) -> bool:
        return self.cut_at is None or self.events < self.cut_at

    def reaches(self) -> bool:
        """Does one more write or sync reach the disk?"""
        if self.is_on:
            self.events += 1
        return self.is_on

    def lose_power(self, folder: Path, random: Random) -> None:
        """What a machine finds when it starts again."""
        for path, medium in self.media.items():
            (folder / Path(path).name).write_bytes(medium.after_cut(random))


class File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int], medium: Medium | None) -> None:
        self._disk, self._medium = disk, medium
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._medium is not None and self._disk.reaches():
            self._medium.pending.append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._medium is not None and self._disk.reaches():
            self._medium.pending.append(size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._medium is not None and self._disk.reaches():
            self._medium.sync()
        super().xSync(flags)

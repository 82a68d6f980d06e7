"""A second copy of an SQLite database on another disk, kept while it is in use, and the way back from it on another machine.

Two files take turns, so that one is whole whatever happens to the other: a stick may be pulled out in the middle of a write, and
its file system promises less than a disk's.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from marktplatz.db.backup import check_sqlite, copy_sqlite, new_file, restore
from marktplatz.db.engine import Database, find_sqlite
from marktplatz.errors import Conflict, Finding, InvalidInput, Place

NAMES: Final = ("marktplatz-kopie-a.sqlite3", "marktplatz-kopie-b.sqlite3")
ADDRESS: Final = "marktplatz-adresse.txt"
"""Where the service was reached that made the copies: whoever takes over is to be found there as well."""
_LENGTHS: Final = "SELECT coalesce(sum(length), 0) FROM audit_head"


class SecondCopy:
    """Saves into the file whose turn it is; one at a time, from any thread."""

    def __init__(self, database: Database, folder: Path) -> None:
        if not database.is_sqlite:
            raise InvalidInput(Finding("copy_needs_sqlite"))
        if not folder.is_dir():
            raise InvalidInput(Finding("no_folder", Place(str(folder))))
        self.folder = folder
        self._source = Path(str(database.url.database))
        if self._source.parent.resolve() == folder.resolve():
            raise InvalidInput(Finding("copy_beside_original", Place(str(folder))))
        newest = next(iter(find_copies(folder)), None)
        self._turn = 1 if newest is not None and newest.name == NAMES[0] else 0

    def save(self) -> Path:
        """One consistent state, on the disk before it gets its name; the other file is left alone."""
        target = self.folder / NAMES[self._turn]
        with new_file(target) as temporary:
            copy_sqlite(self._source, temporary)
        _sync_folder(self.folder)
        self._turn = 1 - self._turn
        return target


def find_copies(folder: Path) -> list[Path]:
    """Those that are whole, the one with the most history first."""
    found = []
    for name in NAMES:
        with contextlib.suppress(InvalidInput, OSError):
            path = folder / name
            if path.exists():
                check_sqlite(path)
                found.append((_count_history(path), path))
    return [path for _, path in sorted(found, reverse=True)]


def take_over(folder: Path, database: Path, now: datetime) -> Path:
    """Put the newest whole copy in the place of this machine's database, which is kept beside it; the copy that was taken."""
    copies = find_copies(folder)
    if not copies:
        raise InvalidInput(Finding("no_copy_here", Place(str(folder))))
    if database.exists():
        kept = database.with_name(f"vor-uebernahme-{now:%Y%m%d-%H%M%S}.sqlite3")
        if kept.exists():
            raise Conflict(Finding("file_exists", Place(str(kept))))
        for ending in ("-wal", "-shm", ""):
            path = database.with_name(database.name + ending)
            if path.exists():
                path.replace(kept.with_name(kept.name + ending))
    restore(copies[0], Database(f"sqlite:///{database}").url)
    return copies[0]


def _count_history(path: Path) -> int:
    """How much has been written in all markets: what the clock of another machine says is worth less."""
    module: Any = find_sqlite()
    with contextlib.closing(module.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute(_LENGTHS).fetchone()[0])
        except module.DatabaseError:
            raise InvalidInput(Finding("not_a_backup", Place(str(path)))) from None


def _sync_folder(folder: Path) -> None:
    """The new name as well is on the disk; where folders cannot be synced nothing can be done."""
    with contextlib.suppress(OSError):
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)

"""Copies of a whole database, made while it is in use, and the way back. `cp` would miss what is still in SQLite's WAL."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import URL

from marktplatz.db.engine import Database, find_sqlite
from marktplatz.errors import Conflict, Finding, InvalidInput, Place

_SQLITE_MAGIC: Final = b"SQLite format 3\0"
_DUMP_MAGIC: Final = b"PGDMP"


def back_up(database: Database, target: Path) -> None:
    """One consistent state into a new file: SQLite's own backup, or pg_dump; checked before it gets its name."""
    if target.exists():
        raise Conflict(Finding("file_exists", Place(str(target))))
    with new_file(target) as temporary:
        if database.is_sqlite:
            copy_sqlite(Path(str(database.url.database)), temporary)
            check_sqlite(temporary)
        else:
            _run_postgresql("pg_dump", database.url, "--format=custom", f"--file={temporary}")


def restore(source: Path, url: URL) -> None:
    """A backup into a place where no database is yet; nothing is overwritten."""
    try:
        with source.open("rb") as stream:
            magic = stream.read(16)
    except OSError as error:
        raise InvalidInput(
            Finding("file_unreadable", Place(str(source)), {"reason": error.strerror or type(error).__name__})
        ) from None
    if url.get_backend_name() == "sqlite":
        if magic != _SQLITE_MAGIC:
            raise InvalidInput(Finding("not_a_backup", Place(str(source))))
        _restore_sqlite(source, Path(str(url.database)))
    elif not magic.startswith(_DUMP_MAGIC):
        raise InvalidInput(Finding("not_a_backup", Place(str(source))))
    else:
        _run_postgresql("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(source), dbname="--dbname")


def check_sqlite(path: Path) -> None:
    """InvalidInput unless SQLite finds the file whole and every reference leads somewhere."""
    module: Any = find_sqlite()
    with contextlib.closing(module.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
        except module.DatabaseError as error:
            verdict, dangling = str(error), None
    if verdict != "ok" or dangling is not None:
        raise InvalidInput(Finding("damaged_backup", Place(str(path)), {"problem": str(verdict if verdict != "ok" else dangling)}))


def copy_sqlite(source: Path, target: Path) -> None:
    """All pages in one step: in small steps the copy would begin anew after every write of others and never end."""
    module: Any = find_sqlite()
    try:
        with contextlib.closing(module.connect(source)) as read, contextlib.closing(module.connect(target)) as written:
            read.execute("PRAGMA busy_timeout=10000")
            read.backup(written)
            written.execute("PRAGMA journal_mode=DELETE")
    except module.OperationalError as error:  # the target's disk is full, or was pulled out in the middle
        raise OSError(errno.EIO, str(error)) from error


def _restore_sqlite(source: Path, target: Path) -> None:
    if target.exists():
        raise Conflict(Finding("file_exists", Place(str(target))))
    check_sqlite(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_file(target) as temporary:
        shutil.copyfile(source, temporary)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file that only its owner may read, on the disk before it gets its name, and gone if anything fails."""
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.unlink(missing_ok=True)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        raise InvalidInput(
            Finding("cannot_write", Place(str(target)), {"reason": error.strerror or type(error).__name__})
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def _run_postgresql(program: str, url: URL, *arguments: str, dbname: str = "--dbname") -> None:
    found = find_postgresql_program(program)
    if found is None:
        raise InvalidInput(Finding("program_missing", params={"program": program}))
    # The password goes by the environment, where other users of the machine cannot read it.
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    ended = subprocess.run(  # noqa: S603 a fixed program with arguments of ours
        [found, f"{dbname}={plain}", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if ended.returncode:
        problem = ended.stderr.strip().splitlines()[0] if ended.stderr.strip() else str(ended.returncode)
        raise InvalidInput(Finding("program_failed", params={"program": program, "problem": problem}))


def find_postgresql_program(program: str) -> str | None:
    """On the PATH, or where Debian keeps it."""
    folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *folders]))

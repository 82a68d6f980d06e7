"""The second copy: always one whole file, whatever happens to the other, and the way back from it."""

import resource
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from databases import SqliteTemplates
from filled_database import fill
from marktplatz.db.engine import Database
from marktplatz.db.models import OrganisationRecord
from marktplatz.db.second_copy import NAMES, SecondCopy, find_copies, take_over
from marktplatz.errors import InvalidInput
from marktplatz.market import Organisation
from marktplatz.usecases.actor import SYSTEM
from marktplatz.usecases.audit import find_breaks
from marktplatz.usecases.organisations import add_organisation
from marktplatz.vocabulary import OrganisationKind

NOW = datetime(2027, 3, 11, 19, tzinfo=UTC)


@pytest.fixture
def filled(sqlite_templates: SqliteTemplates) -> Database:
    database = Database(sqlite_templates.make_url())
    fill(database)
    return database


def add(database: Database, name: str) -> None:
    with database.write("m1") as session:
        add_organisation(session, NOW, SYSTEM, "m1", Organisation(id=name, kind=OrganisationKind.NONPROFIT))


def names_in(path: Path) -> set[str]:
    database = Database(f"sqlite:///{path}")
    with database.read() as session:
        assert list(find_breaks(session)) == []
        names = {record.id for record in session.query(OrganisationRecord)}
    database.dispose()
    return names


def test_copies_take_turns_and_the_newest_is_found(filled: Database, tmp_path: Path) -> None:
    copy = SecondCopy(filled, tmp_path)
    assert copy.save().name == NAMES[0]
    add(filled, "choir")
    assert copy.save().name == NAMES[1]
    assert [path.name for path in find_copies(tmp_path)] == [NAMES[1], NAMES[0]]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES), "nothing else is left on the stick"
    assert names_in(tmp_path / NAMES[1]) == {"bank", "choir"}
    add(filled, "club")
    copy.save()
    assert find_copies(tmp_path)[0].name == NAMES[0]
    assert SecondCopy(filled, tmp_path).save().name == NAMES[1], "a new one does not begin with the newest"


@pytest.mark.parametrize("harm", ["cut short", "no database", "a page of nothing", "gone"])
def test_a_stick_pulled_out_in_the_middle_leaves_the_other_copy(filled: Database, tmp_path: Path, harm: str) -> None:
    copy = SecondCopy(filled, tmp_path)
    copy.save()
    add(filled, "choir")
    newest = copy.save()
    content = newest.read_bytes()
    if harm == "gone":
        newest.unlink()
    else:
        half = len(content) // 2
        newest.write_bytes({"cut short": content[:half], "no database": b"x" * half}.get(harm, content[:half] + bytes(half)))
    assert [path.name for path in find_copies(tmp_path)] == [NAMES[0]]
    taken = take_over(tmp_path, tmp_path / "new" / "marktplatz.sqlite3", NOW)
    assert (taken.name, names_in(tmp_path / "new" / "marktplatz.sqlite3")) == (NAMES[0], {"bank"})


def test_a_database_that_was_there_is_kept_with_what_its_wal_holds(filled: Database, tmp_path: Path) -> None:
    stick, laptop = tmp_path / "stick", tmp_path / "laptop"
    stick.mkdir()
    laptop.mkdir()
    SecondCopy(filled, stick).save()
    old = sqlite3.connect(laptop / "marktplatz.sqlite3")
    old.execute("PRAGMA journal_mode=WAL")
    old.execute("CREATE TABLE earlier (x)")
    old.commit()
    take_over(stick, laptop / "marktplatz.sqlite3", NOW)
    old.close()
    kept = laptop / "vor-uebernahme-20270311-190000.sqlite3"
    with sqlite3.connect(kept) as before:
        assert before.execute("SELECT count(*) FROM earlier").fetchone() == (0,)
    before.close()
    assert names_in(laptop / "marktplatz.sqlite3") == {"bank"}


def test_what_cannot_be_copied_is_said(filled: Database, tmp_path: Path) -> None:
    for folder, code in ((tmp_path / "nothing", "no_folder"), (Path(str(filled.url.database)).parent, "copy_beside_original")):
        with pytest.raises(InvalidInput) as refused:
            SecondCopy(filled, folder)
        assert refused.value.findings[0].code == code
    with pytest.raises(InvalidInput) as refused:
        SecondCopy(Database(make_url("postgresql://nobody@localhost/nothing").render_as_string()), tmp_path)
    assert refused.value.findings[0].code == "copy_needs_sqlite"
    with pytest.raises(InvalidInput) as refused:
        take_over(tmp_path, tmp_path / "x.sqlite3", NOW)
    assert refused.value.findings[0].code == "no_copy_here"


def test_a_stick_without_room_is_told_and_used_again_as_soon_as_it_has_some(filled: Database, tmp_path: Path) -> None:
    copy = SecondCopy(filled, tmp_path)
    copy.save()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(InvalidInput) as told:
            copy.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [each.code for each in told.value.findings] == ["cannot_write"]
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[0]], "the one that is whole is left alone"
    assert copy.save().name == NAMES[1]

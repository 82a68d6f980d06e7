"""Look at an installation and say what is well and what is not; changes nothing."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marktplatz.db.engine import Database, find_sqlite, has_safe_wal
from marktplatz.db.migrate import find_revision, newest_revision
from marktplatz.db.models import Account
from marktplatz.errors import Finding, Severity
from marktplatz.usecases.audit import find_breaks

LITTLE_SPACE_MB = 500


def examine(database: Database, *, data_dir: Path, base_url: str, has_smtp: bool) -> Iterator[Finding]:
    """Findings in the order in which one would mend them; a warning does not stop the service, an error does."""
    yield from _examine_storage(database, data_dir)
    revision, newest = find_revision(database), newest_revision()
    if revision != newest:
        yield Finding("doctor_schema", params={"found": revision or "-", "expected": newest})
        return
    with database.read() as session:
        yield from _examine_content(session)
    if not base_url.lower().startswith("https://"):
        yield Finding("doctor_no_https", params={"url": base_url}, severity=Severity.WARNING)
    if not has_smtp:
        yield Finding("doctor_no_smtp", severity=Severity.WARNING)


def _examine_storage(database: Database, data_dir: Path) -> Iterator[Finding]:
    if database.is_sqlite:
        version = find_sqlite().sqlite_version
        if not has_safe_wal(find_sqlite().sqlite_version_info):
            yield Finding("doctor_old_sqlite", params={"version": version}, severity=Severity.WARNING)
        path = Path(str(database.url.database))
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("doctor_readable_by_others", params={"path": str(path)}, severity=Severity.WARNING)
    if data_dir.exists():
        free_mb = shutil.disk_usage(data_dir).free // 1_000_000
        if free_mb < LITTLE_SPACE_MB:
            yield Finding("doctor_little_space", params={"free_mb": free_mb}, severity=Severity.WARNING)


def _examine_content(session: Session) -> Iterator[Finding]:
    for chain, number, what in find_breaks(session):
        yield Finding("audit_broken", params={"chain": chain, "number": number, "what": what})
    if not session.scalar(select(func.count()).select_from(Account).where(Account.is_owner, Account.disabled_at.is_(None))):
        yield Finding("doctor_no_owner", severity=Severity.WARNING)

"""A market with its whole history as one file, and back, in another installation too."""

from marktplatz.usecases.archiving.export import archive_market
from marktplatz.usecases.archiving.read import ArchivedMarket, is_archive, read_archived_market
from marktplatz.usecases.archiving.restore import restore_market

__all__ = ["ArchivedMarket", "archive_market", "is_archive", "read_archived_market", "restore_market"]

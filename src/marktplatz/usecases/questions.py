"""What helps to describe an entry, asked beside its text: the names under which `EntryRecord.answers` keeps the answers."""

from enum import StrEnum
from typing import Final


class Question(StrEnum):
    """The four questions; an answer is free text."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    DONE_WHEN = "done_when"
    FROM_PARTNER = "from_partner"


PLACE: Final = "place"
"""The name of one more answer: where it is to be, as one of `PlaceOfDeed`."""
MAX_ANSWER: Final = 2_000


class PlaceOfDeed(StrEnum):
    """Seen from whoever enters it; REMOTE is an entry's own `remote` as well."""

    WITH_US = "with_us"
    WITH_PARTNER = "with_partner"
    REMOTE = "remote"

"""What the folder for the hall and the type-in of paper forms refuse, in German; English in `day_folder.po`."""

from collections.abc import Mapping
from typing import Final

FOLDER_SENTENCES: Final[Mapping[str, str]] = {
    "number_of_no_block": "Die Nummer {number} gehört zu keinem Papierblock. Bitte prüfen Sie sie auf dem Papier.",
    "paper_typed_in": "Das Formular mit der Nummer {number} ist schon eingetippt.",
    "paper_number_missing": "Bitte geben Sie die Nummer an, die auf dem Formular steht.",
}

"""What pages refuse, in German; English in `pages.po`."""

from collections.abc import Mapping
from typing import Final

PAGE_SENTENCES: Final[Mapping[str, str]] = {
    "ends_before_it_begins": "Das Ende liegt vor dem Beginn.",
    "unknown_timezone": "Die Zeitzone „{found}“ gibt es nicht; gemeint ist zum Beispiel „Europe/Berlin“.",
    "set_up_already": "Diese Installation ist schon eingerichtet. Bitte melden Sie sich an.",
    "wrong_setup_code": "Dieser Code stimmt nicht. Er steht in dem Fenster, in dem marktplatz gestartet wurde.",
}

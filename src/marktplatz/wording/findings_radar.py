"""What is refused on the radar's lists, in German; English in `pages_radar.po`."""

from collections.abc import Mapping
from typing import Final

RADAR_SENTENCES: Final[Mapping[str, str]] = {
    "nothing_is_missing": "In den Einträgen von „{organisation}“ fehlt inzwischen nichts mehr.",
}

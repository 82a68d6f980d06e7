"""What is refused about mails, persons and dates, in German; English in `pages_outbox.po`."""

from collections.abc import Mapping
from typing import Final

OUTBOX_SENTENCES: Final[Mapping[str, str]] = {
    "mail_not_editable": "Diese Mail gehört zur Installation; ihre Worte lassen sich hier nicht ändern.",
    "unknown_placeholder": "Den Platzhalter {found} gibt es in dieser Mail nicht. Möglich sind: {known}.",
    "mail_without_link": "Diese Mail braucht den Link. Bitte lassen Sie den Platzhalter für ihn stehen.",
    "nobody_to_write_to": "Es gibt gerade niemanden, an den diese Mail ginge.",
    "count_changed": "Es sind inzwischen {count} Mails und nicht mehr {expected}. "
    "Bitte sehen Sie nach und bestätigen Sie noch einmal.",
    "retention_days_range": "Bitte nennen Sie eine Zahl von Tagen zwischen {least} und {most}.",
}

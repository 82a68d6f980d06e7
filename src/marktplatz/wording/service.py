"""What the commands that run the service say."""

from typing import Final

FIRST_STEP: Final = "Diese Installation ist noch leer. Öffnen Sie zum Einrichten diese Adresse:"
DEMO_PAGE: Final = "Die Seite dieses Marktplatzes, wie alle sie sehen:"
DEMO_ORGANISE: Final = "Und als Veranstalter:in, mit einem Link, der 15 Minuten und einmal gilt:"
DEMO_END: Final = "Alles liegt in einem vorläufigen Ordner. Strg+C beendet die Vorführung und löscht ihn."
DEMO_ORGANISER: Final = "Freiwilligenagentur Lindbrück"
DEMO_VENUE: Final = "Rathaus, Großer Saal"

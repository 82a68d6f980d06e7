"""What can happen to a market after it was solved: a closed set of values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganisationAbsent:
    """An organisation is not there: its pinned pairs stay, all others go."""

    organisation: str


@dataclass(frozen=True, slots=True)
class OrganisationArrives:
    """An absent organisation is there (again), with the maximum that it has."""

    organisation: str


@dataclass(frozen=True, slots=True)
class PairAgreed:
    """The two have settled it: the pair stays in for good."""

    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class PairPinned:
    """The organiser wants this pair in every plan."""

    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class PairRefused:
    """One of the two does not want it: the pair is forbidden from now on."""

    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class PairReleased:
    """Takes back a pin, an agreement or a refusal; what the Problem itself excluded at the start stays excluded."""

    offer: str
    need: str


@dataclass(frozen=True, slots=True)
class CapacityChanged:
    """An offer or a need may now be in so many pairs."""

    entry: str
    capacity: int


@dataclass(frozen=True, slots=True)
class MaximumChanged:
    """An organisation may now be in so many pairs."""

    organisation: str
    maximum: int


PairDecision = PairAgreed | PairPinned | PairRefused | PairReleased
Change = OrganisationAbsent | OrganisationArrives | PairDecision | CapacityChanged | MaximumChanged

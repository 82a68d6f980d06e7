"""How many partners could help with one entry, as it stands and if it were changed; one row is scored, never the whole market."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from marktplatz.market import Entry, Market, Organisation
from marktplatz.matching.advice.help import has_places
from marktplatz.matching.advice.row import Row
from marktplatz.matching.advice.variants import Change, list_changes
from marktplatz.matching.scoring.analysis import analyse
from marktplatz.matching.scoring.hints import fill_from_text
from marktplatz.matching.scoring.scene import build_scene
from marktplatz.matching.scoring.table import find_exclusions
from marktplatz.vocabulary import EntrySide, VariantKind


@dataclass(frozen=True, slots=True)
class Variant:
    """A change that would bring more partners, and how many there would be then, with how many entries.

    `changed` is the entry as it would be; of a second date it is what would be offered beside the entry, of a split one half.
    """

    kind: VariantKind
    partners: int
    entries: int
    changed: Entry


@dataclass(frozen=True, slots=True)
class Advice:
    """How many organisations could help with an entry as it stands, with how many entries, and what would bring more.

    `is_vague`: nothing was recognised in the entry's text, so its contents can hardly be compared.
    """

    partners: int
    entries: int
    is_vague: bool
    variants: tuple[Variant, ...]


class Coach:
    """A market that was read once, for advice about many entries; a changed market needs a new one.

    Notes
    -----
    A partner could help with an entry if a pair of it with one of the partner's entries

    1. is possible, by the very barriers, exclusions, exceptions and returns of the score table,
    2. has contents that fit so well that all else counts in full, by the gate of the scoring (a content score of 0.25),
    3. offers at least half of what is wanted in people, hours and things, as `size.score` has it, or does not say how much,
    4. is with an entry that has a place (capacity above 0).

    In a market that brings its own points, whoever is listed and not excluded could help, and no change would make a difference.

    Examples
    --------
    >>> from datetime import date
    >>> from marktplatz.vocabulary import OrganisationKind
    >>> bank = Organisation(id="bank", kind=OrganisationKind.COMPANY)
    >>> club = Organisation(id="club", kind=OrganisationKind.NONPROFIT)
    >>> paint = Entry(id="paint", organisation="bank", title="Wände streichen", from_on=date(2027, 5, 3))
    >>> coach = Coach(Market(organisations=(bank, club), offers=(paint,)))
    >>> draft = Entry(id="draft", organisation="club", title="Wer streicht unsere Wände?", to_on=date(2027, 4, 20))
    >>> advice = coach.advise(EntrySide.NEED, draft)
    >>> advice.partners, [(variant.kind.value, variant.partners) for variant in advice.variants]
    (0, [('wider_dates', 1), ('any_date', 1)])
    """

    def __init__(self, market: Market) -> None:
        self._scene = build_scene(market)
        self._keep_read()

    def knows(self, organisation_id: str) -> bool:
        """Is the organisation in the market?"""
        return organisation_id in self._scene.market.organisation_by_id

    def advise(self, side: EntrySide, entry: Entry, organisation: Organisation | None = None) -> Advice:
        """Advice about an offer or a need that is in the market already, by its id, or would be new.

        Parameters
        ----------
        side : EntrySide
        entry : Entry
            As it is to be judged; what the market says under the same id is left aside.
        organisation : Organisation, optional
            Whose it is, where that one is not in the market yet.

        Returns
        -------
        Advice
            Of each kind of variant the one that brings most, and only those that bring more partners than the entry as it stands.

        Raises
        ------
        KeyError
            Where the entry's organisation is neither in the market nor given.
        """
        market = self._scene.market
        if market.scores is not None:
            return self._advise_by_table(side, entry.id)
        judged, newcomer = self._let_in(entry, organisation)
        kind = market.kind_of(judged)
        changes = tuple(list_changes(judged, fill_from_text(judged, market.market.date)[0], kind, market.market.date))
        self._keep_read()
        row = Row(self._scene, side, [judged, *(change.changed for change in changes)], newcomer)
        helps = row.find_helps()
        partners, entries = row.count(helps[0])
        variants = [
            Variant(change.kind, *row.count(then | helps[0] if change.is_beside else then), _give_back(change, entry))
            for change, then in zip(changes, helps[1:], strict=True)
        ]
        return Advice(partners, entries, row.is_vague, tuple(v for v in _choose(variants) if v.partners > partners))

    def _let_in(self, entry: Entry, organisation: Organisation | None) -> tuple[Entry, Organisation | None]:
        """Somebody new gets an id that sorts last, so that all others keep their places; an unknown category is none."""
        market = self._scene.market
        judged = entry if entry.category in market.category_kinds else entry.model_copy(update={"category": None})
        if organisation is None or entry.organisation in market.organisation_by_id:
            return judged, None
        last = f"{self._scene.organisations[-1].id}~" if self._scene.organisations else "~"
        return judged.model_copy(update={"organisation": last}), organisation.model_copy(update={"id": last})

    def _keep_read(self) -> None:
        """The texts of both sides stay among the last few that are kept, however many entries of one side are asked about."""
        analyse(self._scene.offers)
        analyse(self._scene.needs)

    def _advise_by_table(self, side: EntrySide, entry_id: str) -> Advice:
        """Who is listed with the entry, in a market that brings its own points."""
        scene, is_offer = self._scene, side is EntrySide.OFFER
        own, others = (scene.offers, scene.needs) if is_offer else (scene.needs, scene.offers)
        listed = [(s.offer, s.need) for s in scene.market.scores or () if entry_id == (s.offer if is_offer else s.need)]
        if entry_id not in own.position or not listed:
            return Advice(0, 0, is_vague=False, variants=())
        offers = np.array([scene.offers.position[offer] for offer, _ in listed])
        needs = np.array([scene.needs.position[need] for _, need in listed])
        found = (needs if is_offer else offers)[find_exclusions(scene, offers, needs) == 0]
        found = found[has_places(others)[found]]
        return Advice(len(np.unique(others.organisations[found])), len(np.unique(found)), is_vague=False, variants=())


def _give_back(change: Change, entry: Entry) -> Entry:
    """What was changed, under the organisation's own id."""
    return change.changed.model_copy(update={"organisation": entry.organisation})


def _choose(variants: Iterable[Variant]) -> Iterable[Variant]:
    """Of each kind the variant that brings most; among equals the first, which is the smallest change."""
    best: dict[VariantKind, Variant] = {}
    for variant in variants:
        known = best.get(variant.kind)
        if known is None or (variant.partners, variant.entries) > (known.partners, known.entries):
            best[variant.kind] = variant
    return best.values()

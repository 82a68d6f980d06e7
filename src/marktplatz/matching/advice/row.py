"""One entry and its variants before the other side of a market: which pairs would be possible and fit; the other side is shared."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from marktplatz.market import Entry, Market, Organisation, PairRule
from marktplatz.matching.advice.help import fits_by_content, fits_by_size, has_places, is_open
from marktplatz.matching.problem import BoolArray, IntArray
from marktplatz.matching.scoring.analysis import find_concepts, text_of
from marktplatz.matching.scoring.exceptions import find_exceptions, is_among
from marktplatz.matching.scoring.scene import Entries, Scene, build_scene
from marktplatz.matching.scoring.table import find_exclusions
from marktplatz.vocabulary import EntrySide, Reciprocity

_MARK: Final = "\0"
"""Begins the variants' ids: no id of a market can be the same."""

Pairs = tuple[IntArray, IntArray]


class Row:
    """The entry is the first variant; all have its text and its organisation.

    An organisation that is given is not in the market yet, and its id sorts last, so that all others keep their places.
    """

    def __init__(self, whole: Scene, side: EntrySide, variants: Sequence[Entry], newcomer: Organisation | None) -> None:
        self._whole, self._is_offer = whole, side is EntrySide.OFFER
        alone = _isolate(whole.market, variants, newcomer, is_offer=self._is_offer)
        self._scene = build_scene(alone, needs=whole.needs) if self._is_offer else build_scene(alone, offers=whole.offers)
        self._own, self._others = self._sides(self._scene)
        self._organisation = None if newcomer else int(self._own.organisations[0])

    @property
    def is_vague(self) -> bool:
        """Was nothing recognised in the entry's own text?"""
        return not find_concepts(self._own.lexicon, text_of(self._own.members[0]))

    def find_helps(self) -> BoolArray:
        """Who could help whom: variants by entries of the other side."""
        own, others = np.arange(len(self._own.members)), np.arange(len(self._others.members))
        first = self._order(np.zeros_like(others), others)
        every = (own[:, None], others[None, :]) if self._is_offer else (others[:, None], own[None, :])
        helps = is_open(self._scene, *every, self._find_excepted()) & fits_by_size(self._scene, *every)
        suitable = (find_exclusions(self._scene, *first) == 0) & fits_by_content(self._scene, *first)
        suitable &= has_places(self._others) & self._can_return()[self._others.organisations]
        return (helps if self._is_offer else helps.T) & suitable

    def count(self, helping: BoolArray) -> tuple[int, int]:
        """The organisations and the entries of those that help."""
        return len(np.unique(self._others.organisations[helping])), int(np.count_nonzero(helping))

    def _sides(self, scene: Scene) -> tuple[Entries, Entries]:
        return (scene.offers, scene.needs) if self._is_offer else (scene.needs, scene.offers)

    def _order(self, own: IntArray, others: IntArray) -> Pairs:
        """The offers come first."""
        return (own, others) if self._is_offer else (others, own)

    def _find_excepted(self) -> BoolArray:
        """The others with which the organiser allows a pair by a written exception."""
        rules = [rule for rule in self._scene.market.pairs if rule.exception_reason is not None]
        named = {rule.need if self._is_offer else rule.offer for rule in rules}
        excepted = np.array([id_ in named for id_ in self._others.ids], dtype=np.bool_)
        return excepted[None, :] if self._is_offer else excepted[:, None]

    def _can_return(self) -> BoolArray:
        """Which organisations could give something back, or take something, where the market requires it; shape (O,)."""
        able = np.ones(len(self._scene.organisations), dtype=np.bool_)
        if self._scene.market.market.reciprocity is not Reciprocity.REQUIRED:
            return able
        able[:] = False
        if self._organisation is None:
            return able
        scene, (same_side, other_side) = self._whole, self._sides(self._whole)
        theirs, ours = np.arange(len(same_side.members)), np.flatnonzero(other_side.organisations == self._organisation)
        offers, needs = self._order(np.repeat(theirs, len(ours)), np.tile(ours, len(theirs)))
        possible = is_open(scene, offers, needs, is_among(scene, offers, needs, find_exceptions(scene)))
        possible &= find_exclusions(scene, offers, needs) == 0
        able[same_side.organisations[np.repeat(theirs, len(ours))[possible]]] = True
        return able


def _isolate(whole: Market, variants: Sequence[Entry], newcomer: Organisation | None, *, is_offer: bool) -> Market:
    """The market with nothing on one side but the variants; wishes and rules about the entry are about the first of them."""
    named = tuple(variant.model_copy(update={"id": f"{_MARK}{at:03}"}) for at, variant in enumerate(variants))
    id_, new_id = variants[0].id, named[0].id
    field = "offer" if is_offer else "need"
    rules: list[PairRule] = [rule for rule in whole.pairs if getattr(rule, field) == id_]
    return Market.model_construct(
        market=whole.market,
        organisations=(*whole.organisations, newcomer) if newcomer else whole.organisations,
        offers=named if is_offer else whole.offers,
        needs=whole.needs if is_offer else named,
        wishes=tuple(wish.model_copy(update={"target": new_id}) if wish.target == id_ else wish for wish in whole.wishes),
        pairs=tuple(rule.model_copy(update={field: new_id}) for rule in rules),
        concepts=whole.concepts,
    )

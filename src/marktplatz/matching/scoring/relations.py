"""Who stands in a relation to whom, without a table of all: looked up by arrays of indices that broadcast, as a table would be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from marktplatz.matching.problem import BoolArray, IntArray

Numbers = npt.NDArray[np.float64]
Place = tuple[IntArray, IntArray]

_BITS: Final = 63


@dataclass(frozen=True, eq=False)
class Relation:
    """A few places of a large table that hold a number above 0; every other place holds 0.

    Attributes
    ----------
    keys : int array, shape (K,), ascending
        row * width + column of each place.
    values : float array, shape (K,)
    shape : (int, int)
    """

    keys: IntArray
    values: Numbers
    shape: tuple[int, int]

    @classmethod
    def from_places(cls, places: Mapping[tuple[int, int], float], shape: tuple[int, int]) -> "Relation":
        """From a value by (row, column)."""
        width = max(1, shape[1])
        ordered = sorted((row * width + column, value) for (row, column), value in places.items())
        keys, values = [key for key, _ in ordered], [value for _, value in ordered]
        return cls(np.array(keys, dtype=np.int64), np.array(values, dtype=np.float64), shape)

    def __getitem__(self, place: Place) -> Numbers:
        rows, columns = place
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns))
        if not len(self.keys):
            return np.broadcast_to(np.zeros(()), shape)
        if len(shape) < 2:
            return self._look_up(rows, columns)
        return _fill_block(np.zeros(shape), rows, columns, self._used, self._look_up)

    def _look_up(self, rows: IntArray, columns: IntArray) -> Numbers:
        wanted = np.asarray(rows * max(1, self.shape[1]) + columns)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.values[at], 0.0)

    @cached_property
    def _used(self) -> tuple[BoolArray, BoolArray]:
        """Rows and columns that hold anything."""
        used = np.zeros(self.shape[0], dtype=np.bool_), np.zeros(self.shape[1], dtype=np.bool_)
        for each, index in zip(used, self.places, strict=True):
            each[index] = True
        return used

    @property
    def places(self) -> Place:
        """Rows and columns of the places that hold something."""
        return np.divmod(self.keys, max(1, self.shape[1]))


@dataclass(frozen=True, eq=False)
class SameName:
    """Two stand in it if they have the same name; `codes` numbers the names, 0 is none."""

    codes: IntArray

    @classmethod
    def from_names(cls, names: Iterable[str | None]) -> "SameName":
        """Names count after trimming."""
        trimmed = [(name or "").strip() for name in names]
        numbers = {name: number for number, name in enumerate(sorted(set(trimmed) - {""}), 1)}
        return cls(np.array([numbers.get(name, 0) for name in trimmed], dtype=np.int64))

    def __getitem__(self, place: Place) -> BoolArray:
        shape = np.broadcast_shapes(np.shape(place[0]), np.shape(place[1]))
        if len(shape) < 2:
            return self._look_up(*place)
        used = self.codes > 0
        return _fill_block(np.zeros(shape, dtype=np.bool_), *place, (used, used), self._look_up)

    def _look_up(self, rows: IntArray, columns: IntArray) -> BoolArray:
        here, there = self.codes[rows], self.codes[columns]
        return (here == there) & (here > 0)


@dataclass(frozen=True, eq=False)
class CommonWord:
    """Two stand in it if a word of the one's left list is in the other's right list; words are bits, shapes (n, W)."""

    left: IntArray
    right: IntArray

    @classmethod
    def from_lists(cls, left: Sequence[Iterable[str]], right: Sequence[Iterable[str]]) -> "CommonWord":
        """Only words that stand on both sides need a bit."""
        shared = {word for words in left for word in words} & {word for words in right for word in words}
        bit_of = {word: bit for bit, word in enumerate(sorted(shared))}
        width = 1 + len(shared) // _BITS
        return cls(*(_to_bits(side, bit_of, width) for side in (left, right)))

    def __getitem__(self, place: Place) -> BoolArray:
        shape = np.broadcast_shapes(np.shape(place[0]), np.shape(place[1]))
        if len(shape) < 2:
            return self._look_up(*place)
        used = np.bitwise_or.reduce(self.left, axis=1) > 0, np.bitwise_or.reduce(self.right, axis=1) > 0
        return _fill_block(np.zeros(shape, dtype=np.bool_), *place, used, self._look_up)

    def _look_up(self, rows: IntArray, columns: IntArray) -> BoolArray:
        left, right = self.left[rows], self.right[columns]
        found = (left[..., 0] & right[..., 0]) != 0
        for word in range(1, self.left.shape[1]):
            found |= (left[..., word] & right[..., word]) != 0
        return found


def _fill_block(
    block: npt.NDArray[Any],
    rows: IntArray,
    columns: IntArray,
    used: tuple[BoolArray, BoolArray],
    look_up: Callable[[IntArray, IntArray], npt.NDArray[Any]],
) -> npt.NDArray[Any]:
    """A column of rows with a row of columns, or the other way round, into an empty block: most of either hold nothing."""
    lines = [np.flatnonzero(some[index.ravel()]) for some, index in zip(used, (rows, columns), strict=True)]
    found = look_up(rows.ravel()[lines[0], None], columns.ravel()[None, lines[1]])
    if rows.shape[1] == 1 == columns.shape[0]:
        block[np.ix_(*lines)] = found
    else:
        block[np.ix_(*lines[::-1])] = found.T
    return block


def _to_bits(lists: Sequence[Iterable[str]], bit_of: Mapping[str, int], width: int) -> IntArray:
    bits = np.zeros((len(lists), width), dtype=np.int64)
    for row, words in enumerate(lists):
        for word in words:
            if word in bit_of:
                bits[row, bit_of[word] // _BITS] |= 1 << (bit_of[word] % _BITS)
    return bits

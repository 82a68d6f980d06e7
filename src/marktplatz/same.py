"""Values told apart as objects: for remembering what was made of a large one without comparing it."""

from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Same(Generic[T_co]):
    """A key of caches. Equal only to one of the very same object, which it keeps alive, so that no other can take its place."""

    __slots__ = ("value",)

    def __init__(self, value: T_co) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)

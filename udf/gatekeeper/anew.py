"""What a long message would not keep: its lines, proved and rejected, made each time they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar, overload

from udf.message import Unit
from udf.outcome import Line, RejectedLine

T = TypeVar("T")


class _Anew(Sequence[T]):
    """What is made each time it is asked for."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return list(self)[index]
        return next(islice(self, range(len(self))[index], None))


class LinesAnew(_Anew[Line]):
    """The lines of a long message, built each time they are asked for: each would take two kilobytes."""

    def __init__(self, units: Sequence[Unit], build: Callable[[Unit], list[Line]]) -> None:
        self._units, self._build = units, build

    def __len__(self) -> int:
        return sum(len(records) for unit in self._units for records in unit.records)

    def __iter__(self) -> Iterator[Line]:
        for unit in self._units:
            yield from self._build(unit)


class RejectedAnew(_Anew[RejectedLine]):
    """The rejected lines of a long message, each made when it is asked for."""

    def __init__(self, units: Sequence[Unit], make: Callable[[Unit], RejectedLine]) -> None:
        self._units, self._make = units, make

    def __len__(self) -> int:
        return len(self._units)

    def __iter__(self) -> Iterator[RejectedLine]:
        return map(self._make, self._units)

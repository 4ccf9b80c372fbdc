"""Labels: which law each element comes from, and which draw.

Every element that is drawn gets a number of its own, in the order of the draws. Elements with the same number hold the
same draw, so that copies are known from values that are drawn anew. Neighbors with one law and consecutive numbers are
one run, so that the size of a tensor does not matter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .laws import Constant, Law, Unknown

LARGEST = 1 << 27
"""More elements than this are never looked at one by one."""


class _Table:
    """The laws, numbered, so that arrays can hold them: constants from −1 downwards, others from 0 upwards."""

    def __init__(self) -> None:
        self.laws: dict[int, Law] = {}
        self.numbers: dict[Law, int] = {}
        self.constants = 0

    def number(self, law: Law) -> int:
        if law not in self.numbers:
            self.constants += isinstance(law, Constant)
            number = -self.constants if isinstance(law, Constant) else len(self.laws) - self.constants
            self.laws[number], self.numbers[law] = law, number
        return self.numbers[law]


_table = _Table()


@dataclass(frozen=True)
class Labels:
    """Runs of elements: the law's number, the first element's draw and the count of each."""

    laws: np.ndarray
    draws: np.ndarray
    counts: np.ndarray

    @staticmethod
    def of(law: Law, count: int, first: int = 0) -> "Labels":
        """One run. Constants and what is unknown need no draw."""
        return Labels(np.array([_table.number(law)]), np.array([first]), np.array([count]))

    @staticmethod
    def of_numbers(values: np.ndarray) -> "Labels":
        """Known numbers."""
        starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if values.size else np.zeros(0, int)
        laws = [_table.number(Constant(value)) for value in values[starts].tolist()]
        return Labels(np.array(laws, int), np.zeros(len(starts), int), np.diff(np.append(starts, values.size)))

    @staticmethod
    def joined(parts: "list[Labels]") -> "Labels":
        """One after the other."""
        return _merged(*(np.concatenate(arrays) for arrays in zip(*((p.laws, p.draws, p.counts) for p in parts))))

    @property
    def size(self) -> int:
        return int(self.counts.sum())

    def __iter__(self) -> Iterator[tuple[Law, int, int]]:
        """Law, first draw and count of each run."""
        for law, draw, count in zip(self.laws.tolist(), self.draws.tolist(), self.counts.tolist()):
            yield _table.laws[law], draw, count

    def __eq__(self, other: object) -> bool:
        arrays = ((x.laws, x.draws, x.counts) for x in (self, other))
        return isinstance(other, Labels) and all(map(np.array_equal, *arrays))

    def numbers(self) -> np.ndarray:
        """The elements, if all of them are known."""
        laws, index = np.unique(self.laws, return_inverse=True)
        return np.repeat(np.array([_table.laws[law].value for law in laws.tolist()])[index], self.counts)

    def elements(self) -> np.ndarray:
        """The draw of each element."""
        starts = np.cumsum(self.counts) - self.counts
        return np.repeat(self.draws - starts, self.counts) + np.arange(self.size)

    def places(self, starts: Mapping[Law, int]) -> np.ndarray:
        """The draw of each element, plus its law's number."""
        laws, index = np.unique(self.laws, return_inverse=True)
        shifts = np.array([starts[_table.laws[law]] for law in laws.tolist()])
        return self.elements() + np.repeat(shifts[index], self.counts)

    def distinct(self) -> list[Law]:
        is_one = bool((self.laws == self.laws[:1]).all())  # Most are, and may have a run for each element.
        return [_table.laws[law] for law in dict.fromkeys(self.laws[: 1 if is_one else None].tolist())]

    def drawn(self) -> "Labels":
        """The runs that are no constants."""
        kept = self.laws >= 0
        return Labels(self.laws[kept], self.draws[kept], self.counts[kept])

    @property
    def is_known(self) -> bool:
        return bool((self.laws < 0).all())

    def map(self, f: Callable[[Law], Law]) -> "Labels":
        """With each law's image."""
        numbers, index = np.unique(self.laws, return_inverse=True)
        images = np.array([_table.number(f(_table.laws[number])) for number in numbers.tolist()], int)
        return _merged(images[index], self.draws, self.counts)

    def slice(self, start: int, stop: int) -> "Labels":
        """The elements from start to stop."""
        ends = np.cumsum(self.counts)
        first, last = np.searchsorted(ends, start, "right"), np.searchsorted(ends, stop, "left") + 1
        laws, draws = self.laws[first:last], self.draws[first:last].copy()
        begins = np.maximum(ends[first:last] - self.counts[first:last], start)
        if stop <= start:
            return Labels(laws[:0], draws[:0], draws[:0])
        draws[0] += start - (ends[first] - self.counts[first])
        draws[laws < 0] = 0
        return Labels(laws, draws, np.minimum(ends[first:last], stop) - begins)

    def take(self, positions: np.ndarray) -> "Labels":
        """The elements at these positions."""
        ends = np.cumsum(self.counts)
        run = np.searchsorted(ends, positions, "right")
        draws = self.draws[run] + positions - (ends - self.counts)[run]
        return _merged(self.laws[run], draws, np.ones(len(positions), int))

    def combined(self, other: "Labels", f: Callable[[Law, Law, bool], Law]) -> "Labels":
        """Element by element, the law of both, given whether both are one draw.

        The draws are the first's where it has any.
        """
        ends, others = np.cumsum(self.counts), np.cumsum(other.counts)
        cuts = np.union1d(ends, others)
        starts = np.concatenate([[0], cuts[:-1]])
        a, b = np.searchsorted(ends, starts, "right"), np.searchsorted(others, starts, "right")
        left = np.where(self.laws[a] < 0, -1, self.draws[a] + starts - (ends - self.counts)[a])
        right = np.where(other.laws[b] < 0, -1, other.draws[b] + starts - (others - other.counts)[b])
        keys = np.stack([self.laws[a], other.laws[b], left == right])
        keys, index = np.unique(keys, axis=1, return_inverse=True)
        images = [_table.number(f(_table.laws[x], _table.laws[y], bool(same))) for x, y, same in keys.T.tolist()]
        draws = np.maximum(np.where(left < 0, right, left), 0)
        return _merged(np.array(images, int)[index.ravel()], draws, np.diff(np.append(starts, cuts[-1:])))


def _merged(laws: np.ndarray, draws: np.ndarray, counts: np.ndarray) -> Labels:
    """The fewest runs."""
    draws = np.where(laws < 0, 0, draws)
    follows = (laws[1:] == laws[:-1]) & ((laws[1:] < 0) | (draws[1:] == draws[:-1] + counts[:-1]))
    starts = np.flatnonzero(np.append(True, ~follows)) if laws.size else np.zeros(0, int)
    ends = np.cumsum(counts)[np.append(starts[1:], laws.size) - 1] if laws.size else np.zeros(0, int)
    return Labels(laws[starts], draws[starts], np.diff(np.append(0, ends)))


def unknown(reason: str, count: int) -> Labels:
    return Labels.of(Unknown(reason), count)

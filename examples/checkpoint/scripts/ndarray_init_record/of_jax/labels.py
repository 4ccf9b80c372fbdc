"""Labels: what a traced array holds, known before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Keys = frozenset[bytes]
"""The random keys that an array's elements were drawn from."""


class Refused(Exception):
    """An array that no initializer describes, and why."""


@dataclass(frozen=True)
class Known:
    """Numbers that depend on no draw. Equal ones are stored once, as a broadcast array."""

    array: Any
    keys: Keys = frozenset()

    @property
    def scalar(self) -> Any | None:
        """The one number that all elements are, or None."""
        array = self.array
        if array.size == 0 or not isinstance(array.dtype, np.dtype):  # a random key
            return None
        first = np.asarray(array[(0,) * array.ndim])
        spread = [stride for stride, size in zip(strides(array), array.shape) if size > 1]
        return first if not any(spread) or bool(np.all(np.asarray(array) == first)) else None


@dataclass(frozen=True)
class Bits:
    """Random bits, the first step of every draw: so many at the low end, the others 0."""

    keys: Keys
    width: int
    is_mantissa: bool = False
    """The other bits are those of the number 1."""


@dataclass(frozen=True)
class Drawn:
    """Independent draws: a uniform number of [0, 1) each, through steps that apply from left to right."""

    keys: Keys
    steps: tuple[tuple[str, float], ...] = ()
    moves: tuple[str, ...] = ()
    """Where the elements went since they were drawn. Equal labels mean equal values."""


@dataclass(frozen=True)
class Factor:
    """A factor of the QR decomposition of a normal matrix, or what is derived from R: its diagonal, their signs."""

    keys: Keys
    kind: str


@dataclass(frozen=True)
class Orthogonal:
    """A random orthogonal matrix times a gain, reshaped: each axis is of its rows, its columns, or a batch."""

    keys: Keys
    sides: tuple[str, ...]
    gain: float = 1.0


@dataclass(frozen=True)
class Source:
    """An array whose elements are numbered from a start, row by row."""

    start: int
    label: Known | Drawn | Orthogonal
    shape: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + math.prod(self.shape)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Elements of several arrays, each by its number."""

    sources: tuple[Source, ...]
    numbers: np.ndarray

    @property
    def keys(self) -> Keys:
        return frozenset().union(*(source.label.keys for source in self.sources))


@dataclass(frozen=True)
class Unknown:
    """An array that no label describes."""

    reason: str
    keys: Keys = frozenset()


Label = Known | Bits | Drawn | Factor | Orthogonal | Pieces | Unknown


def strides(array: Any) -> tuple[int, ...]:
    """How far apart neighbors lie along each axis; JAX's arrays have no broadcast axes."""
    return array.strides if isinstance(array, np.ndarray) else (1,) * array.ndim

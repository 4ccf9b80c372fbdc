"""Orthogonal matrices: normal numbers = Q R, and Q times the signs of R's diagonal is one (Mezzadri 2007)."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from .labels import Labels
from .laws import Factor, Law, Normal, Orthogonal, TruncatedNormal


def is_normal(law: Law) -> bool:
    """N(0, σ²), perhaps between infinite bounds."""
    is_whole = isinstance(law, TruncatedNormal) and math.isinf(law.lower) and math.isinf(law.upper)
    return (isinstance(law, Normal) or is_whole) and law.mean == 0


def is_fresh(labels: Labels) -> bool:
    """All elements have one law, and each a draw of its own."""
    return len(labels.distinct()) == 1 and np.unique(labels.elements()).size == labels.size


def qr(labels: Labels, shape: Sequence[int], number: Callable[[int], int]) -> tuple[Labels, Labels] | None:
    """Q and R of normal matrices, which are the last two axes. R's draws are numbered by a function of Q's first."""
    *_, rows, columns = shape
    if rows < columns or not is_fresh(labels) or not is_normal(labels.distinct()[0]):
        return None
    parts = []
    for draws in labels.elements().reshape(-1, rows * columns):
        first = int(draws.min())  # Q has as many elements, which depend on the same draws.
        other = number(first)
        q = Labels.of(Factor("q", first, rows, columns, other), rows * columns, first)
        parts.append((q, Labels.of(Factor("r", other, columns, columns, first), columns * columns, other)))
    q, r = (Labels.joined(list(each)) for each in zip(*parts))
    return q, r


def times_signs(x: Labels, y: Labels) -> Labels | None:
    """Q times the signs of R's diagonal, if that is what these are."""
    laws = x.distinct()
    if not all(isinstance(law, Factor) and law.name == "q" for law in laws):
        return None
    if not all(isinstance(law, Factor) and law.name == "signs of r" for law in y.distinct()):
        return None
    signs = [np.tile(law.other + np.arange(law.columns) * (law.columns + 1), law.rows) for law in laws]
    if not np.array_equal(y.elements(), np.concatenate(signs)):
        return None
    return x.map(lambda law: Orthogonal(law.first, law.rows, law.columns))

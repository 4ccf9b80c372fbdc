"""Labels as initializers: the shortest configuration that says where a tensor's elements come from."""

import math
from collections.abc import Sequence

import numpy as np
import torch

from ..parameter_list import Initializer
from .labels import Labels
from .laws import (
    Constant,
    Factor,
    Law,
    Normal,
    Orthogonal,
    Permutation,
    Sparse,
    Transformed,
    TruncatedNormal,
    Uniform,
    Unknown,
)
from .numbers import NoForm, of_numbers

MOST_PARTS = 64
"""More parts than this in one tensor are nothing to read."""

STEPS = ("exp", "ln", "inverse_softplus", "scale", "shift", "at_least", "at_most")
"""The steps that a list can say."""


def of_labels(labels: Labels, shape: Sequence[int], dtype: torch.dtype) -> Initializer:
    """The initializer of a tensor of this shape."""
    drawn = labels.drawn()
    order = np.argsort(drawn.draws)
    first, counts = drawn.draws[order], drawn.counts[order]
    for law in drawn.distinct():
        if isinstance(law, Unknown):
            raise NoForm(law.reason)
    if (first[1:] < first[:-1] + counts[:-1]).any():
        raise NoForm("holds one draw in several places")
    return _form(labels, list(shape), 0, dtype)


def _form(labels: Labels, shape: list[int], axis: int, dtype: torch.dtype) -> Initializer:
    """Of a part of a tensor, whose first axis is that axis of the tensor."""
    laws = labels.distinct()
    if labels.is_known:
        return of_numbers(_numbers(labels, shape, dtype), plain=axis > 0 or len(laws) > 1)
    if len(laws) == 1:
        return _of_one(laws[0], labels, shape, axis)
    parts = _parts(labels, math.prod(shape[1:]))
    if len(parts) == 1:
        return _form(labels.slice(0, labels.size // shape[0]), shape[1:], axis + 1, dtype)
    if len(parts) > MOST_PARTS:
        raise NoForm(f"has {len(parts)} parts of different laws")
    ends = np.cumsum(parts) * math.prod(shape[1:])
    forms = [
        _form(labels.slice(end - size * math.prod(shape[1:]), end), [size, *shape[1:]], axis, dtype)
        for size, end in zip(parts, ends.tolist())
    ]
    if len(set(parts)) == 1 and all(form == forms[0] for form in forms):
        return {"blocks": {"axis": axis, "initializer": forms[0], "equal": len(parts)}}
    named = [{"size": size, "initializer": form} for size, form in zip(parts, forms)]
    return {"blocks": {"axis": axis, "parts": named}}


def _parts(labels: Labels, row: int) -> list[int]:
    """How many rows each follow each other that are alike: known numbers, or the laws at the row's places."""
    sizes: list[int] = []
    last: object = None
    pattern: list[tuple[Law, int]] = []
    for law, _, count in labels:
        while count:
            filled = sum(size for _, size in pattern)
            size = count - count % row if not filled and count >= row else min(count, row - filled)
            count -= size
            if pattern and pattern[-1][0] == law:
                pattern[-1] = law, pattern[-1][1] + size
            else:
                pattern.append((law, size))
            if (filled + size) % row == 0:
                is_known = all(isinstance(law, Constant) for law, _ in pattern)
                key = "known" if is_known else pattern[0][0] if len(pattern) == 1 else tuple(pattern)
                if key != last:
                    sizes.append(0)
                sizes[-1] += (filled + size) // row
                last, pattern = key, []
    return sizes


def _numbers(labels: Labels, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
    if len(labels.counts) == 1:
        return torch.tensor(labels.distinct()[0].value, dtype=dtype).expand(shape)
    return torch.from_numpy(labels.numbers()).to(dtype).reshape(shape)


def _of_one(law: Law, labels: Labels, shape: Sequence[int], axis: int) -> Initializer:
    match law:
        case Orthogonal(first, rows, columns, gain) if len(shape) > 1 and axis == 0:
            kernel = shape[0], math.prod(shape[1:])
            draws = np.arange(first, first + rows * columns).reshape(rows, columns)
            for matrix in (draws, draws.T):
                if kernel == matrix.shape and np.array_equal(labels.elements(), matrix.ravel()):
                    return {"orthogonal": {**({} if gain == 1 else {"gain": number(gain)}), "layout": "torch"}}
            raise NoForm("holds a part of an orthogonal matrix")
        case Sparse(of, rows, zeros) if len(shape) == 2 and shape[0] == rows and axis == 0:
            return {"sparse": {"sparsity": number(zeros / rows), "law": of_law(of)}}
        case Orthogonal() | Sparse():
            raise NoForm(f"holds a part of a matrix that is {type(law).__name__.lower()}")
        case Factor() | Permutation():
            raise NoForm("holds a factor of a QR decomposition" if isinstance(law, Factor) else "holds a permutation")
    return of_law(law)


def of_law(law: Law) -> dict:
    """The configuration of a law that each element has by itself."""
    match law:
        case Uniform(low, high):
            return {"uniform": {"low": number(low), "high": number(high)}}
        case Normal(mean, std):
            return {"normal": _mean(mean) | {"std": number(std)}}
        case TruncatedNormal(mean, std):
            return {"truncated_normal": _mean(mean) | {"std": number(std)} | _bounds(law)}
        case Transformed(of, steps):
            for name, _ in steps:
                if name not in STEPS:
                    raise NoForm(f"is computed from drawn numbers by {name}")
            named = [name if value is None else {name: number(value)} for name, value in steps]
            return {"transformed": {"law": of_law(of), "steps": named}}
    raise NoForm(f"has the law {law}")


def _mean(mean: float) -> dict[str, float]:
    return {} if number(mean) == 0 else {"mean": number(mean)}


def _bounds(law: TruncatedNormal) -> dict:
    """In standard deviations where the code counted in them, which are 2 unless they are said."""
    sigmas = [float(f"{(bound - law.mean) / law.std:.6g}") for bound in (law.lower, law.upper)]
    if sigmas == [-2, 2]:
        return {}
    if all(sigma == round(sigma) and abs(sigma) < 10 for sigma in sigmas):
        return {"bounds": {"sigmas": {"lower": sigmas[0], "upper": sigmas[1]}}}
    bounds = {"lower": law.lower, "upper": law.upper}
    return {"bounds": {"absolute": {name: number(bound) for name, bound in bounds.items() if math.isfinite(bound)}}}


def number(value: float) -> float:
    """Without the last digits, which are rounding."""
    return float(f"{value:.12g}") + 0.0

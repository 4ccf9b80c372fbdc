"""Labels as initializers: the shortest configuration that says where a tensor's elements come from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .labels import Labels
from .laws import (
    Bits,
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
from .numbers import NUMPY, NoForm, of_numbers
from .parameter_list import Initializer

MOST_PARTS = 64
"""More parts than this in one tensor are nothing to read."""

STEPS = ("exp", "ln", "inverse_softplus", "scale", "shift", "at_least", "at_most")
"""The steps that a list can say."""

NAMES = {Factor: "a factor of a QR decomposition", Permutation: "a permutation", Bits: "random bits"}
"""Elements that have no law by themselves."""


@dataclass(frozen=True)
class Forms:
    """How a framework's laws are written."""

    digits: int
    """Those of its numbers: more are rounding."""
    layout: str
    """That of its matrices: "torch" for (out, in), "keras" for (in, out)."""

    def of(self, labels: Labels, shape: Sequence[int], dtype: str) -> Initializer:
        """The initializer of a tensor of this shape."""
        drawn = labels.drawn()
        order = np.argsort(drawn.draws)
        first, counts = drawn.draws[order], drawn.counts[order]
        for law in drawn.distinct():
            if isinstance(law, Unknown):
                raise NoForm(law.reason)
        if (first[1:] < first[:-1] + counts[:-1]).any():
            raise NoForm("holds one draw in several places (moved there, or drawn again from one random key)")
        return self._form(labels, list(shape), 0, dtype)

    def _form(self, labels: Labels, shape: list[int], axis: int, dtype: str) -> Initializer:
        """Of a part of a tensor, whose first axis is that axis of the tensor."""
        laws, row = labels.distinct(), math.prod(shape[1:])
        if labels.is_known:
            return of_numbers(
                labels.numbers().astype(NUMPY[dtype]).reshape(shape), dtype, plain=axis > 0 or len(laws) > 1
            )
        if all(isinstance(law, Orthogonal) for law in laws) and (form := self._orthogonal(labels, shape, axis)):
            return form
        if len(laws) == 1:
            return self._of_one(laws[0], shape, axis)
        parts = _parts(labels, row)
        if len(parts) == 1:
            return self._form(labels.slice(0, row), shape[1:], axis + 1, dtype)
        if len(parts) > MOST_PARTS:
            raise NoForm(f"has {len(parts)} parts of different laws")
        ends = (np.cumsum(parts) * row).tolist()
        forms = [
            self._form(labels.slice(end - size * row, end), [size, *shape[1:]], axis, dtype)
            for size, end in zip(parts, ends)
        ]
        if len(set(parts)) == 1 and all(form == forms[0] for form in forms):
            return {"blocks": {"axis": axis, "initializer": forms[0], "equal": len(parts)}}
        named = [{"size": size, "initializer": form} for size, form in zip(parts, forms)]
        return {"blocks": {"axis": axis, "parts": named}}

    def _of_one(self, law: Law, shape: Sequence[int], axis: int) -> Initializer:
        match law:
            case Sparse(of, rows, zeros) if len(shape) == 2 and shape[0] == rows and axis == 0:
                return {"sparse": {"sparsity": self._number(zeros / rows), "law": self._law(of)}}
            case Orthogonal() | Sparse():
                kind = "an orthogonal matrix" if isinstance(law, Orthogonal) else "a sparse matrix"
                raise NoForm(f"holds a part of {kind}")
        return self._law(law)

    def _orthogonal(self, labels: Labels, shape: Sequence[int], axis: int) -> Initializer | None:
        """Whole matrices, if each axis is of their rows, of their columns or counts them.

        Rows and columns may change places without a change of law.
        """
        laws = labels.distinct()
        rows, columns, gain = laws[0].rows, laws[0].columns, laws[0].gain
        size, kinds = rows * columns, {(law.rows, law.columns, law.gain) for law in laws}
        if axis or len(shape) < 2 or len(kinds) > 1 or labels.size != size * len(laws):
            return None
        starts = {law: place * size - law.first for place, law in enumerate(laws)}
        places = labels.places(starts).reshape(shape)
        steps = [int(places.take(1, k).flat[0]) if n > 1 else 0 for k, n in enumerate(shape)]
        grid = sum(
            step * np.arange(n).reshape(-1, *[1] * (len(shape) - k - 1))
            for k, (step, n) in enumerate(zip(steps, shape))
        )
        if not np.array_equal(places, grid) or not np.array_equal(np.unique(places), np.arange(labels.size)):
            return None
        axes: dict[str, list[int]] = {"row": [], "column": [], "batch": []}
        for k, (step, n) in enumerate(zip(steps, shape)):
            if n > 1:
                axes["column" if step < columns else "row" if step < size else "batch"].append(k)
        if [math.prod(shape[k] for k in axes[side]) for side in ("row", "column")] != [rows, columns]:
            return None
        layout: str | dict = {"axes": {"input": [], "output": axes["column"]}}
        for name in ("keras", "torch") if self.layout == "torch" else ("torch", "keras"):
            end = 0 if name == "torch" else len(shape) - 1
            sides = (axes["column"], axes["row"]), (axes["row"], axes["column"])
            if any(side in ([end], []) and end not in other for side, other in sides):
                layout = name
        if axes["batch"]:
            layout = {**(layout if isinstance(layout, dict) else {"roles": layout}), "batch": axes["batch"]}
        fields: dict = {} if self._number(gain) == 1 else {"gain": self._number(gain)}
        fields |= {} if layout == "keras" else {"layout": layout}
        return {"orthogonal": fields} if fields else "orthogonal"

    def _law(self, law: Law) -> dict:
        """The configuration of a law that each element has by itself."""
        match law:
            case Uniform(low, high):
                low = -high if abs(low + high) < 10.0 ** (1 - self.digits) * high else low
                return {"uniform": {"low": self._number(low), "high": self._number(high)}}
            case Normal(mean, std) | TruncatedNormal(mean, std):
                fields = {} if self._number(mean) == 0 else {"mean": self._number(mean)}
                fields["std"] = self._number(std)
                is_whole = isinstance(law, Normal) or math.isinf(law.lower) and math.isinf(law.upper)
                return {"normal": fields} if is_whole else {"truncated_normal": fields | self._bounds(law)}
            case Transformed(of, steps):
                for name, _ in steps:
                    if name not in STEPS:
                        raise NoForm(f"is computed from drawn numbers by {name}")
                named = [name if value is None else {name: self._number(value)} for name, value in steps]
                return {"transformed": {"law": self._law(of), "steps": named}}
        raise NoForm(f"holds {NAMES[type(law)]}")

    def _bounds(self, law: TruncatedNormal) -> dict:
        """In standard deviations where the code counted in them, which are 2 unless they are said."""
        bounds = {name: bound for name, bound in (("lower", law.lower), ("upper", law.upper)) if math.isfinite(bound)}
        sigmas = {name: float(f"{(bound - law.mean) / law.std:.6g}") for name, bound in bounds.items()}
        if sigmas == {"lower": -2, "upper": 2}:
            return {}
        if all((4 * sigma).is_integer() and abs(sigma) < 10 for sigma in sigmas.values()):
            return {"bounds": {"sigmas": sigmas}}
        return {"bounds": {"absolute": {name: self._number(bound) for name, bound in bounds.items()}}}

    def _number(self, value: float) -> float:
        return float(f"{value:.{self.digits}g}") + 0.0


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

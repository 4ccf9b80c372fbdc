"""Forms: a label as an initializer of the list."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from .blocks import blocks, changes
from .labels import Bits, Drawn, Factor, Known, Label, Orthogonal, Pieces, Refused, Unknown
from .steps import closed, rounded

FEW_NUMBERS = 16
"""Constants of no more numbers are written one by one."""
MOST_NUMBERS = 64
"""Constants of more numbers are written as data."""
MOST_RUNS = 8
"""Constants of more runs along an axis are written as data."""


def form(label: Label, shape: tuple[int, ...]) -> Any:
    """The initializer in the form that the checkpoint tool reads."""
    match label:
        case Known(array):
            return constant(array, shape)
        case Drawn(_, steps):
            return law(steps)
        case Orthogonal():
            return orthogonal(label)
        case Pieces():
            return blocks(label, form)
        case Bits() | Factor():
            raise Refused("holds random bits, or a factor of a QR decomposition")
        case Unknown(reason):
            raise Refused(reason)


def law(steps: tuple[tuple[str, float], ...]) -> Any:
    """The law of each draw, and the steps after it that have no closed form."""
    base, left = closed(steps)
    if not left:
        return base.form()
    written = [kind if kind in ("exp", "ln") else {kind: rounded(number)} for kind, number in left]
    if "erf_inv" in written or any("erf_inv" in step for step in written):
        raise Refused("is computed by `erf_inv` from anything but uniform draws")
    return {"transformed": {"law": base.form(), "steps": written}}


def orthogonal(label: Orthogonal) -> Any:
    """The output axes are the columns. Rows and columns may change places without a change of law."""
    axes = {side: [axis for axis, of in enumerate(label.sides) if of == side] for side in ("row", "column", "batch")}
    last = len(label.sides) - 1
    layout: Any = {"axes": {"input": [], "output": axes["column"]}}
    for side, other in (("column", "row"), ("row", "column")):
        if axes[side] in ([last], []) and last not in axes[other]:
            layout = "keras"
            break
        if axes[side] in ([0], []) and 0 not in axes[other]:
            layout = "torch"
    if axes["batch"]:
        layout = {**(layout if isinstance(layout, dict) else {"roles": layout}), "batch": axes["batch"]}
    gain = rounded(abs(label.gain))
    fields = ({"gain": gain} if gain != 1 else {}) | ({"layout": layout} if layout != "keras" else {})
    return {"orthogonal": fields} if fields else "orthogonal"


def constant(array: Any, shape: tuple[int, ...]) -> Any:
    """Numbers, as briefly as they can be written. Tensors of whole numbers take no blocks and no identity."""
    whole = np.asarray(array)
    if whole.size == 0:
        return "zeros"
    scalar = Known(array).scalar
    if not np.isfinite(whole if scalar is None else scalar).all():
        return data(whole, shape)
    if scalar is not None:
        return {0: "zeros", 1: "ones"}.get(scalar.item(), {"constant": plain(scalar)})
    is_whole_number = whole.dtype.kind in "iub"
    short = without_repeats(whole)
    steps = np.diff(short) if short.ndim == 1 and whole.dtype.kind in "iu" else np.array([])
    if steps.size and np.all(steps == steps[0]):
        return {"range": {"start": int(short[0]), "step": int(steps[0])}}
    if not is_whole_number and short.ndim == 2 and np.array_equal(whole, whole.flat[0] * np.eye(*whole.shape)):
        gain = plain(whole[0, 0])
        return "identity" if gain == 1 else {"identity": {"gain": gain}}
    if short.size <= FEW_NUMBERS:
        return {"constant": plain(short)}
    for axis in range(0 if is_whole_number else whole.ndim):
        if 0 < len(at := changes(whole, axis)) <= MOST_RUNS:
            edges = [0, *at, whole.shape[axis]]
            parts = [whole.take(range(start, stop), axis) for start, stop in zip(edges, edges[1:])]
            written = [{"size": part.shape[axis], "initializer": constant(part, part.shape)} for part in parts]
            if not any("data" in part["initializer"] for part in written):
                return {"blocks": {"axis": axis, "parts": written}}
    return {"constant": plain(short)} if short.size <= MOST_NUMBERS else data(whole, shape)


def without_repeats(array: np.ndarray) -> np.ndarray:
    """One index of each axis along which nothing changes. Axes of 1 in front go."""
    for axis in range(array.ndim):
        if np.all(array == array.take([0], axis)):
            array = array.take([0], axis)
    while array.ndim > 1 and array.shape[0] == 1:
        array = array[0]
    return array


def data(array: np.ndarray, shape: tuple[int, ...]) -> Any:
    """All elements, row by row, little-endian, compressed."""
    little = np.broadcast_to(array, shape).astype(array.dtype.newbyteorder("<"))
    return {"data": base64.b64encode(zlib.compress(little.tobytes(), 9)).decode()}


def plain(array: np.ndarray) -> Any:
    """Nested lists of the shortest numbers that give these."""
    if array.ndim:
        return [plain(row) for row in array]
    if array.dtype.kind in "iub":
        return int(array)
    return rounded(float(array) if array.dtype == np.float64 else float(str(np.float32(array))), 17)

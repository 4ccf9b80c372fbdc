"""Blocks: an array that was put together, cut along its axes into parts of one law each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from .labels import Drawn, Known, Orthogonal, Pieces, Refused

MOST = 256
"""More blocks than this are no short form."""

Form = Callable[[Known | Drawn | Orthogonal, tuple[int, ...]], Any]


def blocks(label: Pieces, form: Form) -> Any:
    """Nested blocks. Parts with the same law are one part; constants next to each other, too."""
    numbers, sources = label.numbers, label.sources
    source = np.searchsorted([each.start for each in sources], numbers, "right") - 1
    drawn = numbers[np.isin(source, [i for i, each in enumerate(sources) if not isinstance(each.label, Known)])]
    if numbers.min(initial=0) < 0:
        raise Refused("holds elements from outside of an array")
    if np.unique(drawn).size < drawn.size:
        raise Refused("holds one draw in several places")
    keys = [key for each in sources for key in each.label.keys]
    if len(set(keys)) < len(keys):
        raise Refused("has several parts from one random key")

    kinds: dict[str, int] = {}
    written = []
    for place, each in enumerate(sources):
        kind = "constant" if isinstance(each.label, Known) else json.dumps(form(each.label, each.shape))
        if isinstance(each.label, Orthogonal):
            kind += str(place)
        written.append(kinds.setdefault(kind, len(kinds)))
    kind = np.asarray(written)[source]
    left = MOST

    def cut(region: tuple[slice, ...]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Refused(f"has more than {MOST} parts of different laws")
        here = kind[region]
        places = {axis: changes(here, axis) for axis in range(here.ndim)}
        places = {axis: at for axis, at in places.items() if len(at)}
        if not places:
            return leaf(region)
        axis = min(places, key=lambda axis: len(places[axis]))
        edges = [0, *places[axis], here.shape[axis]]
        begin = region[axis].start
        parts = []
        for start, stop in zip(edges, edges[1:]):
            part = slice(begin + start, begin + stop)
            parts.append({"size": stop - start, "initializer": cut((*region[:axis], part, *region[axis + 1 :]))})
        return {"blocks": {"axis": axis, "parts": parts}}

    def leaf(region: tuple[slice, ...]) -> Any:
        here, first = numbers[region], sources[source[region].flat[0]]
        if isinstance(first.label, Known):
            values = np.empty(here.shape, np.asarray(first.label.array).dtype)
            for place in np.unique(source[region]):
                of, mask = sources[place], source[region] == place
                values[mask] = np.asarray(of.label.array)[np.unravel_index(here[mask] - of.start, of.shape)]
            return form(Known(values), here.shape)
        if isinstance(first.label, Orthogonal):
            if not np.array_equal(here.ravel(), np.arange(first.start, first.end)) or tuple(
                n for n in here.shape if n > 1
            ) != tuple(n for n in first.shape if n > 1):
                raise Refused("holds a part of an orthogonal matrix")
            sides = [side for side, size in zip(first.label.sides, first.shape) if size > 1]
            placed = tuple(sides.pop(0) if size > 1 else "" for size in here.shape)
            return form(Orthogonal(first.label.keys, placed, first.label.gain), here.shape)
        return form(first.label, here.shape)

    return cut(tuple(slice(0, size) for size in numbers.shape))


def changes(array: np.ndarray, axis: int) -> list[int]:
    """Where neighbors along an axis differ."""
    rows = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    return [int(at) + 1 for at in np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1))]

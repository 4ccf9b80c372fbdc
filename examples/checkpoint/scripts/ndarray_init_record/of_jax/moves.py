"""Moves: elements change places, or several arrays become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jax.extend.core import JaxprEqn

from .known import bind
from .labels import Drawn, Factor, Known, Label, Orthogonal, Pieces, Refused, Source
from .matrices import factors, reshaped

DATA = {
    "gather": [0],
    "slice": [0],
    "dynamic_slice": [0],
    "split": [0],
    "rev": [0],
    "tile": [0],
    "reshape": [0],
    "squeeze": [0],
    "transpose": [0],
    "broadcast_in_dim": [0],
    "pad": [0, 1],
    "dynamic_update_slice": [0, 1],
    "scatter": [0, 2],
    "select_n": None,
    "concatenate": None,
}
"""Which operands hold the elements; the others say where these go. None: all but the predicate of `select_n`."""

IN_PLACE = ("reshape", "squeeze", "transpose", "rev")
"""Moves after which the array still has each of its elements once."""


def move(equation: JaxprEqn, operands: list[Label]) -> Label | list[Label]:
    """Moves elements, as the operation itself does with their numbers."""
    name, result = equation.primitive.name, equation.outvars[0].aval
    label, shape = operands[0], equation.invars[0].aval.shape
    if isinstance(label, Factor):
        return factors(equation, operands)
    if name == "concatenate":
        return concatenate(operands, [atom.aval.shape for atom in equation.invars], equation.params["dimension"])
    in_place = name in IN_PLACE or (name == "broadcast_in_dim" and np.prod(shape) == result.size)
    if in_place and isinstance(label, Drawn):
        return Drawn(label.keys, label.steps, (*label.moves, f"{name} {equation.params}"))
    if in_place and isinstance(label, Orthogonal) and name != "rev":
        if name != "transpose":
            return reshaped(label, shape, result.shape)
        sides = tuple(label.sides[axis] for axis in equation.params["permutation"])
        return Orthogonal(label.keys, sides, label.gain)
    data = DATA[name] or range(1 if name == "select_n" else 0, len(operands))
    taken = numbered([operands[place] for place in data], [equation.invars[place].aval.shape for place in data])
    arguments = [operand.array if isinstance(operand, Known) else None for operand in operands]
    for place, numbers in zip(data, taken[1]):
        arguments[place] = numbers
    if any(argument is None for argument in arguments):
        raise Refused(f"has draws in places that are drawn, by `{name}`")
    return [Pieces(taken[0], np.asarray(numbers)) for numbers in bind(equation, arguments)]


def concatenate(labels: Sequence[Label], shapes: Sequence[tuple[int, ...]], axis: int) -> Label:
    """One array of several, one after the other along an axis. Draws of one law stay a single label."""
    first = labels[0]
    if all(isinstance(label, Known) for label in labels):
        return Known(np.concatenate([np.asarray(label.array) for label in labels], axis))
    keys = [key for label in labels for key in label.keys]
    if len(set(keys)) == len(keys) and isinstance(first, Drawn):
        if all(isinstance(label, Drawn) and label.steps == first.steps for label in labels):
            return Drawn(frozenset(keys), first.steps, (f"concatenate {axis}", *(str(label) for label in labels)))
    sources, numbers = numbered(labels, shapes)
    return Pieces(sources, np.concatenate(numbers, axis))


def stack(labels: Sequence[Label], shape: tuple[int, ...]) -> Label:
    """One array of several of a shape, along a new first axis."""
    first = labels[0]
    scalars = [label.scalar if isinstance(label, Known) else None for label in labels]
    if scalars[0] is not None and all(scalar == scalars[0] for scalar in scalars):
        return Known(np.broadcast_to(scalars[0], (len(labels), *shape)))
    keys = [key for label in labels for key in label.keys]
    if isinstance(first, Orthogonal) and len(set(keys)) == len(keys):
        if all((label.sides, label.gain) == (first.sides, first.gain) for label in labels):
            return Orthogonal(frozenset(keys), ("batch", *first.sides), first.gain)
    grown = [Known(np.asarray(label.array)[None]) if isinstance(label, Known) else label for label in labels]
    return concatenate(grown, [(1, *shape)] * len(labels), 0)


def numbered(labels: Sequence[Label], shapes: Sequence[tuple[int, ...]]) -> tuple[tuple[Source, ...], list[np.ndarray]]:
    """Numbers the elements of all arrays."""
    sources: list[Source] = []
    taken: list[np.ndarray] = []
    for label, shape in zip(labels, shapes):
        start = sources[-1].end if sources else 0
        if isinstance(label, Pieces):
            sources += [replace(source, start=start + source.start) for source in label.sources]
            taken.append(label.numbers + np.int32(start))
        elif isinstance(label, (Known, Drawn, Orthogonal)):
            sources.append(Source(start, label, shape))
            taken.append(np.arange(start, sources[-1].end, dtype=np.int32).reshape(shape))
        else:
            raise Refused(f"is computed from a {type(label).__name__.lower()} that moves")
        if sources[-1].end >= 2**31:
            raise Refused("is put together from more than 2³¹ elements")
    return tuple(sources), taken

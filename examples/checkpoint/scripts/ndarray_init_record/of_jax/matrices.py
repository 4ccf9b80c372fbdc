"""Orthogonal matrices: the QR decomposition of a normal matrix, Q times the signs of R's diagonal."""

from __future__ import annotations

import numpy as np
from jax.extend.core import JaxprEqn

from .known import bind
from .labels import Drawn, Factor, Known, Label, Orthogonal, Refused
from .steps import is_standard_normal


def qr(equation: JaxprEqn, operands: list[Label]) -> list[Label]:
    """Decomposes a normal matrix."""
    (label,) = operands
    if not isinstance(label, Drawn) or label.moves or not is_standard_normal(label.steps):
        raise Refused("is computed by `qr` from anything but normal draws")
    if equation.params["full_matrices"] or equation.params["pivoting"]:
        raise Refused("is computed by `qr` with full matrices or pivoting")
    return [Factor(label.keys, "Q"), Factor(label.keys, "R")]


def factors(equation: JaxprEqn, operands: list[Label]) -> Label:
    """What is done with Q and R: R's diagonal is taken, then its signs, and Q's columns are multiplied by them."""
    name, shapes = equation.primitive.name, [atom.aval.shape for atom in equation.invars]
    match name, operands:
        case "gather", [Factor(keys, "R"), Known(indices)]:
            numbers = np.arange(np.prod(shapes[0]), dtype=np.int32).reshape(shapes[0])
            if np.array_equal(bind(equation, [numbers, indices])[0], np.diagonal(numbers, 0, -2, -1)):
                return Factor(keys, "diagonal")
        case "sign", [Factor(keys, "diagonal")]:
            return Factor(keys, "signs")
        case "broadcast_in_dim" | "reshape", [Factor(keys, "signs")]:
            shape = equation.outvars[0].aval.shape
            if shape[-1] == shapes[0][-1] and np.prod(shape) == np.prod(shapes[0]):
                return Factor(keys, "signs")
        case "mul", [Factor(keys, kind), Factor(others, other)] if keys == others:
            if {kind, other} == {"Q", "signs"}:
                batches = len(equation.outvars[0].aval.shape) - 2
                return Orthogonal(keys, (*["batch"] * batches, "row", "column"))
    raise Refused(f"is computed from a factor of a QR decomposition by `{name}`")


def reshaped(label: Orthogonal, old: tuple[int, ...], new: tuple[int, ...]) -> Orthogonal:
    """Each new axis is of rows, columns or a batch, if it is made of axes of one kind alone."""
    left = [(size, side) for size, side in zip(old, label.sides) if size > 1]
    sides = []
    for size in new:
        kinds = set()
        while size > 1:
            (first, side), *rest = left
            shared = min(size, first)
            if size % shared or first % shared:
                raise Refused("mixes rows and columns of an orthogonal matrix by `reshape`")
            size //= shared
            left = [(first // shared, side), *rest] if first > shared else rest
            kinds.add(side)
        if len(kinds) > 1:
            raise Refused("mixes rows and columns of an orthogonal matrix by `reshape`")
        sides.append(kinds.pop() if kinds else "")
    return Orthogonal(label.keys, tuple(sides), label.gain)

"""Draws: random bits, what makes numbers of them, and arithmetic with one number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import JaxprEqn

from .known import compute
from .labels import Bits, Drawn, Known, Label, Orthogonal, Pieces, Refused
from .steps import Step


def random_bits(equation: JaxprEqn, keys: Any) -> Label:
    """Each key draws an array of its own; equal keys draw equal arrays."""
    data = np.asarray(jax.random.key_data(keys))
    rows = [row.tobytes() for row in data.reshape(-1, data.shape[-1])]
    if len(set(rows)) < len(rows):
        raise Refused("has several parts from one random key")
    return Bits(frozenset(rows), equation.params["bit_width"])


def mantissa(equation: JaxprEqn, bits: Bits, others: list[Any]) -> Label:
    """From bits to numbers of [1, 2): they are shifted, get the exponent of 1, and are read as floats."""
    parameters = equation.params
    match equation.primitive.name, others:
        case "convert_element_type", [] if parameters["new_dtype"].kind == "u":
            if 8 * parameters["new_dtype"].itemsize >= bits.width and not bits.is_mantissa:
                return bits
        case "shift_right_logical", [by] if not bits.is_mantissa:
            return Bits(bits.keys, bits.width - int(by))
        case "or", [one]:
            kinds = {2: (jnp.float16, jnp.bfloat16), 4: (jnp.float32,), 8: (jnp.float64,)}
            for kind in kinds.get(one.dtype.itemsize, ()):
                if one.view(kind) == 1 and jnp.finfo(kind).nmant == bits.width:
                    return Bits(bits.keys, bits.width, is_mantissa=True)
        case "bitcast_convert_type", [] if bits.is_mantissa and jnp.issubdtype(parameters["new_dtype"], jnp.floating):
            return Drawn(bits.keys, (("shift", 1.0),))
    raise Refused(f"is computed from random bits by `{equation.primitive.name}`")


def arithmetic(equation: JaxprEqn, operands: list[Label]) -> Label:
    """An operation on each draw by itself, with numbers that are the same for all."""
    name, result = equation.primitive.name, equation.outvars[0].aval
    places = [place for place, operand in enumerate(operands) if not isinstance(operand, Known)]
    if len(places) > 1:
        raise Refused(f"is computed from several draws by `{name}`")
    (place,) = places
    label = operands[place]
    numbers = [operand.scalar for operand in operands if isinstance(operand, Known)]
    if any(number is None for number in numbers):
        raise Refused(f"is computed from draws by `{name}` with numbers that differ from draw to draw")
    if equation.invars[place].aval.shape != result.shape:
        raise Refused(f"holds one draw in several places, by `{name}`")
    if isinstance(label, Bits):
        return mantissa(equation, label, numbers)
    if name == "mul" and numbers[0] == 0:
        return Known(np.broadcast_to(numbers[0], result.shape))
    if not jnp.issubdtype(result.dtype, jnp.floating) or name not in STEPS:
        raise Refused(f"is computed from draws by `{name}`")
    # Where numbers become normal, their resolution near 1 says which bounds count as none.
    precise = [float(jnp.finfo(result.dtype).eps)] if name == "erf_inv" else list(map(float, numbers))
    steps = STEPS[name](*precise) if place == 0 else SWAPPED[name](*precise)

    def apply(source: Label) -> Label:
        match source:
            case Known(array):
                filled = [np.broadcast_to(number, array.shape) for number in numbers]
                return compute(equation, [*filled[:place], array, *filled[place:]])[0]
            case Drawn(keys, earlier, moves):
                return Drawn(keys, (*earlier, *steps), moves)
            case Orthogonal(keys, sides, gain) if all(kind == "scale" for kind, _ in steps):
                return Orthogonal(keys, sides, float(np.prod([gain, *(number for _, number in steps)])))
        raise Refused(f"is computed from an orthogonal matrix by `{name}`")

    if isinstance(label, Pieces):
        return Pieces(tuple(replace(source, label=apply(source.label)) for source in label.sources), label.numbers)
    return apply(label)


STEPS: dict[str, Callable[..., list[Step]]] = {
    "add": lambda number: [("shift", number)],
    "sub": lambda number: [("shift", -number)],
    "mul": lambda number: [("scale", number)],
    "div": lambda number: [("scale", 1 / number)] if number else refuse("`div` by 0"),
    "neg": lambda: [("scale", -1.0)],
    "max": lambda number: [("at_least", number)],
    "min": lambda number: [("at_most", number)],
    "exp": lambda: [("exp", 0.0)],
    "log": lambda: [("ln", 0.0)],
    "log1p": lambda: [("shift", 1.0), ("ln", 0.0)],
    "erf_inv": lambda epsilon: [("erf_inv", epsilon)],
    "convert_element_type": lambda: [],
    "reduce_precision": lambda: [],
    "stop_gradient": lambda: [],
    "copy": lambda: [],
}
"""What an operation does to a draw that is its first operand."""


def refuse(operation: str) -> list[Step]:
    raise Refused(f"is computed from draws by {operation}")


SWAPPED = STEPS | {
    "sub": lambda number: [("scale", -1.0), ("shift", number)],
    "div": lambda number: refuse("`div`, which divides by them"),
}
"""What an operation does to a draw that is its second operand."""

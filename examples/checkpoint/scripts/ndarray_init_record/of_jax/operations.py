"""What JAX's operations do to labels. To teach the recorder an operation, add the operation to a table here.

RULES has the operations that draws may go through: MOVES move elements, those of ARITHMETIC map each of them. All others
make an array unknown, as does a rule that refuses its operands. A value is an array, if no draw has a part in it, or the
labels of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import JaxprEqn

from ..labels import LARGEST, Labels, unknown
from ..laws import UNARY, WITH_NUMBER, Bits, Constant, Law, Uniform, Unknown, erfinv, of_two
from ..matrices import qr, times_signs
from .known import bind, is_key, scalar

Value = Any
Rule = Callable[[JaxprEqn, list[Value]], list[Value]]


class Refused(Exception):
    """Draws that no label describes any more, and why."""


_numbers: dict[object, int] = {}


def number(source: object) -> int:
    """The number of the first draw from a random key, or of an R from its Q's. A source has numbers of its own."""
    return _numbers.setdefault(source, len(_numbers) << 40)


def spread(value: Value, shape: tuple[int, ...], result: tuple[int, ...]) -> Labels:
    """The labels of a value of a shape that is broadcast to another one."""
    size = math.prod(result)
    if isinstance(value, Labels):
        is_same = value.size == size
        return value if is_same else value.take(np.broadcast_to(np.arange(value.size).reshape(shape), result).ravel())
    if is_key(value):
        return unknown("is a random key", size)
    if (one := scalar(value)) is not None:
        return Labels.of(Constant(one.item()), size)
    return Labels.of_numbers(np.broadcast_to(np.asarray(value), result).ravel())


def random_bits(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    """Each key draws an array of its own; equal keys draw equal arrays."""
    data = np.asarray(jax.random.key_data(operands[0]))
    keys = [key.tobytes() for key in data.reshape(-1, data.shape[-1])]
    law, size = Bits(equation.params["bit_width"]), equation.outvars[0].aval.size // len(keys)
    return [Labels.joined([Labels.of(law, size, number(key)) for key in keys])]


def mantissa(equation: JaxprEqn, bits: Bits, other: Any = None) -> Law:
    """From bits to numbers of [1, 2): they are shifted, get the exponent of 1, and are read as floats."""
    name, dtype = equation.primitive.name, equation.outvars[0].aval.dtype
    match name:
        case "convert_element_type" if dtype.kind == "u" and not bits.is_mantissa:
            if 8 * dtype.itemsize >= bits.width:
                return bits
        case "shift_right_logical" if not bits.is_mantissa and other is not None:
            return Bits(bits.width - int(other))
        case "or" if other is not None:
            one = np.asarray(other, dtype)
            for kind in {2: (jnp.float16, jnp.bfloat16), 4: (jnp.float32,), 8: (jnp.float64,)}.get(dtype.itemsize, ()):
                if one.view(kind) == 1 and jnp.finfo(kind).nmant == bits.width:
                    return Bits(bits.width, is_mantissa=True)
        case "bitcast_convert_type" if bits.is_mantissa and jnp.issubdtype(dtype, jnp.floating):
            return Uniform(1.0, 2.0)
    return Unknown(f"is computed from random bits by `{name}`")


SAME = ("convert_element_type", "reduce_precision", "stop_gradient", "copy")
"""Operations that leave a draw as it is, but for rounding."""

NAMES = {"max": "maximum", "min": "minimum", "erf_inv": "erfinv"}
"""Operations that have another name in other frameworks."""

ARITHMETIC = (*SAME, *UNARY, *WITH_NUMBER, *NAMES, "shift_right_logical", "or", "bitcast_convert_type")


def arithmetic(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    """An operation on each element by itself."""
    operation, result = equation.primitive.name, equation.outvars[0].aval
    name, shapes = NAMES.get(operation, operation), [atom.aval.shape for atom in equation.invars]
    labels = [spread(operand, shape, result.shape) for operand, shape in zip(operands, shapes)]

    def one(law: Law) -> Law:
        match law:
            case Constant(value):
                return computed(equation, value)
            case Bits():
                return mantissa(equation, law)
            case _ if isinstance(law, Unknown) or name in SAME and jnp.issubdtype(result.dtype, jnp.floating):
                return law
            case _ if name == "erfinv":
                # Where numbers become normal, their resolution near 1 says which bounds count as none.
                return erfinv(law, float(jnp.finfo(result.dtype).eps))
        return UNARY[name](law) if name in UNARY else Unknown(f"is computed from draws by `{operation}`")

    def two(x: Law, y: Law, is_one_draw: bool) -> Law:
        match x, y:
            case Constant(a), Constant(b):
                return computed(equation, a, b)
            case (Bits() as bits, Constant(value)) | (Constant(value), Bits() as bits):
                return mantissa(equation, bits, value)
        if name not in WITH_NUMBER:
            return Unknown(f"is computed from draws by `{operation}`")
        return of_two(f"`{operation}`", name, x, y, is_one_draw)

    if len(labels) == 1:
        return [labels[0].map(one)]
    x, y = labels
    return [name == "mul" and (times_signs(x, y) or times_signs(y, x)) or x.combined(y, two)]


def computed(equation: JaxprEqn, *numbers: float) -> Law:
    """The operation on numbers."""
    operands = [np.asarray(x, atom.aval.dtype) for x, atom in zip(numbers, equation.invars)]
    return Constant(np.asarray(bind(equation, operands)[0]).item())


def decompose(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    if equation.params["full_matrices"] or equation.params["pivoting"]:
        raise Refused("is computed by `qr` with full matrices or pivoting")
    factors = qr(operands[0], equation.invars[0].aval.shape, number)
    if factors is None:
        raise Refused("is computed by `qr` from anything but normal draws")
    return list(factors)


MOVES: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("gather", "slice", "dynamic_slice", "split", "rev", "tile", "reshape", "squeeze"), (0,)),
    **dict.fromkeys(("transpose", "broadcast_in_dim"), (0,)),
    **dict.fromkeys(("pad", "dynamic_update_slice"), (0, 1)),
    "scatter": (0, 2),
    **dict.fromkeys(("select_n", "concatenate")),
}
"""Which operands hold the elements; the others say where these go. None: all but the predicate of `select_n`."""


def move(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    """Runs the operation on the elements' places in place of the elements, which shows where each one comes from."""
    name, shapes = equation.primitive.name, [atom.aval.shape for atom in equation.invars]
    if name in ("reshape", "squeeze", "broadcast_in_dim") and operands[0].size == equation.outvars[0].aval.size:
        return [operands[0]]
    moved = MOVES[name] or range(int(name == "select_n"), len(operands))
    labels = [spread(operands[place], shapes[place], shapes[place]) for place in moved]
    if name == "concatenate" and equation.params["dimension"] == 0:
        return [Labels.joined(labels)]
    ends = np.cumsum([each.size for each in labels]).tolist()
    if ends[-1] > LARGEST:
        raise Refused(f"is moved by `{name}`, and has more than {LARGEST} elements")
    arguments = list(operands)
    for place, start, end in zip(moved, [0, *ends], ends):
        arguments[place] = np.arange(start, end, dtype=np.int32).reshape(shapes[place])
    if any(isinstance(argument, Labels) for argument in arguments):
        raise Refused(f"has draws in places that are drawn, by `{name}`")
    taken = [np.asarray(places).ravel() for places in bind(equation, arguments)]
    if any(places.min(initial=0) < 0 for places in taken):
        raise Refused("holds elements from outside of an array")
    return [Labels.joined(labels).take(places) for places in taken]


RULES: dict[str, Rule] = {
    "random_bits": random_bits,
    "qr": decompose,
    **dict.fromkeys(ARITHMETIC, arithmetic),
    **dict.fromkeys(MOVES, move),
}

"""Numbers that depend on no draw are computed, by JAX itself. Equal ones are stored once, as a broadcast array."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import JaxprEqn

ELEMENTWISE = set(
    "add sub mul div max min neg exp log log1p expm1 sqrt rsqrt pow integer_pow square abs sign floor "
    "convert_element_type eq ne lt le gt ge and or not select_n erf erf_inv nextafter stop_gradient "
    "copy reshape transpose squeeze rev".split()
)
"""Operations whose result is one number everywhere if their operands are."""


def compute(equation: JaxprEqn, operands: list[Any]) -> list[Any]:
    """Runs one equation. An array of equal numbers stays a single number, however large it is."""
    name, outputs = equation.primitive.name, equation.outvars
    if name == "broadcast_in_dim" and not is_key(operands[0]):
        shape, axes = equation.params["shape"], equation.params["broadcast_dimensions"]
        placed = [1] * len(shape)
        for axis, size in zip(axes, operands[0].shape):
            placed[axis] = size
        return [np.broadcast_to(np.asarray(operands[0]).reshape(placed), shape)]
    scalars = [scalar(operand) for operand in operands] if name in ELEMENTWISE else [None]
    if outputs[0].aval.size > 1 and scalars and all(number is not None for number in scalars):
        is_moved = name in ("reshape", "transpose", "squeeze", "rev")
        (result,) = scalars if is_moved else bind(equation, scalars)
        return [np.broadcast_to(np.asarray(result), outputs[0].aval.shape)]
    return [result if is_key(result) else np.asarray(result) for result in bind(equation, operands)]


def scalar(array: Any) -> Any | None:
    """The one number that all elements are, or None."""
    if array.size == 0 or is_key(array):
        return None
    first = np.asarray(array[(0,) * array.ndim])
    strides = array.strides if isinstance(array, np.ndarray) else (1,) * array.ndim
    is_spread = any(stride for stride, size in zip(strides, array.shape) if size > 1)
    return first if not is_spread or bool(np.all(np.asarray(array) == first)) else None


def is_key(array: Any) -> bool:
    """Random keys are no numbers."""
    return bool(jnp.issubdtype(array.dtype, jax.dtypes.prng_key))


def bind(equation: JaxprEqn, operands: list[Any]) -> list[Any]:
    """Calls the equation's operation."""
    result = equation.primitive.bind(*map(jnp.asarray, operands), **equation.params)
    return list(result) if equation.primitive.multiple_results else [result]

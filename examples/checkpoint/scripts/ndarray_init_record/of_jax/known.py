"""Numbers that depend on no draw are computed, by JAX itself."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import JaxprEqn

from .labels import Known, Label

ELEMENTWISE = set(
    "add sub mul div max min neg exp log log1p expm1 sqrt rsqrt pow integer_pow square abs sign floor "
    "convert_element_type eq ne lt le gt ge and or not select_n erf erf_inv nextafter stop_gradient "
    "copy reshape transpose squeeze rev".split()
)
"""Operations whose result is one number everywhere if their operands are."""


def compute(equation: JaxprEqn, operands: list[Any]) -> list[Label]:
    """Runs one equation. An array of equal numbers stays a single number, however large it is."""
    name, outputs = equation.primitive.name, equation.outvars
    if name == "broadcast_in_dim" and not is_key(operands[0]):
        shape, axes = equation.params["shape"], equation.params["broadcast_dimensions"]
        placed = [1] * len(shape)
        for axis, size in zip(axes, operands[0].shape):
            placed[axis] = size
        return [Known(np.broadcast_to(np.asarray(operands[0]).reshape(placed), shape))]
    scalars = [Known(operand).scalar for operand in operands] if name in ELEMENTWISE else [None]
    if outputs[0].aval.size > 1 and scalars and all(scalar is not None for scalar in scalars):
        (result,) = bind(equation, scalars, moved=name in ("reshape", "transpose", "squeeze", "rev"))
        return [Known(np.broadcast_to(np.asarray(result), outputs[0].aval.shape))]
    return [Known(result if is_key(result) else np.asarray(result)) for result in bind(equation, operands)]


def is_key(array: Any) -> bool:
    """Random keys are no numbers."""
    return bool(jnp.issubdtype(array.dtype, jax.dtypes.prng_key))


def bind(equation: JaxprEqn, operands: list[Any], moved: bool = False) -> list[Any]:
    """Calls the equation's operation; a single number that is only moved stays as it is."""
    if moved:
        return operands
    result = equation.primitive.bind(*map(jnp.asarray, operands), **equation.params)
    return list(result) if equation.primitive.multiple_results else [result]

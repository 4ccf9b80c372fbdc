"""The rule of each operation that draws may go through. All others make an array unknown."""

from __future__ import annotations

from collections.abc import Callable

from jax.extend.core import JaxprEqn

from .draws import STEPS, arithmetic, random_bits
from .labels import Factor, Label
from .matrices import factors, qr
from .moves import DATA, move

Rule = Callable[[JaxprEqn, list[Label]], Label | list[Label]]


def on_factors(rule: Rule) -> Rule:
    """The same rule, but for the factors of a QR decomposition, which have their own."""
    return lambda equation, operands: (
        factors(equation, operands) if isinstance(operands[0], Factor) else rule(equation, operands)
    )


RULES: dict[str, Rule] = {
    "random_bits": lambda equation, operands: random_bits(equation, operands[0].array),
    "qr": qr,
    **dict.fromkeys(["shift_right_logical", "or", "bitcast_convert_type"], arithmetic),
    **dict.fromkeys([*STEPS, "sign"], on_factors(arithmetic)),
    **dict.fromkeys(DATA, move),
}

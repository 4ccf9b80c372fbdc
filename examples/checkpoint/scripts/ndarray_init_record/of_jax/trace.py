"""The walk through a traced function: from the labels of what goes in to those of what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var

from .known import compute
from .labels import Keys, Known, Label, Refused, Unknown
from .moves import stack
from .operations import RULES

CALLS = "jit pjit closed_call core_call remat remat2 checkpoint custom_jvp_call custom_vjp_call".split()
"""Operations that call a function that was traced."""

DRAWS = {"random_bits", "random_gamma", "rng_bit_generator", "rng_uniform"}
"""Operations that draw, of which only the first has a rule."""


def labels(function: Any, *arguments: Any) -> tuple[list[Label], list[Any]]:
    """The labels, shapes and types of what a function returns. The function is traced; no array is made."""
    closed, shapes = jax.make_jaxpr(function, return_shape=True)(*arguments)
    inputs = [Unknown("depends on the inputs of `init`") for _ in closed.jaxpr.invars]
    return walk(closed, inputs), jax.tree.leaves(shapes)


def walk(closed: ClosedJaxpr | Jaxpr, inputs: Sequence[Label]) -> list[Label]:
    """Runs a traced function on labels."""
    jaxpr = closed.jaxpr if isinstance(closed, ClosedJaxpr) else closed
    constants = [Known(value) for value in closed.consts] if isinstance(closed, ClosedJaxpr) else []
    known: dict[Var, Label] = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *inputs]))

    def read(atom: Any) -> Label:
        return Known(np.asarray(atom.val, atom.aval.dtype)) if isinstance(atom, Literal) else known[atom]

    for equation in needed(jaxpr):
        known.update(zip(equation.outvars, step(equation, [read(atom) for atom in equation.invars])))
    return [read(atom) for atom in jaxpr.outvars]


def needed(jaxpr: Jaxpr) -> list[JaxprEqn]:
    """The equations that the outputs depend on: a model's forward pass is none of them."""
    wanted = {atom for atom in jaxpr.outvars if isinstance(atom, Var)}
    kept = []
    for equation in reversed(jaxpr.eqns):
        if not wanted.isdisjoint(equation.outvars):
            kept.append(equation)
            wanted.update(atom for atom in equation.invars if isinstance(atom, Var))
    return kept[::-1]


def step(equation: JaxprEqn, operands: list[Label]) -> list[Label]:
    """Runs one equation on labels. An operation that no rule covers makes its results unknown."""
    name, parameters = equation.primitive.name, equation.params
    if name in CALLS:
        return walk(parameters.get("jaxpr") or parameters["call_jaxpr"], operands)
    if name == "optimization_barrier":  # of `remat`: each result is its operand
        return operands
    if name == "cond" and isinstance(operands[0], Known):
        return walk(parameters["branches"][int(operands[0].array)], operands[1:])
    if name == "platform_index":
        return [Known(np.int32(parameters["platforms"].index(None)))]
    if name == "scan":
        return scan(equation, operands)
    if all(isinstance(operand, Known) for operand in operands) and name not in DRAWS:
        return compute(equation, [operand.array for operand in operands])
    try:
        for operand in operands:
            if isinstance(operand, Unknown):
                raise Refused(operand.reason)
        if name not in RULES:
            raise Refused(f"is computed from draws by `{name}`")
        result = RULES[name](equation, operands)
        return result if isinstance(result, list) else [result]
    except Refused as reason:
        return [Unknown(str(reason), keys_of(operands)) for _ in equation.outvars]


def scan(equation: JaxprEqn, operands: list[Label]) -> list[Label]:
    """Runs a loop of known length turn by turn, and stacks what the turns return."""
    parameters = equation.params
    length, body = parameters["length"], parameters["jaxpr"]
    fixed, carried = parameters["num_consts"], parameters["num_carry"]
    constants, carry = operands[:fixed], operands[fixed : fixed + carried]
    stacked = operands[fixed + carried :]
    if not all(isinstance(operand, (Known, Unknown)) for operand in stacked):
        return [Unknown("is computed from draws by `scan`", keys_of(operands)) for _ in equation.outvars]
    turns = []
    for turn in reversed(range(length)) if parameters["reverse"] else range(length):
        now = [Known(operand.array[turn]) if isinstance(operand, Known) else operand for operand in stacked]
        results = walk(body, [*constants, *carry, *now])
        carry = results[:carried]
        turns.append(results[carried:])
    turns = turns[::-1] if parameters["reverse"] else turns
    shapes = [atom.aval.shape[1:] for atom in equation.outvars[carried:]]
    return [*carry, *(stack(column, shape) for column, shape in zip(zip(*turns), shapes))]


def keys_of(labels: Iterable[Label]) -> Keys:
    return frozenset().union(*(label.keys for label in labels))

"""The walk through a traced function: from the labels of what goes in to those of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var

from ..labels import Labels, unknown
from ..laws import Unknown
from .known import compute, scalar
from .operations import RULES, Refused, Value, spread

CALLS = "jit pjit closed_call core_call remat remat2 checkpoint custom_jvp_call custom_vjp_call".split()
"""Operations that call a function that was traced."""

DRAWS = {"random_bits", "random_gamma", "rng_bit_generator", "rng_uniform"}
"""Operations that draw, of which only the first has a rule."""


def labels(function: Any, *arguments: Any) -> tuple[list[Value], list[Any]]:
    """The values, shapes and types of what a function returns. The function is traced; no array is made."""
    closed, shapes = jax.make_jaxpr(function, return_shape=True)(*arguments)
    inputs = [unknown("depends on the inputs of `init`", atom.aval.size) for atom in closed.jaxpr.invars]
    return walk(closed, inputs), jax.tree.leaves(shapes)


def walk(closed: ClosedJaxpr | Jaxpr, inputs: Sequence[Value]) -> list[Value]:
    """Runs a traced function on labels."""
    jaxpr = closed.jaxpr if isinstance(closed, ClosedJaxpr) else closed
    constants = closed.consts if isinstance(closed, ClosedJaxpr) else []
    known: dict[Var, Value] = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *inputs]))

    def read(atom: Any) -> Value:
        return np.asarray(atom.val, atom.aval.dtype) if isinstance(atom, Literal) else known[atom]

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


def step(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    """Runs one equation on labels. An operation that no rule covers makes its results unknown."""
    name, parameters = equation.primitive.name, equation.params
    if name in CALLS:
        return walk(parameters.get("jaxpr") or parameters["call_jaxpr"], operands)
    if name == "optimization_barrier":  # of `remat`: each result is its operand
        return operands
    if name == "cond" and not isinstance(operands[0], Labels):
        return walk(parameters["branches"][int(operands[0])], operands[1:])
    if name == "platform_index":
        return [np.int32(parameters["platforms"].index(None))]
    if name == "scan":
        return scan(equation, operands)
    labels = [operand for operand in operands if isinstance(operand, Labels)]
    if not labels and name not in DRAWS:
        return compute(equation, operands)
    try:
        if name not in RULES or name in DRAWS and labels:
            laws = [law for label in labels for law in label.distinct()]
            reasons = [law.reason for law in laws if isinstance(law, Unknown)]
            raise Refused(next(iter(reasons), f"is computed from draws by `{name}`"))
        return RULES[name](equation, operands)
    except Refused as reason:
        return [unknown(str(reason), atom.aval.size) for atom in equation.outvars]


def scan(equation: JaxprEqn, operands: list[Value]) -> list[Value]:
    """Runs a loop of known length turn by turn, and stacks what the turns return."""
    parameters = equation.params
    length, body = parameters["length"], parameters["jaxpr"]
    fixed, carried = parameters["num_consts"], parameters["num_carry"]
    constants, carry = operands[:fixed], operands[fixed : fixed + carried]
    stacked = operands[fixed + carried :]
    turns = []
    for turn in reversed(range(length)) if parameters["reverse"] else range(length):
        now = [
            operand.slice(turn * (size := operand.size // length), (turn + 1) * size)
            if isinstance(operand, Labels)
            else operand[turn]
            for operand in stacked
        ]
        results = walk(body, [*constants, *carry, *now])
        carry = results[:carried]
        turns.append(results[carried:])
    turns = turns[::-1] if parameters["reverse"] else turns
    shapes = [atom.aval.shape[1:] for atom in equation.outvars[carried:]]
    return [*carry, *(stack(column, shape) for column, shape in zip(zip(*turns), shapes))]


def stack(values: Sequence[Value], shape: tuple[int, ...]) -> Value:
    """One array of several of a shape, along a new first axis."""
    if any(isinstance(value, Labels) for value in values):
        return Labels.joined([spread(value, shape, shape) for value in values])
    numbers = [scalar(value) for value in values]
    if numbers[0] is not None and all(one is not None and one == numbers[0] for one in numbers):
        return np.broadcast_to(numbers[0], (len(values), *shape))
    return np.stack([np.asarray(value) for value in values])

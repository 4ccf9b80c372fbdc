"""Known numbers, in a short form where there is one."""

import base64
import zlib

import torch

from ..parameter_list import Initializer

MOST_LISTED = 64
"""Numbers that a reader can take in; more than these are kept as bytes."""


class NoForm(Exception):
    """A list cannot say this, and why."""


def of_numbers(values: torch.Tensor, plain: bool = False) -> Initializer:
    """The initializer of a tensor with these elements. Plain ones are a part of a tensor: numbers in lists."""
    if values.numel() == 0:
        return "zeros"
    if values.is_complex():
        raise NoForm("holds complex numbers")
    short = _without_repeats(values)
    if short.isfinite().all():
        if short.numel() == 1:
            constant = _number(short.flatten()[0])
            return {0: "zeros", 1: "ones"}.get(constant, {"constant": constant})
        if not plain and (form := _range(short) or _identity(values) or _dirac(values)):
            return form
        if short.numel() <= (4096 if plain else MOST_LISTED):
            return {"constant": _lists(short)}
    if plain:
        raise NoForm(f"has a part of {short.numel()} known numbers beside its draws")
    content = values.contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return {"data": base64.b64encode(zlib.compress(content, 9)).decode()}


def _without_repeats(values: torch.Tensor) -> torch.Tensor:
    """One index of each axis along which nothing changes. Axes of 1 in front go."""
    for axis in range(values.ndim):
        first = values.narrow(axis, 0, 1)
        if torch.equal(first.expand_as(values), values):
            values = first
    while values.ndim > 1 and values.shape[0] == 1:
        values = values[0]
    return values


def _range(short: torch.Tensor) -> Initializer | None:
    if short.ndim != 1 or short.numel() < 3 or short.dtype == torch.bool:
        return None
    start, step = _number(short[0]), _number((short[-1].double() - short[0].double()) / (short.numel() - 1))
    same = torch.equal((start + step * torch.arange(short.numel(), dtype=torch.float64)).to(short.dtype), short)
    step = int(step) if step == int(step) else step
    return {"range": {"start": start, "step": step}} if same else None


def _identity(values: torch.Tensor) -> Initializer | None:
    if (
        values.ndim != 2
        or not values.is_floating_point()
        or not torch.equal(values, values[0, 0] * torch.eye(*values.shape, dtype=values.dtype))
    ):
        return None
    gain = _number(values[0, 0])
    return "identity" if gain == 1 else {"identity": {"gain": gain}}


def _dirac(values: torch.Tensor) -> Initializer | None:
    if values.ndim not in (3, 4, 5) or not values.is_floating_point():
        return None
    is_dirac = torch.equal(torch.nn.init.dirac_(torch.empty_like(values)), values)
    return {"dirac": {"layout": "torch"}} if is_dirac else None


def _number(value: torch.Tensor) -> int | float:
    """The shortest number that is this one in its dtype."""
    if not value.is_floating_point():
        return int(value)
    shorter = (float(f"{float(value):.{digits}g}") for digits in range(1, 18))
    number = next(number for number in shorter if torch.tensor(number, dtype=torch.float64).to(value.dtype) == value)
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def _lists(values: torch.Tensor) -> list:
    return [_number(value) if value.ndim == 0 else _lists(value) for value in values]

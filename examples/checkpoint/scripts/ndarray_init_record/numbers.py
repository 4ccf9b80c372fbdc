"""Known numbers, in a short form where there is one."""

import base64
import zlib

import numpy as np

from .parameter_list import Initializer

FEW = 16
"""Numbers that are listed rather than cut into blocks of equal ones."""

MOST_LISTED = 64
"""Numbers that a reader can take in; more than these are kept as bytes."""

MOST_BLOCKS = 8
"""Blocks of equal numbers that a reader can take in."""

NUMPY = {
    "F64": "f8", "F32": "f4", "F16": "f2", "BF16": "f4", "I64": "i8",
    "I32": "i4", "I16": "i2", "I8": "i1", "U8": "u1", "BOOL": "?",
}  # fmt: skip
"""NumPy has no bfloat16: its numbers are handed over as float32."""


class NoForm(Exception):
    """A list cannot say this, and why."""


def of_numbers(values: np.ndarray, dtype: str, plain: bool = False) -> Initializer:
    """The initializer of a tensor with these elements. Plain ones are a part of a tensor: numbers in lists."""
    if values.size == 0:
        return "zeros"
    if values.dtype.kind == "c":
        raise NoForm("holds complex numbers")
    short = _without_repeats(values)
    if np.isfinite(short).all():
        if short.size == 1:
            constant = _number(short.flat[0], dtype)
            return {0: "zeros", 1: "ones"}.get(constant, {"constant": constant})
        if not plain and (form := _range(short, dtype) or _matrix(values, dtype)):
            return form
        if not plain and short.size > FEW and _is_float(dtype) and (form := _blocks(values, dtype)):
            return form
        if short.size <= (4096 if plain else MOST_LISTED):
            return {"constant": _lists(short, dtype)}
    if plain:
        raise NoForm(f"has a part of {short.size} known numbers beside its draws")
    little = np.ascontiguousarray(values, "<" + NUMPY[dtype])
    content = little.view("<u2").reshape(-1, 2)[:, 1] if dtype == "BF16" else little
    return {"data": base64.b64encode(zlib.compress(content.tobytes(), 9)).decode()}


def _without_repeats(values: np.ndarray) -> np.ndarray:
    """One index of each axis along which nothing changes. Axes of 1 in front go."""
    for axis, stride in enumerate(values.strides):
        first = values[(slice(None),) * axis + (slice(1),)]
        if stride == 0 or np.array_equal(np.broadcast_to(first, values.shape), values):
            values = first
    while values.ndim > 1 and values.shape[0] == 1:
        values = values[0]
    return values


def _range(short: np.ndarray, dtype: str) -> Initializer | None:
    if short.ndim != 1 or short.size < 3 or dtype == "BOOL":
        return None
    start, step = _number(short[0], dtype), (float(short[-1]) - float(short[0])) / (short.size - 1)
    same = np.array_equal(_rounded(start + step * np.arange(short.size), dtype).astype(short.dtype), short)
    return {"range": {"start": start, "step": int(step) if step == int(step) else step}} if same else None


def _matrix(values: np.ndarray, dtype: str) -> Initializer | None:
    """An identity, or PyTorch's Dirac kernel."""
    if not _is_float(dtype) or values.ndim not in (2, 3, 4, 5):
        return None
    center = tuple(size // 2 for size in values.shape[2:])
    gain = values[(0, 0, *center)]
    expected = np.zeros_like(values)
    for place in range(min(values.shape[:2])):
        expected[(place, place, *center)] = gain
    if not gain or not np.array_equal(expected, values):
        return None
    if values.ndim > 2:
        return {"dirac": {"layout": "torch"}} if gain == 1 else None
    return "identity" if gain == 1 else {"identity": {"gain": _number(gain, dtype)}}


def _blocks(values: np.ndarray, dtype: str) -> Initializer | None:
    """A few blocks along an axis, each in a short form."""
    for axis in range(values.ndim):
        rows = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
        ends = [*(np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1).tolist(), values.shape[axis]]
        if 1 < len(ends) <= MOST_BLOCKS:
            parts = np.split(values, ends[:-1], axis)
            forms = [of_numbers(part, dtype) for part in parts]
            if not any("data" in form for form in forms):
                named = [{"size": part.shape[axis], "initializer": form} for part, form in zip(parts, forms)]
                return {"blocks": {"axis": axis, "parts": named}}
    return None


def _is_float(dtype: str) -> bool:
    return NUMPY[dtype].startswith("f")


def _rounded(values: np.ndarray, dtype: str) -> np.ndarray:
    """Numbers as elements of a type."""
    if dtype == "BF16":
        bits = np.asarray(values, np.float32).view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)).view(np.float32)
    return np.asarray(values, NUMPY[dtype] if _is_float(dtype) else float)


def _number(value: np.generic, dtype: str) -> int | float:
    """The shortest number that is this one in its dtype."""
    if not _is_float(dtype):
        return int(value)
    shorter = (float(f"{float(value):.{digits}g}") for digits in range(1, 18))
    number = next(number for number in shorter if _rounded(number, dtype) == value)
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def _lists(values: np.ndarray, dtype: str) -> list:
    return [_number(value, dtype) if np.ndim(value) == 0 else _lists(value, dtype) for value in values]

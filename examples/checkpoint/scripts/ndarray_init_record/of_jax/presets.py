"""Presets: a law that depends on a kernel's fans, by its name, so that a list says it once for all kernels."""

from __future__ import annotations

from math import isclose, prod, sqrt
from typing import Any

from ..parameter_list import Entry

SCALES = {"glorot": (1.0, "fan_avg"), "he": (2.0, "fan_in"), "lecun": (1.0, "fan_in")}
TRUNCATED_STD = 0.87962566103423978
"""The standard deviation of a standard normal that is cut at ±2."""


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Keras' and JAX's fans of a kernel (spatial…, in, out). They take a depthwise kernel for a dense one."""
    match shape:
        case ():
            return 1, 1
        case (size,):
            return size, size
    *field, inputs, outputs = shape
    return prod(field) * inputs, prod(field) * outputs


def of_shape(shape: tuple[int, ...]) -> dict[str, Any]:
    """The laws of all presets for a kernel of this shape."""
    laws: dict[str, Any] = {}
    fan_in, fan_out = fans(shape)
    for name, (scale, mode) in SCALES.items():
        variance = scale / max(1, fan_in if mode == "fan_in" else (fan_in + fan_out) / 2)
        laws[f"{name}_uniform"] = {"uniform": {"low": -sqrt(3 * variance), "high": sqrt(3 * variance)}}
        laws[f"{name}_normal"] = {"truncated_normal": {"std": sqrt(variance) / TRUNCATED_STD}}
    return laws


def name_presets(entries: list[Entry]) -> None:
    """Replaces laws by presets that give the same numbers, the preset of most tensors first.

    A preset of a single law is no shorter than the law.
    """
    left = {entry.name: entry for entry in entries if isinstance(entry.initializer, dict)}
    while left:
        fitting: dict[str, list[Entry]] = {}
        for entry in left.values():
            for name, law in of_shape(entry.shape).items():
                if is_close(law, entry.initializer):
                    fitting.setdefault(name, []).append(entry)
        found = {name: some for name, some in fitting.items() if len({str(each.initializer) for each in some}) > 1}
        if not found:
            return
        preset = max(found, key=lambda name: len(found[name]))
        for entry in found[preset]:
            entry.initializer = preset
            del left[entry.name]


def is_close(law: Any, other: Any) -> bool:
    """The same law, but for the digits that are written."""
    if isinstance(law, dict):
        return isinstance(other, dict) and law.keys() == other.keys() and all(is_close(law[k], other[k]) for k in law)
    return isclose(law, other, rel_tol=1e-6)

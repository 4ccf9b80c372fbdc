"""Agreement of values with an initializer of a list: moments, quantiles and extremes, within what chance allows.

Each comparison asks for a deviation that chance exceeds once in 20 million.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import metadata
from math import exp, expm1, log, log1p, prod, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

SIGMAS = 5.4
CHANCE = 5e-8
MOST = 1 << 19
"""Elements of a tensor that are looked at."""
NORMAL = NormalDist()
STEPS: dict[str, Callable[..., float]] = {
    "exp": lambda x: exp(x),
    "ln": lambda x: log(x) if x > 0 else float("-inf"),
    "inverse_softplus": lambda x: x + log(-expm1(-x)),
    "scale": lambda x, number: x * number,
    "shift": lambda x, number: x + number,
    "at_least": max,
    "at_most": min,
}


@dataclass(frozen=True)
class Law:
    """A law by its quantile function, with the mean and deviation that follow from it."""

    quantile: Callable[[float], float]

    @property
    def moments(self) -> tuple[float, float]:
        """By the midpoint rule, finer in the tails: for a standard normal the deviation is right to 10⁻⁵."""
        places = np.concatenate([10.0 ** -np.arange(12, 2, -0.005), np.arange(0.001, 0.5, 0.0002), [0.5]])
        edges = np.concatenate([[0], places, (1 - places[:-1])[::-1], [1]])
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        values = np.array([self.quantile(p) for p in middles])
        mean = float(np.sum(values * widths))
        return mean, sqrt(float(np.sum((values - mean) ** 2 * widths)))


def law(form: dict[str, Any]) -> Law | None:
    """The law of an initializer that draws each element by itself."""
    ((kind, fields),) = form.items()
    match kind:
        case "uniform":
            low, high = fields["low"], fields["high"]
            return Law(lambda p: low + (high - low) * p)
        case "normal" | "truncated_normal":
            mean, std = fields.get("mean", 0), fields["std"]
            bounds = fields.get("bounds", {"sigmas": {"lower": -2, "upper": 2}} if kind != "normal" else {"sigmas": {}})
            sigmas = {
                side: (bound - mean) / std if "absolute" in bounds else bound
                for side, bound in next(iter(bounds.values())).items()
            }
            low = NORMAL.cdf(sigmas["lower"]) if "lower" in sigmas else 0.0
            high = NORMAL.cdf(sigmas["upper"]) if "upper" in sigmas else 1.0
            return Law(lambda p: mean + std * NORMAL.inv_cdf(min(max(low + (high - low) * p, 1e-300), 1 - 1e-16)))
        case "transformed":
            inner = law(fields["law"])
            steps = [
                (step, ()) if isinstance(step, str) else (next(iter(step)), tuple(step.values()))
                for step in fields["steps"]
            ]
            falls = prod(-1 if numbers and name == "scale" and numbers[0] < 0 else 1 for name, numbers in steps) < 0

            def quantile(p: float) -> float:
                x = inner.quantile(1 - p if falls else p)
                for name, numbers in steps:
                    x = STEPS[name](x, *numbers)
                return x

            return Law(quantile)
    return None


def faults(values: np.ndarray, form: Any, presets: Callable[[tuple[int, ...]], dict[str, Any]]) -> Iterator[str]:
    """How these values, as drawn by a framework, disagree with the initializer."""
    shape = values.shape
    if isinstance(form, str):
        form = presets(shape).get(form) or {form: {}}
    ((kind, fields),) = form.items()
    match kind:
        case "blocks":
            start = 0
            parts = (
                fields.get("parts")
                or [{"size": shape[fields["axis"]] // fields["equal"], "initializer": fields["initializer"]}]
                * fields["equal"]
            )
            for part in parts:
                region = [slice(None)] * values.ndim
                region[fields["axis"]] = slice(start, start + part["size"])
                start += part["size"]
                yield from faults(values[tuple(region)], part["initializer"], presets)
            if start != shape[fields["axis"]]:
                yield f"blocks of {start} rows for {shape[fields['axis']]}"
        case "orthogonal":
            yield from matrix_faults(values, fields)
        case "zeros" | "ones" | "constant" | "range" | "identity" | "data":
            wanted = numbers(kind, fields, values)
            if not np.array_equal(np.broadcast_to(wanted, shape), values):
                yield f"other numbers than {kind}"
        case _:
            # Numbers of so few digits are drawn from as few levels: JAX draws a bfloat16 from 128.
            levels = {"float16": 1024, "bfloat16": 128}.get(str(values.dtype), 2**23)
            some = np.asarray(values.ravel()[:MOST], np.float64)
            yield from draw_faults(some, expected(json.dumps(form)), str(form), 1 / levels)


def numbers(kind: str, fields: Any, values: np.ndarray) -> Any:
    """The numbers of an initializer that draws none."""
    match kind:
        case "zeros" | "ones":
            return values.dtype.type(kind == "ones")
        case "constant":
            return np.asarray(fields).astype(values.dtype)
        case "range":
            return (fields["start"] + fields["step"] * np.arange(values.shape[-1])).astype(values.dtype)
        case "identity":
            return (np.eye(*values.shape) * (fields or {}).get("gain", 1)).astype(values.dtype)
    return np.frombuffer(zlib.decompress(base64.b64decode(fields)), values.dtype).reshape(values.shape)


@lru_cache(10000)
def expected(form: str) -> tuple[Law, float, float]:
    found = law(json.loads(form))
    assert found is not None, form
    return found, *found.moments


def draw_faults(values: np.ndarray, law: tuple[Law, float, float], name: str, step: float) -> Iterator[str]:
    """Draws of one law: mean, deviation, 19 quantiles, extremes."""
    (quantile, mean, std), count = (law[0].quantile, law[1], law[2]), values.size
    grain = max(1e-6, step) * max(abs(quantile(1e-9)), abs(quantile(1 - 1e-9)))
    if abs(values.mean() - mean) > SIGMAS * std / sqrt(count) + grain:
        yield f"mean {values.mean():.6g} of {name}, not {mean:.6g}"
    centered = (values - mean) / std
    if count > 30:
        square = float(np.mean(centered**2))
        error = float(np.std(centered**2)) / sqrt(count)
        if abs(square - 1) > SIGMAS * error * (1 + 10 / sqrt(count)) + 1e-4:
            yield f"deviation {sqrt(square) * std:.6g} of {name}, not {std:.6g}"
    for p in np.arange(0.05, 1, 0.05):
        share = float(np.mean(values <= quantile(p)))
        if abs(share - p) > (SIGMAS + 1) * sqrt(p * (1 - p) / count) + 6 / count + 1e-4 + step:
            yield f"{share:.4f} of the elements of {name} below the quantile of {p:.2f}"
    # The least and greatest of `count` draws lie between these quantiles.
    near, far = max(step, -expm1(log(CHANCE) / count)), -expm1(log1p(-CHANCE) / count)
    for extreme, inner, outer, side in (
        (values.min(), quantile(near), quantile(far), 1),
        (values.max(), quantile(1 - near), quantile(1 - far), -1),
    ):
        if side * (extreme - inner) > grain or side * (outer - extreme) > grain:
            yield f"extreme {extreme:.6g} of {name}, not between {outer:.6g} and {inner:.6g}"


def matrix_faults(values: np.ndarray, fields: Any) -> Iterator[str]:
    """Orthonormal columns, or rows, times the gain."""
    fields = fields or {}
    layout, gain = fields.get("layout", "keras"), fields.get("gain", 1)
    layout = {"roles": layout} if isinstance(layout, str) else {"roles": layout, **layout}
    batch = layout.get("batch", [])
    others = [axis for axis in range(values.ndim) if axis not in batch]
    columns = {"keras": others[-1:], "torch": others[:1]}.get(str(layout["roles"]))
    columns = layout["axes"]["output"] if columns is None else columns
    rows = [axis for axis in others if axis not in columns]
    height, width = (prod(values.shape[axis] for axis in axes) for axes in (rows, columns))
    matrices = np.asarray(values, np.float64).transpose(*batch, *rows, *columns).reshape(-1, height, width)
    for matrix in matrices:
        tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
        if np.abs(tall.T @ tall - gain**2 * np.eye(tall.shape[1])).max() > 1e-4 * gain**2:
            yield f"no orthogonal matrix with gain {gain}"
        if tall.shape[0] > 30 and abs(np.mean(np.sign(tall))) > SIGMAS / sqrt(tall.size):
            yield "an orthogonal matrix with signs that are not even"


def make(tool: Path, text: str, file: Path, seed: int) -> None:
    """Has the tool write the tensors of a list into this file."""
    model = file.with_name("list.json")
    model.write_text(text)
    command = [tool, "--model", model, "--out", file, "--seed", str(seed), "--quiet"]
    if (run := subprocess.run(command, capture_output=True, text=True)).returncode:
        raise RuntimeError(f"the tool fails: {run.stderr[:300]}")


PROBABILITIES = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]


def write(folder: Path, spec: str, text: str, drawn: dict[str, list[np.ndarray]]) -> None:
    """A list for the tool's tests, with what the framework drew for each tensor, of all seeds together."""
    numbers = {name: summary(drawn[name]) for name in sorted(drawn)}
    content = json.dumps({"list": json.loads(text), "drawn": numbers})
    name = re.sub(r"\W+", "_", spec.partition(":")[2]).lower()
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(content.encode(), mtime=0))


def compared(packages: Iterable[str]) -> str:
    """The day and the versions, as table.py reads them."""
    versions = (f"{package} {metadata.version(package).partition('+')[0]}" for package in packages)
    return f"compared on {date.today()} with {', '.join(versions)}"


def summary(arrays: list[np.ndarray]) -> dict[str, Any]:
    """Count, moments, extremes, zeros and quantiles."""
    values = np.concatenate([array.ravel() for array in arrays]).astype(np.float64)
    numbers = {"mean": values.mean(), "std": values.std(), "min": values.min(), "max": values.max()}
    short = {name: float(f"{number:.8g}") for name, number in numbers.items()}
    quantiles = [float(f"{number:.6g}") for number in np.quantile(values, PROBABILITIES)]
    return {"count": values.size, **short, "zeros": int((values == 0).sum()), "quantiles": quantiles}

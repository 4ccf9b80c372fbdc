"""Compares recorded lists with what the frameworks draw: all of `keras.applications`, and models in Flax and Keras.

`python compare_jax.py`, or with the names of models; `--seeds 3`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
# Compilation takes nearly all of the time.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

import jax
import keras
import numpy as np

import agreement
from ndarray_init_record.of_jax.models import Model, constructor
from ndarray_init_record.of_jax.presets import of_shape
from ndarray_init_record.of_jax.record import record
from ndarray_init_record.parameter_list import Entry, ParameterList, versions


def models() -> Iterator[str]:
    """All models that are compared."""
    for name in dir(keras.applications):
        if name[0].isupper():
            yield f"keras:applications.{name}"
    for name in ("many_layers", "by_hand", "twice"):
        yield f"keras:keras_examples:{name}"
    examples = importlib.import_module("flax_examples")
    for name in dir(examples):
        if name.startswith(("linen_", "nnx_")):
            yield f"flax:flax_examples:{name}"
    yield "jax:jax_examples:haiku_network"
    yield "jax:jax_examples:equinox_network"


def compare(spec: str, seeds: int, folder: Path | None) -> tuple[int, list[str], list[str]]:
    """How many tensors agree, and which were refused or disagree, with the reasons."""
    model = constructor(spec, None, {})
    found = record(model)
    wrong: dict[str, str] = {}
    numbers: dict[str, list[np.ndarray]] = {}
    for seed in range(seeds):
        drawn = draw(model, 100 + seed, compiled=not spec.startswith("keras:"))
        wrong |= dict.fromkeys(
            set(drawn) ^ {*(entry.name for entry in found.entries), *found.refused}, "is in one of list and model"
        )
        for entry in found.entries:
            if fault := next(disagreement(entry, drawn), None):
                wrong[entry.name] = f"{fault} (seed {seed})"
        if folder:
            for name, values in drawn.items():
                numbers.setdefault(name, []).append(values)
        gc.collect()
    if folder and not wrong and not found.refused:
        text = ParameterList(spec, versions("jax", spec), found.entries).to_json()
        agreement.write(folder, spec, text, numbers)
    return (
        len(found.entries) - len(wrong),
        [f"{name} {reason}" for name, reason in found.refused.items()],
        [f"{name} {reason}" for name, reason in wrong.items()],
    )


def disagreement(entry: Entry, drawn: dict[str, np.ndarray]) -> Iterator[str]:
    """How a tensor is not as its entry says."""
    values = drawn[entry.name]
    if values.shape != tuple(entry.shape):
        yield f"has the shape {values.shape}"
    elif entry.same_as is None:
        yield from agreement.faults(values, entry.initializer, of_shape)
    elif not np.array_equal(values, drawn[entry.same_as]):
        yield f"is not {entry.same_as}"


def draw(model: Model, seed: int, compiled: bool) -> dict[str, np.ndarray]:
    """The framework's own values. Compiled, `init` leaves out the forward pass."""
    inputs = [np.zeros(value.shape, value.dtype) for value in model.inputs]
    if not compiled:
        return {name: np.asarray(value) for name, value in model.values(seed, *inputs).items()}
    names: list[str] = []

    def values() -> list[Any]:
        built = model.values(seed, *inputs)
        names[:] = built
        return list(built.values())

    arrays = jax.jit(values)()
    return dict(zip(names, map(np.asarray, arrays)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument(
        "--statistics", type=Path, metavar="FOLDER", help="where each list goes, with what the model drew"
    )
    arguments = parser.parse_args()
    failed = 0
    for spec in arguments.models or models():
        start = time.time()
        right, refused, wrong = compare(spec, arguments.seeds, arguments.statistics)
        print(
            f"{spec}: {right} right, {len(refused)} refused, {len(wrong)} wrong, {time.time() - start:.0f} s",
            flush=True,
        )
        for line in (*refused[:5], *wrong[:5]):
            print(f"    {line}", flush=True)
        failed += bool(refused or wrong)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

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
from typing import Any, Iterator

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


def compare(spec: str, seeds: int) -> tuple[int, list[str], list[str]]:
    """How many tensors agree, and the names of those that were refused and that disagree."""
    built = constructor(spec, None, {})
    found = record(built)
    entries, refused = found.entries, found.refused
    wrong: dict[str, str] = {}
    for seed in range(seeds):
        drawn = draw(built, 100 + seed, compiled=not spec.startswith("keras:"))
        if set(drawn) != {entry.name for entry in entries} | set(refused):
            return 0, list(refused), ["names"]
        for entry in entries:
            values = drawn[entry.name]
            if values.shape != tuple(entry.shape):
                wrong[entry.name] = f"shape {values.shape}"
            elif entry.same_as:
                if not np.array_equal(values, drawn[entry.same_as]):
                    wrong[entry.name] = f"not the same as {entry.same_as}"
            elif fault := next(agreement.faults(values, entry.initializer, of_shape), None):
                wrong[entry.name] = f"{fault} (seed {seed})"
        del drawn
        gc.collect()
    return len(entries) - len(wrong), [f"{n} {r}" for n, r in refused.items()], [f"{n}: {r}" for n, r in wrong.items()]


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
    arguments = parser.parse_args()
    failed = 0
    for spec in arguments.models or models():
        start = time.time()
        right, refused, wrong = compare(spec, arguments.seeds)
        print(f"{spec}: {right} right, {len(refused)} refused, {len(wrong)} wrong, {time.time() - start:.0f} s", flush=True)
        for line in (*refused[:5], *wrong[:5]):
            print(f"    {line}", flush=True)
        failed += bool(refused or wrong)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

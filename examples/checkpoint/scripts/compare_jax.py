"""Compares recorded lists with what the frameworks draw: all of `keras.applications`, and models in Flax and Keras.

`python compare_jax.py`, or with the names of models; `--seeds 3`; `--tool` for what `checkpoint` makes of the lists.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import inspect
import os
import sys
import tempfile
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
from flax import nnx

import agreement
from ndarray_init_record.of_jax import load
from ndarray_init_record.of_jax.models import Model, constructor, function, keras_model, keras_weights
from ndarray_init_record.of_jax.presets import of_shape
from ndarray_init_record.of_jax.record import record
from ndarray_init_record.parameter_list import Entry, ParameterList, versions

REFUSED = {"jax:jax_examples:haiku_network"}
"""Models with tensors that no list can describe."""


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


def compare(spec: str, seeds: int, folder: Path | None, tool: Path | None) -> tuple[int, list[str], list[str], str]:
    """How many tensors agree, which were refused or disagree, with the reasons, and how the tool's were used."""
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
    text, used = ParameterList(spec, versions("jax", spec), found.entries).to_json(), ""
    if folder and not wrong and not found.refused:
        agreement.write(folder, spec, text, numbers)
    if tool and not found.refused:
        arrays = made(tool, text)
        for entry in found.entries:
            if fault := next(disagreement(entry, arrays), None):
                wrong[entry.name] = f"{fault} (the tool's)"
        used = f"; the tool's: {use(spec, arrays)}"
    return (
        len(found.entries) - len(wrong),
        [f"{name} {reason}" for name, reason in found.refused.items()],
        [f"{name} {reason}" for name, reason in wrong.items()],
        used,
    )


def made(tool: Path, text: str) -> dict[str, np.ndarray]:
    """What the tool makes of a list."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        agreement.make(tool, text, file, seed=0)
        return {name: np.asarray(array) for name, array in load.read(file).items()}


def use(spec: str, arrays: dict[str, np.ndarray]) -> str:
    """Puts the arrays into the model, and runs it on ones. Says how."""
    build, library = function(spec), spec.partition(":")[0]
    if library == "keras":
        model = keras_model(build, {}, 0)
        load.into_keras(arrays, model)
        model = loaded(model, keras_model(build, {}, 1))
        # Only a model that was made of layers, not a class of one's own, has inputs.
        if not (inputs := getattr(model, "inputs", None)):
            return "load_weights, no forward pass: the model names no inputs"
        # MobileNetV3 leaves the size of its images open.
        ones = [np.ones((1, *(size or 224 for size in value.shape[1:])), value.dtype) for value in inputs]
        weights = [variable.value for variable in model.trainable_variables]
        others = [variable.value for variable in model.non_trainable_variables]
        outputs, _ = jax.jit(model.stateless_call)(weights, others, ones if len(ones) > 1 else ones[0])
        return f"load_weights, {finite(outputs)}"
    if library == "flax" and "rngs" in inspect.signature(build).parameters:
        load.into_nnx(arrays, build(rngs=nnx.Rngs(0)))
        return "into_nnx, no forward pass: the example has no inputs"
    if library == "flax":
        module, *inputs = build()
        ones = [np.ones(value.shape, value.dtype) for value in inputs]
        variables = load.into_tree(arrays, jax.eval_shape(module.init, jax.random.key(0), *ones))
        return f"into_tree, {finite(jax.jit(module.apply)(variables, *ones))}"
    load.into_tree(arrays, build(jax.random.key(0)))
    return "into_tree, no forward pass: the function from a key to arrays has no inputs"


def loaded(model: Any, other: Any) -> Any:
    """The other model, whose weights `load_weights` made those of the first one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.weights.h5"
        model.save_weights(file)
        other.load_weights(file)
    expected = keras_weights(model)
    for name, weight in keras_weights(other).items():
        if not np.array_equal(weight.value, expected[name].value):
            raise ArithmeticError(f"load_weights gives {name} other numbers")
    return other


def finite(outputs: Any) -> str:
    """The name of what was done, if the outputs are finite numbers."""
    leaves = jax.tree.leaves(outputs)
    if not leaves or not all(np.isfinite(leaf).all() for leaf in leaves):
        raise ArithmeticError(f"{len(leaves)} outputs of the forward pass are not all finite")
    return "forward pass"


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
    parser.add_argument("--tool", type=Path, help="`checkpoint`, whose tensors are put into the models and compared")
    arguments = parser.parse_args()
    print(agreement.compared(["keras", "flax", "dm-haiku", "equinox", "jax"]), flush=True)
    failed = 0
    for spec in arguments.models or models():
        start = time.time()
        try:
            right, refused, wrong, used = compare(spec, arguments.seeds, arguments.statistics, arguments.tool)
        except Exception as error:
            right, refused, wrong, used = 0, [], [f"{type(error).__name__}: {str(error)[:600]}"], ""
        counts = f"{right} right, {len(refused)} refused, {len(wrong)} wrong"
        print(f"{spec}: {counts}, {time.time() - start:.0f} s{used}", flush=True)
        for line in (*refused[:5], *wrong[:5]):
            print(f"    {line}", flush=True)
        jax.clear_caches()
        failed += bool(wrong) or bool(refused) != (spec in REFUSED)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Models of JAX' libraries, Flax and Keras, as functions from a seed to initial values by name."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax


@dataclass(frozen=True)
class Model:
    """A function from a seed, and inputs that stay abstract, to initial values by name. JAX traces it."""

    values: Callable[..., Mapping[str, Any]]
    inputs: tuple[Any, ...] = ()


def constructor(spec: str, config: Path | None, kwargs: dict[str, Any]) -> Model:
    """The model of `keras:applications.MobileNetV2`, or of `module:function` after `keras:`, `flax:` or `jax:`."""
    if config is not None:
        raise ValueError("--config is for transformers; other models take --kwargs")
    return {"jax": of_jax, "flax": of_flax, "keras": of_keras}[spec.partition(":")[0]](function(spec), kwargs)


def function(spec: str) -> Any:
    """The function that builds the model."""
    library, _, path = spec.partition(":")
    module, _, name = path.rpartition(":")
    return reduce(getattr, name.split("."), importlib.import_module(module or library))


def of_jax(init: Callable[..., Any], kwargs: dict[str, Any]) -> Model:
    """Of a function from a random key to a tree of arrays: Haiku's `init`, a module of Equinox, one's own."""
    return Model(lambda seed: flat(init(jax.random.key(seed), **kwargs)))


def of_flax(build: Callable[..., Any], kwargs: dict[str, Any]) -> Model:
    """Of a function that returns a linen module and its inputs, or takes `rngs` and returns an nnx module."""
    from flax import nnx

    def nnx_values(seed: int) -> dict[str, Any]:
        variables = nnx_variables(build(rngs=nnx.Rngs(seed), **kwargs))
        return {name: variable.get_value() for name, variable in variables.items()}

    if "rngs" in inspect.signature(build).parameters:
        return Model(nnx_values)
    module, *inputs = build(**kwargs)
    arrays = [place for place, value in enumerate(inputs) if hasattr(value, "shape")]

    def linen_values(seed: int, *traced: Any) -> dict[str, Any]:
        taken = dict(enumerate(inputs)) | dict(zip(arrays, traced))
        return flat(module.init(jax.random.key(seed), *taken.values()))

    return Model(linen_values, tuple(inputs[place] for place in arrays))


def of_keras(build: Callable[..., Any], kwargs: dict[str, Any]) -> Model:
    """Of a function that returns a model whose weights exist."""

    def values(seed: int) -> dict[str, Any]:
        weights = keras_weights(keras_model(build, kwargs, seed))
        return {name: weight.value for name, weight in weights.items()}

    return Model(values)


def keras_model(build: Callable[..., Any], kwargs: dict[str, Any], seed: int) -> Any:
    """The model, built without a download. Its layers have the names of a new session."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    without = {"weights": None} if "weights" in inspect.signature(build).parameters else {}
    return build(**without | kwargs)


def nnx_variables(module: Any) -> dict[str, Any]:
    """Variables by their path, without the state of random generators, which is no weight."""
    from flax import nnx

    state = nnx.state(module, nnx.Not(nnx.RngState))
    return {"/".join(map(str, path)): variable for path, variable in nnx.to_flat_state(state)}


def keras_weights(model: Any) -> dict[str, Any]:
    """Weights by their path, without the state of random generators. A path that is taken gets a number."""
    found: dict[str, Any] = {}
    for weight in model.weights:
        if weight.path.rpartition("/")[2] == "seed_generator_state":
            continue
        name, count = weight.path, 1
        while name in found:
            name, count = f"{weight.path}_{count}", count + 1
        found[name] = weight
    return found


def flat(tree: Any) -> dict[str, Any]:
    """The arrays of a tree by their path. Dictionaries keep their order; Flax' boxes of metadata are opened."""
    if isinstance(tree, Mapping):
        parts = ((str(name), flat(value)) for name, value in tree.items())
        return {"/".join(filter(None, (name, path))): leaf for name, part in parts for path, leaf in part.items()}
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree.unbox() if hasattr(tree, "unbox") else tree)
    arrays = ((path, leaf) for path, leaf in leaves if hasattr(leaf, "shape"))
    return {jax.tree_util.keystr(path, simple=True, separator="/"): leaf for path, leaf in arrays}

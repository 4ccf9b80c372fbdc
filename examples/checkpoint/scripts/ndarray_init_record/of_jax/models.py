"""Models of JAX' libraries, of Flax and of Keras, as functions from a seed to initial values by name."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Mapping

import jax

from .record import Model


def of_jax(init: Callable[..., Any], **options: Any) -> Model:
    """A function from a random key to a tree of arrays: Haiku's `init`, a module of Equinox, one's own."""
    return Model(lambda seed: flat(init(jax.random.key(seed), **options)))


def of_flax(build: Callable[..., Any], **options: Any) -> Model:
    """A function that returns a linen module and the inputs of its `init`, or takes `rngs` and returns an nnx module."""
    from flax import linen, nnx

    if "rngs" in inspect.signature(build).parameters:
        return Model(lambda seed: {name: variable.get_value() for name, variable in nnx_variables(build(rngs=nnx.Rngs(seed), **options))})
    module, *inputs = build(**options)
    arrays = [place for place, value in enumerate(inputs) if hasattr(value, "shape")]

    def values(seed: int, *traced: Any) -> dict[str, Any]:
        taken = dict(enumerate(inputs)) | dict(zip(arrays, traced))
        return flat(linen.unbox(module.init(jax.random.key(seed), *taken.values())))

    return Model(values, tuple(inputs[place] for place in arrays))


def nnx_variables(module: Any) -> list[tuple[str, Any]]:
    """All variables but the state of random generators, which is no weight."""
    from flax import nnx

    state = nnx.state(module, nnx.Not(nnx.RngState))
    return [("/".join(map(str, path)), variable) for path, variable in nnx.to_flat_state(state)]


def of_keras(build: Callable[..., Any], **options: Any) -> Model:
    """A function that returns a model whose weights exist. Keras' own models are built without a download."""
    import keras

    if "weights" in inspect.signature(build).parameters:
        options = {"weights": None, **options}

    def values(seed: int) -> dict[str, Any]:
        keras.utils.clear_session()
        keras.utils.set_random_seed(seed)
        return {name: weight.value for name, weight in keras_weights(build(**options)).items()}

    return Model(values)


def keras_weights(model: Any) -> dict[str, Any]:
    """Weights by their path, but for the state of random generators. A path that is taken gets a number."""
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
    """The arrays of a tree by their path. Dictionaries keep the order in which their entries were made."""
    if isinstance(tree, Mapping):
        inner = {str(name): flat(value) for name, value in tree.items()}
        return {"/".join(filter(None, (name, path))): leaf for name, part in inner.items() for path, leaf in part.items()}
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    arrays = ((path, leaf) for path, leaf in leaves if isinstance(leaf, jax.Array) or hasattr(leaf, "__array__"))
    return {jax.tree_util.keystr(path, simple=True, separator="/"): leaf for path, leaf in arrays}
